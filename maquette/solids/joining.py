"""Joining: bodies that overlap or touch become one solid, by exact booleans.

What belongs here: what lies inside what, and the union of bodies. What does not: making bodies
out of open surfaces (`holes`, `thin_walls`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

import numpy as np
from numpy.typing import NDArray

from maquette.solids.sewing import (
    Draft,
    drafted,
    facing_alike,
    parted_surfaces,
    pulled_apart,
    without_needless,
)
from maquette.solids.soundness import places, soundness_of

Wide = NDArray[np.float64]
Whole = NDArray[np.int64]
Surface = tuple[Wide, Whole]

TRIM_SHARE = 1e-6  # of the diagonal: slivers that a boolean leaves behind
INSIDE_SHARE = 0.99  # of a body's volume: it lies within another
EMPTY_SHARE = 1e-12  # of the diagonal's cube


def joined(bodies: Sequence[Surface]) -> Draft | None:
    """The union of closed bodies; those that look inwards are hollows where they lie inside.

    None where a body is not closed, or nothing is left.
    """
    import manifold3d

    solids: list[tuple[float, Any]] = []
    for points, faces in bodies:
        solid = _solid(points, faces)
        if solid is None:
            return None
        volume = float(solid.volume())
        solids.append((volume, solid if volume >= 0 else _solid(points, faces[:, ::-1])))
    # the largest first: a hollow is cut from what is there, and what stands in it comes later
    solids.sort(key=lambda pair: -abs(pair[0]))
    whole: Any = manifold3d.Manifold()
    for inwards, group in groupby(solids, key=lambda pair: pair[0] < 0):
        parts = [solid for _, solid in group]
        if inwards:
            for part in parts:
                whole = _cut_or_added(whole, part)
        else:
            whole = manifold3d.Manifold.batch_boolean([whole, *parts], manifold3d.OpType.Add)
    return tidied(whole)


def _cut_or_added(whole: Any, part: Any) -> Any:
    inside = float((whole ^ part).volume()) >= INSIDE_SHARE * float(part.volume())
    return whole - part if inside else whole + part


def _solid(points: Wide, faces: Whole) -> Any | None:
    import manifold3d

    used, number = np.unique(faces, return_inverse=True)
    mesh = manifold3d.Mesh64(
        np.array(points[used], np.float64), number.reshape(-1, 3).astype(np.uint64)
    )
    solid = manifold3d.Manifold(mesh)
    return solid if solid.status() == manifold3d.Error.NoError else None


def tidied(whole: Any) -> Draft | None:
    """What a boolean made, sound also with equal float32 positions merged; None if it is not."""
    box = np.array(whole.bounding_box()).reshape(2, 3)
    diagonal = float(np.linalg.norm(box[1] - box[0]))
    if whole.is_empty() or not float(whole.volume()) > EMPTY_SHARE * diagonal**3:
        return None
    for trim in (TRIM_SHARE, 10 * TRIM_SHARE, 100 * TRIM_SHARE):
        mesh = whole.simplify(trim * diagonal).to_mesh()
        draft = settled(fresh(mesh.vert_properties[:, :3], mesh.tri_verts))
        if draft is not None:
            return draft
    return None


def settled(draft: Draft) -> Draft | None:
    """A nearly sound surface made wholly sound, without visible change; None if it cannot be."""
    if not prints(draft.points, draft.faces):
        draft = without_needless(_merged(draft))
        draft = pulled_apart(parted_surfaces(facing_alike(draft)))
    return draft if prints(draft.points, draft.faces) else None


def _merged(draft: Draft) -> Draft:
    place, first = places(draft.points)
    return Draft(draft.points[first], place[draft.faces].reshape(-1, 3), draft.corners)


def fresh(points: NDArray[Any], faces: NDArray[Any]) -> Draft:
    """A draft of new faces, which have no rows in the mesh that they are made from."""
    draft = drafted(points, faces)
    return replace(draft, corners=np.full(draft.faces.shape, -1))


def prints(points: NDArray[Any], faces: NDArray[Any]) -> bool:
    """Sound in metres and in millimetres: both are written, and float32 rounds them apart."""
    exact = np.asarray(points, np.float32)
    return all(soundness_of(exact * np.float32(scale), faces).sound for scale in (1, 1000))


def overlap(bodies: Sequence[Surface]) -> bool:
    """Whether the boxes of any two bodies meet: only then a union can change anything."""
    if len(bodies) < 2:
        return False
    low = np.array([points[faces].min(axis=(0, 1)) for points, faces in bodies])
    high = np.array([points[faces].max(axis=(0, 1)) for points, faces in bodies])
    order = np.argsort(low[:, 0], kind="stable")
    low, high = low[order], high[order]
    for k in range(len(low) - 1):
        later = low[k + 1 :, 0] <= high[k, 0]
        beside = (low[k + 1 :] <= high[k]).all(axis=1) & (high[k + 1 :] >= low[k]).all(axis=1)
        if bool((later & beside).any()):
            return True
    return False
