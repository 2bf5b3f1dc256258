"""Print cards: what stands on them, with a slicer's estimate and without."""

import json

import numpy as np
import pytest

from maquette.formats.check_words import duration_of
from maquette.formats.examinations import examine
from maquette.formats.print_cards import HERO_PX, MARGIN_PX, WIDTH_PX, card_up
from maquette.types import File
from tests import printable

TABLE = printable.mesh_of(printable.table())
EXAMINATION = examine(TABLE, printer={}).outputs["examination"]
ESTIMATE = {
    "seconds": 5400.0,
    "filament_cm3": 9.0,
    "filament_g": 11.2,
    "supports": True,
    "layer_mm": 0.2,
    "fill_percent": 15,
    "slicer": "prusa-slicer 2.5.0",
}
SLICED = File(json.dumps(ESTIMATE).encode(), "json")


def test_facts_are_those_of_the_examination():
    """Title, size, volume and mass are told once more, and the estimate where there is one."""
    facts = json.loads(
        card_up(TABLE, EXAMINATION, SLICED, title="Tisch").outputs["card_facts"].data
    )
    assert ("Tisch", ESTIMATE) == (facts["title"], facts["estimate"])
    assert {"x": 40.0, "y": 40.0, "z": 25.0} == facts["size_mm"]
    assert pytest.approx((10, 12.4)) == (facts["volume_cm3"], facts["mass_g"])


def test_without_a_slicer_nothing_is_said_of_time():
    """No estimate is in the facts, and the card is shorter by two lines."""
    made = card_up(TABLE, EXAMINATION, title="Table").outputs
    longer = card_up(TABLE, EXAMINATION, SLICED, title="Table").outputs
    assert "estimate" not in json.loads(made["card_facts"].data)
    assert written(made["card"]) < written(longer["card"])


def written(card):
    """How many pixels right of the hero are not paper."""
    column = card.rgba[:, MARGIN_PX + HERO_PX + 10 :, :3]
    return int((column < 240).any(axis=2).sum())


@pytest.mark.parametrize(
    "title", ["Ä", "Солнце και φως", "一只猫", "a title " * 40, "W" * 120], ids=list("äяc…w")
)
def test_any_title_fits(title):
    """A card is as large as it always is, and nothing runs over its edge."""
    card = card_up(TABLE, EXAMINATION, SLICED, title=title).outputs["card"]
    assert (WIDTH_PX, HERO_PX + 2 * MARGIN_PX) == card.size_wh
    assert (card.rgba[:, -MARGIN_PX + 4 :, :3] > 245).all()


def test_equal_prints_give_equal_cards():
    """Nothing on a card is random."""
    first, again = (card_up(TABLE, EXAMINATION, SLICED, title="x").outputs for _ in range(2))
    assert first["card_facts"].data == again["card_facts"].data
    assert np.array_equal(first["card"].rgba, again["card"].rgba)


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(5, "1 min"), (1800, "30 min"), (3600, "1 h 00 min"), (11418, "3 h 10 min")],
)
def test_durations(seconds, expected):
    """Minutes, then hours and minutes."""
    assert expected == duration_of(seconds)
