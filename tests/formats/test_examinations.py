"""The examination of a print: JSON for machines, a sheet for people, notes for who asked."""

import json

import numpy as np
import pytest

from maquette.formats.check_words import TITLES, value_of
from maquette.formats.examination_sheets import MARGIN_PX, TILE_PX
from maquette.formats.examinations import examine
from maquette.formats.panels import VERDICT_COLOURS
from maquette.formats.print_diagrams import BODY, bed_from_above, weakest_side
from maquette.solids.examining import Check, examined
from maquette.solids.printed import printed
from maquette.solids.printers import printer_of
from tests import printable, zoo

TABLE = printable.mesh_of(printable.table())


def near(pixels, colour, within=60):
    """How many pixels have about this hue: shading makes them darker or lighter."""
    wide = pixels.reshape(-1, 3).astype(float) + 1
    wanted = np.array(colour, float) + 1
    cosine = (wide @ wanted) / np.linalg.norm(wide, axis=1) / np.linalg.norm(wanted)
    return int((np.rad2deg(np.arccos(np.clip(cosine, -1, 1))) < within / 10).sum())


def tile(sheet, row, column):
    """The pixels of one tile's picture; captions hang below."""
    left = MARGIN_PX + column * (TILE_PX + 24)
    top = MARGIN_PX + row * (TILE_PX + 118 + 24)
    return sheet.rgba[top : top + TILE_PX, left : left + TILE_PX, :3]


def test_everything_is_told():
    """A table's overhang is in the JSON, in the notes and in the scores."""
    made = examine(TABLE, printer={"material": "PETG"})
    facts = json.loads(made.outputs["examination"].data)
    told = {check["name"]: check for check in facts["checks"]}
    assert ("look", list(TITLES)) == (told["overhangs"]["verdict"], list(told))
    assert pytest.approx(1500, abs=0.1) == told["overhangs"]["numbers"]["area_mm2"]
    assert pytest.approx((10, 12.7)) == (facts["volume_cm3"], facts["mass_g"])
    assert any("hangs over" in note and "supports" in note for note in made.notes)
    assert told["overhangs"]["value"] == made.scores["print_overhangs"]


def test_places_are_coloured():
    """The overhang is orange and the foot is green where they are, and nowhere on other tiles."""
    sheet = examine(TABLE, printer={}).outputs["examination_sheet"]
    orange, green = VERDICT_COLOURS["look"], VERDICT_COLOURS["ok"]
    assert near(tile(sheet, 0, 3), orange) > 3000
    assert near(tile(sheet, 1, 2), green) > 300
    assert near(tile(sheet, 0, 1), orange) == near(tile(sheet, 0, 1), green) == 0


def test_a_ready_print_has_no_notes():
    """A cube gives a sheet all the same."""
    made = examine(zoo.box(0.04), printer={})
    assert () == made.notes
    assert made.outputs["examination_sheet"].is_opaque


def test_equal_prints_give_equal_bytes():
    """Nothing in an examination is random."""
    first, again = (examine(TABLE, printer={}).outputs for _ in range(2))
    assert first["examination"].data == again["examination"].data
    assert np.array_equal(first["examination_sheet"].rgba, again["examination_sheet"].rgba)


@pytest.mark.parametrize(
    ("side_mm", "colour"), [(110, BODY), (400, VERDICT_COLOURS["bad"])], ids=["fits", "too-large"]
)
def test_the_bed_is_to_scale(side_mm, colour):
    """A print half as wide as the bed is drawn so; one that is too large is red."""
    mesh = printable.mesh_of(printable.block(side_mm, side_mm, 10))
    drawn = bed_from_above(examined(printed(mesh), printer_of({})), 320)
    bed_px = 0.8 * 320 * 220 / max(220, side_mm)
    expected = (bed_px * side_mm / 220) ** 2
    assert pytest.approx(expected, rel=0.06) == (np.abs(drawn - np.array(colour)) < 3).all(2).sum()


def test_the_side_view_shows_what_carries_it():
    """A cube's foot is one green line as wide as the cube, below its grey."""
    drawn = weakest_side(examined(printed(zoo.box(0.04)), printer_of({})), 320)
    rows, columns = np.nonzero((np.abs(drawn - np.array(VERDICT_COLOURS["ok"])) < 3).all(2))
    assert pytest.approx(320 * 0.68, abs=8) == np.ptp(columns)
    assert pytest.approx(320 * 0.84, abs=4) == np.median(rows)


@pytest.mark.parametrize(
    ("check", "expected"),
    [
        (Check("closed", 0, "faults", "ok", ""), "yes"),
        (Check("closed", 3, "faults", "bad", ""), "3 faults"),
        (Check("bed", 0.5, "of the bed", "bad", ""), "200 % used"),
        (Check("stands", -3.2, "°", "bad", ""), "falls"),
        (Check("walls", 0.01, "%", "ok", ""), "under 0.1 %"),
        (Check("walls", 0, "%", "ok", ""), "none"),
        (Check("contact", 1234.4, "mm²", "ok", ""), "1,234 mm²"),
        (Check("details", 0.42, "mm", "ok", ""), "0.4 mm"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_numbers_as_people_read_them(check, expected):
    """Short words and rounded numbers."""
    assert expected == value_of(check)
