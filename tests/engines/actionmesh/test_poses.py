"""Answers become animations in metres, or are refused."""

import numpy as np
import pytest

from maquette.engines.actionmesh.carrying import carried
from maquette.engines.actionmesh.poses import made, moved, poses_of
from maquette.errors import EngineError, InputError
from tests import zoo


def answer(poses, faces, changed=()):
    """The message that says so, some of its numbers changed."""
    head = {"points": poses.shape[1], "faces": len(faces)} | dict(changed)
    return head, faces.astype(np.int32).tobytes() + poses.astype(np.float32).tobytes()


def box_poses():
    """A box twice as high as wide that goes to the right, up and down, and its faces."""
    box = zoo.box(1.0)
    points = box.points * np.array([1, 2, 1], np.float32) + np.array([3, 7, 5], np.float32)
    shifts = np.array([[0, 0, 0], [1, -1, 0], [2, 0, 0]], np.float32)
    return points + shifts[:, None], box.faces


def test_the_animation_stands_where_ours_do():
    """30 cm long at first, lowest on the floor, its way centred on x, depth on z; no camera."""
    poses, faces = box_poses()
    animation = made(faces, poses, rate=12.5)
    assert 0.3 == pytest.approx(float(np.ptp(animation.points[0], axis=0).max()))
    assert 0 == pytest.approx(float(animation.points[..., 1].min()), abs=1e-7)
    assert 0.15 == pytest.approx(float(animation.points[0, :, 1].min()), abs=1e-6)
    middles = (animation.points[..., 0].min(axis=1) + animation.points[..., 0].max(axis=1)) / 2
    np.testing.assert_allclose([-0.15, 0, 0.15], middles, atol=1e-6)
    assert 0 == pytest.approx(float(animation.points[..., 2].mean()), abs=1e-6)
    assert (12.5, None) == (animation.rate, animation.camera)
    assert np.array_equal(animation.mesh.points, animation.points[0])


@pytest.mark.parametrize("wound", [1, -1], ids=["outward", "inward"])
def test_faces_look_outward(wound):
    """Whichever way its triangles are wound, ours are counter-clockwise from outside."""
    poses, faces = box_poses()
    mesh = made(faces[:, ::wound], poses, rate=10).mesh
    corners = (mesh.points - mesh.points.mean(axis=0)).astype(np.float64)[mesh.faces]
    volume = np.einsum("ij,ij->", np.cross(corners[:, 0], corners[:, 1]), corners[:, 2])
    assert volume > 0


def test_a_model_keeps_all_that_it_had():
    """Faces, coordinates, texture and colours are the model's, only its points are new."""
    box = zoo.box()
    sent = carried(box)
    animation = moved(box, sent, (sent.faces, np.stack([sent.points] * 16)), rate=10)
    for name in ("faces", "uv", "colours", "texture_png"):
        assert np.array_equal(getattr(box, name), getattr(animation.mesh, name)), name


def test_other_faces_than_those_sent_are_refused():
    """A model that comes back with other faces has lost its texture."""
    box = zoo.box()
    sent = carried(box)
    poses = np.stack([sent.points] * 16)
    for wrong in ((sent.faces[::-1], poses), (sent.faces, poses[:, :7])):
        with pytest.raises(EngineError, match="other faces") as raised:
            moved(box, sent, wrong, rate=10)
        assert "ENGINE_FAILED" == raised.value.code


def test_an_answer_is_read_as_it_was_written():
    """Faces first, then pose after pose."""
    poses, faces = box_poses()
    read = poses_of(*answer(poses, faces), frames=3)
    assert np.array_equal(faces, read[0])
    assert np.array_equal(poses, read[1])


@pytest.mark.parametrize(
    ("changed", "frames"),
    [
        pytest.param({"points": 7}, 3, id="too many bytes"),
        pytest.param({"points": 9}, 3, id="too few bytes"),
        pytest.param({"points": -8, "faces": 60}, 3, id="a negative number"),
        pytest.param({}, 4, id="too few poses"),
    ],
)
def test_an_answer_that_contradicts_itself_is_refused(changed, frames):
    """Lengths are checked before anything is read."""
    poses, faces = box_poses()
    with pytest.raises(EngineError, match="bytes for") as raised:
        poses_of(*answer(poses, faces, changed), frames=frames)
    assert "ENGINE_FAILED" == raised.value.code
    assert raised.value.fix


@pytest.mark.parametrize("value", [np.nan, np.inf], ids=["nan", "inf"])
def test_points_that_are_no_numbers_are_refused(value):
    """Half precision may overflow: nothing of that is kept."""
    poses, faces = box_poses()
    poses[1, 3, 2] = value
    with pytest.raises(EngineError, match="not numbers"):
        poses_of(*answer(poses, faces), frames=3)


def test_faces_must_name_points():
    """A face of points that are not there never becomes a mesh."""
    poses, faces = box_poses()
    for wrong in (faces + 1, faces - 1):
        with pytest.raises(EngineError, match="faces without points"):
            poses_of(*answer(poses, wrong), frames=3)


def test_no_faces_are_the_clips_fault():
    """Asked again it would find nothing again."""
    poses, faces = box_poses()
    with pytest.raises(InputError) as raised:
        poses_of(*answer(poses, faces[:0]), frames=3)
    assert "SHAPED_NOTHING" == raised.value.code


def test_a_mesh_without_size_is_refused():
    """What is one point cannot be made 30 cm long."""
    poses, faces = box_poses()
    with pytest.raises(EngineError, match="without any size"):
        made(faces, np.zeros_like(poses), rate=10)
