"""Roto orders, read and written."""

import json
from dataclasses import replace
from fractions import Fraction

import pytest

from maquette.errors import InputError
from maquette.lines.order_files import MOST_BYTES
from maquette.lines.order_places import MOST_CLICKS
from maquette.lines.roto_orders import (
    MOST_OBJECTS,
    MOST_PROMPTS,
    PALETTE,
    Prompt,
    RotoObject,
    read_order,
    write_order,
)

WHOLE = """
name: hero walk
footage: plates/hero.mov
first_frame: 1001
range: [1001, 1100]
handles: 8
rate: 23.976
colour: linear
priority: interactive
project: Nachtzug
client: Studio 9
edit: cut.edl
deliver: [qc, png, cryptomatte]
objects:
  - name: Hero
    label: person
    colour: "#FF8800"
    matte: none
    edge_px: 20
    prompts:
      - frame: 1001
        clicks: [[640, 360.5], [600, 300]]
        not: [[10, 10]]
        box: [500, 100, 800, 700]
      - {frame: 1020, mask: masks/hero_1020.png}
      - {text: "a man in a red coat"}
  - name: car
    prompts:
      - {text: a red car, frame: 1010}
"""


def order_of(text, *, name="walk.yaml"):
    """The order in a text."""
    return read_order(text.encode(), name=name)


def one(*prompts, **fields):
    """A JSON order of one object, with fields of the whole order."""
    tree = {**fields, "objects": [{"name": "hero", "prompts": list(prompts)}]}
    return read_order(json.dumps(tree).encode(), name="walk.json")


def test_every_field_is_read():
    """An order that uses every field gives every value."""
    order = order_of(WHOLE)
    assert ("hero walk", "plates/hero.mov", 1001, (1001, 1100), 8) == (
        order.name, order.footage, order.first_frame, order.frames, order.handles,
    )  # fmt: skip
    assert (Fraction(24000, 1001), "linear", "interactive") == (
        order.rate, order.colour, order.priority,
    )  # fmt: skip
    assert ("Nachtzug", "Studio 9", "cut.edl", False) == (
        order.project, order.client, order.edit, order.scenes,
    )  # fmt: skip
    assert ("png", "cryptomatte", "qc") == order.deliver
    assert () == order.bad
    assert RotoObject(
        name="Hero",
        slug="hero",
        label="person",
        colour="#ff8800",
        matte="none",
        edge_px=20,
        prompts=(
            Prompt(
                frame=1001,
                clicks_xy=((640.0, 360.5), (600.0, 300.0)),
                clicks_off_xy=((10.0, 10.0),),
                box_xyxy=(500.0, 100.0, 800.0, 700.0),
            ),
            Prompt(frame=1020, mask="masks/hero_1020.png"),
            Prompt(text="a man in a red coat"),
        ),
    ) == order.objects[0]  # fmt: skip


def test_defaults():
    """An order that says nothing but its object is named by its file and delivers the usual."""
    order = one({"frame": 1, "clicks": [[3, 4]]})
    assert ("walk", "", None, None, 0, None, "") == (
        order.name, order.footage, order.first_frame, order.frames, order.handles, order.rate,
        order.colour,
    )  # fmt: skip
    assert ("normal", ("png", "exr", "shapes", "qc")) == (order.priority, order.deliver)
    assert ("soft", 12) == (order.objects[0].matte, order.objects[0].edge_px)
    assert order.objects[0].colour in PALETTE


@pytest.mark.parametrize("text", [WHOLE, "objects: [{name: a, prompts: [{text: cat}]}]"])
def test_written_order_reads_back(text):
    """An order that is written and read again is the same."""
    order = order_of(text)
    assert order == read_order(write_order(order), name="other.yaml")
    assert write_order(order) == write_order(order)


