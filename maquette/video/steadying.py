"""Mattes that do not flicker: each averaged with its neighbours in time along their motion.

What belongs here: smoothing alpha over three frames, streaming. What does not: finding alpha
(`engines`), the runs of frames it is done over (`maquette.lines`).

Why it does not lag: the frame before and the frame after count alike, so what they get wrong
cancels; both are first moved to where the subject is now; and where colours or alpha then still
differ, as on something that turned or came out from behind, they do not count.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from maquette.pictures.bands import Window, in_tiles
from maquette.types import Bools, Bytes, Floats, Matte, Picture

Frame = tuple[Picture, Matte]  # the plate as networks see it, and its matte

FLOW_PX = 960  # the long side at which motion is measured: finer costs more than it tells
SPREAD_PX = 10  # on that grid, over which the subject's motion is carried out under its edge
LEAST_FLOW_PX = 32  # smaller pictures have no motion to measure
BESIDE_PX = 2  # how far a matte's edge wavers
REACH_PX = 64  # how far beyond the edge is looked for where it came from
SAME_COLOUR = 0.1  # of colours in 0..1: differing so much, two pixels count a third
SAME_ALPHA = 0.25
TILE_PX = 512


def steady(frames: Iterable[Frame]) -> Iterator[Matte]:
    """One steadier matte per frame, in order; at most three frames are held.

    The first and the last frame, with a neighbour on one side only, come back as they are:
    averaged with one neighbour they would be drawn towards it.
    """
    held: list[Frame] = []
    for frame in frames:
        held.append(frame)
        if len(held) == 1:
            yield frame[1]
        if len(held) == 3:
            yield smoothed(held[1], beside=(held[0], held[2]))
            del held[0]
    if len(held) == 2:
        yield held[1][1]


def smoothed(current: Frame, *, beside: Sequence[Frame]) -> Matte:
    """The matte averaged with those beside it along its soft edge; the rest as it is.

    Args:
        current: the frame to steady.
        beside: its neighbours, of the same size; the one before and the one after.
    """
    picture, matte = current
    band = _soft(matte.alpha)
    box = _box(band)
    if box is None:
        return matte
    rgba, alpha = picture.rgba[box], matte.alpha[box]
    others = [_neighbour(rgba, alpha, other, box) for other in beside]

    def work(window: Window) -> Floats:
        total, weights = alpha[window].copy(), np.ones_like(alpha[window])
        for other in others:
            carried, weight = _carried(rgba[window], alpha[window], other, window)
            total += weight * carried
            weights += weight
        return total / weights

    near = band[box]
    steady = in_tiles(near, side_px=TILE_PX, margin_px=0, work=work)
    answer = matte.alpha.copy()
    answer[box][near] = steady[near]
    return Matte(answer)


@dataclass(frozen=True)
class _Neighbour:
    """Another frame, cut to the box, and the way there from every pixel of the current one."""

    rgba: Bytes
    alpha: Floats
    flow_px: Floats  # (h, w, 2) of full-size pixels, on a grid `scale_wh` times as coarse
    scale_wh: tuple[float, float]


def _soft(alpha: Floats) -> Bools:
    """Where alpha is neither 0 nor 1, and just beside."""
    import cv2

    soft = ((alpha > 0) & (alpha < 1)).astype(np.uint8)
    return cv2.dilate(soft, np.ones((2 * BESIDE_PX + 1, 2 * BESIDE_PX + 1), np.uint8)) > 0


def _box(band: Bools) -> Window | None:
    """The rectangle around the band, with room for motion."""
    rows, columns = np.flatnonzero(band.any(axis=1)), np.flatnonzero(band.any(axis=0))
    if not len(rows):
        return None
    return (
        slice(max(0, int(rows[0]) - REACH_PX), int(rows[-1]) + REACH_PX + 1),
        slice(max(0, int(columns[0]) - REACH_PX), int(columns[-1]) + REACH_PX + 1),
    )


def _neighbour(rgba: Bytes, alpha: Floats, other: Frame, box: Window) -> _Neighbour:
    """How the subject moved between the two: an edge moves with what is inside it.

    Beyond the edge optical flow follows the background; the motion there is taken from the
    subject's pixels nearby.
    """
    import cv2

    height, width = alpha.shape
    step = max(1.0, max(height, width) / FLOW_PX)
    size_wh = (max(1, round(width / step)), max(1, round(height / step)))
    scale_wh = (width / size_wh[0], height / size_wh[1])
    there = other[0].rgba[box]
    flow = _flow(_grey(rgba, size_wh), _grey(there, size_wh))
    inside = np.asarray(cv2.resize(alpha, size_wh, interpolation=cv2.INTER_AREA)) ** 2 + 1e-6
    held = cv2.GaussianBlur(flow * inside[..., None], (0, 0), SPREAD_PX)
    held /= cv2.GaussianBlur(inside, (0, 0), SPREAD_PX)[..., None]
    flow_px = np.asarray(held * np.array(scale_wh), np.float32)
    return _Neighbour(there, other[1].alpha[box], flow_px, scale_wh)


def _flow(here: Bytes, there: Bytes) -> Floats:
    """(h, w, 2): where each pixel is in the other picture, less where it is here."""
    import cv2

    if min(here.shape) < LEAST_FLOW_PX:
        return np.zeros((*here.shape, 2), np.float32)
    dis = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    still = np.zeros((*here.shape, 2), np.float32)
    return np.asarray(dis.calc(here, there, still), np.float32)


def _grey(rgba: Bytes, size_wh: tuple[int, int]) -> Bytes:
    import cv2

    grey = cv2.cvtColor(np.ascontiguousarray(rgba), cv2.COLOR_RGBA2GRAY)
    return np.asarray(cv2.resize(grey, size_wh, interpolation=cv2.INTER_AREA), np.uint8)


def _carried(
    rgba: Bytes, alpha: Floats, other: _Neighbour, window: Window
) -> tuple[Floats, Floats]:
    """The neighbour's alpha moved here, and how much it counts at each pixel."""
    import cv2

    rows, columns = (np.arange(cut.start, cut.stop, dtype=np.float32) for cut in window)
    x, y = np.meshgrid(columns, rows)
    across, down = other.scale_wh
    flow = _sampled(other.flow_px, (x + 0.5) / across - 0.5, (y + 0.5) / down - 0.5)
    x, y = x + flow[..., 0], y + flow[..., 1]
    carried = _sampled(other.alpha, x, y)
    seen = _sampled(other.rgba, x, y)[..., :3]
    differs = np.abs(seen - rgba[..., :3]).max(axis=2) / np.float32(255)
    # Under a faint edge the background shows, and that need not move along.
    differs = cv2.blur(differs * np.maximum(alpha, carried), (3, 3)) / SAME_COLOUR
    moved = (carried - alpha) / SAME_ALPHA
    return carried, np.exp(-differs * differs - moved * moved)


def _sampled(values: Floats | Bytes, x: Floats, y: Floats) -> Floats:
    """What lies at places between pixels; beyond the edge what lies at the edge."""
    import cv2

    there = cv2.remap(values, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(there, np.float32)
