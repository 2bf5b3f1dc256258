"""Hair: which parts of a portrait are hair.

What belongs here: telling hair from skin and clothes by colour and place. What does not: its
shape in space (`outlines`, `shapes`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from maquette.solids.heads.fitting import Fit
from maquette.solids.heads.landmarks import BROWS, CHIN, LIPS, OVAL, SKIN, TOP
from maquette.solids.heads.planes import CELLS, Plane
from maquette.types import Bools, Floats

STRANGE = 3.2  # standard deviations: what is farther from skin may be hair
LEAST_SPREAD = (11.0, 3.5, 3.5)  # of skin in CIE Lab
BINS = (12, 20, 20)
BARE = 2.65  # standard deviations that half of a bald crown stays within; of hair, 3
CROWN, CROWN_HALF = 0.04, 0.4  # above the face's outline, of its height; of its half width
LEAST_CELLS = 50
DOUBTFUL = 2.2  # standard deviations: no skin where hair is to be expected
FOREHEAD, EARS = 0.16, 0.17  # of a face's height: how far skin may reach beyond the face's outline
BESIDE_NECK = 0.75  # of a face's half width
HANGS = 0.03  # of the square of a face's height: what lies beside a cheek in long hair
HAT, AROUND = 0.4, 0.05  # of a face's height; of its square: nobody bald has so much about a face
BURNS = 0.12  # of a face's height, under the brows: where short hair ends beside the ears
SPOT = 0.05  # of a face's height: what is about a landmark on skin
SOFT, BROAD = 0.014, 3.5  # of a face's height; times that


@dataclass(frozen=True)
class Hair:
    """Where hair is in the front view.

    Attributes:
        inside: (CELLS, CELLS) of hair, none beyond the cut-out.
        depth: (CELLS, CELLS) distance to the hairline in figure heights, above zero in hair;
            beyond the cut-out it goes on as at the nearest edge.
        bald: whether there is none on top; what is left at the sides then counts for nothing.
    """

    inside: Bools
    depth: Floats
    bald: bool


def hair_of(laid: Floats, plane: Plane, fit: Fit, landmarks: Floats) -> Hair:
    """Tell hair from the rest of a portrait.

    Args:
        laid: the photo's cut-out on the plane.
        plane: the front plane.
        fit: from pixels to the plane.
        landmarks: in pixels.
    """
    zones = _zones(plane, fit.forth(landmarks[:, :2]))
    cover = laid[..., 3] > 127
    lab = _lab(laid)
    sigma = SOFT * zones.height / plane.step
    strange = _strange(lab, cover, zones)
    seeds = cover & (zones.outside > 0) & (zones.y > zones.brow) & (strange > STRANGE)
    none = Hair(np.zeros_like(cover), np.full(cover.shape, -1, np.float32), bald=True)
    if _bald(strange, cover, zones, plane):
        return none
    # of fair hair nothing is certain but its place
    likely = _likely(lab, seeds, strange) if seeds.sum() >= LEAST_CELLS else np.zeros_like(strange)
    inside = cover & _even(_by_place(likely, strange, zones), cover, sigma)
    inside = _connected(inside, zones.y > zones.brow, round(1.6 * sigma))
    inside &= ~_at_ears(inside, zones, plane)
    if not inside.any():
        return none
    return Hair(inside, _depth(inside, cover, plane, sigma), bald=False)


@dataclass(frozen=True)
class _Zones:
    """Parts of the front plane by the face's landmarks.

    Attributes:
        y: of every cell.
        outside: distance from the face's outline, below zero in the face.
        aside: distance from its middle line, of its half width.
        height: of the face.
        brow: height of the brows.
        lips: height of the mouth.
        chin: height of the chin.
        near: cells that are skin in most faces.
    """

    y: Floats
    outside: Floats
    aside: Floats
    height: float
    brow: float
    lips: float
    chin: float
    near: Bools


def _zones(plane: Plane, points: Floats) -> _Zones:
    import cv2

    middles = plane.middles().reshape(CELLS, CELLS, 2)
    canvas = np.zeros((CELLS, CELLS), np.uint8)
    oval = points[list(OVAL)]
    cv2.fillPoly(canvas, [np.rint(plane.cells(oval)).astype(np.int32)], 1)
    out = cv2.distanceTransform(1 - canvas, cv2.DIST_L2, 5)
    deep = cv2.distanceTransform(canvas, cv2.DIST_L2, 5)
    height = float(points[TOP, 1] - points[CHIN, 1])
    disc = np.zeros((CELLS, CELLS), np.uint8)
    for x, y in np.rint(plane.cells(points[list(SKIN)])).astype(int).tolist():
        cv2.circle(disc, (x, y), max(1, round(SPOT * height / plane.step)), 1, -1)
    left, right = float(oval[:, 0].min()), float(oval[:, 0].max())
    return _Zones(
        y=middles[..., 1],
        outside=np.asarray(out - deep, np.float32) * np.float32(plane.step),
        aside=np.abs(middles[..., 0] - np.float32((left + right) / 2))
        * np.float32(2 / (right - left)),
        height=height,
        brow=float(points[list(BROWS), 1].max()),
        lips=float(points[list(LIPS), 1].mean()),
        chin=float(points[CHIN, 1]),
        near=disc > 0,
    )


def _bald(strange: Floats, cover: Bools, zones: _Zones, plane: Plane) -> bool:
    """Whether what is right above the forehead has the colours of skin, in light and shade."""
    # light from one side makes half a head strange
    both = np.minimum(strange, np.where(cover[:, ::-1], strange[:, ::-1], strange))
    rise = zones.outside / np.float32(zones.height)
    high = cover & (zones.y > zones.brow)
    beside = cover & (zones.y < zones.brow) & (zones.y > zones.lips) & (rise > EARS)
    crown = high & (rise > CROWN) & (zones.aside < CROWN_HALF)
    # fair hair has colours of skin too, but it goes round a face
    if _share(beside | (high & (rise > HAT)), zones, plane) > AROUND:
        return False
    return not crown.any() or float(np.median(both[crown])) < BARE


def _share(which: Bools, zones: _Zones, plane: Plane) -> float:
    """An area, of the square of the face's height."""
    return float(which.sum()) * (plane.step / zones.height) ** 2


