"""The embedded shaper plays its role."""

from maquette.engines.inflate import make
from maquette.errors import InputError
from maquette.roles import Shaper, ShapeRequest
from tests import zoo


def test_it_is_a_shaper_without_weights():
    """It says what it is without loading anything."""
    engine = make()
    assert isinstance(engine, Shaper)
    assert ("inflate", {}) == (engine.info.name, engine.info.weights)
    engine.close()


def test_a_bad_cutout_fails_alone():
    """Answers come in order; the empty one is an error in its place."""
    good, bad = make().shape([ShapeRequest(zoo.ball(), 1), ShapeRequest(zoo.empty(), 1)])
    assert len(good.mesh.faces) > 1000
    assert isinstance(bad, InputError)
    assert "CUTOUT_EMPTY" == bad.code
