"""Rules about blend shapes: each way to spoil a package that moves is called by its name."""

import numpy as np
import pytest
from pxr import Sdf, UsdGeom, Vt

from maquette.formats.animated_usdz import write_animated_usdz
from maquette.formats.usd_rules import faults
from maquette.solids.animation_shading import shaded_frames
from tests import zoo
from tests.swaying import swaying
from tests.usd_edits import edited

GOOD = write_animated_usdz(swaying(), zoo.provenance(), title="A ball")
SKEL = "/Clip/Moving"
MESH = f"{SKEL}/Mesh"
SHAPES = [f"{MESH}/frame_00{n}" for n in (1, 2, 3, 4)]
SHAPE = SHAPES[1]
SKELETON, MOTION = f"{SKEL}/Skeleton", f"{SKEL}/Skeleton/Motion"
COUNT = len(shaded_frames(swaying()).surface.points)


def _set(path, name, value, time=None):
    def edit(stage):
        attribute = stage.GetPrimAtPath(path).GetAttribute(name)
        attribute.Set(value) if time is None else attribute.Set(value, time)

    return edit


def _relate(path, name, targets):
    return lambda stage: stage.GetPrimAtPath(path).GetRelationship(name).SetTargets(targets)


def _vectors(rows, value=0.0):
    return Vt.Vec3fArray.FromNumpy(np.full((rows, 3), value, np.float32))


def _sparse(stage):
    """The same shape as offsets of some points only."""
    shape = stage.GetPrimAtPath(SHAPE)
    shape.CreateAttribute("pointIndices", Sdf.ValueTypeNames.IntArray).Set([3, 5])
    shape.GetAttribute("offsets").Set(_vectors(2))
    shape.GetAttribute("normalOffsets").Set(_vectors(2))
    reach = stage.GetPrimAtPath(SKEL).GetAttribute("extent")
    reach.Set(reach.Get(0), 2)


def _sparse_outside(stage):
    _sparse(stage)
    stage.GetPrimAtPath(SHAPE).GetAttribute("pointIndices").Set([3, COUNT + 9999])


def _moved_points(stage):
    points = UsdGeom.Mesh(stage.GetPrimAtPath(MESH)).GetPointsAttr()
    rest = points.Get()
    points.Set(rest, 0)
    points.Set(rest, 1)


SPOILED = {
    "target missing": (
        _relate(MESH, "skel:blendShapeTargets", SHAPES[:1]),
        "SHAPE_TARGETS",
    ),
    "target no shape": (
        _relate(MESH, "skel:blendShapeTargets", [SKELETON, *SHAPES[1:]]),
        "SHAPE_TARGETS",
    ),
    "too few offsets": (_set(SHAPE, "offsets", _vectors(7)), "SHAPE_OFFSETS"),
    "too few turns": (_set(SHAPE, "normalOffsets", _vectors(7)), "SHAPE_OFFSETS"),
    "no number": (_set(SHAPE, "offsets", _vectors(COUNT, np.nan)), "SHAPE_OFFSETS"),
    "moves no point": (_sparse_outside, "SHAPE_OFFSETS"),
    "no skeleton": (_relate(MESH, "skel:skeleton", []), "SHAPE_SKELETON"),
    "no animation": (_relate(SKELETON, "skel:animationSource", []), "SHAPE_SKELETON"),
    "a weight missing": (_set(MOTION, "blendShapeWeights", [0.5] * 3, 2), "SHAPE_WEIGHTS"),
    "weights no numbers": (_set(MOTION, "blendShapeWeights", [np.inf] * 4, 2), "MOTION_POSE"),
    "another name": (_set(MOTION, "blendShapes", ["a", "b", "c", "d"]), "SHAPE_WEIGHTS"),
    "box too small": (_set(SKEL, "extent", _vectors(2), 3), "SHAPE_REACH"),
    "box too low": (
        lambda s: _set(SKEL, "extent", Vt.Vec3fArray([(-9, -9, -9), (9, 0.01, 9)]), 3)(s),
        "SHAPE_REACH",
    ),
    "no box": (lambda s: s.GetPrimAtPath(SKEL).RemoveProperty("extent"), "SHAPE_REACH"),
    "points in time": (_moved_points, "MOTION_KIND"),
    "no clock": (lambda s: s.GetRootLayer().ClearEndTimeCode(), "MOTION_CLOCK"),
    "too slow": (lambda s: s.SetTimeCodesPerSecond(0.1), "MOTION_CLOCK"),
    "too many times": (
        lambda s: [_set(MOTION, "blendShapeWeights", [0.0] * 4, n / 1000)(s) for n in range(1300)],
        "MOTION_TIMES",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("edit", "code"), SPOILED.values(), ids=SPOILED)
def test_spoiled_shapes_name_the_rule(edit, code, tmp_path):
    """Each fault of shapes, weights or clock is found."""
    assert code in {fault.code for fault in faults(edited(GOOD, edit, tmp_path))}


@pytest.mark.parametrize("edit", [lambda stage: None, _sparse], ids=["rewritten", "sparse"])
def test_sound_shapes_break_no_rule(edit, tmp_path):
    """It is the faults that are found, not the way they are made; shapes may move a few points."""
    assert set() == {fault.code for fault in faults(edited(GOOD, edit, tmp_path))}


def test_the_lowest_pose_touches_the_ground(tmp_path):
    """The first frame may float; if all of them do, that is a fault."""

    def lifted(stage):
        UsdGeom.Xform(stage.GetPrimAtPath(SKEL)).AddTranslateOp().Set((0, 0.05, 0))

    assert {"OFF_GROUND"} == {fault.code for fault in faults(edited(GOOD, lifted, tmp_path))}
