"""Shaping: the stage hands on what the engine made, or why it could not."""

import pytest

from maquette.engines.inflate import make
from maquette.errors import InputError
from maquette.solids.shaping import shape_up
from tests import zoo


def test_the_engines_mesh_is_the_model():
    """The mesh, how many triangles it has, and the engine's notes come out."""
    made = shape_up(zoo.islands(), shaper=make(), seed=1)
    assert len(made.outputs["model"].faces) == made.scores["triangles"]
    assert ("3 parts do not touch: they print as separate bodies",) == made.notes


def test_relief_reaches_the_engine():
    """With relief the front is not the front without."""
    flat, raised = (
        shape_up(zoo.ball(), shaper=make(), seed=1, relief=relief).outputs["model"]
        for relief in (0.0, 1.0)
    )
    assert flat.points.tobytes() != raised.points.tobytes()


def test_the_engines_error_is_the_items():
    """What the engine says of one cut-out is raised for that item."""
    with pytest.raises(InputError, match="CUTOUT_EMPTY"):
        shape_up(zoo.empty(), shaper=make(), seed=1)


@pytest.mark.parametrize("relief", [-0.1, 1.5, float("nan")])
def test_relief_has_a_range(relief):
    """Options outside their range are named, not clipped."""
    with pytest.raises(InputError, match="SHAPE_OPTION_RANGE"):
        shape_up(zoo.ball(), shaper=make(), seed=1, relief=relief)
