"""PyMeshLab's rungs, with the judges, who install it; and what is said where it is not."""

import importlib.util

import pytest

from maquette.engines import meshlab
from maquette.errors import EngineError
from maquette.solids.soundness import soundness_of
from tests import damage, engine_contract

HERE = importlib.util.find_spec("pymeshlab") is not None
with_meshlab = pytest.mark.skipif(not HERE, reason="needs the extra mesh")


@pytest.mark.judge
@with_meshlab
def test_it_is_a_mender():
    """It keeps the promises of every engine, and mends as the embedded one does."""
    engine = meshlab.make()
    try:
        engine_contract.check_engine(engine, name="meshlab")
        assert engine.info.licences == ("GPL-3.0",)
        assert engine.mend(damage.faces_flipped(damage.cube(cells=3))).step == "sewn"
    finally:
        engine.close()


@pytest.mark.judge
@with_meshlab
@pytest.mark.parametrize("rung", ["repaired", "alpha_wrapped"])
def test_its_rungs_make_solids(rung):
    """Each of them closes a ball with a hole."""
    from maquette.engines import meshlab_rungs

    (candidate,) = getattr(meshlab_rungs, rung)(damage.patch_deleted(damage.ball(around=16)))
    assert soundness_of(candidate.draft.points, candidate.draft.faces).sound


@pytest.mark.skipif(HERE, reason="PyMeshLab is installed")
def test_it_says_what_to_install():
    """The extra is named."""
    with pytest.raises(EngineError, match=r"ENGINE_NOT_INSTALLED.*maquette\[mesh\]"):
        meshlab.make()
