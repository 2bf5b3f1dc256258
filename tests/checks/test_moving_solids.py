"""USDZ and GLB that change their shape: ours pass, each way to spoil one is called by its rule."""

import json
import struct
import time

import numpy as np
import pytest
from pxr import Sdf, Usd, Vt

from maquette.checks import check_file
from maquette.checks.glb import check_glb
from maquette.checks.usdz import check_usdz
from maquette.formats.animated_glb import write_animated_glb
from maquette.formats.animated_usdz import write_animated_usdz
from tests import zoo
from tests.swaying import swaying
from tests.usd_edits import edited

BALL = swaying()
GLB = write_animated_glb(BALL, zoo.provenance(), title="A ball")
USDZ = write_animated_usdz(BALL, zoo.provenance(), title="A ball")
PACKING = "EXT_meshopt_compression"
MESH, MOTION = "/Clip/Moving/Mesh", "/Clip/Moving/Skeleton/Motion"
SHAPE = f"{MESH}/frame_002"


def graded(findings, grade="fault"):
    return {finding.rule for finding in findings if finding.grade == grade}


def reframed(change):
    """Our GLB with its JSON changed, and its arrays in a buffer that may be changed."""
    (length,) = struct.unpack_from("<I", GLB, 12)
    told, rest = json.loads(GLB[20 : 20 + length]), bytearray(GLB[28 + length :])
    change(told, rest)
    text = json.dumps(told).encode()
    text += b" " * (-len(text) % 4)
    chunks = struct.pack("<II", len(text), 0x4E4F534A) + text
    chunks += struct.pack("<II", len(rest), 0x004E4942) + rest
    return struct.pack("<4sII", b"glTF", 2, 12 + len(chunks)) + chunks


def part(told):
    return told["meshes"][0]["primitives"][0]


def written(numbers, told, rest, value):
    """Overwrite the first value of an accessor."""
    view = told["bufferViews"][told["accessors"][numbers]["bufferView"]]
    struct.pack_into("<f", rest, view["byteOffset"], value)


def sampler(told):
    return told["animations"][0]["samplers"][0]


def test_ours_pass(tmp_path):
    """Both files are sound, without a warning, and say how long they move."""
    for name, data in {"a.glb": GLB, "a.usdz": USDZ}.items():
        path = tmp_path / name
        path.write_bytes(data)
        verdict = check_file(path)
        assert ((), ()) == (verdict.faults, verdict.warnings)
        said = {finding.rule: finding.message for finding in verdict.findings}
        assert any("it moves for 0.32" in message for message in said.values())


def _no_number_in(name):
    return lambda told, rest: written(part(told)["targets"][1][name], told, rest, np.nan)


MODELS = {
    "a part without shapes": (
        lambda t, _: t["meshes"][0]["primitives"].append({**part(t), "targets": []}),
        "GLB_SHAPES",
    ),
    "too few weights": (lambda t, _: t["meshes"][0]["weights"].pop(), "GLB_SHAPES"),
    "too many names": (
        lambda t, _: t["meshes"][0]["extras"]["targetNames"].append("x"),
        "GLB_SHAPES",
    ),
    "fewer offsets": (
        lambda t, _: t["accessors"][part(t)["targets"][0]["POSITION"]].update(count=7),
        "GLB_OFFSETS",
    ),
    "flat offsets": (
        lambda t, _: t["accessors"][part(t)["targets"][0]["POSITION"]].update(type="VEC2"),
        "GLB_OFFSETS",
    ),
    "offsets no numbers": (_no_number_in("POSITION"), "GLB_OFFSETS"),
    "normals no numbers": (_no_number_in("NORMAL"), "GLB_OFFSETS"),
    "offsets nowhere": (
        lambda t, _: part(t)["targets"][0].update(POSITION=999),
        "GLB_BOUNDS",
    ),
    "a shape lost": (lambda t, _: part(t)["targets"].pop(), "GLB_KEYS"),
    "fewer weights": (
        lambda t, _: t["accessors"][sampler(t)["output"]].update(count=19),
        "GLB_KEYS",
    ),
    "weights no numbers": (
        lambda t, rest: written(sampler(t)["output"], t, rest, np.inf),
        "GLB_KEYS",
    ),
    "times fall": (lambda t, rest: written(sampler(t)["input"], t, rest, 9.0), "GLB_KEYS"),
    "times no numbers": (lambda t, rest: written(sampler(t)["input"], t, rest, np.nan), "GLB_KEYS"),
    "no mesh to change": (lambda t, _: t["nodes"][0].pop("mesh"), "GLB_BOUNDS"),
    "no node": (
        lambda t, _: t["animations"][0]["channels"][0]["target"].update(node=4),
        "GLB_BOUNDS",
    ),
    "faces of nothing": (
        lambda t, rest: struct.pack_into(
            "<H",
            rest,
            t["bufferViews"][t["accessors"][part(t)["indices"]]["bufferView"]]["byteOffset"],
            60_000,
        ),
        "GLB_INDICES",
    ),
}


