"""The page on prints: its examples are read, its tables list what the code knows."""

import json
import re
from dataclasses import fields

import jsonschema
import pytest
import yaml

from maquette.lines.print_fields import (
    HOLLOW_FIELDS,
    ORDER_FIELDS,
    PRINTER_FIELDS,
    TARGET_FIELDS,
    Hollow,
)
from maquette.lines.print_orders import PrintOrder, read_order
from maquette.lines.print_schema import order_schema
from tests.docs.pages import HOME, blocks, page, quoted, rows, section

EXAMPLES = blocks("yaml", of="prints.md")
TABLE = rows(section("prints.md", "Fields of the order"))


@pytest.mark.parametrize("block", EXAMPLES, ids=lambda block: block.name)
def test_examples_are_read(block):
    """Every example is an order, by the reader and by the schema."""
    assert read_order(block.text.encode(), name="cat.yaml").source
    tree = yaml.safe_load(block.text)
    jsonschema.Draft202012Validator(order_schema()).validate(tree)


def test_the_json_example_is_read():
    """The one that stands in a sentence, too."""
    (found,) = re.findall(r"JSON: `(.*)`", page("prints.md"))
    assert "rescale_model" == read_order(found.encode(), name="a.json").operation
    assert json.loads(found)


def test_the_sample_is_read():
    """The order of the demo is one."""
    data = (HOME / "examples" / "print.yaml").read_bytes()
    assert "prompt" == read_order(data, name="print.yaml").source


@pytest.mark.parametrize(
    ("heading", "column", "known"),
    [
        ("Fields of the order", "field", ORDER_FIELDS),
        ("Sizes", "field of `target_dimensions`", TARGET_FIELDS),
        ("Sizes", "field of `hollow`", HOLLOW_FIELDS),
        ("Printers", "field of `printer`", PRINTER_FIELDS),
    ],
    ids=["order", "target", "hollow", "printer"],
)
def test_tables_list_every_field(heading, column, known):
    """Each table has the fields of the code, in its order, and every option of a choice."""
    text = section("prints.md", heading).partition(f"| {column} |")[2].partition("\n\n")[0]
    table = rows(f"| {column} |{text}\n")
    assert list(known) == [quoted(cells[0])[0] for cells in table]
    for cells in table:
        schema = known[quoted(cells[0])[0]].schema
        options = schema.get("enum", schema.get("items", {}).get("enum", []))
        assert set(options) <= set(quoted(cells[2])), cells[0]


def test_defaults_are_true():
    """Defaults that are plain values are those of the code."""
    plain = {field.name: field.default for field in fields(PrintOrder)}
    for cells in TABLE:
        attribute = ORDER_FIELDS[quoted(cells[0])[0]].attribute
        told = quoted(cells[1])
        if told and attribute not in ("operation", "count", "formats"):
            said = {"no": False, "yes": True}.get(told[0], told[0])
            assert str(plain[attribute]).removesuffix(".0") == str(said), cells[0]
    hollow = {name: str(value) for name, value in vars(Hollow()).items()}
    text = section("prints.md", "Sizes").partition("| field of `hollow` |")[2]
    assert hollow == {quoted(c[0])[0]: quoted(c[1])[0] for c in rows(text)}
