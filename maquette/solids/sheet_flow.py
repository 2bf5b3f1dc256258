"""What is seen to move inside of masks, and how far that is to be trusted.

What belongs here: optical flow between two frames. What does not: what a sheet makes of it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from maquette.solids.sheet_rims import sampled
from maquette.types import Bools, Bytes, Floats

Wide = NDArray[np.float64]
Plane = NDArray[np.complex128]

AIR_PX = 16  # around the two masks
DOUBT_PX, DOUBT_SHARE = 1.0, 0.05  # there and back again so far off, and of the way: half trusted
GRAIN_PX, DETAIL_PX = 1.0, 4.0  # finer is noise; over which details are looked for
DETAIL_LEVELS = 0.8  # so steep is a detail, in grey levels per pixel: half trusted
LITTLE = 0.02  # of all points: where fewer are seen, the mask's middle says how they go
TRUSTED = 0.01  # what is trusted less is nowhere seen


def carried(
    points: Plane, here: tuple[Bools, Bytes], there: tuple[Bools, Bytes]
) -> tuple[Plane, Wide]:
    """Where points of one frame are seen on another, and how far that is trusted, 0 .. 1.

    Points that are not seen go the mean way.

    Args:
        points: (N,), x + iy.
        here: the mask and the grey picture of the frame they are on.
        there: of the other.
    """
    either = here[0] | there[0]
    rows, columns = (_span(np.asarray(either.any(axis=axis))) for axis in (1, 0))
    masks = [mask[rows, columns] for mask, _ in (here, there)]
    greys = [_filled(mask[rows, columns], grey[rows, columns]) for mask, grey in (here, there)]
    ways, trust = _flow(masks, greys)
    places = points - complex(columns.start, rows.start)
    high, wide = trust.shape
    x, y = places.real, places.imag
    trusted = sampled(trust, places) * ((x >= 0) & (y >= 0) & (x <= wide) & (y <= high))
    steps = sampled(ways[..., 0].copy(), places) + 1j * sampled(ways[..., 1].copy(), places)
    little = LITTLE * len(points)
    mean = (steps * trusted).sum() + little * (_middle(masks[1]) - _middle(masks[0]))
    mean /= float(trusted.sum()) + little
    return points + np.where(trusted > TRUSTED, steps, mean), trusted


def _middle(inside: Bools) -> complex:
    """Of what is inside."""
    rows, columns = np.nonzero(inside)
    return complex(columns.mean(), rows.mean())


def _span(taken: Bools) -> slice:
    """From the first to the last that is taken, with air."""
    where = np.flatnonzero(taken)
    return slice(max(0, int(where[0]) - AIR_PX), int(where[-1]) + 1 + AIR_PX)


def _filled(inside: Bools, grey: Bytes) -> Bytes:
    """What is inside, and its mean outside: neither what lies behind nor a new edge is followed."""
    return np.where(inside, grey, np.uint8(grey[inside].mean())).astype(np.uint8)


def _flow(masks: list[Bools], greys: list[Bytes]) -> tuple[Floats, Floats]:
    """(H, W, 2) where each pixel goes, and (H, W) the trust in that."""
    import cv2

    engine: Any = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_FAST)
    engine.setFinestScale(0)
    ways = np.asarray(engine.calc(greys[0], greys[1], None), np.float32)
    back = np.asarray(engine.calc(greys[1], greys[0], None), np.float32)
    rows, columns = np.indices(ways.shape[:2], dtype=np.float32)
    x, y = columns + ways[..., 0], rows + ways[..., 1]
    returned = cv2.remap(back, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    landed = cv2.remap(masks[1].astype(np.float32), x, y, cv2.INTER_LINEAR)
    apart = np.linalg.norm(ways + returned, axis=2)
    doubt = apart / (DOUBT_PX + DOUBT_SHARE * np.linalg.norm(ways, axis=2))
    trust = np.exp(-(doubt**2)) * masks[0] * landed * _detail(greys[0])
    return ways, np.asarray(trust, np.float32)


def _detail(grey: Bytes) -> Floats:
    """How much there is to be followed around each pixel, 0 .. 1: edges that run both ways.

    Where there is nothing, flow is zero there and back, and would be believed.
    """
    import cv2

    soft = cv2.GaussianBlur(grey.astype(np.float32), (0, 0), GRAIN_PX)
    down, right = np.asarray(np.gradient(np.asarray(soft)), np.float32)
    sums = [
        np.asarray(cv2.GaussianBlur(product, (0, 0), DETAIL_PX), np.float32)
        for product in (right * right, down * down, right * down)
    ]
    half, apart = (sums[0] + sums[1]) / 2, (sums[0] - sums[1]) / 2
    least = np.maximum(half - np.hypot(apart, sums[2]), 0)
    return np.asarray(least / (least + DETAIL_LEVELS**2), np.float32)
