"""Figure scores: a drawn person's face is found again on the figure, unless it is not there."""

import json
from dataclasses import replace

import numpy as np
import pytest

from maquette import engines
from maquette.solids.figure_colours import Laid
from maquette.solids.figure_scores import JUDGED, found_again, front_view, judge_figure
from maquette.solids.figurines import sculpt
from maquette.solids.textures import encode_png
from maquette.types import File
from tests.drawn_faces import SKIN, portrait


@pytest.fixture(scope="module")
def finder():
    """The finder that the line has."""
    return engines.make("yunet-mesh", role="FaceFinder")


@pytest.fixture(scope="module")
def made():
    """A bald bust of the drawn person."""
    picture, face = portrait("none")
    return sculpt(picture, picture, face, template="bust", height_mm=50.0).outputs


def judged(made, finder, *, figure=None, told=None):
    """What is found out, some of it changed."""
    picture, face = portrait("none")
    fitting = made["fitting"] if told is None else File(json.dumps(told).encode(), "json")
    return judge_figure(figure or made["figure"], fitting, picture, face, face_finder=finder)


def test_a_face_is_found_where_it_belongs(made, finder):
    """Every part is measured under its own name, and all are good."""
    found = judged(made, finder)
    params = found.params
    assert 1.0 == params["face_found_again"]
    assert params["alignment_percent"] < 3
    assert params["fit_residual_percent"] < 1
    assert params["face_coverage"] > 0.8
    assert params["seam_delta_e"] < 7
    assert "yunet-mesh" == params["alignment_by"]
    worst = max(found.scores[f"off_{name}_percent"] for name in JUDGED)
    assert worst == params["alignment_percent"]
    assert ((), {}) == (found.notes, found.outputs)


def test_a_face_that_lies_elsewhere_is_misaligned(made, finder):
    """Anchors a tenth of the head's width higher: the face is that far off."""
    told = json.loads(made["fitting"].data)
    up = 0.1 * told["head_width_m"]
    told["anchors_m"] = {name: [x, y + up, z] for name, (x, y, z) in told["anchors_m"].items()}
    here = judged(made, finder).params["alignment_percent"]
    there = judged(made, finder, told=told).params["alignment_percent"]
    assert pytest.approx(10, abs=here + 0.5) == there


class Sees:
    """A finder that answers with faces it was given, under the real one's name."""

    info = engines.make("yunet-mesh", role="FaceFinder").info

    def __init__(self, *faces):
        self.faces = list(faces)

    def find(self, picture):
        """The faces, whatever the picture."""
        del picture
        return self.faces


@pytest.fixture(scope="module")
def seen(made, finder):
    """The one face on the figure's front."""
    picture, _ = front_view(made["figure"], Laid(json.loads(made["fitting"].data)))
    (face,) = finder.find(picture)
    return face


def moved(face, by_px, **changes):
    """The same face elsewhere in the picture."""
    return replace(face, landmarks=face.landmarks + np.float32([by_px, 0, 0]), **changes)


@pytest.mark.parametrize(
    "answers",
    [
        pytest.param(lambda face: [], id="nobody"),
        pytest.param(lambda face: [moved(face, 200)], id="somebody else beside it"),
        pytest.param(lambda face: [replace(face, score=0.2)], id="a look-alike"),
    ],
)
def test_a_face_that_is_not_found_is_told_so(made, seen, answers):
    """The part says 0, the alignment is left out and no figure is made up for it."""
    found = judged(made, Sees(*answers(seen)))
    assert 0.0 == found.params["face_found_again"]
    assert "alignment_percent" not in {**found.params, **found.scores}
    assert "alignment is not measured" in found.notes[0]


def test_the_nearest_face_is_taken(made, seen):
    """Another one beside it, such as on a shirt, is not taken for it."""
    laid = Laid(json.loads(made["fitting"].data))
    both = Sees(moved(seen, 60, score=0.99), seen)
    found = found_again(made["figure"], laid, both)
    assert seen.score == found.score
    assert found.alignment_percent < 3


def test_a_figure_without_its_drawing_is_bare(made, finder):
    """Skin alone is no face, though most of a face is skin."""
    texture = np.broadcast_to(np.array(SKIN, np.uint8), (64, 64, 3))
    blank = replace(made["figure"], texture_png=encode_png(np.ascontiguousarray(texture)))
    assert judged(made, finder, figure=blank).params["face_coverage"] < 0.05
