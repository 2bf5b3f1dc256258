"""Fitting: a face lands on a head upright, unmirrored, and as near as a similarity can."""

from dataclasses import replace

import numpy as np
import pytest

from maquette.solids.bodies.templates import body_of
from maquette.solids.heads.fitting import OWN_LIMIT, fitted
from maquette.solids.heads.landmarks import GROUPS, places
from tests.drawn_faces import portrait

PLACE = body_of("standing").head
WIDTH = 2 * float(PLACE.radii[0])


def moved(face, *, turn_deg=0.0, scale=1.0, shift=(0.0, 0.0)):
    """The same face elsewhere in its picture."""
    a = np.deg2rad(turn_deg)
    turn = scale * np.array([[np.cos(a), -np.sin(a)], [np.sin(a), np.cos(a)]])
    points = face.landmarks.copy()
    points[:, :2] = points[:, :2] @ turn.T + shift
    return replace(face, landmarks=points)


def fit_of(face):
    """How it lies on the plain head."""
    return fitted(face, PLACE.anchors, head_width=WIDTH, grown=1.0)


def test_the_pictures_right_is_the_figures_left():
    """Seen from the front nothing is mirrored, and up is up."""
    fit = fit_of(portrait()[1])
    names = list(GROUPS)
    landed = dict(zip(names, fit.landed, strict=True))
    assert landed["left_eye"][0] > landed["right_eye"][0]
    assert landed["left_eye"][1] > landed["nose_tip"][1] > landed["chin"][1]


@pytest.mark.parametrize(
    "change",
    [{"turn_deg": 12}, {"scale": 0.4}, {"shift": (90, -40)}],
    ids=["turned", "small", "elsewhere"],
)
def test_a_similarity_is_undone(change):
    """Wherever a face is in its picture, it lands in the same place."""
    face = portrait()[1]
    fit = fit_of(moved(face, **change))
    assert pytest.approx(fit_of(face).landed, abs=1e-5) == fit.landed


def test_pixels_come_back():
    """There and back is where one was."""
    fit = fit_of(moved(portrait()[1], turn_deg=7))
    px = np.array([[0, 0], [100, 20], [700, 650]], np.float32)
    assert pytest.approx(px, abs=0.01) == fit.back(fit.forth(px))


def test_anchors_follow_a_person_within_limits():
    """Where a mouth is far too low, something keeps a residual: its anchor stops at the limit."""
    face = portrait()[1]
    points = face.landmarks.copy()
    points[[61, 291], 1] += 120
    fit = fit_of(replace(face, landmarks=points))
    assert fit_of(face).residual.max() < 0.01 * WIDTH
    worst = int(fit.residual.argmax())
    assert fit.residual[worst] > 0.01 * WIDTH
    plain = np.stack([PLACE.anchors[name][:2] for name in GROUPS])
    off = np.linalg.norm(fit.anchors - plain, axis=1)
    assert pytest.approx(OWN_LIMIT * WIDTH, rel=1e-3) == off[worst]
    assert pytest.approx(off, abs=1e-6) == fit.own
    assert pytest.approx(fit.forth(places(points)[:, :2]), abs=1e-5) == fit.landed
