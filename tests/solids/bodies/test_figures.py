"""Figures: distances and colours of a whole body, its head replaced or not."""

from dataclasses import replace

import numpy as np
import pytest

from maquette.solids.bodies import fields
from maquette.solids.bodies.figures import SKIN
from maquette.solids.bodies.templates import TEMPLATES, body_of


@pytest.mark.parametrize("template", TEMPLATES)
def test_leaving_out_far_parts_changes_nothing(template):
    """Distances are those of all parts joined one after the other."""
    body = body_of(template, head_share=0.55)
    points = np.random.default_rng(5).uniform(*body.bounds, (6000, 3)).astype(np.float32)
    near = np.full(len(points), np.inf, np.float32)
    for part in body.parts:
        if not part.painted:
            near = fields.blended(near, part.field(points), part.blend)
    whole = fields.blended(near, body.head.field(points), body.head.blend)
    found = body.distances(points)
    close = np.abs(whole) < 0.05
    assert close.sum() > 300
    assert np.allclose(whole[close], found[close], atol=1e-6)
    assert np.array_equal(whole < 0, found < 0)


def test_skin_is_a_colour_of_its_own():
    """Face, neck and hands change with the skin, nothing else does."""
    body = body_of("standing")
    points, _ = body.mesh(spacing=0.02)
    before, after = body.colours(points), replace(body, skin=(90, 60, 40)).colours(points)
    changed = (before != after).any(axis=1)
    assert np.array_equal((before == SKIN).all(axis=1), changed)
    assert 0.2 < changed.mean() < 0.8
    assert (90, 60, 40) == tuple(after[points[:, 1].argmax()])


def test_another_head_takes_the_plain_ones_place():
    """A cube for a head is joined to the neck, and has the skin's colour."""
    body = body_of("waving")
    x, y, z = body.head.centre.tolist()
    cube = fields.rounded_box((x, y, z), (0.2, 0.2, 0.2), 0.02)
    places = np.array([[x + 0.19, y + 0.19, z + 0.15], [x, y, z]], np.float32)
    assert [False, True] == (body.distances(places) < 0).tolist()
    assert [True, True] == (body.distances(places, head=cube) < 0).tolist()
    assert SKIN == tuple(body.colours(places, head=cube)[0])
    points, _ = body.mesh(spacing=0.02, head=cube)
    assert pytest.approx(y + 0.2, abs=1e-3) == points[:, 1].max()


def test_paint_wins_inside_of_it_only():
    """The star is seen on the shirt's front, not behind it."""
    body = body_of("standing")
    names = [part.name for part in body.parts]
    points, _ = body.mesh(spacing=0.012, tolerance=1e-6)
    starred = points[body.nearest_parts(points) == names.index("star")]
    assert len(starred) > 5
    assert (starred[:, 2] > 0.02).all()


@pytest.mark.parametrize("template", TEMPLATES)
def test_every_part_is_seen(template):
    """No part is hidden in others, and no two have one name."""
    body = body_of(template, text="Bo")
    names = [part.name for part in body.parts]
    points, _ = body.mesh(spacing=0.013, tolerance=1e-6)
    seen = set(body.nearest_parts(points).tolist())
    hidden = {name for k, name in enumerate(names) if k not in seen}
    assert sorted(set(names)) == sorted(names)
    assert hidden <= {"ground"}  # flat as it is, it has hardly a point
