"""The band along a mask's edge, and work done on tiles of a large picture along that band.

What belongs here: where the edge is, and cutting, blending and skipping tiles. What does not:
what is worked out in a tile (matters in `engines`, edge colours in `foregrounds`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from maquette.types import Bools, Floats

Window = tuple[slice, slice]  # rows, columns


def edge_band(inside: Bools, *, edge_px: float) -> Bools:
    """(H, W) bool: the pixels within `edge_px` of the mask's edge, on either side."""
    if inside.all() or not inside.any():
        return np.zeros_like(inside)
    return depth_px(inside) <= edge_px


def depth_px(inside: Bools) -> Floats:
    """(H, W) float32: how far each pixel is from the nearest one of the other side."""
    import cv2

    exact = cv2.DIST_MASK_PRECISE
    to_outside = cv2.distanceTransform(inside.astype(np.uint8), cv2.DIST_L2, exact)
    to_inside = cv2.distanceTransform((~inside).astype(np.uint8), cv2.DIST_L2, exact)
    return np.asarray(to_outside + to_inside, np.float32)  # one of the two is 0 everywhere


def in_tiles(
    band: Bools, *, side_px: int, margin_px: int, work: Callable[[Window], Floats]
) -> Floats:
    """What `work` makes of every tile that holds band pixels; zero where there are none.

    Memory is that of one tile and of the answer, whatever the picture's size. Tiles overlap by
    twice the margin and fade into each other there, so that no seam shows.

    Args:
        band: (H, W), the pixels whose answer is wanted.
        side_px: of a tile without its margins.
        margin_px: what a tile sees beyond its own pixels; they count less and less out there.
        work: a window of the picture -> (h, w) or (h, w, C) float32 of that window's size.
    """
    made: Floats | None = None
    weights = np.zeros(band.shape, np.float32)
    for window, weight in _tiles(band, side_px=side_px, margin_px=margin_px):
        answer = work(window)
        if made is None:
            made = np.zeros((*band.shape, *answer.shape[2:]), np.float32)
        made[window] += answer * _beside(weight, answer)
        weights[window] += weight
    if made is None:
        return np.zeros(band.shape, np.float32)
    weights[weights == 0] = 1
    made /= _beside(weights, made)
    return made


def _beside(weight: Floats, values: Floats) -> Floats:
    """The weights, with the axis that channels need."""
    return weight if values.ndim == 2 else weight[..., None]


def _tiles(band: Bools, *, side_px: int, margin_px: int) -> Iterator[tuple[Window, Floats]]:
    """The windows that hold band pixels, each with how much its pixels count."""
    height, width = band.shape
    for rows, down in _cuts(height, side_px=side_px, margin_px=margin_px):
        for columns, across in _cuts(width, side_px=side_px, margin_px=margin_px):
            window = (rows, columns)
            if band[window].any():
                yield window, np.outer(down, across)


def _cuts(length_px: int, *, side_px: int, margin_px: int) -> Iterator[tuple[slice, Floats]]:
    """One axis cut into equal, overlapping stretches: full weight inside, fading to their ends."""
    count = -(-length_px // side_px)
    fade_px = max(1, 2 * margin_px)
    for n in range(count):
        first = max(0, n * length_px // count - margin_px)
        end = min(length_px, (n + 1) * length_px // count + margin_px)
        middles = np.arange(first, end) + 0.5
        weight = np.ones(end - first)
        if first > 0:
            weight = np.minimum(weight, (middles - first) / fade_px)
        if end < length_px:
            weight = np.minimum(weight, (end - middles) / fade_px)
        yield slice(first, end), weight.astype(np.float32)
