"""The whole ladder, on solids broken in known ways."""

from dataclasses import replace

import numpy as np
import pytest

from maquette.errors import InputError
from maquette.solids.ladder import Candidate, mended
from maquette.solids.sewing import drafted
from maquette.solids.soundness import soundness_of
from maquette.types import Mesh
from tests import damage

BROKEN = {broken.name: broken for broken in damage.broken_ones()}
TRIED = [name for name in BROKEN if name.startswith(("cube", "cup"))]


@pytest.mark.parametrize("name", TRIED)
def test_broken_ones_are_mended(name):
    """Every damage leaves a sound solid of the volume that is known."""
    broken = BROKEN[name]
    made = mended(broken.mesh)
    found = soundness_of(made.mesh.points, made.mesh.faces)
    assert found.sound
    assert pytest.approx(broken.volume_m3, rel=0.005) == found.volume


@pytest.mark.parametrize("name", damage.good_ones())
def test_good_ones_are_left_alone(name):
    """A sound mesh is handed back as it is."""
    solid = damage.good_ones()[name]
    made = mended(solid)
    assert made.step == "as-is"
    assert made.mesh is solid


def test_touching_float32_positions_are_pulled_apart():
    """Two cubes along an edge are sound in millimetres as well."""
    made = mended(BROKEN["cube: two along an edge"].mesh)
    millimetres = made.mesh.points * np.float32(1000)
    assert soundness_of(millimetres, made.mesh.faces).sound


def test_looks_stay_where_points_stay():
    """Sewing keeps texture coordinates and colours row by row."""
    solid = damage.cube()
    chance = np.random.default_rng(1)
    dressed = replace(
        solid,
        uv=chance.random((len(solid.points), 2), np.float32),
        colours=chance.integers(0, 256, (len(solid.points), 4), np.uint8),
    )
    made = mended(damage.faces_flipped(dressed)).mesh
    rows = {tuple(p): k for k, p in enumerate(solid.points.tolist())}
    kept = [rows[tuple(p)] for p in made.points.tolist()]
    assert np.array_equal(dressed.uv[kept], made.uv)
    assert np.array_equal(dressed.colours[kept], made.colours)


def test_colours_are_carried_onto_a_new_surface():
    """A union of bodies takes its colours from the nearest place."""
    both = BROKEN["ball: a copy across it"].mesh
    red = np.tile(np.array([[200, 10, 20, 255]], np.uint8), (len(both.points), 1))
    made = mended(replace(both, colours=red)).mesh
    assert (made.colours == (200, 10, 20, 255)).all()


def test_the_same_mesh_gives_the_same_bytes():
    """Nothing depends on chance."""
    one, other = (mended(BROKEN["star: faces deleted"].mesh).mesh for _ in range(2))
    assert one.points.tobytes() == other.points.tobytes()
    assert one.faces.tobytes() == other.faces.tobytes()


def test_soup_becomes_thin_walls():
    """Loose faces all over become solids near them."""
    corners = np.random.default_rng(3).random((30, 1, 3)) + np.random.default_rng(4).normal(
        0, 0.2, (30, 3, 3)
    )
    soup = damage.made(corners.reshape(-1, 3), damage.fresh_faces(30))
    made = mended(soup)
    assert made.step == "thin-walls"
    assert soundness_of(made.mesh.points, made.mesh.faces).sound


@pytest.mark.parametrize(
    "faces",
    [np.zeros((0, 3), np.int32), np.array([[0, 1, 1], [2, 2, 2]], np.int32)],
    ids=["none", "without area"],
)
def test_a_mesh_without_a_surface_is_refused(faces):
    """There is nothing to print."""
    with pytest.raises(InputError, match="MESH_EMPTY"):
        mended(damage.whole(damage.cube().points, faces))


def test_rungs_of_others_are_climbed_only_where_sewing_does_not_do():
    """A costly rung is not asked for a mesh with a hole."""
    asked: list[Mesh] = []

    def costly(mesh):
        asked.append(mesh)
        yield Candidate("costly", drafted(mesh.points, mesh.faces), ())

    made = mended(damage.patch_deleted(damage.ball()), rungs=(costly,))
    assert made.step == "sewn"
    assert asked == []


def test_eleven_sheets_on_one_edge_become_walls():
    """Walls that meet along an edge cross there, so that their union is sound."""
    turns = np.linspace(0, 2 * np.pi, 11, endpoint=False)
    rim = np.stack([np.cos(turns), 0 * turns, np.sin(turns)], axis=1)
    points = np.concatenate([[[0, -1, 0], [0, 1, 0]], rim])
    faces = np.stack([np.zeros(11, int), np.ones(11, int), np.arange(11) + 2], axis=1)
    made = mended(damage.made(points, faces))
    assert made.step == "thin-walls"
    assert soundness_of(made.mesh.points, made.mesh.faces).sound
