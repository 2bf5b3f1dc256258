"""Reading models: every format gives the same solid, odd bytes are read, bad ones refused."""

import json
import struct

import numpy as np
import pytest

from maquette.errors import InputError
from maquette.formats.glb import write_glb
from maquette.formats.models import read_model
from maquette.provenance import Provenance
from maquette.solids.soundness import soundness_of
from maquette.types import File, Mesh
from tests import damaged_files, zoo
from tests.formats import model_bytes as files

CUBE = zoo.box(0.02)
SOUND = dict(damaged_files.sound_files())
UNUSABLE = dict(damaged_files.unusable_files())


def read(data, name="model", **options):
    return read_model(File(data, ""), model_name=name, **options)


def refused(data, name="model", **options):
    with pytest.raises(InputError) as trouble:
        read(data, name, **options)
    return trouble.value


def size_mm(mesh):
    """Sides in print axes."""
    return np.ptp(mesh.points, axis=0)[[0, 2, 1]] * 1000


@pytest.mark.parametrize("name", SOUND)
def test_odd_but_whole_files_give_the_same_solid(name):
    """Headers in any script, other units, indices from the end: the same cube, closed."""
    mesh = read(SOUND[name], name).outputs["model"]
    found = soundness_of(mesh.points, mesh.faces)
    expected = size_mm(read(SOUND["plain.glb"]).outputs["model"])
    assert (True, 48) == (found.sound, found.faces)
    assert np.allclose(expected, size_mm(mesh), atol=1e-4)


@pytest.mark.parametrize("name", sorted(set(UNUSABLE) - {n for n in UNUSABLE if "one face" in n}))
def test_unusable_files_are_refused_by_name(name):
    """Whatever the bytes are, the answer is a code, what is wrong, and what to do."""
    said = refused(UNUSABLE[name], name)
    assert said.code.startswith("MESH_")
    assert said.fix


@pytest.mark.parametrize("seed", range(40))
def test_cut_and_bent_files_end_in_a_mesh_or_a_code(seed):
    """Bytes lost or changed anywhere in a good file never let anything else escape."""
    rng = np.random.default_rng(seed)
    for name, data in SOUND.items():
        bent = bytearray(data[: rng.integers(1, len(data))] if seed % 2 else data)
        for place in rng.integers(0, len(bent), 4):
            bent[place] = rng.integers(256)
        try:
            made = read(bytes(bent), name)
        except InputError as trouble:
            assert trouble.code in KNOWN_CODES, trouble
        else:
            assert len(made.outputs["model"].faces)


KNOWN_CODES = {
    "MESH_FILE_DAMAGED",
    "MESH_FILE_KIND",
    "MESH_FILE_NO_FACES",
    "MESH_FILE_NEEDS",
    "MESH_FILE_EMPTY",
    "MESH_NOT_FINITE",
    "MESH_SIZE",
    "MESH_TOO_MANY_FACES",
}


@pytest.mark.parametrize(
    ("unit", "expected_mm"), [("", 20), ("mm", 20), ("cm", 200), ("m", 20_000), ("in", 508)]
)
def test_units_of_the_order_scale_a_file_without_one(unit, expected_mm):
    """STL numbers are millimetres unless the order says otherwise."""
    mesh = read(files.stl_bytes(CUBE), unit=unit).outputs["model"]
    assert pytest.approx([expected_mm] * 3, rel=1e-6) == size_mm(mesh)


def test_what_was_assumed_is_said():
    """A file without a unit or a way up is taken by custom, and the owner reads so."""
    notes = " ".join(read(files.stl_bytes(CUBE)).notes)
    assert "millimetres" in notes
    assert "z is taken as up" in notes


def test_a_wrong_unit_is_pointed_at():
    """A cube of 20 µm or 20 m is no print: the note names the unit as the likely cause."""
    assert "name its unit" in read(files.stl_bytes(zoo.box(0.00002))).notes[-1]
    assert "name its unit" in read(files.stl_bytes(CUBE), unit="m").notes[-1]


def test_up_turns_the_model_about_its_x_axis():
    """What points up in a z-up file points up in the mesh; its front comes to face +z."""
    tall = Mesh(CUBE.points * np.float32([1, 3, 2]), CUBE.faces, CUBE.uv)  # height 60, depth 40
    data = files.obj_bytes(tall)  # written y up
    assert pytest.approx([20, 40, 60], rel=1e-5) == size_mm(read(data).outputs["model"])
    turned = read(data, up="z").outputs["model"]
    assert pytest.approx([20, 60, 40], rel=1e-5) == size_mm(turned)
    assert soundness_of(turned.points, turned.faces).sound


@pytest.mark.parametrize("option", [{"unit": "feet"}, {"up": "x"}])
def test_unknown_options_are_refused(option):
    """Only units and ways up that are known."""
    assert "MESH_OPTION_UNKNOWN" == refused(files.stl_bytes(CUBE), **option).code


