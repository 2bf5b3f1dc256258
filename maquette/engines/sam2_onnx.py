"""SAM 2 tiny, images only, from ONNX files others exported: where MobileSAM cannot be had.

Twice to four times as slow as MobileSAM; it is here because nothing must be exported for it.
What belongs here: these two nets. What does not: the engine over them, which is MobileSAM's
(`maquette.engines.mobile_sam.engine`), and SAM 2 itself (`maquette.engines.sam2`).
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np

from maquette.engines.mobile_sam.asks import Ask, Embedding
from maquette.engines.mobile_sam.engine import PointedSegmenter
from maquette.engines.mobile_sam.nets import DEVIATION, MEAN, open_net
from maquette.engines.shelf import shelf_file, shelf_sums
from maquette.roles import EngineInfo, Segmenter
from maquette.types import Bytes, Floats

NAME = "sam2-onnx"
SIDE_PX = 1024  # the encoder's one input size
MASK_PX = 256
LEVELS = ("high_res_feats_0", "high_res_feats_1", "image_embed")


def make() -> Segmenter:
    """The segmenter, its weights not yet read."""
    nets = Sam2OnnxNets()
    info = EngineInfo(NAME, "1", weights=nets.weights, licences=("Apache-2.0",))
    return PointedSegmenter(nets, info=info)


class Sam2OnnxNets:
    """The two nets, loaded on first use; pictures are squeezed square."""

    def __init__(self) -> None:
        self._loading = threading.Lock()
        self._sessions: tuple[Any, Any] | None = None

    @property
    def weights(self) -> dict[str, str]:
        """The files on the shelf; asking loads nothing."""
        return shelf_sums(NAME)

    def encode(self, rgb: Bytes) -> Embedding:
        """What the net sees in an (H, W, 3) picture; nearly all of the time goes here."""
        encoder, _ = self._loaded()
        shrinks = max(rgb.shape[:2]) > SIDE_PX
        how = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
        scaled = cv2.resize(rgb, (SIDE_PX, SIDE_PX), interpolation=how).astype(np.float32)
        pixels = ((scaled - MEAN) / DEVIATION).transpose(2, 0, 1)[None]  # (1, 3, 1024, 1024)
        levels = encoder.run(LEVELS, {"image": np.ascontiguousarray(pixels)})
        return Embedding(tuple(levels), (rgb.shape[1], rgb.shape[0]), (SIDE_PX, SIDE_PX))

    def decode(self, embedding: Embedding, asks: Sequence[Ask]) -> tuple[Floats, Floats]:
        """N asks to logits (N, 3, 256, 256), positive inside, and guesses of their IoU (N, 3)."""
        _, decoder = self._loaded()
        levels = dict(zip(LEVELS, embedding.features, strict=True))
        logits = np.empty((len(asks), 3, MASK_PX, MASK_PX), np.float32)
        quality = np.empty((len(asks), 3), np.float32)
        for n, ask in enumerate(asks):  # whether there is a mask holds for all that go together
            logits[n : n + 1], quality[n : n + 1] = decoder.run(
                ["masks", "iou_predictions"], levels | _asked(embedding, ask)
            )
        return logits, quality

    def offered(self, ask: Ask) -> slice:
        """All three: this decoder has no mask of its own for clear asks."""
        del ask
        return slice(0, 3)

    def close(self) -> None:
        """Free the nets; the next call loads them anew."""
        with self._loading:
            self._sessions = None

    def _loaded(self) -> tuple[Any, Any]:
        with self._loading:
            if self._sessions is None:
                files = (shelf_file(NAME, "encoder.ort"), shelf_file(NAME, "decoder.onnx"))
                self._sessions = (open_net(files[0]), open_net(files[1]))
            return self._sessions


def _asked(embedding: Embedding, ask: Ask) -> dict[str, Floats]:
    places, labels = embedding.marks(ask)
    mask = np.zeros((MASK_PX, MASK_PX), np.float32)
    if ask.logits is not None:
        mask = cv2.resize(ask.logits, mask.shape, interpolation=cv2.INTER_LINEAR)
    return {
        "point_coords": places[None],
        "point_labels": labels[None],
        "mask_input": mask[None, None].astype(np.float32, copy=False),
        "has_mask_input": np.array([ask.logits is not None], np.float32),
    }
