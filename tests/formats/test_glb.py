"""GLB: other readers agree, and what is broken is refused by name."""

import json
import struct
import time
from dataclasses import replace

import numpy as np
import pytest
import trimesh

from maquette.errors import FormatError
from maquette.formats.glb import read_glb, write_glb
from maquette.solids.cards import stand
from maquette.solids.motions import MOTIONS
from maquette.types import Mesh
from tests import zoo

GOOD = write_glb(stand(zoo.ball()).outputs["card"], zoo.provenance())
MOVING = {name: stand(zoo.whiskered(), motion=name).outputs["card"] for name in MOTIONS}
PLAIN = zoo.provenance()
SPINNING = write_glb(MOVING["spin"], zoo.provenance())


def parts(data):
    """The JSON and the binary chunk."""
    (length,) = struct.unpack_from("<I", data, 12)
    return json.loads(data[20 : 20 + length]), data[28 + length :]


def rebuilt(change, data=GOOD):
    """A good file with its JSON changed in place."""
    gltf, binary = parts(data)
    change(gltf)
    text = json.dumps(gltf).encode()
    text += b" " * (-len(text) % 4)
    head = struct.pack("<IIIII", 0x46546C67, 2, 28 + len(text) + len(binary), len(text), 0x4E4F534A)
    return head + text + struct.pack("<II", len(binary), 0x004E4942) + binary


def test_trimesh_reads_the_same_solid():
    """An independent reader sees one closed mesh of the same size, with its texture."""
    card = stand(zoo.ball()).outputs["card"]
    scene = trimesh.load(trimesh.util.wrap_as_stream(GOOD), file_type="glb")
    (read,) = scene.geometry.values()
    assert (len(card.faces), True) == (len(read.faces), read.is_watertight)
    assert np.allclose([card.points.min(axis=0), card.points.max(axis=0)], read.bounds)
    assert 0 == read.visual.material.metallicFactor


def test_the_asset_says_what_made_it():
    """Generator, prompt, source type and chain stand in the asset."""
    asset = parts(GOOD)[0]["asset"]
    expected = ("maquette", "a round cat", "draw")
    extras = asset["extras"]
    steps = extras["provenance"]["steps"]
    assert expected == (asset["generator"], extras["description"], steps[0]["stage"])


def test_planes_are_masked():
    """A plane's material cuts out at half alpha, a card's is opaque."""
    flat = write_glb(stand(zoo.ball(), geometry="plane").outputs["card"], zoo.provenance())
    assert "MASK" == parts(flat)[0]["materials"][0]["alphaMode"]
    assert "alphaMode" not in parts(GOOD)[0]["materials"][0]


def test_writing_again_changes_nothing():
    """A file that was read and written again is the same file, seams and all."""
    for mesh in (zoo.box(), read_glb(GOOD), *MOVING.values()):
        once = write_glb(mesh, zoo.provenance())
        assert once == write_glb(read_glb(once), zoo.provenance())


@pytest.mark.parametrize("card", MOVING.values(), ids=MOVING)
def test_motions_come_back(card):
    """Every key of every motion is read as it was written, to a ten-millionth."""
    motion = read_glb(write_glb(card, zoo.provenance())).motion
    for name, values in vars(card.motion).items():
        assert np.allclose(values, getattr(motion, name), rtol=0, atol=1e-7), name


def test_a_still_mesh_has_no_animation():
    """What does not move has one node, and reads back without a motion."""
    gltf, _ = parts(GOOD)
    assert (1, False, None) == (len(gltf["nodes"]), "animations" in gltf, read_glb(GOOD).motion)


@pytest.mark.parametrize("card", MOVING.values(), ids=MOVING)
def test_a_moving_mesh_rests_where_it_stood(card):
    """Who does not play the animation sees the card stand as it is."""
    scene = trimesh.load(
        trimesh.util.wrap_as_stream(write_glb(card, zoo.provenance())), file_type="glb"
    )
    expected = [card.points.min(axis=0), card.points.max(axis=0)]
    assert np.allclose(expected, scene.bounds, atol=1e-7)


def test_many_points_get_wide_indices():
    """More than 65 534 points are still found by their faces."""
    count = 70_000
    points = np.zeros((count, 3), np.float32)
    points[:, 0] = np.arange(count)
    points[::3, 1] = 1
    faces = np.column_stack([np.arange(count - 2), np.arange(1, count - 1), np.arange(2, count)])
    mesh = Mesh(points, faces.astype(np.int32), np.zeros((count, 2), np.float32))
    assert 69_998 == len(read_glb(write_glb(mesh, zoo.provenance())).faces)


def _at(*path):
    """Set the value at a path of the JSON: the last element is the value."""

    def change(gltf):
        *way, last, value = path
        for key in way:
            gltf = gltf[key]
        gltf[last] = value

    return change


SPOILED = {
    "outside file": (_at("buffers", 0, "uri", "file:///etc/passwd"), "GLB_EXTERNAL"),
    "outside picture": (_at("images", 0, "uri", "../../secret.png"), "GLB_EXTERNAL"),
    "extension": (_at("extensionsRequired", ["KHR_draco"]), "GLB_EXTERNAL"),
    "view too long": (_at("bufferViews", 0, "byteLength", 10**9), "GLB_BOUNDS"),
    "view before start": (_at("bufferViews", 0, "byteOffset", -4), "GLB_BOUNDS"),
    "count too large": (_at("accessors", 0, "count", 10**9), "GLB_BOUNDS"),
    "count negative": (_at("accessors", 0, "count", -3), "GLB_BOUNDS"),
    "no meshes": (_at("meshes", []), "GLB_CONTENT"),
    "other kind": (_at("accessors", 0, "type", "MAT4"), "GLB_CONTENT"),
    "other component": (_at("accessors", 0, "componentType", 5120), "GLB_CONTENT"),
    "not a number": (_at("accessors", 0, "count", "many"), "GLB_CONTENT"),
    "points for faces": (_at("meshes", 0, "primitives", 0, "indices", 0), "GLB_CONTENT"),
    "lists for views": (_at("bufferViews", 0, []), "GLB_CONTENT"),
    "buffers not listed": (_at("buffers", 3), "GLB_CONTENT"),
}