def test_some_points_that_are_no_numbers_cost_only_their_faces():
    """Two broken corners lose their faces, with a note; the rest is kept."""
    data = files.obj_bytes(CUBE).replace(b"\nv ", b"\nv nan ", 1)
    made = read(data)
    assert 12 > len(made.outputs["model"].faces) > 0
    assert "not numbers" in made.notes[0]


def test_the_content_decides_and_not_the_name():
    """A PLY called .stl is a PLY."""
    assert 48 == len(read(SOUND["plain.ply"], "model.stl").outputs["model"].faces)


def test_far_away_models_keep_their_shape():
    """A cube at 10 km from the origin is moved before float32 could round it."""
    data = files.obj_bytes(CUBE, shift=1e7)
    mesh = read(data).outputs["model"]
    assert pytest.approx([20, 20, 20], rel=1e-5) == size_mm(mesh)


def test_too_many_faces_are_refused_before_they_are_read():
    """The limit is said in numbers."""
    data = b"\0" * 80 + struct.pack("<I", 2_000_001) + bytes(50 * 2_000_001)
    assert "2,000,000" in refused(b"x" + data[1:]).reason


def test_colours_of_points_survive():
    """PLY, OBJ and OFF colours come as they were."""
    colours = np.random.default_rng(1).integers(0, 256, (8, 4), np.uint8)
    colours[:, 3] = 255
    painted = Mesh(CUBE.points, CUBE.faces, CUBE.uv, colours=colours)
    for data in (files.ply_bytes(painted), files.obj_bytes(painted), files.off_bytes(painted)):
        assert np.array_equal(colours, read(data).outputs["model"].colours)


def test_binary_ply_of_either_order_with_mixed_polygons():
    """A pyramid of one square and four triangles, little and big endian."""
    for order in "<>":
        mesh = read(files.pyramid_ply(order)).outputs["model"]
        assert (6, True) == (len(mesh.faces), soundness_of(mesh.points, mesh.faces).sound)


def test_glb_of_our_own_comes_back_whole():
    """Texture, colours and every face of a file that we wrote."""
    colours = np.full((8, 4), (200, 30, 5, 255), np.uint8)
    painted = Mesh(CUBE.points, CUBE.faces, CUBE.uv, colours=colours)
    mesh = read(write_glb(painted, Provenance())).outputs["model"]
    assert {(200, 30, 5, 255)} == set(map(tuple, mesh.colours.tolist()))
    assert soundness_of(mesh.points, mesh.faces).sound


def test_parts_with_different_textures_share_one():
    """Two boxes, red and green textures, and a plain blue one: all come onto one texture."""
    mesh = read(files.painted_boxes_glb()).outputs["model"]
    assert mesh.colours is None
    seen = files.colours_by_x(mesh)
    assert [(255, 0, 0), (0, 255, 0), (0, 0, 255)] == seen


def test_textures_that_repeat_are_laid_out():
    """Coordinates from 0 to 2 show the picture twice although ours stop at the edge."""
    mesh = read(files.repeated_glb()).outputs["model"]
    assert (0.0, 1.0) == (float(mesh.uv.min()) // 1, float(np.ceil(mesh.uv.max())))
    assert mesh.uv[mesh.points[:, 0] > 0].max() <= 1


def test_nodes_place_and_mirror_their_meshes():
    """A mirrored box is still right side out, and lies where its node says."""
    node = {"mesh": 0, "scale": [-1, 1, 1], "translation": [5, 0, 0]}
    data = damaged_files.glb(CUBE, nodes=[node])
    mesh = read(data).outputs["model"]
    assert soundness_of(mesh.points, mesh.faces).volume > 0
    assert pytest.approx(5, abs=0.02) == float(mesh.points[:, 0].mean())


def test_compressed_geometry_is_refused_with_a_way_out():
    """What needs an extension that we do not read says which."""
    data = damaged_files.glb(CUBE, extensionsRequired=["KHR_draco_mesh_compression"])
    said = refused(data)
    assert ("MESH_FILE_NEEDS", True) == (said.code, "draco" in said.reason)


def test_gltf_text_is_told_from_glb():
    """A .gltf needs files beside it: the message says to pack it."""
    said = refused(json.dumps({"asset": {"version": "2.0"}}).encode(), "model.gltf")
    assert ("MESH_FILE_KIND", True) == (said.code, "GLB" in said.fix)


def test_components_of_3mf_are_placed_and_coloured():
    """An object placed twice by components, one red and one turned: colours and size follow."""
    mesh = read(files.components_3mf()).outputs["model"]
    assert 24 == len(mesh.faces)
    assert pytest.approx([60, 20, 20], rel=1e-5) == size_mm(mesh)
    assert {(255, 0, 0, 255)} == set(map(tuple, mesh.colours.tolist()))


def test_3mf_that_needs_beams_is_refused():
    """An extension that changes the shape cannot be left out."""
    data = files.components_3mf(
        required="http://schemas.microsoft.com/3dmanufacturing/beamlattice/2017/02"
    )
    assert "MESH_FILE_NEEDS" == refused(data).code
