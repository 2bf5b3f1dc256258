"""Shading over time: one split for the whole clip, and normals that are those of each pose."""

from dataclasses import replace

import numpy as np
import pytest

from maquette.solids.animation_shading import shaded_frames
from maquette.solids.surfaces import open_edges, shaded
from maquette.types import Animation, Mesh
from tests import zoo
from tests.swaying import swaying

BALL = swaying()


def animated(mesh, *moves):
    """A mesh and what becomes of its points."""
    points = np.stack([mesh.points, *(move(mesh.points) for move in moves)]).astype(np.float32)
    return Animation(mesh, points, 10.0)


def spokes(count=300):
    """A cone with a hub of very many faces."""
    turn = np.linspace(0, 2 * np.pi, count, endpoint=False)
    rim = np.column_stack([np.cos(turn), 0 * turn, np.sin(turn)])
    points = np.vstack([[0, 1, 0], rim]).astype(np.float32)
    ring = np.arange(1, count + 1)
    faces = np.column_stack([0 * ring, np.roll(ring, -1), ring]).astype(np.int32)
    return Mesh(points, faces, np.zeros((count + 1, 2), np.float32))


@pytest.mark.parametrize("mesh", [BALL.posed(0), zoo.box(), spokes()], ids=["ball", "box", "hub"])
def test_the_first_frame_is_shaded_as_a_still_mesh(mesh):
    """Split, faces and normals of frame 0 are those of the mesh by itself."""
    found, alone = shaded_frames(animated(mesh)), shaded(mesh)
    assert np.array_equal(alone.faces, found.surface.faces)
    assert np.array_equal(alone.points, found.points[0])
    assert np.allclose(alone.normals, found.normals[0], atol=1e-6)


@pytest.mark.parametrize("frame", range(5))
def test_smooth_poses_are_shaded_as_still_meshes(frame):
    """Where nothing creases, every frame's normals are those of that pose by itself."""
    found, alone = shaded_frames(BALL), shaded(BALL.posed(frame))
    assert np.array_equal(alone.points[alone.faces], found.points[frame][found.surface.faces])
    expected = alone.normals[alone.faces]
    actual = found.normals[frame][found.surface.faces]
    # faces of one direction count together on the first frame: on others they may look apart
    assert np.einsum("fcx,fcx->fc", expected, actual).min() > 0.99


def test_a_seam_does_not_show():
    """Points that are doubled for their texture have one normal on every frame."""
    found = shaded_frames(BALL)
    columns = 25
    place = np.round(found.points[0], 6)
    first = {tuple(row): n for n, row in enumerate(place)}
    twins = [(first[tuple(row)], n) for n, row in enumerate(place) if first[tuple(row)] != n]
    assert len(twins) >= len(BALL.points[0]) // columns - 2
    for one, other in twins:
        assert np.allclose(found.normals[:, one], found.normals[:, other], atol=1e-6)


def test_creases_stay_where_the_first_frame_has_them():
    """A box that is sheared keeps its 24 corners, and each side the normal of its plane."""
    box = zoo.box()
    found = shaded_frames(animated(box, lambda points: points + points[:, [1]] * (2, 0, 0)))
    assert (2, 24, 3) == found.normals.shape
    a, b, c = (found.points[1][found.surface.faces[:, k]] for k in range(3))
    plane = np.cross(b - a, c - a)
    plane /= np.linalg.norm(plane, axis=1, keepdims=True)
    assert np.allclose(plane[:, None], found.normals[1][found.surface.faces], atol=1e-6)


def test_what_becomes_sharp_is_still_shaded_round():
    """No edge comes up in the middle of a clip: two flat faces that fold share their normals."""
    points = np.array([(0, 0, 0), (1, 0, 0), (1, 1, 0), (0, 1, 0)], np.float32)
    faces = np.array([(0, 1, 2), (0, 2, 3)], np.int32)
    sheet = Mesh(points, faces, np.zeros((4, 2), np.float32))
    folded = points + np.array([(0, 0, 0), (0, 0, 5), (0, 0, 0), (0, 0, 0)])
    found = shaded_frames(animated(sheet, lambda _: folded))
    assert 4 == len(found.surface.points)


def test_a_pose_of_no_area_still_has_normals():
    """A mesh that collapses to a point looks forward; no normal is ever missing."""
    found = shaded_frames(animated(zoo.box(), lambda points: points * 0))
    assert np.array_equal(np.tile([0, 0, 1], (24, 1)), found.normals[1])


def test_normals_have_length_one():
    """On every frame."""
    lengths = np.linalg.norm(shaded_frames(BALL).normals, axis=2)
    assert np.allclose(1, lengths, atol=1e-6)


def test_nothing_that_moves_is_nothing_that_turns():
    """On frames that are alike normals are alike, to the last bit."""
    found = shaded_frames(swaying(still=True))
    assert not np.ptp(found.normals, axis=0).any()


def test_colours_and_coordinates_go_with_their_corners():
    """What was told per point is told per corner."""
    count = len(BALL.mesh.points)
    colours = np.random.default_rng(0).integers(0, 256, (count, 4), np.uint8)
    surface = shaded_frames(replace(BALL, mesh=replace(BALL.mesh, colours=colours))).surface
    kept = BALL.mesh.faces.ravel()[surface.corners]
    assert np.array_equal(colours[kept], surface.colours)
    assert np.array_equal(BALL.mesh.uv[kept], surface.uv)


def test_the_ball_is_closed():
    """The sample is a solid on every frame: its seam and poles meet."""
    assert [0] * 5 == [open_edges(points, BALL.mesh.faces) for points in BALL.points]
