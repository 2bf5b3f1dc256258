"""The mender's process: warm, limited, and lost without losing the run."""

import os
import signal

import pytest

from maquette import engines
from maquette.engines import manifold
from maquette.errors import EngineError, InputError
from maquette.roles import Mender
from maquette.solids.soundness import soundness_of
from tests import damage, engine_contract

BROKEN = damage.faces_flipped(damage.cube(cells=3))


@pytest.fixture(scope="module")
def warm():
    """One engine for all tests that leave it well."""
    engine = manifold.make()
    yield engine
    engine.close()


def children():
    """The processes below this one."""
    with open(f"/proc/self/task/{os.getpid()}/children") as listed:  # noqa: PTH123 - no file
        return {int(pid) for pid in listed.read().split()}


def test_it_is_an_engine(warm):
    """It keeps the promises of every engine, and is in the table."""
    engine_contract.check_engine(warm, name="manifold")
    assert isinstance(engines.make("manifold", role="Mender"), Mender)


def test_it_mends_in_a_process_that_stays(warm):
    """Two meshes go through one and the same process."""
    first = warm.mend(BROKEN)
    before = children()
    second = warm.mend(BROKEN)
    assert before == children()
    assert soundness_of(first.mesh.points, first.mesh.faces).sound
    assert first.mesh.points.tobytes() == second.mesh.points.tobytes()


def test_refusals_cross_the_border(warm):
    """An error with a code in the process is that error here, and the process stays."""
    warm.mend(BROKEN)
    before = children()
    with pytest.raises(InputError, match="MESH_EMPTY"):
        warm.mend(damage.whole(BROKEN.points, BROKEN.faces[:0]))
    assert before == children()


def test_a_mesh_that_takes_too_long_is_given_up():
    """The deadline ends the process; the next mesh gets a new one."""
    engine = manifold.make(deadline_s=1.0)
    try:
        engine.mend(BROKEN)
        started = children()
        with pytest.raises(EngineError, match="MESH_MENDER_TIMED_OUT"):
            engine.mend(damage.faces_deleted(damage.star(around=500)))
        assert children() < started
        assert engine.mend(BROKEN).step == "sewn"
    finally:
        engine.close()


def test_a_crash_costs_one_mesh():
    """A process that falls is an error with a code; the next mesh gets a new one."""
    others = children()
    engine = manifold.make()
    try:
        engine.mend(BROKEN)
        (own,) = children() - others
        os.kill(own, signal.SIGSEGV)
        with pytest.raises(EngineError, match="MESH_MENDER_CRASHED"):
            engine.mend(BROKEN)
        assert engine.mend(BROKEN).step == "sewn"
    finally:
        engine.close()


def test_memory_is_limited():
    """A mesh that needs more than is allowed is refused by the limit, not by the machine."""
    engine = manifold.make(memory_mb=250)
    try:
        with pytest.raises(EngineError, match=r"OUT_OF_MEMORY|MESH_MENDER_CRASHED|WORKER_NOT"):
            engine.mend(damage.faces_deleted(damage.star(around=300)))
    finally:
        engine.close()


@pytest.mark.parametrize(
    "settings", [{"deadline_s": 0}, {"memory_mb": -1}, {"deadlines": 3}], ids=str
)
def test_wrong_settings_are_refused(settings):
    """Before anything is started."""
    with pytest.raises(EngineError, match="ENGINE_SETTINGS"):
        manifold.make(**settings)
