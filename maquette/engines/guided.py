"""Hard mask to soft matte with a colour guided filter: no weights, no GPU, 70 ms a megapixel.

He, Sun and Tang, "Guided image filtering" (2013): around every pixel alpha is taken to be an
affine function of colour, fitted to the mask by least squares. On hair and fur it halves a hard
mask's error; on flat edges it finds the anti-aliasing. It cannot tell subject from background
where both have the same colour: there the mask's own edge stays. OpenCV's own version lies in
its contrib build, which the base install does not carry.
"""

from __future__ import annotations

import os

import cv2
import numpy as np

from maquette.pictures.scaling import resized
from maquette.roles import EngineInfo, Matter
from maquette.types import Bools, Floats, Mask, Matte, Picture

SMOOTHNESS = 1e-4  # of colours in 0..1: contrasts below 1 % are not followed
# Share of the mask's variance that colour explains: up to the first the mask alone counts,
# from the second on colour alone.
NO_TRUST, FULL_TRUST = 0.25, 0.65
COARSE, SNAPS = 4, 3  # at which part of the size, and how often, the mask's edge is moved
MOVED = 0.35  # how much a coarse pixel must change for its fine ones to change sides
FINE_PX = 640  # pictures longer than this are fitted at half size; colours at full size


class GuidedMatter:
    """The guided filter as a `Matter`; it holds nothing, so there is nothing to load or free."""

    @property
    def info(self) -> EngineInfo:
        """What it is; any number of threads may call it."""
        return EngineInfo(name="guided", version="1", parallel=os.cpu_count() or 1)

    def refine(self, picture: Picture, mask: Mask, *, edge_px: int) -> Matte:
        """Alpha that follows the picture's colours within `edge_px` of the mask's edge."""
        inside = mask.inside
        alpha = inside.astype(np.float32)
        window = _around_edge(inside, margin_px=2 * edge_px)
        if edge_px < 1 or window is None:
            return Matte(alpha)
        near = _near_edge(inside[window], edge_px=edge_px)
        colours = picture.rgba[window][..., :3].astype(np.float32) / np.float32(255)
        step = 2 if max(colours.shape) > FINE_PX else 1
        target = _snapped(alpha[window], colours, near=near, edge_px=edge_px)
        fitted, _ = _guided(colours, target, radius_px=edge_px, step=step)
        alpha[window] = np.where(near, np.clip(fitted, 0, 1), alpha[window])
        return Matte(alpha)

    def close(self) -> None:
        """Nothing is held."""


def make() -> Matter:
    """The guided filter."""
    return GuidedMatter()


def _around_edge(inside: Bools, *, margin_px: int) -> tuple[slice, slice] | None:
    """The rectangle that holds every pixel whose matte may change; None without an edge."""
    if inside.all():
        return None
    rows, columns = np.flatnonzero(inside.any(axis=1)), np.flatnonzero(inside.any(axis=0))
    if not len(rows):
        return None
    return (
        slice(max(0, int(rows[0]) - margin_px), int(rows[-1]) + margin_px + 1),
        slice(max(0, int(columns[0]) - margin_px), int(columns[-1]) + margin_px + 1),
    )


def _near_edge(inside: Bools, *, edge_px: int) -> Bools:
    """Pixels closer to the other side than `edge_px`."""
    subject = inside.astype(np.uint8)
    depth_px = np.where(
        inside,
        cv2.distanceTransform(subject, cv2.DIST_L2, 3),
        cv2.distanceTransform(1 - subject, cv2.DIST_L2, 3),
    )
    return depth_px < edge_px


