"""Blend shapes in a USDZ: as many names, targets, offsets and weights as there must be.

UsdSkel joins them by name and by count, and says nothing where they do not fit. Read from the
schema's plain attributes. What belongs here: shapes and the poses they make. What does not: the
mesh at rest (`maquette.checks.usd_stage`).
"""

# usd-core has no stubs, and its modules fill themselves only when they are imported
# pyright: reportAttributeAccessIssue=false
from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from maquette.checks.verdicts import Finding, found

Points = NDArray[np.float64]

MOST_POSES = 1200  # each is looked at


def shape_findings(prim: Any, rest: Points) -> Iterator[Finding]:
    """What there is to say of a mesh's shapes; nothing where it has none."""
    names = _tokens(prim, "skel:blendShapes")
    if not names:
        return
    where = str(prim.GetPath())
    shapes = _shapes(prim)
    fit = len(shapes) == len(names) and all(s.GetTypeName() == "BlendShape" for s in shapes)
    told = f"{len(names)} names for {len(shapes)} blend shapes"
    yield found("SHAPE_TARGETS", where, fit, told)
    whole = all(_moves(shape, len(rest)) is not None for shape in shapes)
    yield found("SHAPE_OFFSETS", where, whole, "each shape moves points that exist, by numbers")
    rows = _weights(prim, names)
    weighed = bool(rows) and len(rows) <= MOST_POSES and all(row is not None for row in rows)
    told = f"{len(rows)} samples, each with one finite weight for each shape"
    yield found("SHAPE_WEIGHTS", where, weighed, told)


def poses(prim: Any, rest: Points) -> list[Points]:
    """The points of a mesh on every sample of its weights; at rest where it has no sound shapes."""
    names = _tokens(prim, "skel:blendShapes")
    moves = [_moves(shape, len(rest)) for shape in _shapes(prim)]
    sound = [moved for moved in moves if moved is not None]
    rows = [row for row in _weights(prim, names)[:MOST_POSES] if row is not None] if names else []
    if not rows or len(sound) != len(names):
        return [rest]
    return [rest + np.tensordot(row, np.array(sound), axes=1) for row in rows]


def _tokens(prim: Any, name: str) -> list[str]:
    attribute = prim.GetAttribute(name)
    return [str(token) for token in (attribute.Get() or ())] if attribute else []


def _shapes(prim: Any) -> list[Any]:
    relation = prim.GetRelationship("skel:blendShapeTargets")
    targets = relation.GetTargets() if relation else ()
    found_prims = [prim.GetStage().GetPrimAtPath(path) for path in targets]
    return [shape for shape in found_prims if shape]


def _moves(shape: Any, points: int) -> Points | None:
    """(V, 3) how far a shape moves every point; None where that cannot be told."""
    moved = np.asarray(shape.GetAttribute("offsets").Get() or (), np.float64).reshape(-1, 3)
    listed = shape.GetAttribute("pointIndices").Get() or ()
    chosen = np.asarray(listed, np.int64) if len(listed) else np.arange(points)
    inside = not len(chosen) or (chosen.min() >= 0 and chosen.max() < points)
    if len(moved) != len(chosen) or not inside or not np.isfinite(moved).all():
        return None
    dense = np.zeros((points, 3))
    dense[chosen] = moved
    return dense


def _weights(prim: Any, names: list[str]) -> list[Points | None]:
    """Per sample the weights of these shapes; None where one is missing or not finite."""
    skeleton = _followed(prim, "skel:skeleton")
    motion = _followed(skeleton, "skel:animationSource") if skeleton else None
    if not motion:
        return []
    order = {name: number for number, name in enumerate(_tokens(motion, "blendShapes"))}
    attribute = motion.GetAttribute("blendShapeWeights")
    rows: list[Points | None] = []
    for time in attribute.GetTimeSamples()[: MOST_POSES + 1]:
        row = np.asarray(attribute.Get(time), np.float64)
        fits = row.shape == (len(order),) and bool(np.isfinite(row).all())
        known = fits and all(name in order for name in names)
        rows.append(row[[order[name] for name in names]] if known else None)
    return rows


def _followed(prim: Any, name: str) -> Any:
    """The prim that a relationship of this one, or of one above it, leads to."""
    while prim and not prim.IsPseudoRoot():
        relation = prim.GetRelationship(name)
        if relation and relation.GetTargets():
            return prim.GetStage().GetPrimAtPath(relation.GetTargets()[0])
        prim = prim.GetParent()
    return None
