"""The stage: a solid, a report that adds up, and no trust in engines."""

import json

import pytest

from maquette.errors import EngineError
from maquette.roles import EngineInfo, MendedMesh
from maquette.solids.ladder import mended
from maquette.solids.mending import mend
from tests import damage


class InProcess:
    """A mender without a process of its own."""

    info = EngineInfo("in process", "1", licences=("none",))

    def mend(self, mesh):
        """The ladder itself."""
        return mended(mesh)

    def close(self):
        """Nothing is held."""


class Careless(InProcess):
    """A mender that does nothing and says it was fine."""

    def mend(self, mesh):
        """The mesh as it came."""
        return MendedMesh(mesh, "as-is")


def told(made):
    """The report."""
    return json.loads(made.outputs["mending"].data)


def test_a_mended_mesh_is_reported():
    """What was wrong, what was done, and what it cost."""
    solid = damage.star()
    broken = damage.patch_deleted(solid)
    made = mend(broken, mender=InProcess())
    report = told(made)
    assert report["step"] == "sewn"
    assert report["found"]["open_edges"] > 0
    assert report["done"] == ["1 holes were closed"]
    assert len(broken.faces) == report["faces"]["before"]
    assert len(made.outputs["mended"].faces) == report["faces"]["after"]
    assert not report["closed_before"]
    assert pytest.approx(damage.volume_m3(solid), rel=0.005) == report["volume_m3"]["after"]
    assert 0 < report["distance_share_of_diagonal"]["hausdorff"] < 0.06
    assert (
        made.scores["mending_hausdorff_share"] == report["distance_share_of_diagonal"]["hausdorff"]
    )
    assert made.notes == ("mended (sewn): 1 holes were closed",)


def test_a_good_mesh_needs_no_words():
    """It passes through, at no distance."""
    solid = damage.ring()
    made = mend(solid, mender=InProcess())
    assert made.outputs["mended"] is solid
    assert made.notes == ()
    assert told(made)["distance_share_of_diagonal"]["hausdorff"] == 0


def test_an_engine_that_leaves_it_open_is_found_out():
    """The stage judges by itself."""
    with pytest.raises(EngineError, match=r"MESH_MENDER_UNSOUND.*open_edges"):
        mend(damage.patch_deleted(damage.ball()), mender=Careless())
