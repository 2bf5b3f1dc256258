"""Figurines: a drawn person stands on every body, closed, at the size that was asked for."""

import json
from functools import lru_cache

import numpy as np
import pytest

from maquette.errors import InputError
from maquette.solids.bodies.templates import TEMPLATES, body_of
from maquette.solids.figurines import sculpt
from maquette.solids.heads.landmarks import GROUPS
from maquette.solids.heads.making import head_of
from maquette.solids.soundness import bodies_of
from maquette.solids.surfaces import merged, open_edges, volume_m3
from tests.drawn_faces import SKIN, portrait

COARSE = 0.0095
HEIGHT_MM = 60.0


@lru_cache(maxsize=2)
def sculpted(hair):
    """A small figure of the drawn person, and what was told about it."""
    picture, face = portrait(hair)
    made = sculpt(picture, picture, face, template="bust", height_mm=HEIGHT_MM, text="Ada")
    return made, json.loads(made.outputs["fitting"].data)


@pytest.mark.parametrize("hair", ["short", "long", "none"])
@pytest.mark.parametrize("template", TEMPLATES)
def test_every_body_takes_every_head(template, hair):
    """One closed solid whatever the hair."""
    picture, face = portrait(hair)
    body = body_of(template)
    head = head_of(picture, picture, face, place=body.head).head
    points, faces = body.mesh(spacing=COARSE, head=head.distances)
    assert 0 == open_edges(points, faces)
    assert 1 == int(bodies_of(merged(points)[faces]).max()) + 1
    assert volume_m3(points, faces) > 0


def test_figures_have_the_height_that_was_asked_for():
    """To a hundredth of a millimetre, standing on the ground, with its size in the params."""
    made, _ = sculpted("short")
    points_mm = made.outputs["figure"].points.astype(np.float64) * 1000
    assert 0 == points_mm[:, 1].min()
    assert pytest.approx(HEIGHT_MM, abs=0.01) == points_mm[:, 1].max()
    assert pytest.approx(np.ptp(points_mm, axis=0), abs=0.01) == made.params["model_mm"]


def test_textured_figures_stay_closed():
    """Points repeat along seams; merged, there is one closed surface."""
    figure = sculpted("short")[0].outputs["figure"]
    assert 0 == open_edges(figure.points, figure.faces)
    assert figure.uv.min() >= 0
    assert figure.uv.max() <= 1


def test_a_face_like_most_fits():
    """Nothing is left over where proportions are usual, and every anchor is told."""
    _, told = sculpted("short")
    assert told["residual"]["percent_of_head_width"] < 1
    assert list(GROUPS) == list(told["anchors_m"])
    left, right = told["anchors_m"]["left_eye"], told["anchors_m"]["right_eye"]
    assert left[0] > 0 > right[0]
    assert pytest.approx(left[1], abs=1e-4) == right[1]


def test_colours_come_from_the_drawing():
    """The drawing's own skin, and hair only where there is some."""
    _, told = sculpted("short")
    assert list(SKIN) == told["skin"]
    assert 3 == len(told["hair"])
    picture, face = portrait("none")
    assert head_of(picture, picture, face, place=body_of("bust").head).hair.bald


def test_the_same_order_makes_the_same_bytes():
    """Twice the same figure, texture and telling."""
    picture, face = portrait("short")
    again = sculpt(picture, picture, face, template="bust", height_mm=HEIGHT_MM, text="Ada")
    first = sculpted("short")[0].outputs
    assert first["fitting"].data == again.outputs["fitting"].data
    assert first["figure"].texture_png == again.outputs["figure"].texture_png
    assert first["figure"].points.tobytes() == again.outputs["figure"].points.tobytes()


def test_unknown_bodies_are_refused():
    """A template nobody made."""
    picture, face = portrait()
    with pytest.raises(InputError) as refused:
        sculpt(picture, picture, face, template="flying")
    assert "TEMPLATE_UNKNOWN" == refused.value.code
