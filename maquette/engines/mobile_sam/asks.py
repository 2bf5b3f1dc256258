"""What nets that answer points and boxes are asked, and what they hold of a picture.

What belongs here: the shape of such nets, whatever family they are of, and the geometry between a
picture and what a net sees of it. What does not: any net, and turning a person's prompts into
asks (`engine`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import cv2
import numpy as np

from maquette.types import Bytes, Floats

NO_POINT, LEAVE_OUT, KEEP, TOP_LEFT, BOTTOM_RIGHT = -1, 0, 1, 2, 3


@dataclass(frozen=True)
class Ask:
    """One object pointed at, in pixels of the picture.

    Attributes:
        points_xy: clicks, and the corners of at most one box.
        labels: of each: 1 keep, 0 leave out, 2 the box's upper left and 3 its lower right.
        logits: an earlier answer for the same object, as `Nets.decode` gave it, or one made to
            look like it: (h, w) float32, positive inside.
    """

    points_xy: tuple[tuple[float, float], ...]
    labels: tuple[int, ...]
    logits: Floats | None = None


@dataclass(frozen=True)
class Embedding:
    """What a net holds of one picture.

    Attributes:
        features: as the net's encoder gives them, each (1, C, h, w) float32.
        size_wh: of the picture, in pixels.
        seen_wh: of what the net was shown: the whole picture, scaled.
    """

    features: tuple[Floats, ...]
    size_wh: tuple[int, int]
    seen_wh: tuple[int, int]

    def marks(self, ask: Ask) -> tuple[Floats, Floats]:
        """(P, 2) and (P,) float32: places as the net counts them, and their labels.

        A place is a continuous one, the middle of the first pixel is 0.5; nets count from pixel to
        pixel, where it is 0. Without a box a net expects a last point that is none.
        """
        scale_xy = np.array(self.seen_wh) / np.array(self.size_wh)
        places = np.array(ask.points_xy, np.float64).reshape(-1, 2) * scale_xy - 0.5
        labels = np.array(ask.labels, np.float32)
        if TOP_LEFT not in ask.labels:
            places, labels = np.vstack([places, (0, 0)]), np.append(labels, NO_POINT)
        return places.astype(np.float32), labels.astype(np.float32)

    def enlarged(self, logits: Floats) -> Floats:
        """(h, w) logits of the whole picture at the picture's own size, (H, W) float32."""
        whole = cv2.resize(logits, self.size_wh, interpolation=cv2.INTER_LINEAR)
        return whole.astype(np.float32, copy=False)


class Nets(Protocol):
    """An encoder that sees a picture once, and a decoder asked about it as often as one likes."""

    @property
    def weights(self) -> dict[str, str]:
        """What they were loaded from: name -> sha256; asking loads nothing."""
        ...

    def encode(self, rgb: Bytes) -> Embedding:
        """What the net sees in an (H, W, 3) picture; nearly all of the time goes here."""
        ...

    def decode(self, embedding: Embedding, asks: Sequence[Ask]) -> tuple[Floats, Floats]:
        """N asks to logits (N, M, h, w), positive inside, and guesses of their IoU (N, M)."""
        ...

    def offered(self, ask: Ask) -> slice:
        """Which of the M masks are meant for such an ask."""
        ...

    def close(self) -> None:
        """Free the nets; the next call loads them anew."""
        ...


def by_length(embedding: Embedding, asks: Sequence[Ask]) -> list[tuple[list[int], Floats, Floats]]:
    """Asks gathered by how many marks they have: their numbers, places (N, P, 2), labels (N, P).

    Filled up to one length the shorter ones would be answered otherwise than when asked alone.
    """
    marks = [embedding.marks(ask) for ask in asks]
    lengths = [len(labels) for _, labels in marks]
    gathered: list[tuple[list[int], Floats, Floats]] = []
    for length in sorted(set(lengths)):
        numbers = [n for n, found in enumerate(lengths) if found == length]
        places = np.stack([marks[n][0] for n in numbers])
        labels = np.stack([marks[n][1] for n in numbers])
        gathered.append((numbers, places, labels))
    return gathered