@pytest.mark.parametrize(("change", "rule"), MODELS.values(), ids=MODELS)
def test_spoiled_models_name_the_rule(change, rule):
    """Each fault of shapes and keys is found."""
    assert rule in graded(check_glb(reframed(change), "a"))


def test_what_is_only_rewritten_passes():
    """It is the faults that are found, not the way they are made."""
    findings = list(check_glb(reframed(lambda told, rest: None), "a"))
    assert (set(), set()) == (graded(findings), graded(findings, "warn"))


def test_sparse_offsets_pass():
    """Exporters leave out points that stand still; what is left out is no fault."""

    def change(told, rest):
        row = told["accessors"][part(told)["targets"][1]["POSITION"]]
        row["sparse"] = {"count": 1}
        del row["bufferView"]

    assert set() == graded(check_glb(reframed(change), "a"))


def packed(told, rest, **lies):
    """As a packer leaves it: every view of arrays told to be packed where it lies."""
    told["extensionsRequired"] = told["extensionsUsed"] = [PACKING]
    picture = told["bufferViews"][told["images"][0]["bufferView"]]
    for view in told["bufferViews"]:
        if view is picture:
            continue
        length = view["byteLength"]
        how = {"buffer": 0, "byteOffset": view["byteOffset"], "byteLength": length}
        view["extensions"] = {PACKING: {**how, "count": 1, "byteStride": length, **lies}}
        view["buffer"] = 1


def test_packed_arrays_are_a_warning():
    """What only a decoder can read is said not to be looked at; the rest is judged."""
    findings = list(check_glb(reframed(packed), "a"))
    assert (set(), {"GLB_PACKED", "GLB_EXTENSIONS"}) == (graded(findings), graded(findings, "warn"))
    assert "it moves for 0.32 s" in {f.message for f in findings if f.rule == "GLB_SECONDS"}


@pytest.mark.parametrize(
    "lies",
    [{"byteLength": 10**9}, {"byteOffset": 10**9}, {"buffer": 1}, {"count": 10**6}, {"count": "x"}],
    ids=["long", "far", "elsewhere", "large", "text"],
)
def test_packed_arrays_that_lie_are_found(lies):
    """They must lie within the file and unpack to what their view holds."""
    spoiled = reframed(lambda told, rest: packed(told, rest, **lies))
    assert "GLB_BOUNDS" in graded(check_glb(spoiled, "a"))


def test_a_packed_copy_that_lost_a_shape_is_found():
    """Counts are told outside of the packed arrays."""

    def change(told, rest):
        packed(told, rest)
        part(told)["targets"].pop()

    assert {"GLB_SHAPES", "GLB_KEYS"} <= graded(check_glb(reframed(change), "a"))


