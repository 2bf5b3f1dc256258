"""Realistic bodies: dressed people that are one solid, from a process that may be missing."""

import sys

import numpy as np
import pytest

pytest.importorskip("skimage")

from maquette.errors import ToolError
from maquette.solids.bodies import realistic
from maquette.solids.bodies.figures import ANCHORS
from maquette.solids.bodies.templates import REALISTIC, TEMPLATES, body_of
from maquette.solids.soundness import soundness_of
from tests import fake_anny

SPACING = 0.008


def reach(monkeypatch, folder):
    """Let this process and its children find the packages in a folder."""
    monkeypatch.syspath_prepend(str(folder))
    monkeypatch.setenv("PYTHONPATH", str(folder))
    monkeypatch.setattr(realistic, "CELL_M", 0.02)  # this person has no fingers
    realistic._measured.cache_clear()


@pytest.fixture(scope="module")
def packages(tmp_path_factory):
    """A folder with the stand-ins."""
    folder = tmp_path_factory.mktemp("anny")
    fake_anny.install(folder)
    return folder


@pytest.fixture(scope="module")
def people(packages):
    """Two bodies, the first as a mesh, and where its own metres are in it."""
    with pytest.MonkeyPatch.context() as patch:
        reach(patch, packages)
        one = body_of("realistic", text="Ada")
        other = body_of("realistic", head_share=0.4, skin=(90, 60, 40))
        stood = realistic._stood("realistic", realistic.HEAD_SHARE)
    realistic._measured.cache_clear()
    return one, other, one.mesh(spacing=SPACING), stood


def test_a_person_is_one_solid(people):
    """Closed, in one piece, one high with its head, and on its base."""
    one, _, (points, faces), _ = people
    sound = soundness_of(points, faces)
    assert (True, 1) == (sound.sound, sound.bodies)
    assert pytest.approx([0, 1], abs=0.003) == [points[:, 1].min(), points[:, 1].max()]
    assert (points >= one.bounds[0] - 1e-4).all()
    assert (points <= one.bounds[1] + 1e-4).all()
    assert set(ANCHORS) == set(one.head.anchors)


def test_a_head_of_another_share_stands_on_its_chin(people):
    """A larger head leaves less for the body; both end at the same height."""
    one, other, *_ = people
    for body, share in ((one, realistic.HEAD_SHARE), (other, 0.4)):
        chin = float(body.head.centre[1] - body.head.radii[1])
        assert pytest.approx(1 - share, abs=1e-3) == chin


@pytest.mark.parametrize(
    ("place", "part"),
    [
        ((0.0, 1.20, 0.15), "shirt"),
        ((0.22, 1.30, 0.07), "shirt"),
        ((0.30, 0.76, 0.10), "skin"),
        ((0.28, 1.0, 0.07), "skin"),
        ((0.12, 0.6, 0.08), "trousers"),
        ((0.15, 0.05, 0.22), "shoes"),
    ],
    ids=["chest", "sleeve", "hand", "forearm", "thigh", "toes"],
)
def test_people_are_dressed(people, place, part):
    """Clothes end at hems; hands beside a thigh wear no trousers."""
    body, *_, stood = people
    at = np.array([place], np.float32) * np.float32(stood.scale) + stood.off
    (number,) = body.nearest_parts(at).tolist()
    assert part == body.parts[number].name


def test_skin_is_asked_for(people):
    """Only the skin's own parts take its colour."""
    other = people[1]
    assert {"skin", "neck"} == {part.name for part in other.parts if part.colour is None}
    assert (90, 60, 40) == other.skin


def test_the_same_person_twice_is_the_same(people, packages, monkeypatch):
    """Another process, the same bytes."""
    reach(monkeypatch, packages)
    points, faces = body_of("realistic", text="Ada").mesh(spacing=SPACING)
    assert [points.tobytes(), faces.tobytes()] == [a.tobytes() for a in people[2]]


@pytest.mark.parametrize("template", REALISTIC)
def test_without_the_extra_it_is_named(monkeypatch, template):
    """What is missing and how it is installed; the plain templates go on working."""
    monkeypatch.setattr(sys, "path", [])
    monkeypatch.delitem(sys.modules, "torch", raising=False)
    realistic._measured.cache_clear()
    with pytest.raises(ToolError, match="maquette\\[anny\\]") as told:
        body_of(template)
    assert ("ANNY_NOT_INSTALLED", False) == (told.value.code, told.value.lasting)
    assert "standing" == body_of(TEMPLATES[0]).template


def test_a_package_that_breaks_is_told(tmp_path, monkeypatch):
    """Its last words are the reason."""
    fake_anny.install(tmp_path)
    (tmp_path / "anny.py").write_text("raise OSError('the wheel is broken')")
    reach(monkeypatch, tmp_path)
    with pytest.raises(ToolError, match="OSError: the wheel is broken") as told:
        body_of("realistic")
    assert "ANNY_FAILED" == told.value.code
