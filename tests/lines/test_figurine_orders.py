"""Figurine orders, read: what they mean, and what is said of every mistake."""

import pytest

from maquette.errors import InputError
from maquette.lines.figurine_fields import FIGURINE_FORMATS
from maquette.lines.figurine_orders import FigurineOrder, read_order
from maquette.lines.print_fields import OrderedPrinter

WHOLE = """
name: Captain Zoë
photo: faces/zoe.JPG
consent: yes
template: superhero
height_mm: 120
style: ink
head_share: 0.45
text: "Zoë  the 1st"
seed: 7
quality: 0.6
show_face: yes
keep_days: 14
printer: {kind: SLA, nozzle_mm: 0.05}
formats: [usdz, stl]
commercial: yes
project: Heroes
client: Acme
priority: interactive
"""
LEAST = "photo: zoe.jpg\nconsent: yes\n"


def order_of(text, *, name="zoe.yaml"):
    """The order in a text."""
    return read_order(text.encode(), name=name)


def refused(text):
    """What is said of an order."""
    with pytest.raises(InputError) as said:
        order_of(text)
    return said.value


def test_every_field_is_read():
    """An order that uses every field gives every value."""
    expected = FigurineOrder(
        name="Captain Zoë",
        photo="faces/zoe.JPG",
        consent=True,
        template="superhero",
        height_mm=120.0,
        style="ink",
        head_share=0.45,
        text="Zoë the 1st",
        seed=7,
        quality=0.6,
        show_face=True,
        keep_days=14,
        printer=OrderedPrinter(kind="sla", nozzle_mm=0.05),
        formats=("stl", "usdz"),
        commercial=True,
        project="Heroes",
        client="Acme",
        priority="interactive",
    )
    assert expected == order_of(WHOLE)


def test_the_least_order():
    """A photo and the consent: all else is as most people want it, and no face is shown."""
    order = order_of(LEAST)
    assert FigurineOrder("zoe", "zoe.jpg", consent=True) == order
    assert (False, FIGURINE_FORMATS, 100.0) == (order.show_face, order.formats, order.height_mm)


@pytest.mark.parametrize(
    "text",
    ["photo: zoe.jpg", "photo: zoe.jpg\nconsent: no", "photo: zoe.jpg\nconsent:", "consent: off"],
    ids=["missing", "no", "empty", "no and no photo"],
)
def test_nothing_is_made_without_consent(text):
    """It is asked for before anything else, and the answer says how to give it."""
    said = refused(text)
    assert ("CONSENT_MISSING", {"field": "consent"}) == (said.code, said.details)
    assert "consent: yes" in said.fix


@pytest.mark.parametrize(
    ("line", "code", "words"),
    [
        ("consent: maybe", "ORDER_NOT_YES_OR_NO", "line 3, field consent"),
        ("template: yoga", "ORDER_CHOICE", "line 3, field template: 'yoga' is unknown"),
        ("height_mm: 39.9", "ORDER_NUMBER_RANGE", "not from 40 to 300"),
        ("height_mm: .nan", "ORDER_NOT_A_NUMBER", "field height_mm"),
        ("head_share: 0.6", "ORDER_NUMBER_RANGE", "not from 0.3 to 0.55"),
        ("text: A name of twenty-five lett", "BASE_TEXT_LONG", "line 3, field text"),
        ("text: smile \N{GRINNING FACE}", "BASE_TEXT_LETTERS", "line 3, field text"),
        ("text: שלום", "BASE_TEXT_LETTERS", "line 3, field text"),
        ("name: " + "n" * 201, "ORDER_TOO_LONG", "201 characters"),
        ("keep_days: 0", "ORDER_NUMBER_RANGE", "from 1 to 3,650"),
        ("quality: 80", "ORDER_NUMBER_RANGE", "not from 0 to 1"),
        ("formats: [obj]", "ORDER_CHOICE", "field formats"),
        ("photo: ../zoe.jpg", "ORDER_PATH", "beside the order"),
        ("photo: zoe.gif", "ORDER_PATH", "does not end in"),
        ("colour: red", "ORDER_FIELD_UNKNOWN", "'colour'"),
    ],
)
def test_mistakes_are_told_where_they_stand(line, code, words):
    """The code, and the line or the field with what is wrong."""
    label = line.partition(":")[0]
    kept = [one for one in LEAST.splitlines() if not one.startswith(f"{label}:")]
    said = refused("\n".join([*kept, *[""] * (2 - len(kept)), line]))
    assert code == said.code
    assert words in said.reason


def test_an_order_names_its_photo():
    """Consent alone makes nothing."""
    said = refused("consent: yes\n")
    assert ("ORDER_SOURCE", {"field": "photo"}) == (said.code, said.details)


@pytest.mark.parametrize(
    ("name", "item"),
    [
        ("<script>alert(1)</script>", "script-alert-1-script"),
        ("../../etc/passwd", "etc-passwd"),
        ("n" * 200, "n" * 48),
        ("Ζωή", "figurine-aeca04ab"),
    ],
    ids=["markup", "path", "200 characters", "no Latin letter"],
)
def test_file_names_are_plain(name, item):
    """Whatever somebody is called, the item's name is short and safe; the name itself stays."""
    order = order_of(f"{LEAST}name: {name!r}")
    assert (name, item) == (order.name, order.item)