def test_a_thousand_names_for_one_array_are_read_once():
    """A small file cannot cost more work by naming its arrays again and again."""

    def change(told, rest):
        rest += bytes(20_000_000)
        told["bufferViews"].append(
            {"buffer": 0, "byteOffset": len(rest) - 20_000_000, "byteLength": 20_000_000}
        )
        row = {"bufferView": len(told["bufferViews"]) - 1, "componentType": 5126}
        told["accessors"].append({**row, "count": 1_600_000, "type": "VEC3"})
        number = len(told["accessors"]) - 1
        part(told)["attributes"]["POSITION"] = number
        part(told)["targets"] = [{"POSITION": number}] * 5000

    data = reframed(change)
    started = time.process_time()
    assert graded(check_glb(data, "a"))
    assert time.process_time() - started < 3


def _set(path, name, value, time=Usd.TimeCode.Default()):  # noqa: B008
    return lambda stage: stage.GetPrimAtPath(path).GetAttribute(name).Set(value, time)


def _relate(path, name, targets):
    return lambda stage: stage.GetPrimAtPath(path).GetRelationship(name).SetTargets(targets)


def _nowhere(stage):
    shape = stage.GetPrimAtPath(SHAPE)
    shape.CreateAttribute("pointIndices", Sdf.ValueTypeNames.IntArray).Set([99_999])
    shape.GetAttribute("offsets").Set(Vt.Vec3fArray(1))


def _lifted(stage):
    points = stage.GetPrimAtPath(MESH).GetAttribute("points")
    lifted = np.array(points.Get()) + np.float32([0, 0.1, 0])
    points.Set(Vt.Vec3fArray.FromNumpy(lifted))


STAGES = {
    "rewritten": (lambda stage: None, None),
    "target missing": (_relate(MESH, "skel:blendShapeTargets", [SHAPE]), "SHAPE_TARGETS"),
    "no shape": (_relate(MESH, "skel:blendShapeTargets", [MESH] * 4), "SHAPE_TARGETS"),
    "fewer offsets": (_set(SHAPE, "offsets", Vt.Vec3fArray(7)), "SHAPE_OFFSETS"),
    "moves no point": (_nowhere, "SHAPE_OFFSETS"),
    "a weight missing": (_set(MOTION, "blendShapeWeights", [0.5] * 3, 2), "SHAPE_WEIGHTS"),
    "no number": (_set(MOTION, "blendShapeWeights", [np.nan] * 4, 2), "SHAPE_WEIGHTS"),
    "other names": (_set(MOTION, "blendShapes", ["a", "b", "c", "d"]), "SHAPE_WEIGHTS"),
    "no skeleton": (_relate(MESH, "skel:skeleton", []), "SHAPE_WEIGHTS"),
    "floating": (_lifted, "USD_GROUND"),
}


@pytest.fixture(scope="module")
def spoiled_stages(tmp_path_factory):
    """All of them, opened by one child: starting USD takes longer than reading."""
    packages = {
        name: edited(USDZ, edit, tmp_path_factory.mktemp("stage"))
        for name, (edit, _) in STAGES.items()
    }
    return list(check_usdz(packages))


@pytest.mark.parametrize(("name", "rule"), [(n, rule) for n, (_, rule) in STAGES.items()])
def test_spoiled_stages_name_the_rule(spoiled_stages, name, rule):
    """Each fault of shapes is found, in the package that has it; a rewritten one has none."""
    own = [f for f in spoiled_stages if f.where == name or f.where.startswith(f"{name}/")]
    called = graded(own) | graded(own, "warn")
    assert called == set() if rule is None else rule in called


def test_every_pose_counts_as_room(spoiled_stages):
    """Its size is that of all its frames, and the lowest of them touches the ground."""
    said = {f.rule: f.message for f in spoiled_stages if f.where.startswith("rewritten")}
    room = np.ptp(BALL.points.reshape(-1, 3), axis=0) * 100
    expected = " x ".join(f"{side_cm:.1f}" for side_cm in room)
    assert said["USD_SIZE"].startswith(expected)
    assert "its base is at 0.0 mm" == said["USD_GROUND"].replace("-0.0", "0.0")
