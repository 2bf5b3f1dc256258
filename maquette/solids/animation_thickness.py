"""Thickness: how deep a deformed sheet is on every frame, so that its volume hardly changes.

On each frame the sheet is blown up anew: a disc becomes a ball, a limb a round tube. An outline
alone cannot tell a thing that turns away from one that shrinks; things keep their volume, so what
gets narrower one way becomes deeper, and only what grows or shrinks both ways is taken to come
nearer or to go away. What belongs here: heights. What does not: where the sheet lies
(`sheet_following`), and what is made of it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from maquette.solids.animation_smoothing import calmed
from maquette.solids.inflation_sheets import Sheet
from maquette.solids.inflation_swelling import stiffness, swelling

ROUNDNESS = 1.0  # a ball
CRUSHED = 0.1  # of its area: a face that is folded over or smaller is taken to be as small as this
BLEND = 1.4  # square roots of the swelling: over which what is tube and what is ball is averaged
MOST_DEEPER = 2.2  # that a subject may become deeper or flatter than it looks: outlines that are
MOST_FLATTER = 0.5  # cut off by the picture's edge or by what stands before them say little
FACTOR_FRAMES = 2.0  # sigma of smoothing in time
HEIGHT_FRAMES = 1.2

Wide = NDArray[np.float64]


def heights_of(sheet: Sheet, points: Wide, *, anchor: int) -> Wide:
    """(T, N) how far front and back are from the plane of the sheet, 0 on the rim, in pixels.

    Args:
        sheet: as it is on the anchor frame.
        points: (T, N, 2) where its points are on each frame.
        anchor: the frame whose depth is taken as it looks.
    """
    rest = sheet.points[sheet.faces]
    poses = [_uncrushed(rest, pose[sheet.faces]) for pose in points]
    round_both_ways = _ball_share(sheet)
    heights = np.array(
        [
            ROUNDNESS * np.sqrt(round_both_ways * swelling(sheet, even=np.inf, corners=corners))
            for corners in poses
        ]
    )
    volumes = np.array([_volume(sheet, *each) for each in zip(poses, heights, strict=True)])
    sizes = np.array([_size(sheet, pose) for pose in points])
    wanted = sizes**3 * volumes[anchor]
    factor = np.clip(wanted / volumes, MOST_FLATTER, MOST_DEEPER)
    factor = np.exp(calmed(np.log(factor), frames=FACTOR_FRAMES))
    calm = np.exp(calmed(np.log(heights[:, sheet.rim_count :]), frames=HEIGHT_FRAMES))
    heights[:, sheet.rim_count :] = calm * factor[:, None]
    return heights


def depths_of(sheet: Sheet, points: Wide, heights: Wide, *, anchor: int) -> Wide:
    """(T,) how deep the sheet is on the average, as a multiple of the anchor frame's depth."""
    rest = sheet.points[sheet.faces]
    depths: list[float] = []
    for pose, height in zip(points, heights, strict=True):
        corners = _uncrushed(rest, pose[sheet.faces])
        depths.append(_volume(sheet, corners, height) / float(_doubled(corners).sum()))
    return np.array(depths) / depths[anchor]


def _doubled(corners: Wide) -> Wide:
    """(F,) twice the signed area of (F, 3, 2) faces."""
    one, other = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    return one[:, 0] * other[:, 1] - one[:, 1] * other[:, 0]


def _uncrushed(rest: Wide, corners: Wide) -> Wide:
    """The faces, but that each has some area: what the equation needs."""
    crushed = _doubled(corners) < CRUSHED * _doubled(rest)
    return np.where(crushed[:, None, None], np.sqrt(CRUSHED) * rest, corners)


def _volume(sheet: Sheet, corners: Wide, heights: Wide) -> float:
    """Of front and back."""
    return float((_doubled(corners) * heights[sheet.faces].mean(axis=1)).sum())


def stretch_of(sheet: Sheet, pose: Wide) -> Wide:
    """(2, 2) how a frame's points are stretched and turned in all, as rows times this matrix."""
    areas = np.bincount(sheet.faces.ravel(), np.repeat(_doubled(sheet.points[sheet.faces]), 3))
    weights = np.sqrt(areas)[:, None]
    sides = np.column_stack([np.ones(len(pose)), sheet.points])
    fitted = np.linalg.lstsq(sides * weights, pose * weights, rcond=None)[0]
    return np.asarray(fitted[1:], np.float64)


def _size(sheet: Sheet, pose: Wide) -> float:
    """How much nearer a subject is than on the anchor frame, 1 where it merely turned.

    Turning narrows it one way, squashing narrows it one way and widens it the other: of the two
    stretches of its overall motion, the one nearer to 1 is its size, if both go the same way.
    """
    stretches = np.linalg.svd(stretch_of(sheet, pose), compute_uv=False)
    smaller, larger = sorted(stretches.tolist())
    return float(np.clip(1.0, smaller, larger))


def _ball_share(sheet: Sheet) -> Wide:
    """(N,) what of the swelling is depth squared: 1 over a disc, 1/2 over a long limb.

    Over an ellipse it makes the swelling that of the solid round about the longer axis. What
    tells them apart is how evenly the swelling's slopes look all ways, averaged over about the
    local width.
    """
    high = swelling(sheet, even=np.inf)
    slopes = _slopes(sheet, high)
    products = np.stack([slopes[:, 0] ** 2, slopes[:, 1] ** 2, slopes.prod(axis=1)], axis=1)
    xx, yy, xy = _averaged(sheet, products, over=BLEND**2 * high[sheet.faces].mean(axis=1))
    middle, off = (xx + yy) / 2, np.hypot((xx - yy) / 2, xy)
    evenness = np.clip((middle - off) / np.maximum(middle + off, 1e-12), 0, 1)
    return (1 + evenness) / 2


def _slopes(sheet: Sheet, high: Wide) -> Wide:
    """(F, 2) how steep values at points are over each face, but for a quarter turn."""
    corners = sheet.points[sheet.faces]
    across = np.roll(corners, 1, axis=1) - np.roll(corners, -1, axis=1)
    rises = (high[sheet.faces][..., None] * across).sum(axis=1)
    return rises / _doubled(corners)[:, None]


def _averaged(sheet: Sheet, values: Wide, *, over: Wide) -> list[Wide]:
    """(N,) per column of what the faces have, as heat spreads it over these areas."""
    import scipy.sparse as sparse
    from scipy.sparse.linalg import splu

    corners, count = sheet.points[sheet.faces], len(sheet.points)
    owner = sheet.faces.ravel()
    shares = values * _doubled(corners)[:, None] / 6
    stiff, areas = stiffness(sheet.faces, corners, count, ease=over)
    solver = splu((stiff + sparse.diags(areas)).tocsc(), permc_spec="MMD_AT_PLUS_A")
    loads = [np.bincount(owner, np.repeat(share, 3), count) for share in shares.T]
    return [solver.solve(load) for load in loads]
