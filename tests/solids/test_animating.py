"""Animating: frames in order, decoded when needed; how well the mesh covers them is told."""

import numpy as np
import pytest

from maquette.batch.stages import Member
from maquette.provenance import Provenance
from maquette.roles import AnimatedMesh
from maquette.solids.animating import Cutouts, animate, follows
from maquette.types import Animation, Camera, Picture
from tests import zoo

PX_PER_M = 400.0


class Sliding:
    """An animator of cubes, 40 px wide, that slide 2 px to the right with each frame."""

    def __init__(self, *, sees: bool = True) -> None:
        self.sees = sees
        self.asked = None

    def animate(self, request):
        """One cube per frame."""
        self.asked = request
        mesh = request.model or zoo.box(0.1)
        ways = np.arange(len(request.frames))[:, None, None] * [2 / PX_PER_M, 0, 0]
        points = (mesh.points + ways).astype(np.float32)
        camera = Camera(PX_PER_M, (40.0, 70.0)) if self.sees else None
        return AnimatedMesh(
            Animation(mesh, points, request.rate, camera), ("a cube",), {"seconds_work": 1.0}
        )


def square(n: int) -> Picture:
    """What such a cube covers on frame n."""
    alpha = np.zeros((96, 128), np.float32)
    alpha[30:70, 20 + 2 * n : 60 + 2 * n] = 1
    return zoo.painted(alpha)


def members(cutouts, **objects) -> list[Member]:
    """A clip's frames; the first one has more objects."""

    def member(n):
        held = {"cutout": cutouts[n], **(objects if n == 0 else {})}
        files = dict.fromkeys(held, ("x", 1))
        return Member(
            f"clip.{n:03d}", {}, Provenance(), (), {}, files, lambda name: b"",
            lambda name, kind: held[name],
        )  # fmt: skip

    return [member(n) for n in range(len(cutouts))]


def animated(cutouts, animator, **objects):
    """The stage's answer."""
    return animate(
        members(cutouts, **objects),
        rate=12.0, seed=7, mode="fast", steps=3, faces_at_most=900, animator=animator,
    )  # fmt: skip


def test_the_engine_is_asked_for_what_was_ordered():
    """All frames and every option reach it; its notes and scores come out."""
    animator = Sliding()
    made = animated([square(n) for n in range(4)], animator)
    asked = animator.asked
    assert (4, 12.0, 7, "fast", 900, 3, None) == (
        *(len(asked.frames), asked.rate, asked.seed, asked.mode),
        *(asked.faces_at_most, asked.steps, asked.model),
    )
    assert ("a cube",) == made.notes
    assert 1.0 == made.scores["seconds_work"]
    assert {"faces": 12, "frames": 4, "follows": 1.0} == made.params


def test_a_model_comes_with_the_first_frame():
    """What was uploaded beside the clip is handed on."""
    animator, model = Sliding(), zoo.box(0.1)
    animated([square(n) for n in range(4)], animator, model=model)
    assert model is animator.asked.model


def test_frames_off_the_mesh_lower_the_score():
    """The mean and the least are told; frames without a subject do not count."""
    shifted = [square(0), square(1), square(12), Picture(np.zeros_like(square(0).rgba))]
    made = animated(shifted, Sliding())
    assert pytest.approx([1, 1, 1 / 3]) == follows(made.outputs["animation"], shifted)
    assert pytest.approx(7 / 9) == made.scores["follows"]
    assert pytest.approx(1 / 3) == made.scores["follows_least"]
    assert 0.778 == made.params["follows"]


def test_without_a_camera_nothing_is_compared():
    """An engine that does not tell how it saw the clip has no such score."""
    made = animated([square(n) for n in range(4)], Sliding(sees=False))
    assert {"seconds_work": 1.0} == made.scores
    assert "follows" not in made.params


def test_cutouts_are_loaded_when_they_are_asked_for():
    """Nothing is opened by counting; slices and negative places work as in any sequence."""
    opened = []
    rows = members([square(n) for n in range(4)])
    lazy = [
        Member(m.item, {}, m.provenance, (), {}, m.files, m.read,
               lambda name, kind, m=m: opened.append(m.item) or m.load(name, kind))
        for m in rows
    ]  # fmt: skip
    cutouts = Cutouts(lazy)
    assert (4, []) == (len(cutouts), opened)
    assert np.array_equal(square(3).rgba, cutouts[-1].rgba)
    assert ["clip.003"] == opened
    assert 2 == len(cutouts[1:3])
