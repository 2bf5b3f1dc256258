"""Holes that were surface are closed, the ends of sheets are not."""

import numpy as np
import pytest

from maquette.solids.holes import filled
from maquette.solids.sewing import drafted
from maquette.solids.soundness import soundness_of, volume_of
from tests import damage


def draft_of(mesh):
    """The mesh with its points joined."""
    return drafted(mesh.points, mesh.faces)


@pytest.mark.parametrize("name", damage.good_ones())
@pytest.mark.parametrize("harm", [damage.faces_deleted, damage.patch_deleted], ids=damage.told)
def test_damage_is_closed(name, harm):
    """What was cut out of a solid is there again."""
    solid = damage.good_ones()[name]
    mended = filled(draft_of(harm(solid)))
    draft = mended.draft
    assert 0 == mended.left
    assert soundness_of(draft.points, draft.faces).sound
    assert pytest.approx(damage.volume_m3(solid), rel=0.005) == volume_of(draft.points, draft.faces)


def test_a_large_flat_hole_is_closed():
    """One of twelve faces of a box is gone: its neighbours show where it was."""
    box = damage.cube(cells=1)
    mended = filled(draft_of(damage.kept(box, np.arange(12) > 0)))
    assert soundness_of(mended.draft.points, mended.draft.faces).sound


def test_points_on_one_side_of_an_edge_are_stitched():
    """T-junctions are holes without area; where two meet, each is closed by itself."""
    mended = filled(draft_of(damage.edges_split_on_one_side(damage.star())))
    assert 0 == mended.left
    assert soundness_of(mended.draft.points, mended.draft.faces).sound


@pytest.mark.parametrize("name", ["a bowl", "a sheet", "one face"])
def test_ends_of_sheets_stay_open(name):
    """To close these would be a guess."""
    ball = damage.ball()
    middles = ball.points[ball.faces].mean(axis=1)
    sheets = {
        "a bowl": damage.kept(ball, middles[:, 1] < 0),
        "a sheet": damage.kept(damage.cube(), np.arange(1728) < 288),
        "one face": damage.kept(ball, np.arange(len(ball.faces)) == 7),
    }
    mended = filled(draft_of(sheets[name]))
    assert (0, 1) == (mended.patches, mended.left)


def test_a_long_rim_is_closed_in_parts():
    """A ring of more corners than are searched at once."""
    ball = damage.ball(around=240)
    heights = ball.points[ball.faces].mean(axis=1)[:, 1]
    mended = filled(draft_of(damage.kept(ball, heights < 0.9 * damage.SIZE_M / 2)))
    assert 1 == mended.patches
    assert soundness_of(mended.draft.points, mended.draft.faces).sound
