"""What AR viewers need of meshes that change their shape: blend shapes and weights that fit.

UsdSkel reads shapes by name and by count, and shows the mesh at rest, or noise, where they do not
fit; USD's own validators look at neither. What belongs here: rules about shapes, their weights
and the room they take. What does not: the clock (`usd_motion_rules`), the mesh at rest
(`usd_mesh_rules`).
"""

# usd-core has no stubs, and its modules fill themselves only when they are imported
# pyright: reportAttributeAccessIssue=false
from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from maquette.formats.usdz_archive import Fault

Reals = NDArray[np.float64]

SLACK = 1e-4  # of the longest side: single precision


def shape_faults(stage: Any) -> Iterator[Fault]:
    """What is wrong with the shapes of every mesh that has some."""
    for prim in stage.TraverseAll():
        if prim.GetTypeName() == "Mesh" and prim.GetAttribute("skel:blendShapes").HasValue():
            yield from _mesh_faults(prim)


def _mesh_faults(prim: Any) -> Iterator[Fault]:
    from pxr import Usd, UsdGeom, UsdSkel

    where = str(prim.GetPath())
    binding = UsdSkel.BindingAPI(prim)
    names = list(binding.GetBlendShapesAttr().Get())
    targets = [prim.GetStage().GetPrimAtPath(p) for p in _targets(binding)]
    if len(targets) != len(names) or not all(t.IsA(UsdSkel.BlendShape) for t in targets):
        said = f"{len(names)} names for {len(targets)} targets, each a blend shape"
        yield Fault("SHAPE_TARGETS", where, said)
        return
    rest = np.array(UsdGeom.Mesh(prim).GetPointsAttr().Get(Usd.TimeCode.EarliestTime()))
    moved = [_offsets(UsdSkel.BlendShape(target), len(rest)) for target in targets]
    for target, (_, wrong) in zip(targets, moved, strict=True):
        if wrong:
            yield Fault("SHAPE_OFFSETS", str(target.GetPath()), wrong)
    offsets = np.array([offset for offset, _ in moved]).reshape(-1, *rest.shape)
    yield from _pose_faults(prim, names, rest, offsets)


def _pose_faults(prim: Any, names: list[str], rest: Reals, offsets: Reals) -> Iterator[Fault]:
    """What is wrong with the weights of a mesh, and where they take it."""
    from pxr import UsdSkel

    where = str(prim.GetPath())
    root, motion = UsdSkel.Root.Find(prim), _motion(UsdSkel.BindingAPI(prim))
    if not root or not motion:
        yield Fault("SHAPE_SKELETON", where, "no skeleton below a SkelRoot carries its weights")
        return
    rows = list(_weights(motion, names))
    poses = [(time, rest + np.tensordot(row, offsets, 1)) for time, row in rows if row is not None]
    if not rows or len(poses) < len(rows):
        said = f"each sample needs one finite weight for each of {len(names)} shapes"
        yield Fault("SHAPE_WEIGHTS", str(motion.GetPath()), said)
        return
    for time, pose in poses:
        yield from _reach_faults(root, prim, pose, time)


def _targets(binding: Any) -> list[Any]:
    relation = binding.GetBlendShapeTargetsRel()
    return list(relation.GetTargets()) if relation else []


def _offsets(shape: Any, points: int) -> tuple[Reals, str]:
    """(V, 3) how far a shape moves every point, and what is wrong with it."""
    dense = np.zeros((points, 3))
    moved = np.array(shape.GetOffsetsAttr().Get() or (), np.float64).reshape(-1, 3)
    turned = np.array(shape.GetNormalOffsetsAttr().Get() or (), np.float64).reshape(-1, 3)
    chosen = np.array(shape.GetPointIndicesAttr().Get() or range(points), np.int64)
    if len(moved) != len(chosen) or (len(turned) and len(turned) != len(chosen)):
        return dense, f"{len(moved)} and {len(turned)} offsets for {len(chosen)} points"
    if len(chosen) and (chosen.min() < 0 or chosen.max() >= points):
        return dense, f"it moves point {chosen.max()} of {points}"
    if not np.isfinite(moved).all() or not np.isfinite(turned).all():
        return dense, "some offsets are not finite numbers"
    dense[chosen] = moved
    return dense, ""


def _motion(binding: Any) -> Any:
    """The animation whose weights a mesh follows, or None."""
    from pxr import UsdSkel

    skeleton = binding.GetInheritedSkeleton()
    if not skeleton:
        return None
    source = UsdSkel.BindingAPI(skeleton.GetPrim()).GetInheritedAnimationSource()
    return UsdSkel.Animation(source) if source and source.IsA(UsdSkel.Animation) else None


def _weights(motion: Any, names: list[str]) -> Iterator[tuple[float, Reals | None]]:
    """Per time sample the weights in a mesh's own order; None where they do not fit."""
    order = [str(name) for name in motion.GetBlendShapesAttr().Get() or ()]
    attribute = motion.GetBlendShapeWeightsAttr()
    for time in attribute.GetTimeSamples():
        row = np.array(attribute.Get(time), np.float64)
        fits = row.shape == (len(order),) and np.isfinite(row).all() and set(names) <= set(order)
        yield time, row[[order.index(name) for name in names]] if fits else None


def _reach_faults(root: Any, prim: Any, pose: Reals, time: float) -> Iterator[Fault]:
    """The box of a SkelRoot must hold what is seen: nothing else tells where a pose ends."""
    from pxr import UsdGeom

    cache = UsdGeom.XformCache(time)
    placed = cache.GetLocalToWorldTransform(prim)
    matrix = np.array(placed * cache.GetLocalToWorldTransform(root.GetPrim()).GetInverse())
    seen = pose @ matrix[:3, :3] + matrix[3, :3]
    told = np.array(root.GetExtentAttr().Get(time) or (), np.float64).reshape(-1, 3)
    slack = SLACK * float(np.ptp(seen, axis=0).max()) + 1e-9
    holds = told.shape == (2, 3) and bool(
        (told[0] <= seen.min(axis=0) + slack).all() and (told[1] >= seen.max(axis=0) - slack).all()
    )
    if not holds:
        yield Fault("SHAPE_REACH", str(root.GetPath()), f"its extent does not hold time {time:g}")
