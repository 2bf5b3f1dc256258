"""The page on figurines: its examples are read, its tables list what the code knows."""

import json
import re
from dataclasses import fields

import jsonschema
import pytest
import yaml

from maquette.engines.toon.styles import STYLES
from maquette.formats.figurine_grades import LEAST, LIKENESS, PARTS
from maquette.lines.figurine_fields import HEIGHT_MM, ORDER_FIELDS
from maquette.lines.figurine_orders import FigurineOrder, read_order
from maquette.lines.figurine_schema import order_schema
from maquette.lines.figurines import NAMED
from maquette.pictures import face_checks, face_photos
from maquette.solids.bodies.templates import HEAD_SHARES
from tests.docs.pages import HOME, blocks, page, quoted, rows, section

EXAMPLES = [block for block in blocks("yaml", of="figurines.md") if "photo:" in block.text]
TABLE = {
    quoted(cells[0])[0]: cells for cells in rows(section("figurines.md", "Fields of the order"))
}


@pytest.mark.parametrize("block", EXAMPLES, ids=lambda block: block.name)
def test_examples_are_read(block):
    """Every example is an order, by the reader and by the schema."""
    assert read_order(block.text.encode(), name="anna.yaml").consent
    tree = yaml.safe_load(block.text)
    jsonschema.Draft202012Validator(order_schema()).validate(tree)


def test_the_json_example_is_read():
    """The one that stands in a sentence, too."""
    (found,) = re.findall(r"JSON: `(.*)`", page("figurines.md"))
    assert "bust" == read_order(found.encode(), name="a.json").template
    assert json.loads(found)


def test_the_samples_are_read():
    """The order among the examples is one, and so is that of the README."""
    data = (HOME / "examples" / "figurine.yaml").read_bytes()
    assert "anna.jpg" == read_order(data, name="figurine.yaml").photo
    (shown,) = (b for b in blocks("yaml", of="README.md") if "consent:" in b.text)
    assert "waving" == read_order(shown.text.encode(), name="figurine.yaml").template


def test_the_table_lists_every_field():
    """In the order of the code, with every option of a choice."""
    assert list(ORDER_FIELDS) == list(TABLE)
    for name, field in ORDER_FIELDS.items():
        options = field.schema.get("enum", field.schema.get("items", {}).get("enum", []))
        assert set(options) <= set(quoted(TABLE[name][2])), name


def test_defaults_are_true():
    """Defaults that are plain values are those of the code."""
    plain = {field.name: field.default for field in fields(FigurineOrder)}
    for name in ("template", "height_mm", "head_share", "seed", "show_face", "priority"):
        (told,) = quoted(TABLE[name][1])
        said = {"no": False, "yes": True}.get(told, told)
        assert str(plain[ORDER_FIELDS[name].attribute]).removesuffix(".0") == str(said), name


def test_ranges_and_styles_are_true():
    """The numbers of the table are those of the code, and so are the embedded stylist's styles."""
    assert "{:g} to {:g}".format(*HEIGHT_MM) == TABLE["height_mm"][2]
    assert "{:g} to {:g}".format(*HEAD_SHARES) == TABLE["head_share"][2]
    assert list(STYLES) == quoted(TABLE["style"][2])


def test_the_parts_of_quality_are_those_of_the_code():
    """Each with both its ends and its weight, and the engine whose ends are others."""
    table = {quoted(cells[0])[0]: cells for cells in rows(section("figurines.md", "Quality"))}
    assert [part.name for part in PARTS] == list(table)
    for part in PARTS:
        ends = {"": (part.none_at, part.full_at)}
        if part.name == "identity":
            ends["`arcface` "] = LIKENESS["arcface"]
        for column, end in ((3, 0), (4, 1)):
            told = "; ".join(f"{engine}{pair[end]:g}" for engine, pair in ends.items())
            assert told == table[part.name][column], part.name
        assert f"{part.weight:g}" == table[part.name][5], part.name
    assert f"{LEAST:g}" == TABLE["quality"][1]


def test_limits_of_faces_are_true():
    """What a photo must be stands on the page with the numbers that are held to it."""
    text = section("figurines.md", "What to upload")
    assert 10 * 2**20 == face_photos.MOST_BYTES
    for told in (
        "at most 10 MB",
        f"at most {face_photos.MOST_PIXELS // 10**6} million",
        f"at least {face_checks.WIDTH_AT_LEAST_PX} px wide",
        f"at most {face_checks.TURN_MOST_DEG:g}° sideways, {face_checks.NOD_MOST_DEG:g}° up",
    ):
        assert told in text


def test_delivered_files_are_told():
    """Every name that a file of a figurine may have."""
    table = rows(section("figurines.md", "What is delivered"))
    told = {
        name.rpartition("/")[2].partition(".")[0] for cells in table for name in quoted(cells[0])
    }
    assert {*NAMED.values(), "<name>", "index", "errors"} == told
