"""Grades: good figurines pass, each kind of broken one does not, and nothing is made up."""

import json
from pathlib import Path

import jsonschema
import pytest

from maquette.errors import InputError
from maquette.formats.figurine_grades import (
    LEAST,
    PARTS,
    Graded,
    grade,
    overall,
    quality_schema,
    schema_text,
)
from maquette.solids.examining import examined
from maquette.solids.printed import printed
from maquette.solids.printers import printer_of
from maquette.types import File
from tests.printable import block, fallen, mesh_of

KEPT = Path(__file__).parents[2] / "docs" / "schemas" / "figurine-quality.schema.json"
# what a usable photo of middling quality gives
USUAL = {
    "identity": 0.5,
    "identity_by": "sface",
    "style_kept": 0.97,
    "style_by": "flat-colours",
    "face_found_again": 1.0,
    "alignment_percent": 1.8,
    "alignment_by": "yunet-mesh",
    "fit_residual_percent": 2.7,
    "seam_delta_e": 6.5,
    "face_coverage": 0.84,
}
# a face of which SFace is least sure
WEAKEST = {"identity": 0.37, "alignment_percent": 2.0, "face_coverage": 0.82}


def examination_of(solid):
    """What is found out about a solid of so many millimetres."""
    facts = examined(printed(mesh_of(solid)), printer_of({})).facts()
    return File(json.dumps(facts).encode(), "json")


@pytest.fixture(scope="module")
def firm():
    """A block that stands and prints."""
    return examination_of(block(30, 30, 40))


def told_of(made):
    """The JSON that machines read."""
    return json.loads(made.outputs["quality"].data)


@pytest.mark.parametrize("change", [{}, WEAKEST], ids=["usual", "weakest"])
def test_usable_figurines_pass(firm, change):
    """Every part is told with number, unit, mark and weight, and the overall one is above."""
    made = grade(firm, **{**USUAL, **change})
    told = told_of(made)
    assert [part.name for part in PARTS] == [part["name"] for part in told["parts"]]
    assert (
        LEAST + 0.05 < told["overall"] == made.scores["quality"] == made.params["quality_overall"]
    )
    marks = {part["name"]: part["mark"] for part in told["parts"]}
    assert {f"quality_{name}": mark for name, mark in marks.items()}.items() <= made.scores.items()
    jsonschema.validate(told, quality_schema())


@pytest.mark.parametrize(
    ("change", "worst"),
    [
        pytest.param({"identity": 0.22}, "identity", id="somebody else"),
        pytest.param({"style_kept": 0.0}, "style", id="an unstyled photo"),
        pytest.param({"style_kept": 0.12}, "style", id="a smoothed photo"),
        pytest.param({"alignment_percent": 9.5}, "alignment", id="misaligned"),
        pytest.param(
            {"face_found_again": 0.0, "alignment_percent": None}, "face_found_again", id="no face"
        ),
        pytest.param({"fit_residual_percent": 12.0}, "fit_residual", id="fits nowhere"),
        pytest.param({"seam_delta_e": 30.0}, "seam", id="a mask"),
        pytest.param({"face_coverage": 0.4}, "face_coverage", id="half a face"),
    ],
)
def test_broken_figurines_are_refused(firm, change, worst):
    """One part that fails is not made up for by the others; it is named, with what to do."""
    with pytest.raises(InputError, match=f"worst: {worst}") as raised:
        grade(firm, **{**USUAL, **change})
    assert "QUALITY_LOW" == raised.value.code
    assert 0.0 == raised.value.details["marks"][worst]
    assert LEAST == raised.value.details["least"] > raised.value.details["overall"]
    assert next(part.fix for part in PARTS if part.name == worst) in raised.value.fix


def test_figures_that_fall_over_are_refused():
    """Stability comes out of the examination, under its own name."""
    with pytest.raises(InputError, match="stability") as raised:
        grade(examination_of(fallen()), **USUAL)
    assert 0.0 == raised.value.details["marks"]["stability"]


