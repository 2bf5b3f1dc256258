"""What the subject looks like without its backdrop: foreground colours along a soft edge.

A pixel at alpha 0.3 shows 70 % background; laid over another plate it makes a halo. Germer,
Uelwer, Conrad and Harmeling, "Fast multi-level foreground estimation" (2020): foreground and
background are both taken to be smooth, and are estimated from a few pixels' size up to full
size, each level correcting the one before until the two explain the plate.

What belongs here: plates of any depth, as float32. What does not: 8-bit stickers, for which a
rougher guess does (`colours.without_background`), and finding alpha (`engines`).
"""

from __future__ import annotations

import numpy as np

from maquette.errors import InputError
from maquette.pictures.bands import Window, in_tiles
from maquette.types import Floats

SMOOTHNESS = 1e-3  # how much neighbours hold on to each other anywhere
EDGE_SMOOTHNESS = 0.1  # and more where alpha changes: there the plate tells least
SMALLEST_PX = 4  # the long side of the first level
SMALL_PX = 32  # up to this size rounds cost nothing and must bring colours across the level
SMALL_ROUNDS, ROUNDS = 10, 3
TILE_PX, MARGIN_PX = 256, 32


def foreground(pixels: Floats, alpha: Floats) -> Floats:
    """The plate with the subject's own colours where it is partly covered; the rest as it is.

    Values may be of any range, scene-linear ones above 1 too; what comes back stays within the
    range of the plate nearby. Memory beside the answer is that of one tile.

    Args:
        pixels: (H, W, 3) float32.
        alpha: (H, W) float32 in 0..1.
    """
    if pixels.shape[:2] != alpha.shape:
        raise InputError(
            "MASK_SIZE", f"a matte of {alpha.shape} does not fit a plate of {pixels.shape[:2]}"
        )
    soft = (alpha > 0) & (alpha < 1)
    if not soft.any():
        return pixels

    def work(window: Window) -> Floats:
        # Renders hold infinities and worse; one of them would spread over its whole tile.
        seen = np.nan_to_num(pixels[window], nan=0, posinf=0, neginf=0)
        return _estimated(seen, alpha[window])

    found = in_tiles(soft, side_px=TILE_PX, margin_px=MARGIN_PX, work=work)
    clean = pixels.copy()
    clean[soft] = found[soft]
    return clean


def _estimated(seen: Floats, alpha: Floats) -> Floats:
    """Foreground colours of one tile, from coarse to fine."""
    # Channels come first here: numpy is three times as fast on whole rows.
    plate = np.ascontiguousarray(np.moveaxis(seen, 2, 0))
    both = np.concatenate([plate, plate])  # (6, h, w): foreground, then background
    for size_wh in _sizes((alpha.shape[1], alpha.shape[0])):
        small, cover = _resized(plate, size_wh), _resized(alpha[None], size_wh)[0]
        both = _resized(both, size_wh)
        rounds = SMALL_ROUNDS if max(size_wh) <= SMALL_PX else ROUNDS
        for _ in range(rounds):
            both = _corrected(both, small, cover)
    return np.clip(np.moveaxis(both[:3], 0, 2), seen.min(axis=(0, 1)), seen.max(axis=(0, 1)))


def _sizes(size_wh: tuple[int, int]) -> list[tuple[int, int]]:
    """Each twice the one before, the last as asked."""
    sizes = [size_wh]
    while max(sizes[-1]) > SMALLEST_PX:
        sizes.append((-(-sizes[-1][0] // 2), -(-sizes[-1][1] // 2)))
    return sizes[::-1]


def _corrected(both: Floats, seen: Floats, alpha: Floats) -> Floats:
    """One round: each pixel near its neighbours' colours, but so that it explains the plate."""
    held, weight = _gathered(both, alpha)
    rest = 1 - alpha
    unexplained = seen - alpha * held[:3] - rest * held[3:]
    unexplained /= weight + alpha * alpha + rest * rest
    held[:3] += alpha * unexplained
    held[3:] += rest * unexplained
    return held


def _gathered(both: Floats, alpha: Floats) -> tuple[Floats, Floats]:
    """The mean of each pixel's four neighbours, and how much it is held to that."""
    down = np.float32(SMOOTHNESS) + EDGE_SMOOTHNESS * np.abs(np.diff(alpha, axis=0))
    across = np.float32(SMOOTHNESS) + EDGE_SMOOTHNESS * np.abs(np.diff(alpha, axis=1))
    # a pixel is a faint neighbour of itself: a tile may be a single pixel wide and high
    weight = np.full_like(alpha, 1e-6)
    held = both * weight
    for one, other in ((np.s_[1:, :], np.s_[:-1, :]), (np.s_[:-1, :], np.s_[1:, :])):
        weight[one] += down
        held[:, *one] += down * both[:, *other]
    for one, other in ((np.s_[:, 1:], np.s_[:, :-1]), (np.s_[:, :-1], np.s_[:, 1:])):
        weight[one] += across
        held[:, *one] += across * both[:, *other]
    held /= weight
    return held, weight


def _resized(planes: Floats, size_wh: tuple[int, int]) -> Floats:
    """(C, h, w) averaged down, or drawn up between neighbours."""
    import cv2

    height, width = planes.shape[1:]
    if (width, height) == size_wh:
        return planes
    how = cv2.INTER_AREA if size_wh[0] * size_wh[1] < height * width else cv2.INTER_LINEAR
    return np.stack(
        [np.asarray(cv2.resize(plane, size_wh, interpolation=how), np.float32) for plane in planes]
    )
