"""Pictures handed out rather than made: from a folder, or plain shapes grown from the seed.

What belongs here: the image generator for benches and for tests of everything after it, which
must cost next to nothing itself. What does not: anything that looks at what the words mean.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.random import Generator
from PIL import Image, ImageOps

from maquette.errors import InputError
from maquette.pictures.opening import open_picture
from maquette.provenance import COMPOSED, DIGITAL_SOURCE
from maquette.roles import EngineInfo, ImageGenerator, ImageRequest, MadePicture
from maquette.types import Bytes, Picture

ALGORITHMIC = DIGITAL_SOURCE + "algorithmicMedia"  # IPTC: by rule, without training data
OUTLINE_POINTS = 180
SUBPIXEL_BITS = 4  # cv2 takes coordinates in sixteenths of a pixel


def make(folder: str | None = None) -> ImageGenerator:
    """The generator; without a folder of PNG files it draws its own shapes."""
    return Stored(Path(folder) if folder else None)


class Stored:
    """A picture chosen by the prompt's hash, so equal prompts get equal pictures."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._reading = threading.Lock()
        self._sums: dict[str, str] = {}
        self._stock: list[Picture] = []
        self._fitted: dict[tuple[int, int], MadePicture] = {}  # (number, size_px) -> picture

    @property
    def info(self) -> EngineInfo:
        """Facts about the engine; a folder is known by the sums of its files."""
        drawn = self._folder is None
        return EngineInfo(
            "stored",
            version="1",
            weights=self._weighed(),
            licences=("CC0-1.0",) if drawn else ("LicenseRef-yours",),
            batch_size=32,
            parallel=os.cpu_count() or 1,
            # a folder may hold anything: marked as if a machine had its part in it
            source_type=ALGORITHMIC if drawn else COMPOSED,
        )

    def generate(self, requests: Sequence[ImageRequest]) -> list[MadePicture | Exception]:
        """One picture per request, in order; those of a folder are fitted into the square."""
        if self._folder is None:
            return [MadePicture(draw_shape(request), native_alpha=True) for request in requests]
        stock = self._read()
        return [self._fit(_number(r.prompt) % len(stock), size_px=r.size_px) for r in requests]

    def close(self) -> None:
        """Forget the decoded pictures; the next call reads them anew."""
        with self._reading:
            self._sums, self._stock, self._fitted = {}, [], {}

    def _paths(self) -> list[Path]:
        if self._folder is None:
            return []
        found = sorted(self._folder.glob("*.png"))
        if not found:
            raise InputError(
                "STORED_EMPTY",
                f"there is no PNG file in {self._folder}",
                fix="name a folder with pictures, or none for plain shapes",
            )
        return found

    def _weighed(self) -> dict[str, str]:
        with self._reading:
            if not self._sums:
                self._sums = {path.name: _sum(path.read_bytes()) for path in self._paths()}
            return dict(self._sums)

    def _read(self) -> list[Picture]:
        with self._reading:
            if not self._stock:
                self._stock = [open_picture(p.read_bytes(), name=p.name) for p in self._paths()]
            return self._stock

    def _fit(self, number: int, *, size_px: int) -> MadePicture:
        found = self._fitted.get((number, size_px))
        if found is None:
            picture = self._stock[number]
            image = Image.fromarray(picture.rgba)
            square = ImageOps.pad(image, (size_px, size_px), color=(0, 0, 0, 0))
            # an opaque picture has no alpha to speak of: its subject must still be found
            found = MadePicture(Picture(np.array(square)), native_alpha=not picture.is_opaque)
            self._fitted[number, size_px] = found
        return found


def draw_shape(request: ImageRequest) -> Picture:
    """A wavy blob in two colours, with up to three holes, on nothing; 5 ms at 1024 px."""
    dice = np.random.default_rng([request.seed, request.copy, _number(request.prompt)])
    alpha = np.zeros((request.size_px, request.size_px), np.uint8)
    middle_xy = np.array([request.size_px / 2] * 2)
    reach_px = 0.36 * request.size_px
    _fill(alpha, _outline(dice, reach_px=reach_px) + middle_xy, value=255)
    for _ in range(dice.integers(0, 4)):
        away_px = dice.uniform(-0.4, 0.4, 2) * reach_px
        hole_px = dice.uniform(0.06, 0.16) * reach_px
        _fill(alpha, _outline(dice, reach_px=hole_px) + middle_xy + away_px, value=0)
    top, bottom = dice.integers(0, 256, (2, 3))
    down = np.linspace(0, 1, request.size_px)[:, None]
    column = np.rint(top * (1 - down) + bottom * down).astype(np.uint8)  # (H, 3)
    rgb = np.broadcast_to(column[:, None], (*alpha.shape, 3))
    return Picture(np.dstack([rgb, alpha]))


def _outline(dice: Generator, *, reach_px: float) -> np.ndarray:
    turn = np.linspace(0, 2 * np.pi, OUTLINE_POINTS, endpoint=False)
    lobes = dice.integers(2, 9)
    radius_px = reach_px * (1 + 0.15 * np.sin(lobes * turn + dice.uniform(0, 6)))
    return radius_px[:, None] * np.stack([np.cos(turn), np.sin(turn)], axis=1)  # (N, 2)


def _fill(alpha: Bytes, points_xy: np.ndarray, *, value: int) -> None:
    fixed = np.rint(points_xy * (1 << SUBPIXEL_BITS)).astype(np.int32)
    cv2.fillPoly(alpha, [fixed], value, cv2.LINE_AA, SUBPIXEL_BITS)


def _number(prompt: str) -> int:
    return int(_sum(prompt.encode())[:12], 16)


def _sum(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
