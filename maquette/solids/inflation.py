"""Inflation: a cut-out becomes a cushion, round at its rim, thick where it is wide.

The height is the root of a screened Poisson equation's solution: a disc becomes a ball pressed
flat, a limb a sausage, without the creases along the middle that distances would give. What
belongs here: the solid. What does not: its outline, its triangles and its texture, which are the
modules `inflation_*` beside this one.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from maquette.errors import EngineError
from maquette.solids.inflation_cutouts import fitted
from maquette.solids.inflation_lights import light_at
from maquette.solids.inflation_outlines import SOFTENINGS, Outline, outline_of
from maquette.solids.inflation_sheets import Fineness, Sheet, sheet_of
from maquette.solids.inflation_textures import Atlas, atlas_of
from maquette.types import Mesh, Picture

LONG_SIDE_M = 0.1  # until somebody says how large it is to be
MOST_FACES = 40_000
AIMED_FACES = 34_000
ROUNDNESS = 0.62  # of a disc's depth, 1 would be a ball: art is drawn rather flat
EVEN_SHARE = 0.16  # of the long side: where half the width is more, it hardly grows thicker
RELIEF_SHARE = 0.06  # of the long side: from black to white at relief 1
RELIEF_RISE = 0.5  # of the height: how far relief may change it, so that it stays above the rim
RIM_STEP_SHARE = 0.0028  # of the long side
MOST_STEPS = 2600
# distances from the rim, in steps along it, at which points follow it: even angles of a circle
RINGS = (0.45, 1.2, 2.2, 3.6, 5.6)
ROUNDS = 3  # of coarser triangles before the outline is softened

Wide = NDArray[np.float64]
Whole = NDArray[np.int64]


def inflate(cutout: Picture, *, relief: float = 0.0) -> tuple[Mesh, tuple[str, ...]]:
    """Blow up a cut-out: the mesh, and sentences on its parts.

    Front and back are the same height above the plane of the picture and meet in the rim. It
    stands on y = 0, 10 cm long.

    Args:
        cutout: art with straight alpha; what is half opaque is inside.
        relief: 0 .. 1, how much light parts of the front stand out.

    Raises InputError CUTOUT_EMPTY where nothing is opaque.
    """
    cutout = fitted(cutout)
    outline, sheets = _sheets(cutout)
    atlas = atlas_of(cutout, outline.bounds_xyxy)
    halves = [_lifted(sheet, cutout, long_px=outline.long_px, relief=relief) for sheet in sheets]
    return _joined(sheets, halves, atlas, outline), outline.notes


def _sheets(cutout: Picture) -> tuple[Outline, list[Sheet]]:
    """The outline and its parts in triangles, as fine as the number of faces allows.

    Raises EngineError SHEET_FOLDED where no outline will do: a bug, if ever.
    """
    for softened in range(len(SOFTENINGS)):
        outline = outline_of(cutout, softened=softened)
        fineness = _fineness(outline)
        for _ in range(ROUNDS):
            sheets = [sheet_of(part, fineness) for part in outline.parts]
            faces = 2 * sum(len(sheet.faces) for sheet in sheets)
            if faces <= MOST_FACES:
                return outline, sheets
            fineness = fineness.times(1.05 * float(np.sqrt(faces / AIMED_FACES)))
    raise EngineError("SHEET_FOLDED", f"no outline of the {cutout.size_wh} cut-out can be filled")


def _fineness(outline: Outline) -> Fineness:
    """Half of the faces follow the rim, where it is round; the rest share the inside."""
    area_px2 = sum(part.area for part in outline.parts)
    step_px = max(RIM_STEP_SHARE * outline.long_px, outline.rim_px / MOST_STEPS)
    # an equal-sided triangle has 0.43 of the square of its side
    inner_px = float(np.sqrt(area_px2 / (0.43 * AIMED_FACES / 3)))
    return Fineness(step_px, tuple(k * step_px for k in RINGS), max(inner_px, 1.5 * step_px))


def _lifted(sheet: Sheet, cutout: Picture, *, long_px: float, relief: float) -> tuple[Wide, Wide]:
    """(N,) heights of the front and of the back over the sheet, 0 on the rim, in pixels."""
    height = ROUNDNESS * np.sqrt(swelling(sheet, even=EVEN_SHARE * long_px))
    if relief <= 0:
        return height, height
    light = light_at(cutout, sheet.points, blur_px=0.004 * long_px)
    wanted = relief * RELIEF_SHARE * long_px * (light - 0.5)
    # fades out towards the rim, and never cuts through the back
    room = RELIEF_RISE * height
    return height + room * np.tanh(wanted / np.maximum(room, 1e-9)), height


def swelling(sheet: Sheet, *, even: float) -> Wide:
    """(N,) the solution of u / even² - Laplace u = 4 that is 0 on the rim, by finite elements.

    On a disc of radius R much smaller than `even` it is R² - r². It is positive inside.
    """
    import scipy.sparse as sparse
    from scipy.sparse.linalg import spsolve

    count, free = len(sheet.points), slice(sheet.rim_count, None)
    stiffness, areas = _stiffness(sheet)
    system = (stiffness + sparse.diags(areas / even**2)).tocsc()[free, free]
    solution = np.zeros(count)
    inner = np.asarray(spsolve(system, 4 * areas[free], permc_spec="MMD_AT_PLUS_A"), np.float64)
    # every inner point lies above the rim, or front and back would touch there
    solution[free] = np.maximum(inner, 0.25 * float(areas[free].min()))
    return solution


def _stiffness(sheet: Sheet) -> tuple[Any, Wide]:
    """The cotangent matrix, and the area that belongs to each point."""
    import scipy.sparse as sparse

    faces, count = sheet.faces, len(sheet.points)
    corners = sheet.points[faces]
    # for corner k: the two edges that leave it, whose angle weighs the edge across
    ahead, behind = np.roll(corners, -1, axis=1) - corners, np.roll(corners, 1, axis=1) - corners
    cross = ahead[..., 0] * behind[..., 1] - ahead[..., 1] * behind[..., 0]
    weights = 0.5 * (ahead * behind).sum(axis=2) / np.maximum(cross, 1e-12)
    rows, columns = np.roll(faces, -1, axis=1).ravel(), np.roll(faces, 1, axis=1).ravel()
    half = sparse.coo_matrix((weights.ravel(), (rows, columns)), shape=(count, count))
    across = (half + half.T).tocsr()
    areas: Wide = np.bincount(
        faces.ravel(), weights=np.repeat(cross[:, 0] / 6, 3), minlength=count
    ).astype(np.float64)
    return sparse.diags(np.asarray(across.sum(axis=1)).ravel()) - across, areas


def _joined(
    sheets: list[Sheet], halves: list[tuple[Wide, Wide]], atlas: Atlas, outline: Outline
) -> Mesh:
    """Front and back of all parts as one mesh in metres; the rim is there twice, for its uv."""
    points: list[Wide] = []
    uv: list[NDArray[np.float32]] = []
    faces: list[Whole] = []
    start = 0
    for sheet, (front, back) in zip(sheets, halves, strict=True):
        points += [np.column_stack([sheet.points, front]), np.column_stack([sheet.points, -back])]
        uv += [atlas.front_uv(sheet.points), atlas.back_uv(sheet.points)]
        # y turns over on the way to metres, and with it the faces
        faces += [sheet.faces[:, ::-1] + start, sheet.faces + start + len(sheet.points)]
        start += 2 * len(sheet.points)
    x0, _, x1, y1 = outline.bounds_xyxy
    metres = np.vstack(points) - [(x0 + x1) / 2, y1, 0.0]
    metres *= np.array([1.0, -1.0, 1.0]) * LONG_SIDE_M / outline.long_px
    metres[:, 1] -= metres[:, 1].min()
    return Mesh(
        metres.astype(np.float32),
        np.vstack(faces).astype(np.int32),
        np.vstack(uv),
        atlas.png,
    )
