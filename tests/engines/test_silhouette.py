"""The embedded animator: closed moving meshes that follow their clip, and what it says of them."""

from dataclasses import replace

import numpy as np
import pytest

from bench.moving_solids import chamfers, covers, jerks, volume_drift
from maquette.engines.silhouette import make
from maquette.errors import InputError
from maquette.roles import AnimateRequest, Animator
from maquette.solids.animation_poses import LONG_SIDE_M
from maquette.solids.surfaces import open_edges, volume_m3
from maquette.types import Picture
from tests import zoo
from tests.moving_solids import Cutouts, moving

FACES = 2_000
FRAMES = 12
CLIPS = {"creature-bending": ("creature", "bending"), "bean-turning": ("bean", "turning")}


def bending_bean(frames: int) -> list[Picture]:
    """A small clip."""
    return list(Cutouts(moving("bean", "bending", frames=frames, size_px=96)))


def asked(cutouts: list[Picture], **changes) -> AnimateRequest:
    """A request for a mesh of few faces."""
    return replace(AnimateRequest(cutouts, 24.0, seed=1, faces_at_most=FACES), **changes)


@pytest.fixture(scope="module")
def bean():
    """A bending bean of few pixels."""
    return bending_bean(8)


def test_it_is_an_animator_without_weights():
    """It says what it is without loading anything."""
    engine = make()
    assert isinstance(engine, Animator)
    assert ("silhouette", {}) == (engine.info.name, engine.info.weights)
    engine.close()


@pytest.mark.parametrize(("body", "motion"), CLIPS.values(), ids=CLIPS)
def test_moving_solids_are_followed_in_all_three_dimensions(body, motion):
    """Near to the truth, true to the outline, calm, of even volume; closed on every frame."""
    truth = moving(body, motion, frames=FRAMES, size_px=128)
    cutouts = list(Cutouts(truth))
    animation = make().animate(asked(cutouts)).animation
    mine, card = chamfers(animation, truth)
    assert np.mean(mine) <= 0.5 * np.mean(card)
    assert np.mean(covers(animation, cutouts)) >= 0.93
    assert jerks(animation) <= 0.005
    assert volume_drift(animation) <= 0.15
    faces = animation.mesh.faces
    assert len(faces) <= FACES
    assert [0] * FRAMES == [open_edges(points, faces) for points in animation.points]
    assert all(volume_m3(points, faces) > 0 for points in animation.points)


def test_it_stands_on_the_floor_and_keeps_its_way(bean):
    """30 cm long, lowest at 0, and the camera puts it back on its pixels."""
    shifted = [np.roll(cutout.rgba, 2 * n - 8, axis=1) for n, cutout in enumerate(bean)]
    animation = make().animate(asked([Picture(rgba) for rgba in shifted])).animation
    points = animation.points
    assert 0 == points[..., 1].min()
    assert pytest.approx(LONG_SIDE_M, rel=0.1) == np.ptp(points[4, :, 0])
    middles = (points[..., 0].min(axis=1) + points[..., 0].max(axis=1)) / 2
    assert pytest.approx(0, abs=1e-6) == middles.mean()
    ways = np.diff(middles) * animation.camera.px_per_m
    assert pytest.approx(2, abs=0.5) == ways.mean()


def test_the_same_clip_gives_the_same_bytes(bean):
    """Nothing depends on chance or on the seed, and low memory changes nothing."""
    one = make().animate(asked(bean)).animation
    two = make().animate(asked(bean, seed=9, mode="low_ram")).animation
    assert one.points.tobytes() == two.points.tobytes()
    assert one.mesh.texture_png == two.mesh.texture_png


def test_fast_is_coarser(bean):
    """The fast mode has fewer faces than are allowed."""
    full = make().animate(asked(bean, faces_at_most=12_000)).animation
    fast = make().animate(asked(bean, faces_at_most=12_000, mode="fast")).animation
    assert len(fast.mesh.faces) <= 6_000 < len(full.mesh.faces)


def test_a_given_model_is_moved(bean):
    """Its faces, uv and texture stay its own; it is as high as the subject and moves with it."""
    ball = replace(zoo.box(0.1), texture_png=b"its own")
    made = make().animate(asked(bean, model=ball))
    mesh, points = made.animation.mesh, made.animation.points
    assert ball.faces.tobytes() == mesh.faces.tobytes()
    assert (ball.uv.tobytes(), b"its own") == (mesh.uv.tobytes(), mesh.texture_png)
    alone = make().animate(asked(bean)).animation
    assert pytest.approx(np.ptp(alone.points[1, :, 1]), rel=0.2) == np.ptp(points[1, :, 1])
    assert np.abs(points - points[:1]).max() > 0.005
    assert any("+z" in note for note in made.notes)


def test_steps_are_said_to_mean_nothing(bean):
    """Who asks for steps is told."""
    told = [make().animate(asked(bean, steps=steps)).notes for steps in (0, 10)]
    assert ("steps mean nothing to this engine: it has none",) == tuple(set(told[1]) - set(told[0]))


def test_an_empty_mask_in_the_middle_is_interpolated():
    """The frame is named, and the mesh goes on evenly through it."""
    cutouts = bending_bean(12)
    whole = make().animate(asked(cutouts)).animation.points
    cutouts[5] = Picture(np.zeros_like(cutouts[5].rgba))
    made = make().animate(asked(cutouts))
    assert any("frame 5" in note and "interpolated" in note for note in made.notes)
    expected = np.ptp(whole[5], axis=0)
    assert pytest.approx(expected, abs=0.02) == np.ptp(made.animation.points[5], axis=0)
    assert jerks(made.animation) <= 0.005


def test_one_frame_repeated_stands_still(bean):
    """It is a mesh that does not move, and that is said."""
    made = make().animate(asked([bean[0]] * 8))
    assert pytest.approx(0, abs=1e-6) == np.ptp(made.animation.points, axis=0).max()
    assert any("nothing moves" in note for note in made.notes)


@pytest.mark.parametrize(
    ("seen", "told"), [(0, "no frame"), (7, "only 7 frames")], ids=["none", "seven"]
)
def test_too_little_to_see_is_refused(bean, seen, told):
    """A clip without its subject is an error that says how much was seen."""
    nothing = [Picture(np.zeros_like(bean[0].rgba))] * (16 - seen)
    with pytest.raises(InputError, match=told) as caught:
        make().animate(asked([*bean[:seen], *nothing]))
    assert "CLIP_SUBJECT_MISSING" == caught.value.code
