"""Roto orders held against their footage."""

import json

import pytest

from maquette.errors import InputError
from maquette.lines.roto_orders import read_order
from maquette.lines.roto_placing import delivered_range, placed, worked_range

FOOTAGE, SIZE_WH = (1001, 1100), (1920, 1080)
EIGHT = {"handles": 8}


def order_of(*prompts, **fields):
    """An order of one object."""
    tree = {**fields, "objects": [{"name": "hero", "prompts": list(prompts)}]}
    return read_order(json.dumps(tree).encode(), name="walk.json")


@pytest.mark.parametrize(
    ("fields", "delivered", "worked"),
    [
        pytest.param({}, (1001, 1100), (1001, 1100), id="all"),
        pytest.param({"range": [1020, 1030]}, (1020, 1030), (1020, 1030), id="some"),
        pytest.param({"range": [1020, 1030], **EIGHT}, (1020, 1030), (1012, 1038), id="handles"),
        pytest.param({"range": [1003, 1099], **EIGHT}, (1003, 1099), (1001, 1100), id="at-ends"),
        pytest.param({"range": [900, 1010]}, (1001, 1010), (1001, 1010), id="beyond"),
    ],
)
def test_ranges(fields, delivered, worked):
    """What is delivered is what was asked for and exists; handles are added as far as they go."""
    order = order_of({"text": "cat"}, **fields)
    assert delivered == delivered_range(order, footage=FOOTAGE)
    assert worked == worked_range(order, footage=FOOTAGE)


def test_range_beside_the_footage_is_refused():
    """A range that has no plate in common with the footage is counted from elsewhere."""
    order = order_of({"text": "cat"}, range=[1, 100])
    with pytest.raises(InputError) as refused:
        placed(order, size_wh=SIZE_WH, footage=FOOTAGE)
    assert "ORDER_RANGE_OUTSIDE" == refused.value.code
    assert "1001 to 1100" in refused.value.reason


def test_cut_range_is_filled_in_and_told():
    """A range that stands out is cut to the footage, with a note."""
    order = placed(order_of({"text": "cat"}, range=[900, 1010]), size_wh=SIZE_WH, footage=FOOTAGE)
    assert (1001, 1010) == order.frames
    assert 1 == len(order.notes)
    assert "1001 to 1010" in order.notes[0]


GOOD = {"frame": 1050, "clicks": [[0, 0], [1919.5, 1079.5]], "not": [[5, 5]]}


@pytest.mark.parametrize(
    "prompt",
    [
        pytest.param({"frame": 1000, "clicks": [[5, 5]]}, id="before"),
        pytest.param({"frame": 1101, "mask": "a.png"}, id="behind"),
        pytest.param({"frame": 1101, "text": "cat"}, id="words-behind"),
        pytest.param({"frame": 1001, "clicks": [[5, 5], [1920, 5]]}, id="right"),
        pytest.param({"frame": 1001, "clicks": [[5, 5]], "not": [[5, -1]]}, id="above"),
        pytest.param({"frame": 1001, "box": [1920, 0, 2000, 50]}, id="box"),
    ],
)
def test_prompt_outside_is_set_aside(prompt):
    """A prompt on no plate, a click or a box off the picture is told; the others stay."""
    order = placed(order_of(GOOD, prompt), size_wh=SIZE_WH, footage=FOOTAGE)
    assert [1050] == [kept.frame for kept in order.objects[0].prompts]
    assert [("hero", 2, "PROMPT_OUTSIDE")] == [
        (bad.object, bad.prompt, bad.error.code) for bad in order.bad
    ]


def test_prompt_on_a_handle_is_used():
    """Plates of the handles are worked on, so prompts may stand there."""
    order = order_of({"frame": 1012, "clicks": [[5, 5]]}, range=[1020, 1030], handles=8)
    assert () == placed(order, size_wh=SIZE_WH, footage=FOOTAGE).bad


def test_box_is_cut_to_the_picture():
    """A box that stands out by a little means what is visible of it."""
    order = placed(
        order_of({"frame": 1001, "box": [-4, 10, 1930, 1090]}), size_wh=SIZE_WH, footage=FOOTAGE
    )
    assert (0.0, 10.0, 1920.0, 1080.0) == order.objects[0].prompts[0].box_xyxy


def test_object_outside_is_set_aside():
    """An object none of whose prompts is inside is told, behind them."""
    order = placed(order_of({"frame": 1, "mask": "a.png"}), size_wh=SIZE_WH, footage=FOOTAGE)
    assert () == order.objects
    assert ["PROMPT_OUTSIDE", "ORDER_NO_PROMPTS"] == [bad.error.code for bad in order.bad]


def test_prompt_on_a_plate_that_is_lacking_is_set_aside():
    """Between two shots of an edit, or where the footage is damaged, nothing can be pointed at."""
    order = order_of({"frame": 1002, "clicks": [[1, 1]]}, GOOD)
    found = placed(order, size_wh=SIZE_WH, footage=FOOTAGE, lacking={1002})
    assert ["PROMPT_OUTSIDE"] == [bad.error.code for bad in found.bad]
    assert 1 == len(found.objects[0].prompts)