def _by_place(likely: Floats, strange: Floats, zones: _Zones) -> Floats:
    """How likely hair is, knowing where things are in a head.

    Fair hair has colours of skin: far above a face, and beyond the ears, it is hair all the same.
    """
    far = zones.outside / np.float32(zones.height)
    high = zones.y > zones.brow
    found = np.where(high & (far > 0), np.maximum(likely, strange > DOUBTFUL), likely)
    found = np.where(high & (far > FOREHEAD), 1, found)
    beside = ~high & (far > 0) & (zones.y > zones.chin)
    found = np.where(beside, np.maximum(likely, strange > DOUBTFUL), found)
    found = np.where(beside & (far > EARS), 1, found)
    # no fringe hangs into the eyes, and what is in front of the neck is clothes or shadow
    neck = (zones.y < zones.lips) & (zones.aside < BESIDE_NECK)
    return np.where((~high & (far <= 0)) | neck, 0, found).astype(np.float32)


def _at_ears(inside: Bools, zones: _Zones, plane: Plane) -> Bools:
    """What lies low beside a face where no more hair hangs down: an ear and its shadows."""
    middle = CELLS // 2  # of the plane, which is the face's
    low = (zones.outside > 0) & (zones.y < zones.brow - np.float32(BURNS * zones.height))
    short = np.zeros_like(inside)
    for side in (np.s_[:, :middle], np.s_[:, middle:]):
        short[side] = _share((inside & low)[side], zones, plane) < HANGS
    return short & low


def _even(likely: Floats, cover: Bools, sigma: float) -> Bools:
    """Without specks: what most of a small neighbourhood is."""
    import cv2

    found = cv2.GaussianBlur(np.where(cover, likely, 0).astype(np.float32), (0, 0), sigma)
    solid = cv2.GaussianBlur(cover.astype(np.float32), (0, 0), sigma)
    return np.asarray(found > 0.5 * np.maximum(solid, 0.2))


