"""MobileSAM on ONNX Runtime: a picture to features, features and prompts to masks.

What belongs here: running the two nets. What does not: whose mask is meant and which of several
is kept (`engine`), making the files (`export`).
"""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np
import onnxruntime

from maquette.engines.mobile_sam.asks import Ask, Embedding, by_length
from maquette.engines.shelf import shelf_file, shelf_sums
from maquette.types import Bytes, Floats

MODEL = "mobile-sam"  # on the shelf
LONG_SIDE_PX = 1024  # what the published weights were trained on
# The decoder's features in steps of 16 px; the encoder's third stage, as fine, and its first, twice
# as fine: trackers learn from all three.
DEPTHS = ("features", "middle", "early")
STEP_PX = 16  # of what is seen, one step of the features
# ImageNet's mean and deviation per channel, as in training
MEAN = np.array([123.675, 116.28, 103.53], np.float32)
DEVIATION = np.array([58.395, 57.12, 57.375], np.float32)
SURE, UNSURE = slice(0, 1), slice(1, 4)  # the masks meant for clear asks, and for doubtful ones


class Files(NamedTuple):
    """Where the two nets lie."""

    encoder: Path
    decoder: Path


class MobileSamNets:
    """The two nets, loaded on first use; several threads may ask them at once.

    A picture is scaled so that its long side is `long_side_px` and both sides are whole steps.
    Unlike the published recipe it is not padded to a square: the masks are as good and a wide
    picture takes half the time. A shorter long side is faster and coarser.
    """

    def __init__(
        self,
        *,
        long_side_px: int = LONG_SIDE_PX,
        depths: tuple[str, ...] = DEPTHS[:1],
        files: Files | None = None,
    ) -> None:
        """Nothing is loaded yet.

        Args:
            long_side_px: of what the encoder sees.
            depths: which of its features an embedding holds, the decoder's own first.
            files: the nets, where they do not lie on the shelf.
        """
        self._long_side_px = long_side_px
        self._depths = depths
        self._files = files
        self._loading = threading.Lock()
        self._sessions: tuple[Any, Any] | None = None

    @property
    def weights(self) -> dict[str, str]:
        """The checkpoint both nets are made of; asking loads nothing."""
        return shelf_sums(MODEL)

    def encode(self, rgb: Bytes) -> Embedding:
        """What the net sees in an (H, W, 3) picture; nearly all of the time goes here."""
        encoder, _ = self._loaded()
        size_wh = (rgb.shape[1], rgb.shape[0])
        seen_wh = self._seen_wh(size_wh)
        found = encoder.run(self._depths, {"pixels": _pixels(rgb, seen_wh=seen_wh)})
        return Embedding(tuple(found), size_wh, seen_wh)

    def decode(self, embedding: Embedding, asks: Sequence[Ask]) -> tuple[Floats, Floats]:
        """N asks to logits (N, 4, h, w), positive inside, and guesses of their IoU (N, 4).

        h and w are a quarter of what was seen; `Embedding.enlarged` brings a mask to the picture's
        size. The first mask is for asks that leave no doubt, the others offer three readings.
        """
        _, decoder = self._loaded()
        features = embedding.features[0]
        high, wide = 4 * features.shape[2], 4 * features.shape[3]
        logits = np.empty((len(asks), 4, high, wide), np.float32)
        quality = np.empty((len(asks), 4), np.float32)
        for numbers, places, labels in by_length(embedding, asks):
            masks, has_mask = _earlier([asks[n] for n in numbers], size_wh=(wide, high))
            feed = {"features": features, "points": places, "labels": labels}
            found = decoder.run(None, {**feed, "masks": masks, "has_mask": has_mask})
            logits[numbers], quality[numbers] = found
        return logits, quality

    def offered(self, ask: Ask) -> slice:
        """One click may mean a button, a shirt or a person: three masks; else the one."""
        return UNSURE if len(ask.labels) == 1 and ask.logits is None else SURE

    def close(self) -> None:
        """Free the nets; the next call loads them anew."""
        with self._loading:
            self._sessions = None

    def _seen_wh(self, size_wh: tuple[int, int]) -> tuple[int, int]:
        scale = self._long_side_px / max(size_wh)
        wide, high = (max(1, round(side * scale / STEP_PX)) * STEP_PX for side in size_wh)
        return wide, high

    def _loaded(self) -> tuple[Any, Any]:
        with self._loading:
            if self._sessions is None:
                files = self._files or published()
                self._sessions = (open_net(files.encoder), open_net(files.decoder))
            return self._sessions


def published() -> Files:
    """The nets on the shelf; raises EngineError MODEL_MISSING."""
    return Files(shelf_file(MODEL, "encoder.onnx"), shelf_file(MODEL, "decoder.onnx"))


def open_net(path: Path) -> Any:
    """An ONNX Runtime session on the CPU: all cores for one picture, unless the user's differ."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = int(os.environ.get("OMP_NUM_THREADS") or 0)
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def _pixels(rgb: Bytes, *, seen_wh: tuple[int, int]) -> Floats:
    # averaging is for shrinking only: enlarged with it, pixels would become blocks
    shrinks = seen_wh[0] < rgb.shape[1]
    how = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    scaled = cv2.resize(rgb, seen_wh, interpolation=how).astype(np.float32)
    normal = (scaled - MEAN) / DEVIATION
    return np.ascontiguousarray(normal.transpose(2, 0, 1)[None])  # (1, 3, H, W)


def _earlier(asks: Sequence[Ask], *, size_wh: tuple[int, int]) -> tuple[Floats, Floats]:
    """(N, 1, h, w) earlier masks, zeros where there is none, and (N, 1) whether there is one."""
    masks = np.zeros((len(asks), 1, size_wh[1], size_wh[0]), np.float32)
    has_mask = np.zeros((len(asks), 1), np.float32)
    for n, ask in enumerate(asks):
        if ask.logits is not None:
            masks[n, 0] = cv2.resize(ask.logits, size_wh, interpolation=cv2.INTER_LINEAR)
            has_mask[n] = 1
    return masks, has_mask
