"""Swelling: how high a thin skin over a sheet rises when it is blown up, by finite elements.

The solution of a Poisson equation over the triangles: its root is a ball over a disc and a
sausage over a limb, without the creases along the middle that distances would give. What
belongs here: the equation and its matrices. What does not: what heights are made of it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from maquette.solids.inflation_sheets import Sheet

Wide = NDArray[np.float64]
Whole = NDArray[np.int64]


def swelling(sheet: Sheet, *, even: float, corners: Wide | None = None) -> Wide:
    """(N,) the solution of u / even² - Laplace u = 4 that is 0 on the rim, by finite elements.

    On a disc of radius R much smaller than `even` it is R² - r². It is positive inside.

    Args:
        sheet: which points make faces.
        even: where half the width is more, it hardly grows; infinity for no such limit.
        corners: (F, 3, 2) faces as they are now, where they are not as in the sheet.
    """
    import scipy.sparse as sparse
    from scipy.sparse.linalg import spsolve

    count, free = len(sheet.points), slice(sheet.rim_count, None)
    corners = sheet.points[sheet.faces] if corners is None else corners
    stiff, areas = stiffness(sheet.faces, corners, count)
    system = (stiff + sparse.diags(areas / even**2)).tocsc()[free, free]
    solution = np.zeros(count)
    inner = np.asarray(spsolve(system, 4 * areas[free], permc_spec="MMD_AT_PLUS_A"), np.float64)
    # every inner point lies above the rim, or front and back would touch there
    solution[free] = np.maximum(inner, 0.25 * float(areas[free].min()))
    return solution


def stiffness(
    faces: Whole, corners: Wide, count: int, *, ease: Wide | None = None
) -> tuple[Any, Wide]:
    """The cotangent matrix, and the area that belongs to each point.

    Args:
        faces: (F, 3).
        corners: (F, 3, 2) where theirs are.
        count: of points.
        ease: (F,) how easily each face lets things through; 1 everywhere where it is None.
    """
    import scipy.sparse as sparse

    # for corner k: the two edges that leave it, whose angle weighs the edge across
    ahead, behind = np.roll(corners, -1, axis=1) - corners, np.roll(corners, 1, axis=1) - corners
    cross = ahead[..., 0] * behind[..., 1] - ahead[..., 1] * behind[..., 0]
    weights = 0.5 * (ahead * behind).sum(axis=2) / np.maximum(cross, 1e-12)
    if ease is not None:
        weights *= ease[:, None]
    rows, columns = np.roll(faces, -1, axis=1).ravel(), np.roll(faces, 1, axis=1).ravel()
    half = sparse.coo_matrix((weights.ravel(), (rows, columns)), shape=(count, count))
    across = (half + half.T).tocsr()
    areas: Wide = np.bincount(
        faces.ravel(), weights=np.repeat(cross[:, 0] / 6, 3), minlength=count
    ).astype(np.float64)
    return sparse.diags(np.asarray(across.sum(axis=1)).ravel()) - across, areas