@pytest.mark.parametrize(
    ("name", "verdict", "mark"),
    [
        pytest.param("walls", "ok", 1.0, id="all is well"),
        pytest.param("walls", "look", 0.9, id="a look"),
        pytest.param("walls", "bad", 0.0, id="bad"),
        pytest.param("bed", "bad", 0.9, id="larger than the bed"),
        pytest.param("stands", "bad", 1.0, id="another part"),
    ],
)
def test_checks_count_as_printability(firm, name, verdict, mark):
    """A bad check ends it, one that needs a look costs a tenth, a small bed is another's fault."""
    made = grade(changed(firm, name, verdict=verdict), **USUAL, quality=0.0)
    assert mark == made.scores["quality_printability"]


def changed(examination, name, **facts):
    """The examination with one check told otherwise."""
    told = json.loads(examination.data)
    next(check for check in told["checks"] if check["name"] == name).update(facts)
    return File(json.dumps(told).encode(), "json")


def test_what_cannot_be_printed_says_what_its_check_says(firm):
    """The check knows better what to do than any part."""
    bad = changed(firm, "walls", verdict="bad", says="Its walls are thin.", fix="Make it larger.")
    with pytest.raises(InputError, match="printability") as raised:
        grade(bad, **USUAL)
    assert "Its walls are thin. Make it larger." in raised.value.fix


def test_what_nobody_measured_is_missing(firm):
    """It has no part, is told with the reason, and counts neither way."""
    usual = grade(firm, **USUAL)
    made = grade(firm, **{**USUAL, "seam_delta_e": None, "identity": None})
    told = told_of(made)
    assert ["identity", "seam"] == [gap["name"] for gap in told["missing"]]
    assert not {"identity", "seam"} & {part["name"] for part in told["parts"]}
    assert not {"quality_identity", "quality_seam"} & set(made.scores)
    assert ["identity", "seam"] == [note.split(": ")[1] for note in made.notes]
    assert told["overall"] != usual.scores["quality"]
    jsonschema.validate(told, quality_schema())


def test_marks_follow_the_engine_that_measured(firm):
    """The same cosine means more from ArcFace than from SFace, and each is told by name."""
    marks: dict[str, float] = {}
    for engine in ("sface", "arcface"):
        made = grade(firm, **{**USUAL, "identity": 0.4, "identity_by": engine})
        part = told_of(made)["parts"][0]
        assert ("identity", engine) == (part["name"], part["by"])
        assert f"0.4 cosine, by {engine}" == part["says"]
        marks[engine] = part["mark"]
    assert marks["sface"] < marks["arcface"]


@pytest.mark.parametrize(("least", "passes"), [(0.0, True), (0.5, True), (0.99, False)])
def test_orders_say_how_good_is_good_enough(firm, least, passes):
    """The order's own least counts, whatever the line's is."""
    if passes:
        assert least == told_of(grade(firm, **USUAL, quality=least))["least"]
        return
    with pytest.raises(InputError, match=f"below {least:g}"):
        grade(firm, **USUAL, quality=least)


def test_every_part_is_better_towards_its_full_end():
    """Marks run from 0 to 1 in a straight line, and stop there."""
    for part in PARTS:
        middle = (part.none_at + part.full_at) / 2
        beyond = part.full_at + (part.full_at - part.none_at)
        marks = [part.mark(number) for number in (part.none_at, middle, part.full_at, beyond)]
        assert [0.0, 0.5, 1.0, 1.0] == pytest.approx(marks), part.name


@pytest.mark.parametrize("failed", [part.name for part in PARTS])
def test_one_part_that_fails_is_enough(failed):
    """However good all the others are."""
    ends = [(part, part.none_at if part.name == failed else part.full_at) for part in PARTS]
    assert overall([Graded(part, number, "a test", "") for part, number in ends]) < LEAST
    assert 1.0 == overall([Graded(part, part.full_at, "a test", "") for part in PARTS])


def test_the_published_schema_is_up_to_date():
    """The schema of the documents is the one the code makes; write `schema_text()` to renew it."""
    assert schema_text() == KEPT.read_text(encoding="utf-8")
