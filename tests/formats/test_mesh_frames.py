"""Frames as files: each pose is a plain GLB of its own."""

import time

import numpy as np
import pytest

from maquette.formats.glb import read_glb
from maquette.formats.mesh_frames import pose
from maquette.types import Animation, Mesh
from tests import zoo
from tests.swaying import swaying

BALL = swaying()


def posed(frame, animation=BALL, title="A ball"):
    return pose(animation, frame=frame, title=title, provenance=zoo.provenance())


@pytest.mark.parametrize("frame", range(5))
def test_a_frame_is_its_pose(frame):
    """The points are those of the frame, the faces and the texture those of the clip."""
    file = posed(frame)
    mesh = read_glb(file.data)
    assert "glb" == file.suffix
    expected, actual = BALL.points[frame][BALL.mesh.faces], mesh.points[mesh.faces]
    assert np.array_equal(expected, actual)
    assert BALL.mesh.texture_png == mesh.texture_png


def hinged():
    """Two faces that lie in one plane at first and are folded along their common edge later."""
    flat = np.array([(0, 0, 0), (1, 0, 0), (1, 1, 0), (0, 1, 0)], np.float32)
    folded = flat * [1, 1, 0] + np.float32([[0, 0, 0], [0.6, 0, 1], [0, 0, 0], [-0.6, 0, 1]])
    faces = np.array([(0, 1, 2), (0, 2, 3)], np.int32)
    points = np.stack([flat, folded]).astype(np.float32)
    return Animation(Mesh(points[0], faces, flat[:, :2].copy()), points, 24.0)


@pytest.mark.parametrize("clip", [BALL, hinged()], ids=["smooth", "hinged"])
def test_faces_are_the_same_on_all_frames(clip):
    """Points keep their order and their place in the texture, wherever creases come and go."""
    meshes = [read_glb(posed(n, clip).data) for n in range(len(clip.points))]
    for mesh in meshes[1:]:
        assert np.array_equal(meshes[0].faces, mesh.faces)
        assert np.array_equal(meshes[0].uv, mesh.uv)


def test_the_name_tells_clip_and_frame():
    """Programs list it as they list the shapes of the animated file."""
    data = posed(3).data
    assert b'"name":"A ball 003"' in data
    assert b'"name":"frame_003"' in data
    assert b'"name":"Clip 000"' in posed(0, title=" ").data


def test_bytes_are_always_the_same():
    """Equal poses give equal files, other poses others."""
    assert posed(1) == posed(1, swaying())
    assert posed(1).data != posed(2).data


def test_frames_are_written_soon():
    """24 poses of 8,000 points take less than two seconds of work."""
    clip = swaying(frames=24, rows=63)
    started = time.process_time()
    for frame in range(24):
        posed(frame, clip)
    assert time.process_time() - started < 2
