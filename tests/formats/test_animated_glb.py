"""Animated GLB: what a reader that knows the specification finds in our files."""

import hashlib
import json
import struct
import time
from dataclasses import replace

import numpy as np
import pytest

from maquette.checks.glb import check_glb
from maquette.errors import FormatError
from maquette.formats.animated_glb import animate_glb, structure_of, write_animated_glb
from maquette.solids.animation_shading import shaded_frames
from maquette.types import Animation, Mesh
from tests import zoo
from tests.swaying import swaying

BALL = swaying()
KINDS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4}
DTYPES = {5126: "<f4", 5123: "<u2", 5125: "<u4"}


def written(animation=BALL, title="A ball"):
    return write_animated_glb(animation, zoo.provenance(), title=title)


def parts(data):
    """The JSON and the binary chunk."""
    (length,) = struct.unpack_from("<I", data, 12)
    return json.loads(data[20 : 20 + length]), data[28 + length :]


def array(data, number):
    """An accessor's values, by the book."""
    gltf, binary = parts(data)
    row = gltf["accessors"][number]
    start = gltf["bufferViews"][row["bufferView"]]["byteOffset"]
    wide = KINDS[row["type"]]
    dtype = DTYPES[row["componentType"]]
    return np.frombuffer(binary, dtype, row["count"] * wide, start).reshape(-1, wide)


def coloured(animation):
    count = len(animation.mesh.points)
    rows = np.arange(count * 4, dtype=np.uint32).reshape(-1, 4) * 37 % 256
    return replace(animation, mesh=replace(animation.mesh, colours=rows.astype(np.uint8)))


def boxed(frames=3):
    """A box with sharp edges that is sheared."""
    box = zoo.box()
    points = [box.points + box.points[:, [1]] * (k, 0, 0) for k in range(frames)]
    return Animation(box, np.stack(points).astype(np.float32), 24000 / 1001)


def many(count=70_000):
    """More points than 16 bits can name."""
    points = np.zeros((count, 3), np.float32)
    points[:, 0] = np.arange(count)
    points[::3, 1] = 1
    faces = np.column_stack([np.arange(count - 2), np.arange(1, count - 1), np.arange(2, count)])
    mesh = Mesh(points, faces.astype(np.int32), np.zeros((count, 2), np.float32))
    return Animation(mesh, np.stack([points, points * 2]), 10.0)


KINDS_OF_CLIPS = {
    "textured": BALL,
    "plain": swaying(texture=False),
    "colours": coloured(swaying(texture=False)),
    "both": coloured(BALL),
    "still": swaying(still=True),
    "creases": boxed(),
    "two-frames": swaying(frames=2),
    "31-frames": swaying(frames=31, rows=5),
    "many-points": many(),
}


