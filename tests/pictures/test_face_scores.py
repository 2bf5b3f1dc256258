"""Face scores: likeness and style of drawn people, by the engines that come with the package."""

import pytest

from maquette import engines
from maquette.pictures.face_scores import judge_identity, judge_style
from tests.drawn_faces import portrait
from tests.engines.toon.sitters import but, sitter

SOMEBODY_ELSE = but(skin=(90, 60, 50), iris=(80, 140, 200), mouth_gap=0.15)


@pytest.fixture(scope="module")
def recogniser():
    """SFace."""
    return engines.make("sface", role="FaceRecogniser")


@pytest.fixture(scope="module")
def style_judge():
    """The measure of flat colours."""
    return engines.make("flat-colours", role="StyleJudge")


def test_a_picture_is_like_itself(recogniser):
    """A cosine of one, under the name of the part and with the engine's beside it."""
    picture, face = portrait("none")
    made = judge_identity(picture, picture, face, recogniser=recogniser)
    assert {"identity": 1.0, "identity_by": "sface"} == made.params
    assert {"identity": 1.0} == made.scores
    assert made.notes == ("the drawing's likeness to the photo is 1.00 by sface",)
    assert not made.outputs, "judging changes nothing"


def test_somebody_else_is_not_like_the_person(recogniser):
    """Another's drawing in the same frame falls below what SFace says of one person."""
    picture, face = portrait("none")
    other, _ = sitter(SOMEBODY_ELSE, side_px=picture.size_wh[0])
    alike, _ = sitter(side_px=picture.size_wh[0])
    assert judge_identity(picture, other, face, recogniser=recogniser).scores["identity"] < 0.28
    assert judge_identity(picture, alike, face, recogniser=recogniser).scores["identity"] > 0.6


def test_an_unstyled_photo_keeps_no_style(style_judge):
    """Nothing was drawn: none of the style is kept, and the measure is named."""
    picture, _ = portrait("short")
    made = judge_style(picture, picture, style="toon", style_judge=style_judge)
    assert {"style_kept": 0.0} == made.scores
    assert {"style_kept": 0.0, "style_by": "flat-colours"} == made.params
    assert style_judge.measure in made.notes[0]
    assert not made.outputs
