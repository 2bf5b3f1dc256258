"""Stickers for the judges: painted here, carded and packed by the line's own functions.

What belongs here: the set of stickers, each for a reason, and their paint. What does not: what
judges say of them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import cv2
import numpy as np

from maquette.formats.glb import write_glb
from maquette.formats.png import write_picture
from maquette.formats.usdz import package
from maquette.provenance import COMPOSED, Provenance, Step
from maquette.solids.cards import stand
from maquette.types import Mesh, Picture

FINE = 4  # drawn so many times larger, then averaged: soft edges with exact coverage
WORDY = (
    "a \"cat\" said 'hi'\r\n\tto <b>you</b> & me]]>\\ \N{GRINNING FACE}\N{ZERO WIDTH JOINER}"
    "\N{FIRE} \N{HEBREW LETTER ALEF}\N{COMBINING ACUTE ACCENT}\x00\x07\x1b\ud83d\ufffe # @x@ $HOME"
)


@dataclass(frozen=True)
class Sample:
    """One sticker to be judged: its art, how it is carded, where it is anchored."""

    name: str
    shape: str = "ring"
    size_px: int = 512
    card_options: dict[str, Any] = field(default_factory=dict)
    anchoring: dict[str, str] = field(default_factory=dict)
    prompt: str = "a ring"

    @cached_property
    def cutout(self) -> Picture:
        """The art, straight alpha."""
        return Picture(np.dstack([paint(self.size_px), SHAPES[self.shape](self.size_px)]))

    @property
    def provenance(self) -> Provenance:
        """What the files say of themselves, about 30 kB where the prompt is long."""
        image = Step("sticker_images", "1", "0" * 64, engine="composer", licences=("MIT", "OFL"))
        params = {"prompt": self.prompt, "palette": list(range(300))}
        card = Step("sticker_meshes", "1", "1" * 64, params=params)
        steps = (image, card)
        return Provenance(self.prompt, 7, COMPOSED, ("2" * 64,), steps)

    @property
    def border(self) -> float | None:
        """The white edge as a share of the art's longer side; None for a plane, which has none."""
        is_plane = self.card_options.get("geometry") == "plane"
        return None if is_plane else self.card_options.get("border", 0.024)

    @cached_property
    def card(self) -> Mesh:
        """The art as the line's own stage cards it."""
        return stand(self.cutout, **self.card_options).outputs["card"]

    @cached_property
    def usdz(self) -> bytes:
        """The package as the line's own stage packs it."""
        return package(self.card, provenance=self.provenance, **self.anchoring).outputs["usdz"].data

    @cached_property
    def glb(self) -> bytes:
        """The twin for other phones."""
        return write_glb(self.card, self.provenance)

    @cached_property
    def png(self) -> bytes:
        """The flat picture."""
        return write_picture(self.cutout, self.provenance)


def paint(size_px: int) -> np.ndarray:
    """Colours that no flip or turn leaves alike: four gradients and a dark letter F."""
    y, x = np.mgrid[0:size_px, 0:size_px] / (size_px - 1)
    rgb = np.dstack([60 + 190 * x, 60 + 150 * y, 220 - 160 * x * y]).astype(np.uint8)
    letter = np.array([[30, 20], [72, 20], [72, 30], [40, 30], [40, 45], [62, 45], [62, 55]])
    letter = np.vstack([letter, [[40, 55], [40, 85], [30, 85]]]) / 100 * size_px
    cv2.fillPoly(rgb, [letter.astype(np.int32)], (25, 10, 70))
    return rgb


def _averaged(fine: np.ndarray) -> np.ndarray:
    side = fine.shape[0] // FINE
    return np.asarray(cv2.resize(fine, (side, side), interpolation=cv2.INTER_AREA), np.uint8)


def _canvas(size_px: int) -> tuple[np.ndarray, float]:
    side = size_px * FINE
    return np.zeros((side, side), np.uint8), side / 100


def _disc(
    fine: np.ndarray, percent: float, *, x: float, y: float, r: float, ink: int = 255
) -> None:
    cv2.circle(fine, (round(x * percent), round(y * percent)), round(r * percent), ink, -1)


def ring(size_px: int) -> np.ndarray:
    """A disc with an off-centre hole wide enough to stay open behind its border."""
    fine, percent = _canvas(size_px)
    _disc(fine, percent, x=50, y=50, r=42)
    _disc(fine, percent, x=64, y=58, r=15, ink=0)
    return _averaged(fine)


def parts(size_px: int) -> np.ndarray:
    """Three discs far apart, which the die line ties together."""
    fine, percent = _canvas(size_px)
    for x, y, r in ((24, 26, 18), (78, 30, 14), (46, 80, 14)):
        _disc(fine, percent, x=x, y=y, r=r)
    return _averaged(fine)


def thin(size_px: int) -> np.ndarray:
    """A wave two pixels wide."""
    fine, percent = _canvas(size_px)
    x = np.linspace(8, 92, 200)
    wave = np.column_stack([x, 50 + 25 * np.sin(x / 9)]) * percent
    cv2.polylines(fine, [wave.astype(np.int32)], False, 255, thickness=2 * FINE)
    return _averaged(fine)


def star(size_px: int) -> np.ndarray:
    """Nine sharp points and as many deep notches."""
    fine, percent = _canvas(size_px)
    radii = np.resize([46.0, 20.0], 18) * percent
    angle = np.arange(18) * math.tau / 18 + 0.1
    corners = 50 * percent + radii[:, None] * np.column_stack([np.sin(angle), np.cos(angle)])
    cv2.fillPoly(fine, [corners.astype(np.int32)], 255)
    return _averaged(fine)


def mist(size_px: int) -> np.ndarray:
    """A disc whose alpha fades over a tenth of the picture."""
    y, x = np.mgrid[0:size_px, 0:size_px] / size_px - 0.5
    return np.clip((0.45 - np.hypot(x, y)) * 10 * 255, 0, 255).astype(np.uint8)


def whole(size_px: int) -> np.ndarray:
    """No transparency at all."""
    return np.full((size_px, size_px), 255, np.uint8)


SHAPES = {f.__name__: f for f in (ring, parts, thin, star, mist, whole)}
PLANE = {"geometry": "plane"}

SAMPLES = (
    Sample("ring-512"),
    Sample("ring-1024", size_px=1024),
    Sample("parts", shape="parts"),
    Sample("thin-art", shape="thin"),
    Sample("star", shape="star", card_options={"border": 0.1}),
    Sample("whole", shape="whole", card_options={"border": 0.005}),
    Sample("tiny", card_options={"scale": 0.1, "thickness_mm": 1.0}),
    Sample("big", size_px=1024, card_options={"scale": 2.0, "thickness_mm": 3.0}),
    Sample("plane", card_options=PLANE),
    Sample("plane-mist", shape="mist", size_px=1024, card_options=PLANE),
    Sample("wall", shape="star", anchoring={"alignment": "vertical"}),
    Sample("face", anchoring={"anchor_type": "face"}),
    Sample("world", anchoring={"anchor_type": "world"}),
    Sample("bobbing", card_options={"motion": "bob"}),
    Sample("spinning", shape="star", card_options={"motion": "spin"}),
    Sample("wordy", shape="star", prompt=WORDY + "x" * 100_000),
)
