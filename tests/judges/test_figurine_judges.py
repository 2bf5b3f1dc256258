"""Outside readers on what the figurine line delivers: a portrait goes in, and a figure is read."""

from __future__ import annotations

import re
import shutil
import sys
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
import trimesh

from maquette.formats.glb import write_glb
from tests import zoo
from tests.judges.albums import Album
from tests.judges.asking import all_of, judge, program
from tests.judges.figurine_delivery import HEIGHT_MM, SIDE_PX, TITLE, Figurine
from tests.judges.films import farthest_m, filmed, traced
from tests.judges.front_views import Likeness, likeness
from tests.judges.slicers import ADMESH, PRUSA, admesh, prusa_gcode, prusa_info

pytestmark = pytest.mark.judge

TWINS = ("glb", "usdz")
LEAST_OVERLAP, LARGEST_ERROR = 0.985, 3.0  # a texture upside down costs 40
ROUNDED_M = 1e-6

each_twin = pytest.mark.parametrize("ending", TWINS)
each_print = pytest.mark.parametrize("ending", ["stl", "3mf"])


@pytest.fixture(scope="module")
def album(figurine: Figurine, tmp_path_factory: pytest.TempPathFactory) -> Album:
    """The front of both files that phones show, as three.js shows it."""
    folder = tmp_path_factory.mktemp("figure")
    files = [Path(shutil.copy(figurine.file(ending), folder)) for ending in TWINS]
    return filmed(files, {"front": front_of(figurine)}, pictures=folder)


def front_of(figurine: Figurine) -> dict:
    """A view for the booth: the colours as they are, straight from the front."""
    return {"light": "flat", "side_px": SIDE_PX, "window": vars(figurine.window)}


def is_alike(alike: Likeness) -> bool:
    """Whether two pictures show the same figure."""
    return alike.is_within(least_overlap=LEAST_OVERLAP, largest_error=LARGEST_ERROR)


# -- what phones and browsers show


def test_khronos_has_nothing_to_say(figurine: Figurine):
    """No error, no warning, not even a hint."""
    (said,) = judge("node", "khronos_says.mjs")([figurine.file("glb")]).values()
    assert [] == said["messages"]


def test_trimesh_reads_a_closed_solid(figurine: Figurine):
    """One body without a hole once points of one place are one; metres, standing on the ground."""
    solid = figurine.solid.copy()
    solid.merge_vertices(merge_tex=True, merge_norm=True)
    assert (True, True, 1) == (solid.is_watertight, solid.is_winding_consistent, solid.body_count)
    assert solid.volume > 0
    low, high = figurine.solid.bounds[:, 1]
    assert pytest.approx([0, HEIGHT_MM / 1000], abs=1e-5) == [low, high]


@each_twin
def test_three_reads_the_whole_figure(ending: str, figurine: Figurine, album: Album):
    """One mesh with all triangles and one sRGB texture, faces outwards, and no remark."""
    found = album.found[figurine.file(ending).name]
    assert [] == found.get("remarks", found)
    assert (1, len(figurine.mesh.faces)) == (found["meshes"], found["triangles"])
    ((_, _, space),) = found["textures"]
    assert "srgb" == space
    assert pytest.approx(figurine.solid.volume, rel=1e-3) == found["volume_m3"]


@each_twin
def test_three_shows_the_figure(ending: str, figurine: Figurine, album: Album):
    """The browser draws what we draw of it."""
    alike = likeness(album.picture(figurine.file(ending).name, "front"), figurine.drawn)
    assert is_alike(alike), f"{alike}, see {album.folder}"


def test_pictures_betray_a_wrong_texture(figurine: Figurine, tmp_path: Path):
    """The comparison does judge: another unwrapping is another picture."""
    uv = figurine.mesh.uv.copy()
    uv[:, 1] = 1 - uv[:, 1]
    path = tmp_path / "spoilt.glb"
    path.write_bytes(write_glb(replace(figurine.mesh, uv=uv), zoo.provenance()))
    album = filmed([path], {"front": front_of(figurine)}, pictures=tmp_path)
    assert not is_alike(likeness(album.picture(path.name, "front"), figurine.drawn))