def _sampler(key):
    return lambda gltf: gltf["animations"][0]["samplers"][1].update(key)


MOTIONS_SPOILED = {
    "two animations": (lambda g: g["animations"].append({}), "GLB_CONTENT"),
    "no channels": (_at("animations", 0, "channels", []), "GLB_CONTENT"),
    "one channel": (lambda g: g["animations"][0]["channels"].pop(), "GLB_CONTENT"),
    "other node": (_at("animations", 0, "channels", 0, "target", "node", 1), "GLB_CONTENT"),
    "morph weights": (
        _at("animations", 0, "channels", 0, "target", "path", "weights"),
        "GLB_CONTENT",
    ),
    "steps": (_sampler({"interpolation": "STEP"}), "GLB_CONTENT"),
    "other times": (_sampler({"input": 0}), "GLB_CONTENT"),
    "places for turns": (_sampler({"output": 0}), "GLB_CONTENT"),
    "faces for times": (
        lambda g: [s.update(input=3) for s in g["animations"][0]["samplers"]],
        "GLB_CONTENT",
    ),
    "too few turns": (lambda g: g["accessors"][6].update(count=7), "GLB_CONTENT"),
    "endless turns": (lambda g: g["accessors"][6].update(count=10**9), "GLB_BOUNDS"),
}


@pytest.mark.parametrize(("change", "code"), MOTIONS_SPOILED.values(), ids=MOTIONS_SPOILED)
def test_broken_motions_are_refused(change, code):
    """Every lie about an animation is a format error with its own code."""
    with pytest.raises(FormatError) as caught:
        read_glb(rebuilt(change, SPINNING))
    assert code == caught.value.code


@pytest.mark.parametrize(
    ("name", "row", "value", "said"),
    [
        ("times_s", 3, 0.0, "times do not rise"),
        ("times_s", 0, 0.01, "times do not rise"),
        ("offsets", 5, np.nan, "not numbers"),
        ("turns_xyzw", 2, 2.0, "length one"),
    ],
)
def test_keys_that_cannot_be_played_are_refused(name, row, value, said):
    """Times that fall, poses that are no numbers and long turns are not read."""
    values = getattr(MOVING["bob"].motion, name).copy()
    values[row] = value
    card = replace(MOVING["bob"], motion=replace(MOVING["bob"].motion, **{name: values}))
    with pytest.raises(FormatError, match=said):
        read_glb(write_glb(card, zoo.provenance()))


@pytest.mark.parametrize(("change", "code"), SPOILED.values(), ids=SPOILED)
def test_broken_content_is_refused(change, code):
    """Every lie in the JSON is a format error with its own code."""
    with pytest.raises(FormatError) as caught:
        read_glb(rebuilt(change))
    assert code == caught.value.code


def test_missing_points_are_refused():
    """A face that names a point which does not exist never reaches a mesh."""
    with pytest.raises(FormatError, match="GLB_BOUNDS"):
        read_glb(rebuilt(lambda gltf: gltf["accessors"][0].update(count=3)))


@pytest.mark.parametrize("length", [0, 3, 12, 19, 40, 2000, len(GOOD) - 1])
def test_truncated_files_are_refused(length):
    """However much is missing, the error is ours."""
    with pytest.raises(FormatError, match="GLB_HEADER"):
        read_glb(GOOD[:length])


def test_colours_of_points_come_back_exactly():
    """All 256 display values of each channel survive as light and are read as they were."""
    colours = np.random.default_rng(0).integers(0, 256, (768, 4), np.uint8)
    colours[:256, 0] = colours[256:512, 1] = colours[512:, 2] = np.arange(256)
    rows = np.arange(768, dtype=np.float32)
    points = np.column_stack([rows, rows % 7, rows % 5]).astype(np.float32)
    faces = np.arange(768, dtype=np.int32).reshape(-1, 3)
    mesh = Mesh(points, faces, np.zeros((768, 2), np.float32), colours=colours)
    read = read_glb(write_glb(mesh, zoo.provenance()))
    order = np.argsort(read.points[:, 0])
    assert np.array_equal(colours, read.colours[order])


def test_a_hub_of_many_faces_is_written_soon():
    """A disc of 20,000 spokes has 4 · 10⁸ pairs of corners at its hub: none of them is made."""
    angles = np.linspace(0, 2 * np.pi, 20_001)[:-1]
    rim = np.column_stack([np.cos(angles), np.sin(angles), 0 * angles])
    points = np.vstack([[0, 0, 0], rim]).astype(np.float32)
    after = np.roll(np.arange(1, 20_001), -1)
    faces = np.column_stack([np.zeros(20_000), np.arange(1, 20_001), after]).astype(np.int32)
    started = time.monotonic()
    read = read_glb(write_glb(Mesh(points, faces, np.zeros((20_001, 2), np.float32)), PLAIN))
    assert 20_000 == len(read.faces)
    assert time.monotonic() - started < 10