def _strange(lab: Floats, cover: Bools, zones: _Zones) -> Floats:
    """How many standard deviations each colour is away from the face's skin."""
    skin = lab[zones.near & cover]
    if not len(skin):
        return np.zeros(cover.shape, np.float32)
    middle = np.median(skin, axis=0)
    spread = 1.48 * np.median(np.abs(skin - middle), axis=0)
    spread = np.maximum(spread, LEAST_SPREAD).astype(np.float32)
    return np.sqrt((((lab - middle) / spread) ** 2).sum(axis=2)).astype(np.float32)


def _likely(lab: Floats, seeds: Bools, strange: Floats) -> Floats:
    """How likely each colour is hair's rather than skin's, from the hair that is certain."""
    from scipy.ndimage import gaussian_filter

    scale = np.array([100 / BINS[0], 160 / BINS[1], 160 / BINS[2]], np.float32)
    bins = np.floor((lab + np.array([0, 80, 80], np.float32)) / scale).astype(np.int64)
    bins = np.clip(bins, 0, np.array(BINS) - 1)
    flat = np.ravel_multi_index((bins[..., 0], bins[..., 1], bins[..., 2]), BINS)
    counted = np.bincount(flat[seeds], minlength=int(np.prod(BINS))).reshape(BINS)
    usual = gaussian_filter(counted / seeds.sum(), 0.9).ravel()
    known = np.minimum(usual[flat] / 0.002, 1.0)
    return (known * np.clip((strange - 0.7 * STRANGE) / (0.5 * STRANGE), 0, 1)).astype(np.float32)


def _connected(inside: Bools, upper: Bools, radius: int) -> Bools:
    """What hangs together with the hair above the brows, without thin bridges."""
    import cv2

    round_px = 2 * max(1, radius) + 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (round_px, round_px))
    opened = cv2.morphologyEx(inside.astype(np.uint8), cv2.MORPH_OPEN, kernel)
    opened = cv2.morphologyEx(opened, cv2.MORPH_CLOSE, kernel)
    _, found, stats, _ = cv2.connectedComponentsWithStats(opened)
    labels = np.asarray(found, np.int64)
    keep = np.zeros(len(stats), np.bool_)
    least = 0.03 * float(opened.sum())
    for k in range(1, len(stats)):
        keep[k] = stats[k, cv2.CC_STAT_AREA] > least and bool(upper[labels == k].any())
    return keep[labels]


def _depth(inside: Bools, cover: Bools, plane: Plane, sigma: float) -> Floats:
    import cv2

    # specks along the edge must not draw rays over all that is beyond it
    square = np.ones((2 * round(2 * sigma) + 1,) * 2, np.uint8)
    shown = np.asarray(cv2.erode(cover.astype(np.uint8), square) > 0)
    if not shown.any():
        shown = cover
    away, found = cv2.distanceTransformWithLabels(
        (~shown).astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    labels = np.asarray(found, np.int64)
    of = np.zeros(int(labels.max()) + 1, np.bool_)
    of[labels[shown]] = inside[shown]
    hair = of[labels].astype(np.uint8)
    deep = np.asarray(cv2.distanceTransform(hair, cv2.DIST_L2, 5), np.float32)
    deep -= cv2.distanceTransform(1 - hair, cv2.DIST_L2, 5)
    soft = np.asarray(cv2.GaussianBlur(deep, (0, 0), sigma), np.float32)
    # what is seen at the edge goes round the whole side of a head: only its broad shape may
    broad = np.asarray(cv2.GaussianBlur(deep, (0, 0), BROAD * sigma), np.float32)
    share = np.clip(np.asarray(away, np.float32) / np.float32(2 * sigma), 0, 1)
    return ((soft + (broad - soft) * share) * np.float32(plane.step)).astype(np.float32)


def _lab(laid: Floats) -> Floats:
    import cv2

    alpha = np.maximum(laid[..., 3:], 1)
    rgb = np.clip(laid[..., :3] / alpha, 0, 1).astype(np.float32)
    return np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2Lab), np.float32)
