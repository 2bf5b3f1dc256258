"""Alembic: what its own reader finds in our caches, and what is made where it is not installed."""

from dataclasses import replace

import numpy as np
import pytest

from maquette.errors import FormatError, ToolError
from maquette.formats import alembic_mesh
from maquette.formats.alembic_mesh import alembic_here, cache_alembic, write_alembic
from maquette.types import Animation
from tests import zoo
from tests.swaying import swaying

BALL = swaying()


def written(animation=BALL, title="A ball"):
    return write_alembic(animation, zoo.provenance(), title=title)


@pytest.fixture
def schema(tmp_path):
    """What the reader finds of the mesh; the archive stays open for as long as the test runs."""
    from alembic3d import Abc, AbcGeom

    path = tmp_path / "clip.abc"
    path.write_bytes(written())
    archive = Abc.IArchive(str(path))
    solid = AbcGeom.IPolyMesh(archive.getTop(), "Clip")
    return solid.getSchema()


@pytest.mark.judge
def test_every_frame_is_there(schema):
    """Points of each frame at its time, over faces that stay the same."""
    from alembic3d import Abc

    assert (5, "kHomogenousTopology") == (schema.getNumSamples(), str(schema.getTopologyVariance()))
    times = schema.getTimeSampling()
    assert np.allclose(np.arange(5) / 12.5, [times.getSampleTime(n) for n in range(5)])
    for frame, expected in enumerate(BALL.points):
        moment = Abc.ISampleSelector(frame / 12.5)
        points = schema.getPositionsProperty().getValue(moment)
        assert np.array_equal(expected, [tuple(point) for point in points])


@pytest.mark.judge
def test_faces_turn_as_alembic_wants_them(schema):
    """Clockwise from outside, three corners each, with texture coordinates from the bottom."""
    corners = np.array(list(schema.getFaceIndicesProperty().getValue())).reshape(-1, 3)
    assert np.array_equal(BALL.mesh.faces[:, ::-1], corners)
    assert {3} == set(schema.getFaceCountsProperty().getValue())
    places = np.array([tuple(p) for p in schema.getUVsParam().getExpandedValue().getVals()])
    assert np.allclose(BALL.mesh.uv * (1, -1) + (0, 1), places)


@pytest.mark.judge
def test_it_says_what_made_it(schema):
    """Title, prompt and licence are the object's own properties."""
    from alembic3d import Abc

    told = schema.getUserProperties()
    expected = {"Title": "A ball", "Description": "a round cat", "Licence": "MIT, Apache-2.0"}
    assert expected == {n: Abc.IStringProperty(told, n).getValue() for n in expected}


@pytest.mark.judge
def test_bytes_are_always_the_same():
    """Equal animations give equal caches, and any title can be told."""
    assert written() == written(swaying())
    assert written() != written(title="a; b = c / \N{FOX FACE}\n")


@pytest.mark.judge
def test_the_stage_makes_a_cache():
    """The file comes out as `alembic`, with its bytes as a score; one frame is a cache too."""
    still = swaying(frames=1)
    made = cache_alembic(still, title="A ball", provenance=zoo.provenance(), package=alembic_here())
    assert ("abc", written(still)) == (made.outputs["alembic"].suffix, made.outputs["alembic"].data)
    assert {"alembic_bytes": float(len(written(still)))} == made.scores


def test_without_the_package_nothing_is_made():
    """Where no package is told of, none is looked for."""
    made = cache_alembic(BALL, title="A ball", provenance=zoo.provenance())
    assert ({}, ()) == (made.outputs, made.notes)


def test_a_package_that_is_not_there_is_a_failure_that_passes(monkeypatch):
    """A recipe that names a version needs that one."""
    monkeypatch.setattr(alembic_mesh, "PACKAGE", "no_such_package")
    assert "" == alembic_here()
    with pytest.raises(ToolError, match="ALEMBIC_MISSING") as caught:
        cache_alembic(BALL, title="", provenance=zoo.provenance(), package="alembic3d 0.1")
    assert "pip install 'alembic3d==0.1'" in caught.value.fix
    assert not caught.value.lasting


def test_a_mesh_without_faces_is_refused():
    """No faces are no mesh."""
    empty = replace(BALL.mesh, faces=np.zeros((0, 3), np.int32))
    with pytest.raises(FormatError, match="ALEMBIC_EMPTY"):
        written(Animation(empty, BALL.points, BALL.rate))
