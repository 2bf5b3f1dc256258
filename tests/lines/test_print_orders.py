"""Print orders, read: what they mean, and what is said of every mistake."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maquette.errors import InputError
from maquette.lines.order_files import MOST_BYTES
from maquette.lines.print_fields import Hollow, OrderedPrinter, Target
from maquette.lines.print_orders import PrintOrder, items_of, read_order

WHOLE = """
name: Märchen dragon
operation: generate_model
prompt: a friendly dragon
style: realistic
count: 2
seed: 7
form: figure
relief: 0.3
target_dimensions: {x: 2, z: 3.5, unit: in}
proportions: stretch
confirm_stretch: yes
stand: stable
faces: 50000
hollow: {wall_mm: 1.5, drain_mm: 3}
base_mm: 2
printer: {bed_mm: [250, 210, 210], nozzle_mm: 0.6, kind: FDM, material: PETG}
formats: [obj, stl]
commercial: yes
project: Tales
client: Acme
priority: interactive
"""


def order_of(text, *, name="robot.yaml"):
    """The order in a text."""
    return read_order(text.encode(), name=name)


def test_every_field_is_read():
    """An order that uses every field of its kind gives every value."""
    order = order_of(WHOLE)
    said = order.said
    assert (
        PrintOrder(
            name="Märchen dragon",
            prompt="a friendly dragon",
            style="realistic",
            count=2,
            seed=7,
            relief=0.3,
            target=Target(x=2, z=3.5, unit="in"),
            proportions="stretch",
            confirm_stretch=True,
            stand="stable",
            faces=50_000,
            hollow=Hollow(1.5, 3),
            base_mm=2,
            printer=OrderedPrinter((250, 210, 210), 0.6, "fdm", "petg"),
            formats=("stl", "obj"),
            commercial=True,
            project="Tales",
            client="Acme",
            priority="interactive",
            said=said,
        )
        == order
    )
    assert {"target_dimensions", "confirm_stretch", "prompt"} < said


def test_the_shortest_order_is_a_prompt():
    """Words alone are an order: one figure, called after the file."""
    order = order_of("prompt: a cat\n", name="box/Tom cat.yaml")
    (item,) = items_of(order)
    assert ("Tom cat", "generate_model", "tom-cat") == (order.name, order.operation, item.item)


def test_a_model_alone_is_rescaled():
    """Who names a model need not say the operation."""
    assert "rescale_model" == order_of("model: dragon.stl\nscale_factor: 2\n").operation


@pytest.mark.parametrize(
    ("text", "source", "beside"),
    [
        ("prompt: a cat", "prompt", ()),
        ("pictures: [a.png, b/c.JPG]", "pictures", ("a.png", "b/c.JPG")),
        ("pictures: a.png", "pictures", ("a.png",)),
        ("concept: cats-1f3a9c02/cat-2", "concept", ()),
        ("model: dragon.stl", "file", ("dragon.stl",)),
        ("model: parts/dragon.3MF", "file", ("parts/dragon.3MF",)),
        ("model: cats-1f3a9c02/cat", "delivered", ()),
    ],
    ids=["prompt", "pictures", "picture", "concept", "file", "folder", "delivered"],
)
def test_sources_are_told_apart(text, source, beside):
    """What it is made of, and which files must lie beside it."""
    order = order_of(text)
    assert (source, beside) == (order.source, order.beside)


def test_targets_become_millimetres():
    """Sides are converted once; those not given follow."""
    assert {"x": 50.8, "z": 88.9} == pytest.approx(Target(x=2, z=3.5, unit="in").sides_mm)
    assert {"y": 120.0} == Target(y=12, unit="cm").sides_mm


def test_concepts_are_four_unless_said():
    """Someone who asks for concepts wants to choose."""
    four = items_of(order_of("operation: concept\nprompt: a cat"))
    two = items_of(order_of("operation: concept\nprompt: a cat\ncount: 2"))
    assert (["robot", "robot-2", "robot-3", "robot-4"], 2) == ([i.item for i in four], len(two))


def test_copies_draw_differently_and_for_ever_the_same():
    """Each copy has a seed of its own, which a higher count does not change."""
    two, four = (items_of(order_of(f"prompt: a cat\ncount: {n}")) for n in (2, 4))
    seeds = [item.params["seed"] for item in four]
    assert 4 == len(set(seeds))
    assert seeds[:2] == [item.params["seed"] for item in two]


def test_pictures_name_their_prints():
    """Each print is called after its picture; two of one name are numbered."""
    items = items_of(order_of("pictures: [Tom.png, b/tom.jpg]"))
    assert ["tom", "tom-2"] == [item.item for item in items]


def test_a_lithophane_keeps_the_background():
    """It is the whole photo; a figure is its subject."""
    kept = [
        items_of(order_of(f"pictures: a.png\nform: {form}"))[0].params["background_removal"]
        for form in ("lithophane", "figure")
    ]
    assert [False, True] == kept


BAD = {
    "nothing": ("name: a", "ORDER_SOURCE", "robot.yaml"),
    "two sources": ("prompt: a\nmodel: a.stl", "ORDER_SOURCE", "line 2: prompt and model"),
    "no such field": ("prompt: a\nscale: 2", "ORDER_FIELD_UNKNOWN", "robot.yaml line 2"),
    "no such field inside": (
        "prompt: a\n\ntarget_dimensions: {h: 3}",
        "ORDER_FIELD_UNKNOWN",
        "line 3, field target_dimensions",
    ),
    "zero": ("prompt: a\ntarget_dimensions: {x: 0}", "ORDER_NUMBER_RANGE", "line 2"),
    "negative": ("model: a.stl\nscale_factor: -2", "ORDER_NUMBER_RANGE", "line 2"),
    "no number": ("model: a.stl\nscale_factor: big", "ORDER_NOT_A_NUMBER", "line 2"),
    "not finite": ("model: a.stl\nscale_factor: .nan", "ORDER_NOT_A_NUMBER", "line 2"),
    "no side": ("prompt: a\ntarget_dimensions: {unit: cm}", "ORDER_TARGET_EMPTY", "line 2"),
    "no unit": ("prompt: a\ntarget_dimensions: {x: 1, unit: ell}", "ORDER_CHOICE", "line 2"),
    "size twice": (
        "prompt: a\nscale_factor: 2\ntarget_dimensions: {x: 2}",
        "ORDER_SIZE_TWICE",
        "line 2",
    ),
    "stretch of nothing": ("prompt: a\nproportions: stretch", "ORDER_FIELD_IDLE", "line 2"),
    "style of a picture": ("pictures: a.png\nstyle: realistic", "ORDER_FIELD_IDLE", "line 2"),
    "form of a model": ("model: a.stl\nform: relief", "ORDER_FIELD_IDLE", "line 2"),
    "unit of a delivered one": ("model: a-1/b\nunit: mm", "ORDER_FIELD_IDLE", "line 2"),
    "concept of a model": ("model: a.stl\noperation: concept", "ORDER_OPERATION", "line 2"),
    "rescaled words": ("prompt: a\noperation: rescale_model", "ORDER_OPERATION", "line 2"),
    "no such operation": ("prompt: a\noperation: melt", "ORDER_CHOICE", "line 2"),
    "climbing": ("pictures: ../a.png", "ORDER_PATH", "line 1"),
    "no picture": ("pictures: a.gif", "ORDER_PATH", "line 1"),
    "a picture twice": ("pictures: [a.png, a.png]", "ORDER_PICTURE_TWICE", "line 1"),
    "no model": ("model: a.blend", "ORDER_MODEL_TYPE", "line 1"),
    "no reference": ("concept: dragon", "ORDER_REFERENCE", "line 1"),
    "bed": ("prompt: a\nprinter: {bed_mm: [200, 200]}", "ORDER_SHAPE", "field bed_mm"),
    "no mapping": ("prompt: a\nhollow: 2", "ORDER_SHAPE", "line 2"),
    "formats": ("prompt: a\nformats: [step]", "ORDER_CHOICE", "line 2"),
    "count": ("prompt: a\ncount: 900", "ORDER_NUMBER_RANGE", "line 2"),
    "a list": ("- prompt: a", "ORDER_SHAPE", "robot.yaml"),
    "no yaml": ("prompt: [a", "ORDER_DAMAGED", "robot.yaml"),
    "empty": ("", "ORDER_EMPTY", "robot.yaml"),
}


@pytest.mark.parametrize(("text", "code", "where"), BAD.values(), ids=BAD)
def test_mistakes_are_told(text, code, where):
    """Each has its code, says where it stands, and what to write instead."""
    with pytest.raises(InputError) as refused:
        order_of(text)
    assert code == refused.value.code
    assert where in refused.value.reason
    assert refused.value.fix


def test_files_are_judged_before_they_are_read():
    """A foreign ending and a huge file are refused by name and size."""
    for name, data, code in (
        ("a.txt", b"prompt: a", "ORDER_TYPE"),
        ("a.yaml", b" " * (MOST_BYTES + 1), "ORDER_TOO_LARGE"),
    ):
        with pytest.raises(InputError, match=code):
            read_order(data, name=name)


TREES = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["prompt", "pictures", "model", "x", "unit", "hollow", "printer", "seed"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(TREES)
def test_any_tree_is_an_order_or_an_input_error(tree):
    """Nothing that JSON can say makes the reader fall."""
    try:
        order = read_order(json.dumps(tree).encode(), name="a.json")
    except InputError:
        return
    assert items_of(order)
