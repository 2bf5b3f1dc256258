"""The schema of figurine orders says what their reader says."""

import json
from pathlib import Path

import jsonschema
import pytest

from maquette.errors import InputError
from maquette.lines.figurine_orders import read_order
from maquette.lines.figurine_schema import order_schema, schema_text

KEPT = Path(__file__).parents[2] / "docs" / "schemas" / "figurine-order.schema.json"
CHECK = jsonschema.Draft202012Validator(order_schema())
LEAST = {"photo": "zoe.jpg", "consent": True}
TREES = {
    "least": LEAST,
    "capitals": {**LEAST, "photo": "ZOE.PNG"},
    "folder": {**LEAST, "photo": "faces/zoe.webp"},
    "own head": {**LEAST, "head_share": 0},
    "large head": {**LEAST, "head_share": 0.55},
    "printer": {**LEAST, "printer": {"nozzle_mm": 0.6, "bed_mm": [200, 200, 200]}},
    "formats": {**LEAST, "formats": ["usdz"]},
    "days": {**LEAST, "keep_days": 1, "quality": 0.5, "seed": 0},
    "no consent": {"photo": "zoe.jpg"},
    "refused": {**LEAST, "consent": False},
    "no photo": {"consent": True},
    "small head": {**LEAST, "head_share": 0.1},
    "small": {**LEAST, "height_mm": 30},
    "template": {**LEAST, "template": "yoga"},
    "long text": {**LEAST, "text": "a" * 25},
    "long name": {**LEAST, "name": "a" * 201},
    "other kind": {**LEAST, "photo": "zoe.tiff"},
    "no formats": {**LEAST, "formats": []},
    "unknown": {**LEAST, "colour": "red"},
    "forever": {**LEAST, "keep_days": 4000},
}


def is_read(tree):
    """Whether the reader has nothing to say against an order."""
    try:
        read_order(json.dumps(tree).encode(), name="a.json")
    except InputError:
        return False
    return True


def test_kept_schema_is_the_codes():
    """The schema of the documents is the one the code makes; write `schema_text()` to renew it."""
    assert schema_text() == KEPT.read_text(encoding="utf-8")


def test_schema_is_one():
    """It is a schema by the rules of schemas."""
    jsonschema.Draft202012Validator.check_schema(order_schema())


@pytest.mark.parametrize("tree", TREES.values(), ids=TREES)
def test_schema_and_reader_agree(tree):
    """What the schema accepts the reader takes, and the other way round."""
    assert is_read(tree) == CHECK.is_valid(tree)
