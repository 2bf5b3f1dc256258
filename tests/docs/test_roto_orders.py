"""The page on roto orders: its examples are read, its tables list what the code knows."""

import json

import jsonschema
import pytest
import yaml

from maquette.lines.roto_fields import OBJECT_FIELDS, ORDER_FIELDS, PROMPT_FIELDS
from maquette.lines.roto_orders import MOST_OBJECTS, MOST_PROMPTS, read_order
from maquette.lines.roto_schema import order_schema
from tests.docs.pages import blocks, page, quoted, rows, section

EXAMPLES = blocks("yaml", "json", of="roto-orders.md")


@pytest.mark.parametrize("block", EXAMPLES, ids=lambda block: block.name)
def test_examples_are_read_whole(block):
    """Every example is an order without anything set aside, by the reader and by the schema."""
    order = read_order(block.text.encode(), name=f"hero.{block.language}")
    assert order.objects
    assert () == order.bad
    tree = json.loads(block.text) if block.language == "json" else yaml.safe_load(block.text)
    jsonschema.Draft202012Validator(order_schema()).validate(tree)


@pytest.mark.parametrize(
    ("heading", "known"),
    [
        ("Fields of the order", [*ORDER_FIELDS, "objects"]),
        ("Fields of an object", [*OBJECT_FIELDS, "prompts"]),
        ("Fields of a prompt", [*PROMPT_FIELDS]),
    ],
)
def test_tables_list_every_field(heading, known):
    """Each table has the fields of the code, in its order."""
    table = rows(section("roto-orders.md", heading))
    assert known == [quoted(cells[0])[0] for cells in table]


@pytest.mark.parametrize(
    ("heading", "known"),
    [("Fields of the order", ORDER_FIELDS), ("Fields of an object", OBJECT_FIELDS)],
)
def test_choices_are_the_codes(heading, known):
    """Where a field is a choice, its row names every option."""
    for cells in rows(section("roto-orders.md", heading)):
        label = quoted(cells[0])[0]
        schema = known[label].schema if label in known else {}
        options = schema.get("enum", schema.get("items", {}).get("enum", []))
        assert set(options) <= set(quoted(cells[2])), label


def test_limits_are_the_codes():
    """The page names the limits of the code."""
    assert f"{MOST_OBJECTS} objects, {MOST_PROMPTS:,} prompts" in page("roto-orders.md")
