"""Points and boxes to masks, over any nets that answer them: MobileSAM, or another of its kind.

What belongs here: turning what a person pointed at into asks, choosing among the masks that come
back, and keeping what was seen of a picture for the next click on it. What does not: the nets
(`nets`, `maquette.engines.sam2_onnx`), and what makes a good subject
(`maquette.engines.sam2.salient`).
"""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Sequence

import numpy as np

from maquette.engines.mobile_sam.asks import BOTTOM_RIGHT, KEEP, TOP_LEFT, Ask, Embedding, Nets
from maquette.engines.sam2 import salient
from maquette.engines.sam2.engine import objects_in
from maquette.engines.sam2.views import over_white
from maquette.roles import EngineInfo, Prompts
from maquette.types import Bytes, Floats, Picture

KEPT = 8  # pictures whose embeddings are held, 2 to 16 MB each
ASKS_AT_ONCE = 4  # more take more memory, not less time


class PointedSegmenter:
    """A Segmenter; a second question about the same picture is answered at once."""

    def __init__(self, nets: Nets, *, info: EngineInfo) -> None:
        self._nets = nets
        self._info = info
        self._door = threading.Lock()
        self._kept: OrderedDict[bytes, Embedding] = OrderedDict()

    @property
    def info(self) -> EngineInfo:
        """Facts about the engine; asking loads nothing."""
        return self._info

    def segment(self, pictures: Sequence[Picture], prompts: Sequence[Prompts]) -> list[Floats]:
        """One (H, W) float32 map in 0..1 per picture; see-through pixels are seen on white.

        A box and the keep-points inside it are one object, as are all keep-points outside every
        box; leave-out points hold for all objects, and the map is the union of the objects.
        Without any prompt the subject is guessed, by asking about a grid of points and ranking
        what comes back: an engine made for that, as `u2netp`, does it better.
        """
        jobs = [(over_white(p), objects_in(q)) for p, q in zip(pictures, prompts, strict=True)]
        return [
            self._map(rgb, [Ask(o.points_xy, o.labels) for o in objects]) for rgb, objects in jobs
        ]

    def close(self) -> None:
        """Free nets and embeddings; the next call loads them anew."""
        self._nets.close()
        with self._door:
            self._kept.clear()

    def _map(self, rgb: Bytes, asks: list[Ask]) -> Floats:
        embedding = self._seen(rgb)
        if asks:
            found = [self._mask(embedding, ask) for ask in asks]
            logits = np.maximum.reduce([embedding.enlarged(mask) for mask in found])
        else:
            logits = embedding.enlarged(self._subject(embedding, rgb))
        # beyond 30 the exponential is nought or all in float32 anyway, and must not overflow
        return (1 / (1 + np.exp(-np.clip(logits, -30, 30)))).astype(np.float32)

    def _mask(self, embedding: Embedding, ask: Ask) -> Floats:
        """(h, w) logits of one object."""
        logits, quality = self._nets.decode(embedding, [ask])
        offered = self._nets.offered(ask)
        return logits[0, offered][int(quality[0, offered].argmax())]

    def _subject(self, embedding: Embedding, rgb: Bytes) -> Floats:
        """(h, w) logits of what looks most like a subject."""
        wide, high = embedding.size_wh
        asks = [
            Ask(((float(x) * wide, float(y) * high),), (KEEP,)) for x, y in salient.grid_points()
        ]
        seen = salient.backdrop(rgb)
        if seen is not None:
            x0, y0, x1, y1 = seen.box
            corners = ((x0 * wide, y0 * high), (x1 * wide, y1 * high))
            asks.append(Ask(corners, (TOP_LEFT, BOTTOM_RIGHT)))
        masks: list[Floats] = []
        worth: list[Floats] = []
        for first in range(0, len(asks), ASKS_AT_ONCE):
            some = asks[first : first + ASKS_AT_ONCE]
            for ask, logits, quality in zip(some, *self._nets.decode(embedding, some), strict=True):
                masks.append(logits[self._nets.offered(ask)])
                worth.append(quality[self._nets.offered(ask)])
        logits, quality = np.concatenate(masks), np.concatenate(worth)
        return logits[salient.best(logits, quality, seen=seen)]

    def _seen(self, rgb: Bytes) -> Embedding:
        """The picture's embedding, from the last few if it is among them."""
        key = hashlib.blake2b(repr(rgb.shape).encode() + rgb.tobytes()).digest()
        with self._door:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        embedding = self._nets.encode(rgb)
        with self._door:
            self._kept[key] = embedding
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return embedding
