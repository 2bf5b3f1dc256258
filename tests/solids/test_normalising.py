"""Normalising: what the standard solid is, and what is told of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from maquette.errors import InputError
from maquette.solids.normalising import normalise
from maquette.solids.soundness import soundness_of
from tests import damage
from tests.zoo import box


def test_the_standard_solid_and_the_size_it_had():
    """Unit size, centred, on the ground; the old size is told in print axes and millimetres."""
    slab = replace(box(0.1), points=box(0.1).points * np.float32([1, 2, 3]) + np.float32(7))
    made = normalise(slab)
    solid = made.outputs["solid"]
    assert np.allclose([-1 / 6, 0, -0.5], solid.points.min(axis=0), atol=1e-6)
    assert np.allclose([1 / 6, 2 / 3, 0.5], solid.points.max(axis=0), atol=1e-6)
    assert made.params["model_mm"] == pytest.approx([100, 300, 200], abs=1e-3)


def test_too_many_faces_are_thinned_and_said():
    """The budget holds, the solid is still one, and the person is told."""
    made = normalise(damage.ball(around=48), faces_at_most=500)
    solid = made.outputs["solid"]
    assert len(solid.faces) <= 500
    assert soundness_of(solid.points, solid.faces).sound
    assert made.notes == (f"2208 faces were thinned to {len(solid.faces)}",)
    assert np.ptp(solid.points, axis=0).max() == pytest.approx(1, abs=1e-6)


def test_points_that_no_face_uses_are_no_size():
    """A stray point far away changes nothing."""
    cube = box(0.1)
    points = np.concatenate([np.float32([[50, 50, 50]]), cube.points])
    stray = replace(cube, points=points, faces=cube.faces + np.int32(1), uv=np.zeros((9, 2), "f4"))
    assert normalise(cube).params == normalise(stray).params


def test_a_tilted_box_is_set_down_only_where_asked():
    """As-is keeps the tilt, stable takes it away."""
    cube = box(1.0)
    c, s = np.cos(0.3), np.sin(0.3)
    tilted = cube.points @ np.float32([[c, s, 0], [-s, c, 0], [0, 0, 1]])
    tilted = replace(cube, points=np.ascontiguousarray(tilted, np.float32))
    assert normalise(tilted).params["model_mm"][2] > 1200
    made = normalise(tilted, stand="stable")
    assert made.params["model_mm"][2] == pytest.approx(1000, abs=1e-3)
    assert made.notes == ("it was turned by 17.2 degrees to stand on a side that holds it",)


@pytest.mark.parametrize(
    ("options", "code"),
    [
        pytest.param({"stand": "upside-down"}, "STAND_UNKNOWN", id="unknown stand"),
        pytest.param({"faces_at_most": 99}, "SOLID_OPTION_RANGE", id="too small a budget"),
    ],
)
def test_options_out_of_range_are_refused(options: dict[str, object], code: str):
    """Each names its own code."""
    with pytest.raises(InputError) as refusal:
        normalise(box(), **options)
    assert code == refusal.value.code