def test_pointing_becomes_a_segmenters_prompts():
    """Clicks, clicks off and a box are handed over with labels; a text has none of them."""
    pointing, _, words = order_of(WHOLE).objects[0].prompts
    assert ((640.0, 360.5), (600.0, 300.0), (10.0, 10.0)) == pointing.pointed.points_xy
    assert (1, 1, 0) == pointing.pointed.labels
    assert ((500.0, 100.0, 800.0, 700.0),) == pointing.pointed.boxes_xyxy
    assert ((), ()) == (words.pointed.points_xy, words.pointed.boxes_xyxy)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        pytest.param(24, Fraction(24), id="24"),
        pytest.param("25", Fraction(25), id="text"),
        pytest.param(23.976, Fraction(24000, 1001), id="23.976"),
        pytest.param(23.98, Fraction(24000, 1001), id="23.98"),
        pytest.param("29.97", Fraction(30000, 1001), id="29.97"),
        pytest.param("24000/1001", Fraction(24000, 1001), id="exact"),
        pytest.param(12.5, Fraction(25, 2), id="12.5"),
    ],
)
def test_rates(written, expected):
    """A rate is exact, however it is written."""
    assert expected == one({"text": "cat"}, rate=written).rate


def test_objects_whose_names_look_alike_get_numbers():
    """File names are unique where names differ by what file names cannot hold."""
    names = ["Hero!", "hero", "Hero 2", "héro?", "英雄"]
    objects = [{"name": name, "prompts": [{"text": "cat"}]} for name in names]
    order = read_order(json.dumps({"objects": objects}).encode(), name="a.json")
    slugs = [found.slug for found in order.objects]
    assert ["hero", "hero-2", "hero-2-2", "hero-3"] == slugs[:4]
    assert slugs[4].startswith("object-")


def test_colours_are_given_apart():
    """Objects without a colour get different ones, the same whatever stands behind them."""
    objects = [{"name": f"o{n}", "prompts": [{"text": "cat"}]} for n in range(len(PALETTE))]
    few, all_ = (
        read_order(json.dumps({"objects": part}).encode(), name="a.json").objects
        for part in (objects[:3], objects)
    )
    assert set(PALETTE) == {found.colour for found in all_}
    assert [found.colour for found in few] == [found.colour for found in all_[:3]]


PROMPT_TROUBLE = {
    "nothing": ({}, "ORDER_PROMPT"),
    "two-things": ({"frame": 1, "mask": "a.png", "text": "cat"}, "ORDER_PROMPT"),
    "only-off": ({"frame": 1, "not": [[1, 2]]}, "ORDER_PROMPT"),
    "no-frame": ({"clicks": [[1, 2]]}, "ORDER_PROMPT"),
    "same-frame": ({"frame": 7, "box": [1, 2, 3, 4]}, "ORDER_PROMPT_TWICE"),
    "no-mapping": ("cat", "ORDER_SHAPE"),
    "field": ({"frame": 1, "click": [[1, 2]]}, "ORDER_FIELD_UNKNOWN"),
    "pair": ({"frame": 1, "clicks": [[1, 2, 3]]}, "ORDER_SHAPE"),
    "half-a-pair": ({"frame": 1, "clicks": [[1]]}, "ORDER_SHAPE"),
    "many-clicks": ({"frame": 1, "clicks": [[1, 2]] * (MOST_CLICKS + 1)}, "ORDER_TOO_MANY"),
    "not-a-number": ({"frame": 1, "clicks": [["x", 2]]}, "ORDER_NOT_A_NUMBER"),
    "infinite": ({"frame": 1, "clicks": [[float("inf"), 2]]}, "ORDER_NOT_A_NUMBER"),
    "far": ({"frame": 1, "clicks": [[1e6, 2]]}, "ORDER_NUMBER_RANGE"),
    "huge": ({"frame": 10**400, "clicks": [[1, 2]]}, "ORDER_NUMBER_RANGE"),
    "half-a-frame": ({"frame": 1.5, "clicks": [[1, 2]]}, "ORDER_NUMBER_RANGE"),
    "empty-box": ({"frame": 1, "box": [5, 5, 5, 9]}, "ORDER_BOX"),
    "path-up": ({"frame": 1, "mask": "../a.png"}, "ORDER_PATH"),
    "path-root": ({"frame": 1, "mask": "/a.png"}, "ORDER_PATH"),
    "path-drive": ({"frame": 1, "mask": "C:a.png"}, "ORDER_PATH"),
    "path-windows": ({"frame": 1, "mask": "..\\a.png"}, "ORDER_PATH"),
    "path-kind": ({"frame": 1, "mask": "a.exr"}, "ORDER_PATH"),
    "long-text": ({"text": "cat " * 200}, "ORDER_TOO_LONG"),
    "no-text": ({"text": ["cat"]}, "ORDER_NOT_TEXT"),
}