@pytest.mark.parametrize("animation", KINDS_OF_CLIPS.values(), ids=KINDS_OF_CLIPS)
def test_every_frame_is_there(animation):
    """The mesh and its offsets give every frame's points and unit normals, in metres."""
    data, shown = written(animation), shaded_frames(animation)
    primitive = parts(data)[0]["meshes"][0]["primitives"][0]
    assert len(animation.points) - 1 == len(primitive["targets"])
    assert np.array_equal(
        shown.surface.faces.ravel(), array(data, primitive["indices"]).ravel().astype(np.int64)
    )
    poses = [dict.fromkeys(("POSITION", "NORMAL"), None), *primitive["targets"]]
    for name, values in (("POSITION", shown.points), ("NORMAL", shown.normals)):
        first = array(data, primitive["attributes"][name])
        for frame, pose in enumerate(poses):
            offsets = 0 if pose[name] is None else array(data, pose[name])
            assert np.allclose(values[frame], first + offsets, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("animation", KINDS_OF_CLIPS.values(), ids=KINDS_OF_CLIPS)
def test_our_checker_finds_no_fault(animation):
    """A reader that shares no code with the writer keeps quiet; 70,000 points are a warning."""
    findings = list(check_glb(written(animation), "clip"))
    assert [] == [finding.rule for finding in findings if finding.grade == "fault"]


def test_frames_take_turns_at_the_clips_rate():
    """Key n is at n / rate seconds, with the weight of frame n alone; between them it fades."""
    data = written()
    (animation,) = parts(data)[0]["animations"]
    (sampler,) = animation["samplers"]
    assert ("LINEAR", [{"sampler": 0, "target": {"node": 0, "path": "weights"}}]) == (
        sampler["interpolation"],
        animation["channels"],
    )
    assert np.allclose(np.arange(5) / 12.5, array(data, sampler["input"]).ravel())
    weights = array(data, sampler["output"]).reshape(5, 4)
    assert np.array_equal(np.vstack([np.zeros(4), np.eye(4)]), weights)


def test_shapes_have_names_and_rest_at_zero():
    """Programs list frames by their numbers; who does not play sees the first one."""
    (mesh,) = parts(written())[0]["meshes"]
    names = ["frame_001", "frame_002", "frame_003", "frame_004"]
    assert (names, [0] * 4) == (mesh["extras"]["targetNames"], mesh["weights"])


@pytest.mark.parametrize(
    ("title", "name"),
    [("A ball", "A ball"), ("", "Clip"), (" two\n lines ", "two lines"), ("x" * 999, "x" * 200)],
    ids=["plain", "none", "lines", "long"],
)
def test_the_title_is_the_name(title, name):
    """Of the thing and of its mesh, in one line."""
    gltf, _ = parts(written(title=title))
    assert (name, name) == (gltf["nodes"][0]["name"], gltf["meshes"][0]["name"])


def test_bounds_are_told():
    """Points, offsets and times tell their least and largest values; every view its target."""
    data = written()
    gltf, _ = parts(data)
    primitive = gltf["meshes"][0]["primitives"][0]
    sampler = gltf["animations"][0]["samplers"][0]
    attributes = [
        primitive["attributes"]["POSITION"],
        *(t["POSITION"] for t in primitive["targets"]),
    ]
    for number in (*attributes, sampler["input"]):
        row, values = gltf["accessors"][number], array(data, number)
        assert values.min(axis=0).tolist() == row["min"]
        assert values.max(axis=0).tolist() == row["max"]
    assert {34962} == {
        gltf["bufferViews"][gltf["accessors"][number]["bufferView"]]["target"]
        for number in attributes
    }


def test_many_points_get_wide_indices():
    """70,000 points are named by 32 bits, few by 16."""

    def component(animation):
        gltf, _ = parts(written(animation))
        return gltf["accessors"][gltf["meshes"][0]["primitives"][0]["indices"]]["componentType"]

    assert (5125, 5123) == (component(many()), component(BALL))


def test_texture_and_provenance_are_within():
    """The picture is the mesh's own, and the asset says what made it."""
    gltf, binary = parts(written())
    view = gltf["bufferViews"][gltf["images"][0]["bufferView"]]
    start = view["byteOffset"]
    assert BALL.mesh.texture_png == binary[start : start + view["byteLength"]]
    assert "a round cat" == gltf["asset"]["extras"]["description"]
    assert "MIT, Apache-2.0" == gltf["asset"]["extras"]["licence"]


def test_without_a_texture_there_are_no_coordinates():
    """Colours are told, coordinates that nothing uses are not."""
    gltf, _ = parts(written(KINDS_OF_CLIPS["colours"]))
    names = set(gltf["meshes"][0]["primitives"][0]["attributes"])
    assert ({"POSITION", "NORMAL", "COLOR_0"}, False) == (names, "textures" in gltf)


def test_bytes_are_always_the_same():
    """Equal animations give equal files, and another title another one."""
    once, again = (hashlib.sha256(written(swaying())).hexdigest() for _ in range(2))
    assert once == again
    assert written() != written(title="Another")


@pytest.mark.parametrize(
    ("animation", "code"),
    [
        (swaying(frames=1), "GLB_STILL"),
        (
            Animation(replace(BALL.mesh, faces=np.zeros((0, 3), np.int32)), BALL.points, BALL.rate),
            "GLB_EMPTY",
        ),
    ],
    ids=["one-frame", "no-faces"],
)
def test_what_cannot_move_is_refused(animation, code):
    """One frame is no animation, and no faces are no mesh."""
    with pytest.raises(FormatError, match=code):
        written(animation)


def test_the_stage_tells_the_size():
    """The file comes out as `animated`, with its bytes as a score."""
    made = animate_glb(BALL, title="A ball", provenance=zoo.provenance())
    assert ("glb", written()) == (made.outputs["animated"].suffix, made.outputs["animated"].data)
    assert {"animated_bytes": float(len(written()))} == made.scores


def test_the_structure_is_told():
    """Shapes, channels, needs and making, as whoever packs it compares them."""
    found = structure_of(written())
    assert (("weights",), ()) == (found.channels, found.needs)
    assert ("frame_001", "frame_004") == (found.targets[0], found.targets[-1])
    assert "a round cat" == found.made_by["description"]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "GLB_HEADER"),
        (written()[:-1], "GLB_HEADER"),
        (zoo.box, "GLB_CONTENT"),
    ],
    ids=["nothing", "torn", "still"],
)
def test_files_without_shapes_have_no_structure(data, code):
    """Torn files and still meshes are told apart from ours by a code."""
    from maquette.formats.glb import write_glb

    data = data if isinstance(data, bytes) else write_glb(data(), zoo.provenance())
    with pytest.raises(FormatError, match=code):
        structure_of(data)


def test_a_clip_is_written_soon_and_small():
    """24 frames of 8,000 points: below 6 MB, within 3 seconds of a busy machine."""
    clip = swaying(frames=24, rows=63)
    assert 8001 == len(clip.mesh.points)
    started = time.process_time()
    assert len(written(clip)) < 6_000_000
    assert time.process_time() - started < 3