def _snapped(target: Floats, colours: Floats, *, near: Bools, edge_px: int) -> Floats:
    """The hard mask with its edge moved to where the colours change, within the band.

    A segmenter's edge is often 3 px off, and a filter fitted to a wrong edge leaves a haze as
    wide as its window. Fitting and deciding anew, at a quarter of the size, halves that error.
    """
    radius_px = edge_px // COARSE
    if radius_px < 2:
        return target
    size_wh = (target.shape[1], target.shape[0])
    small_wh = (max(1, size_wh[0] // COARSE), max(1, size_wh[1] // COARSE))
    guide, given = resized(colours, small_wh), resized(target, small_wh)
    free = resized(near.astype(np.float32), small_wh) > 0.5
    aim = given
    for _ in range(SNAPS):
        decided = (aim > 0.5).astype(np.float32)
        redrawn, trust = _guided(guide, decided, radius_px=radius_px, step=1)
        aim = np.where(free & (trust > 0.5), redrawn, aim).astype(np.float32)
    # Only what clearly changed sides moves: elsewhere the mask is finer than this.
    change = resized(aim, size_wh) - resized(given, size_wh)
    moved = np.where(change > MOVED, 1, np.where(change < -MOVED, 0, target))
    return np.where(near, moved, target).astype(np.float32)


def _guided(colours: Floats, target: Floats, *, radius_px: int, step: int) -> tuple[Floats, Floats]:
    """The target redrawn as a locally affine function of the colours, and trust in it 0..1."""
    size_wh = (target.shape[1], target.shape[0])
    small_wh = (max(1, size_wh[0] // step), max(1, size_wh[1] // step))
    guide, aim = resized(colours, small_wh), resized(target, small_wh)
    fit = resized(_fit(guide, aim, radius_px=max(1, radius_px // step)), size_wh)
    redrawn = np.einsum("hwc,hwc->hw", fit[..., :3], colours) + fit[..., 3]
    # Where colours explain little of the mask, subject and background look alike: the fit is
    # then only a blurred mask, a ghost around dark hair on a dark wall. The mask's edge is better.
    trust = np.clip((fit[..., 4] - NO_TRUST) * np.float32(1 / (FULL_TRUST - NO_TRUST)), 0, 1)
    plain = cv2.GaussianBlur(target, (0, 0), 1.0)
    blended = trust * redrawn + (1 - trust) * plain
    return np.asarray(blended, np.float32), np.asarray(trust, np.float32)


def _fit(guide: Floats, aim: Floats, *, radius_px: int) -> Floats:
    """Least squares in every window, averaged over the windows a pixel lies in.

    Returns (H, W, 5): slope by red, green and blue, offset, and the share of the aim's variance
    that the colours explain.
    """

    def mean(values: Floats) -> Floats:
        side_px = 2 * radius_px + 1
        blurred = cv2.blur(values, (side_px, side_px), borderType=cv2.BORDER_REFLECT)
        return np.asarray(blurred, np.float32)

    centre, aim_mean = mean(guide), mean(aim)
    together = mean(guide * aim[..., None]) - centre * aim_mean[..., None]
    # the six different entries of the colour covariance: rr rg rb gg gb bb
    first, second = [0, 0, 0, 1, 1, 2], [0, 1, 2, 1, 2, 2]
    products = [guide[..., i] * guide[..., j] for i, j in zip(first, second, strict=True)]
    spread = np.dstack([mean(product) for product in products])
    spread -= centre[..., first] * centre[..., second]
    spread[..., [0, 3, 5]] += np.float32(SMOOTHNESS)
    slope = _solve(spread, np.asarray(together, np.float32))
    offset = aim_mean - np.einsum("hwc,hwc->hw", slope, centre)
    explained = np.einsum("hwc,hwc->hw", slope, together)
    share = explained / (mean(aim * aim) - aim_mean * aim_mean + np.float32(1e-4))
    return np.dstack([mean(slope), mean(offset), mean(share)])


def _solve(spread: Floats, together: Floats) -> Floats:
    """Symmetric 3 × 3 systems by cofactors, one per pixel: LAPACK calls would cost 20 times."""
    rr, rg, rb, gg, gb, bb = (spread[..., i] for i in range(6))
    inverse = (
        gg * bb - gb * gb,
        rb * gb - rg * bb,
        rg * gb - rb * gg,
        rr * bb - rb * rb,
        rb * rg - rr * gb,
        rr * gg - rg * rg,
    )
    determinant = inverse[0] * rr + inverse[1] * rg + inverse[2] * rb
    r, g, b = (together[..., i] for i in range(3))
    solved = np.dstack(
        [
            inverse[0] * r + inverse[1] * g + inverse[2] * b,
            inverse[1] * r + inverse[3] * g + inverse[4] * b,
            inverse[2] * r + inverse[4] * g + inverse[5] * b,
        ]
    )
    return np.asarray(solved / determinant[..., None], np.float32)
