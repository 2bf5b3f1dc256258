"""The page on motion: its examples are read, its tables list what the code knows."""

import json
import re
from dataclasses import fields

import jsonschema
import pytest
import yaml

from maquette.lines.motion import NAMED
from maquette.lines.motion_catalogue import CLOSE
from maquette.lines.motion_fields import CLIP_ENDINGS, ORDER_FIELDS, SUBJECT_FIELDS
from maquette.lines.motion_orders import MotionOrder, read_order
from maquette.lines.motion_schema import order_schema
from maquette.video.clips import FEWEST, MOST
from tests.docs.pages import HOME, blocks, page, quoted, rows, section

EXAMPLES = blocks("yaml", of="motion.md")
TABLE = rows(section("motion.md", "Fields of the order"))


@pytest.mark.parametrize("block", EXAMPLES, ids=lambda block: block.name)
def test_examples_are_read(block):
    """Every example is an order, by the reader and by the schema."""
    assert read_order(block.text.encode(), name="dance.yaml").clips
    tree = yaml.safe_load(block.text)
    jsonschema.Draft202012Validator(order_schema()).validate(tree)


def test_the_json_example_is_read():
    """The one that stands in a sentence, too."""
    (found,) = re.findall(r"JSON: `(.*)`", page("motion.md"))
    assert ("dance.mp4",) == read_order(found.encode(), name="a.json").clips
    assert json.loads(found)


def test_the_sample_is_read():
    """The order among the examples is one."""
    data = (HOME / "examples" / "motion.yaml").read_bytes()
    assert ("dance.mp4",) == read_order(data, name="motion.yaml").clips


@pytest.mark.parametrize(
    ("heading", "known"),
    [("Fields of the order", ORDER_FIELDS), ("The subject", SUBJECT_FIELDS)],
    ids=["order", "subject"],
)
def test_tables_list_every_field(heading, known):
    """Each table has the fields of the code, in its order, and every option of a choice."""
    table = rows(section("motion.md", heading))
    assert list(known) == [quoted(cells[0])[0] for cells in table]
    for cells in table:
        options = known[quoted(cells[0])[0]].schema.get("enum", [])
        assert set(options) <= set(quoted(cells[2])), cells[0]


def test_defaults_are_true():
    """Defaults that are plain values are those of the code."""
    plain = {field.name: field.default for field in fields(MotionOrder)}
    for cells in TABLE:
        for told in quoted(cells[1]):
            said = {"no": False, "yes": True}.get(told, told)
            assert str(plain[ORDER_FIELDS[quoted(cells[0])[0]].attribute]) == str(said), cells[0]


def test_the_movies_are_those_that_are_read():
    """And so are the numbers in the text."""
    (movies,) = (cells[0] for cells in rows(section("motion.md", "What to upload"))[:1])
    assert list(CLIP_ENDINGS) == [name.removeprefix(".") for name in quoted(movies)]
    assert f"**{FEWEST} to {MOST} frames**" in page("motion.md")
    assert f"warns below {CLOSE}" in page("motion.md")


def test_delivered_files_are_told():
    """Every name that a file of a clip may have."""
    table = rows(section("motion.md", "What is delivered"))
    told = {name.rpartition("/")[2] for cells in table for name in quoted(cells[0])}
    assert {*NAMED.values(), "mesh_000.glb"} == told
