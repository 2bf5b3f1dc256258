"""Sewing: points joined, faces turned, surfaces parted."""

import numpy as np

from maquette.solids import sewing
from maquette.solids.soundness import bodies_of, soundness_of, volume_of
from tests import damage

CUBE = damage.cube(cells=3)


def draft_of(mesh, **given):
    """A draft without needless faces."""
    return sewing.without_needless(sewing.drafted(mesh.points, mesh.faces, **given))


def test_points_within_reach_become_one():
    """Corners a hair apart are joined, and remember the rows they came from."""
    loose = damage.unwelded_and_jittered(CUBE)
    draft = draft_of(loose, reach=1e-5 * damage.SIZE_M)
    assert soundness_of(draft.points, draft.faces).sound
    assert np.array_equal(loose.faces, draft.corners)


def test_the_same_side_twice_is_needless_and_the_other_side_is_not():
    """Doubled faces go; a face and its back both stay, to be looked at later."""
    back = damage.whole(
        CUBE.points, np.concatenate([CUBE.faces, CUBE.faces[:4], CUBE.faces[4:6, ::-1]])
    )
    assert len(CUBE.faces) + 2 == len(draft_of(back).faces)


def test_the_larger_area_decides_which_way_faces_look():
    """A few flipped faces are turned back, and nothing else."""
    flipped = damage.faces_flipped(CUBE)
    turned = sewing.facing_alike(draft_of(flipped))
    assert soundness_of(turned.points, turned.faces).sound


def test_a_sheet_drawn_for_both_sides_keeps_one():
    """Every face with a back of its own: the backs go."""
    sheet = damage.kept(CUBE, np.arange(len(CUBE.faces)) < 18)
    double = damage.whole(sheet.points, np.concatenate([sheet.faces, sheet.faces[:, ::-1]]))
    assert 18 == len(sewing.one_sided(draft_of(double)).faces)


def test_a_common_wall_is_cancelled():
    """Two cubes face to face lose the wall between them and become one body."""
    both = damage.together(CUBE, damage.moved(CUBE, (damage.SIZE_M, 0, 0)))
    joined = sewing.cancelled(draft_of(both))
    assert 2 * len(CUBE.faces) - 36 == len(joined.faces)
    assert soundness_of(joined.points, joined.faces).sound


def test_bodies_along_an_edge_are_parted_and_pulled_apart():
    """Two cubes that touch along an edge are two bodies, sound also by position."""
    both = damage.together(CUBE, damage.moved(CUBE, (damage.SIZE_M, damage.SIZE_M, 0)))
    parted = sewing.parted_surfaces(draft_of(both))
    assert 1 == bodies_of(parted.faces).max()
    apart = sewing.pulled_apart(parted)
    found = soundness_of(apart.points, apart.faces)
    assert found.sound
    assert abs(found.volume / (2 * damage.volume_m3(CUBE)) - 1) < 1e-3


def test_an_edge_within_one_surface_is_parted_in_its_middle():
    """A ring that bites its own edge: both ends of the edge are in one fan, its middle is not."""
    blocks = [(0, 0, 0), (1, 0, 0), (1, 0, 1), (1, 1, 1), (0, 1, 1)]
    parts = damage.cube(cells=1)
    shape = parts
    for block in blocks[1:]:
        shape = damage.together(shape, damage.moved(parts, tuple(damage.SIZE_M * k for k in block)))
    draft = sewing.cancelled(draft_of(shape))
    assert soundness_of(draft.points, draft.faces).crowded_edges > 0
    apart = sewing.pulled_apart(sewing.parted_surfaces(draft))
    assert soundness_of(apart.points, apart.faces).sound


def test_needles_are_faces_in_one_line():
    """Three points on a line make a needle, a thin face that has a width does not."""
    points = np.array([[0, 0, 0], [1, 0, 0], [2, 0, 0], [1, 0.01, 0]], float)
    faces = np.array([[0, 1, 2], [0, 2, 3]])
    assert [True, False] == sewing.needles(points, faces, width=1e-6).tolist()


def test_bodies_are_split():
    """Two cubes apart are two drafts with all of their volume."""
    both = draft_of(damage.together(CUBE, damage.moved(CUBE, (1, 0, 0))))
    one, other = sewing.split_in_bodies(both)
    assert np.isclose(volume_of(one.points, one.faces), volume_of(other.points, other.faces))
