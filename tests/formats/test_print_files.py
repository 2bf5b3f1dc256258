"""Print files: other readers agree, the same bytes every time, and nothing unsound gets out."""

import io
import zipfile
from dataclasses import replace

import numpy as np
import pytest
import trimesh

from maquette.errors import FormatError, InputError
from maquette.formats.models import read_model
from maquette.formats.print_files import FORMATS, write_print
from maquette.solids.textures import encode_png
from maquette.types import File, Mesh
from tests import printable, zoo

PLAIN = printable.mesh_of(printable.table())
COLOURS = np.full((len(PLAIN.points), 4), (200, 30, 5, 255), np.uint8)
PAINTED = replace(PLAIN, colours=COLOURS)
PICTURE = encode_png(np.repeat(np.uint8([[[250, 0, 0], [0, 0, 250]]]), 8, axis=0).repeat(8, axis=1))
LEFT_RED = (PLAIN.points[:, :1] > 0) * np.float32([0.5, 0]) + np.float32([0.25, 0.5])
TEXTURED = replace(PLAIN, texture_png=PICTURE, uv=LEFT_RED.astype(np.float32))
KINDS = {"plain": PLAIN, "painted": PAINTED, "textured": TEXTURED}


def written(mesh, *formats, title="a table"):
    made = write_print(mesh, formats=list(formats), title=title, provenance=zoo.provenance())
    return made.outputs


def read_again(data, ending):
    return read_model(File(data, ending), model_name=f"print.{ending}").outputs["model"]


@pytest.mark.parametrize("ending", FORMATS)
@pytest.mark.parametrize("mesh", KINDS.values(), ids=KINDS)
def test_every_format_reads_as_the_same_solid(mesh, ending):
    """Our own reader and an independent one see the size that was ordered."""
    data = written(mesh, ending)[f"file/{ending}"].data
    ours = read_again(data, ending)
    assert pytest.approx([40, 25, 40], abs=1e-4) == (np.ptp(ours.points, axis=0) * 1000).tolist()
    if ending != "3mf":  # there trimesh needs a package that we do without
        theirs = trimesh.load(io.BytesIO(data), file_type=ending, force="mesh")
        theirs.merge_vertices(merge_tex=True, merge_norm=True)
        scale = 1000 if ending == "glb" else 1
        sides = sorted((theirs.extents * scale).tolist())
        assert pytest.approx([25, 40, 40], abs=1e-3) == sides
        assert theirs.is_watertight


@pytest.mark.parametrize("ending", ["3mf", "glb", "obj"])
def test_colours_are_kept(ending):
    """One colour everywhere, exactly as it was."""
    mesh = read_again(written(PAINTED, ending)[f"file/{ending}"].data, ending)
    assert {(200, 30, 5, 255)} == set(map(tuple, mesh.colours.tolist()))


@pytest.mark.parametrize("ending", ["3mf", "glb"])
def test_textures_are_kept(ending):
    """Left red and right blue, whichever way the format counts rows."""
    mesh = read_again(written(TEXTURED, ending)[f"file/{ending}"].data, ending)
    assert mesh.texture_png is not None
    assert pytest.approx(0.5) == float(mesh.uv[:, 1].mean())
    assert np.array_equal(mesh.points[:, 0] > 0, mesh.uv[:, 0] > 0.5)


def test_obj_reads_its_colours_off_the_texture():
    """One file has no room for a texture: its points are red and blue instead."""
    mesh = read_again(written(TEXTURED, "obj")["file/obj"].data, "obj")
    right = mesh.points[:, 0] > 0
    assert {(0, 0, 250, 255)} == set(map(tuple, mesh.colours[right].tolist()))
    assert {(250, 0, 0, 255)} == set(map(tuple, mesh.colours[~right].tolist()))


@pytest.mark.parametrize("mesh", KINDS.values(), ids=KINDS)
def test_the_same_print_gives_the_same_bytes(mesh):
    """No time, no random number and no order of a set gets into any file."""
    one, two = written(mesh, *FORMATS), written(mesh, *FORMATS)
    assert {name: file.data for name, file in one.items()} == {
        name: file.data for name, file in two.items()
    }


def test_3mf_says_millimetres_and_its_title():
    """Unit, escaped title, licence; no date, no identifier."""
    data = written(PLAIN, "3mf", title="Rock & <Roll>")["file/3mf"].data
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        model = package.read("3D/3dmodel.model").decode()
        assert {(1980, 1, 1, 0, 0, 0)} == {entry.date_time for entry in package.infolist()}
    assert 'unit="millimeter"' in model
    assert "Rock &amp; &lt;Roll&gt;" in model
    assert "UUID" not in model


def test_stl_never_begins_with_solid():
    """Readers would take it for text, whatever the title is."""
    assert not written(PLAIN, "stl", title="solid")["file/stl"].data.startswith(b"solid")


@pytest.mark.parametrize("ending", FORMATS)
def test_what_is_not_closed_is_not_handed_out(ending):
    """One face less, and the file is refused when it is read again."""
    torn = replace(PLAIN, faces=PLAIN.faces[1:])
    with pytest.raises(FormatError) as trouble:
        written(torn, ending)
    assert "PRINT_FILE_NOT_SOLID" == trouble.value.code


def test_two_bodies_that_touch_along_an_edge_are_not_handed_out():
    """Fine by index, not in a file without indices."""
    box = zoo.box()
    beside = box.points + np.float32([0.1, 0.1, 0])
    points, faces = np.vstack([box.points, beside]), np.vstack([box.faces, box.faces + 8])
    with pytest.raises(FormatError) as trouble:
        written(Mesh(points, faces, np.zeros((16, 2), np.float32)), "stl")
    assert "PRINT_FILE_NOT_SOLID" == trouble.value.code


@pytest.mark.parametrize("formats", [[], ["step"]], ids=["none", "unknown"])
def test_unknown_formats_are_refused(formats):
    """The message names those that there are."""
    with pytest.raises(InputError) as trouble:
        write_print(PLAIN, formats=formats, title="")
    assert ("PRINT_FORMAT_UNKNOWN", True) == (trouble.value.code, "stl" in trouble.value.fix)
