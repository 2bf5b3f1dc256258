"""MODNet: people and their hair, told from whatever is behind them. On the CPU, without torch.

What belongs here: this one network. What does not: anything that is no person, which it was never
taught (`maquette.engines.u2net`).
"""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
import onnxruntime

from maquette.engines.shelf import shelf_file, shelf_sums
from maquette.errors import InputError
from maquette.pictures.colours import over
from maquette.roles import EngineInfo, Prompts, Segmenter
from maquette.types import Floats, Picture

SHORT_PX, STEP_PX = 512, 32  # its authors shrink the short side to that; sides are whole steps
LONGEST_PX = 1024  # of a strip
GREY = (127, 127, 127)  # of what is see-through: neither hair nor sky


def make() -> Segmenter:
    """The segmenter, its weights not yet read."""
    return ModNet()


class ModNet:
    """How much of each pixel is a person: a matte, soft along hair."""

    def __init__(self) -> None:
        self._loading = threading.Lock()
        self._session: Any = None

    @property
    def info(self) -> EngineInfo:
        """Facts about the engine; asking loads nothing."""
        return EngineInfo(
            "modnet",
            version="1",
            weights=shelf_sums("modnet"),
            licences=("Apache-2.0",),
            parallel=os.cpu_count() or 1,
        )

    def segment(self, pictures: Sequence[Picture], prompts: Sequence[Prompts]) -> list[Floats]:
        """One (H, W) float32 map in 0..1 per picture; see-through pixels are seen on grey.

        Raises InputError PROMPTS_UNSUPPORTED for points or boxes: it finds whoever is there.
        """
        if any(p != Prompts() for p in prompts):
            raise InputError(
                "PROMPTS_UNSUPPORTED",
                "modnet finds people only where they are, not by points or boxes",
                fix="use the mobile-sam engine, or leave the prompts empty",
            )
        return [self._map(picture) for picture in pictures]

    def close(self) -> None:
        """Free the model; the next call loads it anew."""
        with self._loading:
            self._session = None

    def _map(self, picture: Picture) -> Floats:
        small = cv2.resize(over(picture, GREY), _seen_wh(picture), interpolation=cv2.INTER_AREA)
        fed = (small.astype(np.float32) / 127.5 - 1).transpose(2, 0, 1)[None]
        session = self._load()
        (matte,) = session.run(None, {session.get_inputs()[0].name: np.ascontiguousarray(fed)})
        wide = cv2.resize(matte[0, 0], picture.size_wh, interpolation=cv2.INTER_LINEAR)
        return np.clip(wide, 0.0, 1.0).astype(np.float32)

    def _load(self) -> Any:
        with self._loading:
            if self._session is None:
                options = onnxruntime.SessionOptions()
                options.intra_op_num_threads = int(os.environ.get("OMP_NUM_THREADS") or 1)
                self._session = onnxruntime.InferenceSession(
                    shelf_file("modnet"), options, providers=["CPUExecutionProvider"]
                )
            return self._session


def _seen_wh(picture: Picture) -> tuple[int, int]:
    scale = SHORT_PX / min(picture.size_wh)
    wide, high = (
        max(STEP_PX, round(min(length * scale, LONGEST_PX) / STEP_PX) * STEP_PX)
        for length in picture.size_wh
    )
    return wide, high
