"""Looking with MobileSAM: features of three depths of its encoder, shapes of its mask decoder.

What belongs here: turning nets into a `Sight`. What does not: the nets
(`maquette.engines.mobile_sam.nets`), and choosing among the shapes (`passes`).
"""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np

from maquette.engines.flow_snap.sight import Look, Trust
from maquette.engines.flow_snap.windows import box_of
from maquette.engines.mobile_sam.asks import BOTTOM_RIGHT, KEEP, TOP_LEFT, Ask, Embedding
from maquette.engines.mobile_sam.nets import MobileSamNets
from maquette.pictures.scaling import resized
from maquette.types import Bools, Bytes, Floats

CLICKS = 3  # in the middles of the guess's thickest parts
MARGIN_CELLS = 0.75  # of the box around the guess: its outermost cells are only partly object
SURENESS = 2.0  # a guess is told as more certain than it is: the decoder expects its own answers
LOGIT_AT_MOST = 10.0


class NetSight:
    """MobileSAM as a sight."""

    # A window's long side, as the encoder sees it: 512 loses 0.02 of J, 640 gains hardly anything
    # and takes a fifth longer.
    SEEN_PX = 576
    trust = Trust(likeness=3.0, place=0.5, ridge=3e-3, snap_px=4)

    def __init__(self, nets: MobileSamNets) -> None:
        self._nets = nets

    def look(self, rgb: Bytes) -> Look:
        """What the encoder sees in a window: its early, middle and last features, cell by cell.

        The last ones alone were trained to find edges of things, not to tell things apart; the
        earlier ones know colours and textures: together they gain 0.055 of J.
        """
        embedding = self._nets.encode(rgb)
        last, middle, early = (maps[0] for maps in embedding.features)
        grid_hw = (early.shape[1], early.shape[2])
        depths = [_lines(maps, grid_hw=grid_hw) for maps in (early, middle, last)]
        channels = sum(len(lines) for lines in depths)
        ones = np.ones((1, grid_hw[0] * grid_hw[1]), np.float32)
        cells = np.concatenate([*depths, ones]).T / np.float32(np.sqrt(channels))
        return Look(np.ascontiguousarray(cells), grid_hw, embedding)

    def shapes(self, look: Look, guess: Floats) -> Floats:
        """(8, h, w) logits: four readings each of the guess with its mask, and without."""
        embedding = look.held
        assert isinstance(embedding, Embedding)
        scale_xy = np.array(embedding.size_wh) / np.array(look.grid_hw[::-1])
        clicks = [tuple((scale_xy * place).tolist()) for place in _middles(guess > 0)]
        x0, y0, x1, y1 = box_of(guess > 0)
        corners = [
            tuple((scale_xy * (x0 - MARGIN_CELLS, y0 - MARGIN_CELLS)).tolist()),
            tuple((scale_xy * (x1 + MARGIN_CELLS, y1 + MARGIN_CELLS)).tolist()),
        ]
        told = np.clip(SURENESS * guess, -LOGIT_AT_MOST, LOGIT_AT_MOST)
        points, box = (KEEP,) * len(clicks), (TOP_LEFT, BOTTOM_RIGHT)
        asks = [
            Ask((*clicks, *corners), (*points, *box), told),
            Ask((*clicks, *corners), (*points, *box)),
        ]
        logits, _ = self._nets.decode(embedding, asks)
        return logits.reshape(-1, *logits.shape[2:])


def _lines(maps: Floats, *, grid_hw: tuple[int, int]) -> Floats:
    """(C, h, w) features to (C, cells), all depths equally loud, drawn up to the finest grid."""
    loudness = np.sqrt(np.mean(np.square(maps), axis=0, keepdims=True)) + np.float32(1e-6)
    even = maps / loudness
    if even.shape[1:] != grid_hw:
        down, across = (_spread(a, b) for a, b in zip(even.shape[1:], grid_hw, strict=True))
        even = np.matmul(np.matmul(down, even), across.T)
    return even.reshape(len(even), -1)


@cache
def _spread(few: int, many: int) -> Floats:
    """(many, few) float32: draws a line of values up between neighbours.

    As two products of matrices this takes a tenth of the time of resizing channel by channel.
    """
    return np.stack([resized(line[:, None], (1, many))[:, 0] for line in np.eye(few, dtype="f4")]).T


def _middles(inside: Bools) -> list[tuple[float, float]]:
    """Middles x, y of the thickest parts in cells, no two in the same part; one at least."""
    thickness = cv2.distanceTransform(np.pad(inside, 1).astype(np.uint8), cv2.DIST_L2, 3)[
        1:-1, 1:-1
    ]
    found: list[tuple[float, float]] = []
    for _ in range(CLICKS):
        y, x = np.unravel_index(int(thickness.argmax()), thickness.shape)
        if thickness[y, x] < 1 and found:
            break
        found.append((float(x) + 0.5, float(y) + 0.5))
        cv2.circle(thickness, (int(x), int(y)), max(3, int(1.2 * thickness[y, x])), 0.0, -1)
        if not thickness.any():
            break
    return found
