"""Counts of what is wrong with a mesh, on meshes whose faults are known."""

import numpy as np
import pytest

from maquette.solids.soundness import bodies_of, places, soundness_of, volume_of
from tests import damage

CUBE = damage.cube()


def judged(mesh):
    """The mesh's soundness."""
    return soundness_of(mesh.points, mesh.faces)


@pytest.mark.parametrize("name", damage.good_ones())
def test_good_ones_are_sound(name):
    """A closed mesh of one body has no trouble and its own volume."""
    mesh = damage.good_ones()[name]
    found = judged(mesh)
    assert found.sound
    assert found.bodies == 1
    assert pytest.approx(damage.volume_m3(mesh), rel=1e-9) == found.volume


@pytest.mark.parametrize(
    ("broken", "field", "count"),
    [
        (damage.kept(CUBE, np.arange(len(CUBE.faces)) != 5), "open_edges", 3),
        (damage.together(CUBE, CUBE), "duplicate_faces", len(CUBE.faces)),
        (
            damage.together(CUBE, damage.moved(CUBE, (damage.SIZE_M,) * 2 + (0,))),
            "crowded_edges",
            12,
        ),
        (
            damage.whole(CUBE.points, np.concatenate([CUBE.faces, [[0, 1, 1]]])),
            "degenerate_faces",
            1,
        ),
        (
            damage.whole(CUBE.points, np.concatenate([CUBE.faces[:1, ::-1], CUBE.faces[1:]])),
            "flipped_edges",
            3,
        ),
    ],
    ids=["a face is gone", "twice in one place", "two along an edge", "no area", "flipped"],
)
def test_faults_are_counted(broken, field, count):
    """Each fault has a count of its own, and makes the mesh unsound."""
    found = judged(broken)
    assert count == getattr(found, field)
    assert not found.sound


def test_an_inside_out_mesh_is_not_sound():
    """Its volume is negative."""
    found = judged(damage.inside_out(CUBE))
    assert found.volume < 0
    assert not found.sound
    assert not any(found.troubles.values())


def test_indices_do_not_matter():
    """A mesh whose faces share no index is judged like the one whose faces do."""
    corners = CUBE.points[CUBE.faces].reshape(-1, 3)
    apart = damage.whole(corners, np.arange(len(corners)).reshape(-1, 3))
    assert judged(CUBE) == judged(apart)


def test_minus_zero_is_zero():
    """Points that differ by the sign of a zero are at one place."""
    number, first = places(np.array([[0.0, 1, 2], [-0.0, 1, 2], [0, 1, 3]], np.float32))
    assert number[0] == number[1]
    assert number[0] != number[2]
    assert len(first) == 2


def test_bodies_share_no_edge():
    """Two cubes that meet at a corner are two bodies."""
    both = damage.together(CUBE, damage.moved(CUBE, (damage.SIZE_M,) * 3))
    assert 2 == judged(both).bodies
    assert len(both.faces) == len(bodies_of(both.faces))


def test_volume_holds_far_from_the_origin():
    """A solid a kilometre away encloses what it did at home."""
    far = CUBE.points.astype(np.float64) + 1000.0
    assert pytest.approx(damage.volume_m3(CUBE), rel=1e-6) == volume_of(far, CUBE.faces)


def test_no_faces_are_no_solid():
    """An empty mesh is judged without an error."""
    found = soundness_of(np.zeros((0, 3), np.float32), np.zeros((0, 3), np.int32))
    assert not found.sound
    assert found.bodies == 0