@pytest.mark.parametrize(("prompt", "code"), PROMPT_TROUBLE.values(), ids=PROMPT_TROUBLE)
def test_bad_prompt_is_set_aside(prompt, code):
    """A prompt that cannot be used is told by object, number and code; the others stay."""
    order = one({"frame": 7, "clicks": [[1, 2]]}, prompt)
    assert [7] == [kept.frame for kept in order.objects[0].prompts]
    assert [("hero", 2, code)] == [(bad.object, bad.prompt, bad.error.code) for bad in order.bad]
    assert "walk.json object 1 (hero) prompt 2" in order.bad[0].error.reason


OBJECT_TROUBLE = {
    "no-mapping": ("hero", "ORDER_SHAPE"),
    "nameless": ({"prompts": [{"text": "cat"}]}, "ORDER_NAMELESS"),
    "twice": ({"name": "CAR", "prompts": [{"text": "cat"}]}, "ORDER_OBJECT_TWICE"),
    "no-prompts": ({"name": "hero"}, "ORDER_NO_PROMPTS"),
    "field": ({"name": "hero", "color": "#ffffff", "prompts": [{"text": "cat"}]},
              "ORDER_FIELD_UNKNOWN"),
    "colour": ({"name": "hero", "colour": "orange", "prompts": [{"text": "cat"}]}, "ORDER_COLOUR"),
    "matte": ({"name": "hero", "matte": "hard", "prompts": [{"text": "cat"}]}, "ORDER_CHOICE"),
    "edge": ({"name": "hero", "edge_px": 0, "prompts": [{"text": "cat"}]}, "ORDER_NUMBER_RANGE"),
}  # fmt: skip


@pytest.mark.parametrize(("written", "code"), OBJECT_TROUBLE.values(), ids=OBJECT_TROUBLE)
def test_bad_object_is_set_aside(written, code):
    """An object that cannot be used is told, and the others go on."""
    tree = {"objects": [{"name": "car", "prompts": [{"text": "car"}]}, written]}
    order = read_order(json.dumps(tree).encode(), name="walk.json")
    assert ["car"] == [kept.name for kept in order.objects]
    assert [(None, code)] == [(bad.prompt, bad.error.code) for bad in order.bad]


def test_object_without_a_good_prompt_is_set_aside():
    """An object all of whose prompts are bad is told as such, behind its prompts."""
    order = one({"frame": 1})
    assert () == order.objects
    assert [(1, "ORDER_PROMPT"), (None, "ORDER_NO_PROMPTS")] == [
        (bad.prompt, bad.error.code) for bad in order.bad
    ]


@pytest.mark.parametrize(
    ("written", "meant"),
    [("colours", "colour"), ("Object", "objects"), ("fps_rate", "rate"), ("handle", "handles")],
)
def test_unknown_field_names_the_nearest(written, meant):
    """A field nobody knows stops the order and the nearest right one is named."""
    with pytest.raises(InputError) as refused:
        one({"text": "cat"}, **{written: "x"})
    assert "ORDER_FIELD_UNKNOWN" == refused.value.code
    assert f"did you mean {meant}?" == refused.value.fix


