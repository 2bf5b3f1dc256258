"""U-2-Net small: the salient subject of a picture, on the CPU, without torch.

What belongs here: this one model family. What does not: cleaning up the map it gives.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import onnxruntime

from maquette.engines.shelf import shelf_file, shelf_sums
from maquette.errors import InputError
from maquette.roles import EngineInfo, Prompts, Segmenter
from maquette.types import Floats, Picture

SIDE_PX = 320  # the net's one input size
# ImageNet's mean and deviation per channel, as in training
MEAN = np.array([0.485, 0.456, 0.406], np.float32)
DEVIATION = np.array([0.229, 0.224, 0.225], np.float32)


def make_u2netp() -> Segmenter:
    """The segmenter, its weights not yet read."""
    return U2Net("u2netp")


class U2Net:
    """How much of each pixel is subject, by one net over the whole picture squeezed square."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._loading = threading.Lock()
        self._session: Any = None

    @property
    def info(self) -> EngineInfo:
        """Facts about the engine; asking loads nothing."""
        return EngineInfo(
            self._name,
            version="1",
            weights=shelf_sums(self._name),
            licences=("Apache-2.0",),
            parallel=os.cpu_count() or 1,
        )

    def segment(self, pictures: Sequence[Picture], prompts: Sequence[Prompts]) -> list[Floats]:
        """One (H, W) float32 map in 0..1 per picture; see-through pixels are seen on white.

        Edges are as soft as a 320 px map enlarged. Raises InputError PROMPTS_UNSUPPORTED for
        points or boxes: this net cannot be told where to look.
        """
        if any(p != Prompts() for p in prompts):
            raise InputError(
                "PROMPTS_UNSUPPORTED",
                f"{self._name} finds the salient subject only, not points or boxes",
                fix="use the sam2 engine, or leave the prompts empty",
            )
        return [self._map(picture) for picture in pictures]

    def close(self) -> None:
        """Free the model; the next call loads it anew."""
        with self._loading:
            self._session = None

    def _map(self, picture: Picture) -> Floats:
        session = self._load()
        feed = {session.get_inputs()[0].name: _squeezed(picture)}
        (seen, *_) = session.run([session.get_outputs()[0].name], feed)  # (1, 1, 320, 320)
        # Not stretched to its own peak, as is often done: that finds a subject in a blank page.
        wide = cv2.resize(seen[0, 0], picture.size_wh, interpolation=cv2.INTER_LINEAR)
        return np.clip(wide, 0.0, 1.0).astype(np.float32)

    def _load(self) -> Any:
        with self._loading:
            if self._session is None:
                self._session = _open(shelf_file(self._name))
            return self._session


def _open(path: Path) -> Any:
    options = onnxruntime.SessionOptions()
    # pictures go through side by side, one thread each, unless the user's setting differs
    options.intra_op_num_threads = int(os.environ.get("OMP_NUM_THREADS") or 1)
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def _squeezed(picture: Picture) -> Floats:
    rgb = picture.rgba[..., :3].astype(np.float32)
    alpha = picture.rgba[..., 3:].astype(np.float32) / 255
    on_white = rgb * alpha + 255 * (1 - alpha)
    small = cv2.resize(on_white, (SIDE_PX, SIDE_PX), interpolation=cv2.INTER_AREA)
    # the published recipe divides by the picture's own peak, not by 255
    scaled = (small / max(float(small.max()), 1e-6) - MEAN) / DEVIATION
    return np.ascontiguousarray(scaled.transpose(2, 0, 1)[None], np.float32)  # (1, 3, 320, 320)
