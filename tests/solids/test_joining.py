"""Bodies that overlap, touch or contain each other become what they fill together."""

import numpy as np
import pytest

from maquette.solids.joining import fresh, joined, overlap, settled
from maquette.solids.soundness import soundness_of
from tests import damage

CUBE = damage.cube(cells=2)
WHOLE_M3 = damage.volume_m3(CUBE)
STEP_M = damage.SIZE_M


def body(mesh):
    """Points and faces as bodies are handed on."""
    return mesh.points.astype(np.float64), mesh.faces.astype(np.int64)


def shrunk(mesh, share):
    """A smaller one in the same place."""
    return damage.whole((mesh.points * share).astype(np.float32), mesh.faces)


@pytest.mark.parametrize(
    ("bodies", "share"),
    [
        ([CUBE, damage.moved(CUBE, (STEP_M / 2, 0, 0))], 1.5),
        ([CUBE, damage.moved(CUBE, (STEP_M, 0, 0))], 2),
        ([CUBE, damage.moved(CUBE, (STEP_M, STEP_M, 0))], 2),
        ([CUBE, shrunk(CUBE, 0.5)], 1),
        ([CUBE, damage.inside_out(shrunk(CUBE, 0.5))], 1 - 1 / 8),
        ([shrunk(CUBE, 0.25), CUBE, damage.inside_out(shrunk(CUBE, 0.5))], 1 - 1 / 8 + 1 / 64),
        ([damage.inside_out(CUBE)], 1),
    ],
    ids=["across", "wall", "edge", "inside", "hollow", "in the hollow", "inside out"],
)
def test_bodies_are_joined(bodies, share):
    """The volume is what they fill, and the result is sound by position."""
    union = joined([body(mesh) for mesh in bodies])
    found = soundness_of(union.points, union.faces)
    assert found.sound
    assert pytest.approx(share * WHOLE_M3, rel=1e-3) == found.volume


def test_an_open_body_is_refused():
    """A boolean of open surfaces means nothing."""
    assert joined([body(damage.kept(CUBE, np.arange(len(CUBE.faces)) > 0))]) is None


def test_boxes_tell_what_may_overlap():
    """Bodies far apart need no boolean."""
    assert overlap([body(CUBE), body(damage.moved(CUBE, (STEP_M / 2, 0, 0)))])
    assert not overlap([body(CUBE), body(damage.moved(CUBE, (0, 3 * STEP_M, 0)))])


def test_what_cannot_settle_is_refused():
    """An open surface is not made sound by settling it."""
    opened = damage.kept(CUBE, np.arange(len(CUBE.faces)) > 0)
    assert settled(fresh(opened.points, opened.faces)) is None
    assert settled(fresh(CUBE.points, CUBE.faces)) is not None