CAT = "objects: [{name: a, prompts: [{text: cat}]}]"
BOMB = "a: &a [x, x]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join([f'*{chr(97 + n)}'] * 9)}]\n" for n in range(8)
)
FILES = {
    "ending": (CAT, "a.txt", "ORDER_TYPE"),
    "large": ("#" * (MOST_BYTES + 1), "a.yaml", "ORDER_TOO_LARGE"),
    "nothing": ("  ", "a.yaml", "ORDER_EMPTY"),
    "no-objects": ("name: a", "a.yaml", "ORDER_EMPTY"),
    "empty-objects": ("objects: []", "a.yaml", "ORDER_EMPTY"),
    "list": ("- a", "a.yaml", "ORDER_SHAPE"),
    "open": ("objects: [", "a.yaml", "ORDER_DAMAGED"),
    "tag": ("objects: !!python/object/apply:os.system [ls]", "a.yaml", "ORDER_DAMAGED"),
    "json": ("{", "a.json", "ORDER_DAMAGED"),
    "json-twice": ('{"name": "a", "name": "b"}', "a.json", "ORDER_DAMAGED"),
    "json-deep": ("[" * 100_000, "a.json", "ORDER_DAMAGED"),
    "deep": ("[" * 50, "a.yaml", "ORDER_BOMB"),
    "aliases": (BOMB, "a.yaml", "ORDER_FIELD_UNKNOWN"),
    "objects": (f"objects: [{'{}, ' * (MOST_OBJECTS + 1)}]", "a.yaml", "ORDER_TOO_MANY"),
    "prompts": (
        f"objects:\n- {{name: a, prompts: &p [{'{text: cat}, ' * (MOST_PROMPTS // 2)}]}}\n"
        "- {name: b, prompts: *p}\n- {name: c, prompts: *p}\n", "a.yaml", "ORDER_TOO_MANY",
    ),
    "range": (CAT + "\nrange: [9, 3]", "a.yaml", "ORDER_RANGE"),
    "one-sided": (CAT + "\nrange: [9]", "a.yaml", "ORDER_RANGE"),
    "rate": (CAT + "\nrate: 24/0", "a.yaml", "ORDER_RATE"),
    "still": (CAT + "\nrate: 0", "a.yaml", "ORDER_RATE"),
    "scenes": (CAT + "\nscenes: maybe", "a.yaml", "ORDER_NOT_YES_OR_NO"),
    "deliver": (CAT + "\ndeliver: [png, gif]", "a.yaml", "ORDER_CHOICE"),
    "nothing-delivered": (CAT + "\ndeliver: []", "a.yaml", "ORDER_CHOICE"),
    "footage-up": (CAT + "\nfootage: ../../secret.mov", "a.yaml", "ORDER_PATH"),
    "footage-url": (CAT + "\nfootage: http://x/a.mov", "a.yaml", "ORDER_PATH"),
    "edit-kind": (CAT + "\nedit: cut.txt", "a.yaml", "ORDER_PATH"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "name", "code"), FILES.values(), ids=FILES)
def test_bad_file_is_refused(text, name, code):
    """An order that is damaged, hostile or wrong as a whole is refused with its code."""
    with pytest.raises(InputError) as refused:
        order_of(text, name=name)
    assert code == refused.value.code


def test_other_encodings():
    """UTF-16 with its mark is read; what is no text is refused."""
    assert order_of(WHOLE) == read_order(WHOLE.encode("utf-16"), name="walk.yaml")
    with pytest.raises(InputError) as refused:
        read_order(b"name: \xff", name="a.yaml")
    assert "ORDER_ENCODING" == refused.value.code


def test_edit_list_goes_before_scenes():
    """An order with an edit list that also asks for scenes is told that these are not used."""
    order = one({"text": "cat"}, edit="a.edl", scenes=True)
    assert order.scenes
    assert 1 == len(order.notes)
    assert () == replace(one({"text": "cat"}, scenes=True)).notes


def test_names_lose_what_files_cannot_hold():
    """Paths and control characters in the order's own file name come to nothing."""
    assert "walk" == order_of(CAT, name="in/box\\walk.yaml").name


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("closeness", 1.0, "ORDER_NUMBER_RANGE"),
        ("closeness", 0, "ORDER_NUMBER_RANGE"),
        ("keyed", 1.5, "ORDER_NUMBER_RANGE"),
        ("points", 3, "ORDER_NUMBER_RANGE"),
        ("keyed", "some", "ORDER_NOT_A_NUMBER"),
    ],
)
def test_wishes_for_splines_have_limits(field, value, code):
    """What no spline can keep is refused before anything is made."""
    data = f"{field}: {value}\nobjects: [{{name: a, prompts: [{{text: a dog}}]}}]".encode()
    with pytest.raises(InputError) as refused:
        read_order(data, name="a.yaml")
    assert code == refused.value.code