def test_usd_judges_have_nothing_to_say(figurine: Figurine):
    """Pixar's ARKit rules are kept, and TinyUSDZ finds one textured mesh of the figure's size."""
    package = [figurine.file("usdz")]
    (said,) = judge("python", "arkit_says.py")(package).values()
    assert [] == said["failed"] + said["errors"] + said["warnings"]
    (read,) = judge("python", "tinyusdz_says.py")(package).values()
    ((mesh,), (image,)) = (read["meshes"], read["images"])
    assert len(figurine.mesh.faces) == mesh["triangles"]
    assert image[0]
    sizes = np.subtract(mesh["high"], mesh["low"]) * read["metres_per_unit"]
    assert pytest.approx(np.ptp(figurine.mesh.points, axis=0).tolist(), abs=1e-5) == sizes.tolist()


@pytest.mark.skipif(sys.version_info[:2] != (3, 11), reason="Blender's module is for Python 3.11")
@each_twin
def test_blender_opens_it(ending: str, figurine: Figurine, tmp_path: Path):
    """One mesh with a picture, every point where it is in the GLB."""
    path = Path(shutil.copy(figurine.file(ending), tmp_path))
    said = traced([path], by="blender_films.py", rate=24, frames=1)[path.name]
    assert (1, 1) == (said["meshes"], said["images"])
    assert ROUNDED_M > farthest_m(said["points"][0], figurine.mesh.points)


# -- what printers take


@each_print
def test_slicer_takes_it_as_it_is(ending: str, figurine: Figurine):
    """Manifold, no open edge, nothing repaired, and as high as was ordered."""
    program(PRUSA)
    opinion = prusa_info(figurine.file(ending))
    assert (True, 0, ()) == (opinion.is_manifold, opinion.open_edges, opinion.repairs)
    assert pytest.approx(HEIGHT_MM, abs=0.01) == opinion.size_mm[2]


@each_print
def test_slicer_prints_it(ending: str, figurine: Figurine, tmp_path: Path):
    """Instructions for a printer come out, whose last layer is the figure's crown."""
    program(PRUSA)
    gcode = prusa_gcode(figurine.file(ending), tmp_path)
    heights_mm = [float(z) for z in re.findall(r"^;Z:([\d.]+)", gcode, re.MULTILINE)]
    assert pytest.approx(HEIGHT_MM, abs=0.5) == max(heights_mm)


def test_admesh_finds_nothing_wrong(figurine: Figurine):
    """No edge apart, no face without area, none turned or removed."""
    program(ADMESH)
    assert {} == {what: n for what, n in admesh(figurine.file("stl")).items() if n}


def test_trimesh_reads_the_same_solid_for_printers(figurine: Figurine):
    """The STL is the GLB's solid, in millimetres and standing up."""
    solid = trimesh.load_mesh(figurine.file("stl"))
    assert (True, 1) == (solid.is_watertight, solid.body_count)
    assert pytest.approx(figurine.solid.volume * 1e9, rel=1e-4) == solid.volume
    sides = np.ptp(figurine.mesh.points, axis=0)[[0, 2, 1]] * 1000
    assert pytest.approx(sides.tolist(), abs=0.01) == np.ptp(solid.vertices, axis=0).tolist()


def test_lib3mf_finds_solid_and_colours(figurine: Figurine):
    """Read strictly: no warning, one sound body in millimetres, its title, and its texture."""
    (said,) = judge("python", "lib3mf_says.py")([figurine.file("3mf")]).values()
    assert ([], [True], "MilliMeter", 1) == (
        said["warnings"],
        said["is_sound"],
        said["unit"],
        said["textures"],
    )
    assert pytest.approx(HEIGHT_MM, abs=0.01) == said["size"][2]
    assert [TITLE] == said["title"]
    assert len(figurine.mesh.faces) == said["faces"]


def test_opencv_finds_many_colours_on_the_face(figurine: Figurine):
    """The texture is no plain colour where three.js shows the head."""
    head = figurine.drawn[: SIDE_PX // 2]
    seen = head[..., :3][head[..., 3] > 250]
    shades = {tuple(colour) for colour in (seen // 32).tolist()}
    assert len(shades) > 12
    lightness = cv2.cvtColor(seen[None], cv2.COLOR_RGB2GRAY)
    assert lightness.std() > 20


def test_every_file_is_known(figurine: Figurine):
    """No other ending than those that somebody above has read."""
    read = {"glb", "usdz", "stl", "3mf"}
    endings = {path.suffix[1:] for path in figurine.folder.iterdir() if path.is_file()}
    assert read <= endings
    assert {"png", "webp", "json"} >= endings - read
    assert all_of(figurine.folder, "json")
