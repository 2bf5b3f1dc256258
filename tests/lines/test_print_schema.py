"""The schema of print orders says what their reader says."""

import json
from pathlib import Path

import jsonschema
import pytest

from maquette.errors import InputError
from maquette.lines.print_orders import read_order
from maquette.lines.print_schema import order_schema, schema_text

KEPT = Path(__file__).parents[2] / "docs" / "schemas" / "print-order.schema.json"
CHECK = jsonschema.Draft202012Validator(order_schema())
CAT = {"prompt": "a cat"}
TREES = {
    "prompt": CAT,
    "concepts": {**CAT, "operation": "concept", "count": 3, "style": "realistic"},
    "picture": {"pictures": "a.PNG"},
    "pictures": {"pictures": ["a.png", "b/c.jpeg"], "form": "lithophane"},
    "concept": {"concept": "cats-1f3a9c02/cat-2", "relief": 0.5, "seed": 3},
    "file": {"model": "a.STL", "unit": "in", "up": "y", "scale_factor": 2},
    "delivered": {"model": "cats-1f3a9c02/cat", "target_dimensions": {"z": 3, "unit": "in"}},
    "stretched": {
        **CAT,
        "target_dimensions": {"x": 1, "y": 2, "z": 40},
        "proportions": "stretch",
        "confirm_stretch": True,
    },
    "hollow": {**CAT, "hollow": {"wall_mm": 2}, "base_mm": 1.5, "stand": "stable"},
    "printer": {**CAT, "printer": {"bed_mm": [9e2, 9e2, 9e2], "kind": "sla"}, "formats": ["obj"]},
    "nothing": {"name": "a"},
    "two-sources": {**CAT, "model": "a.stl"},
    "unknown-field": {**CAT, "scale": 2},
    "idle-style": {"pictures": "a.png", "style": "realistic"},
    "idle-count": {"concept": "a-1/b", "count": 2},
    "idle-form": {"model": "a.stl", "form": "relief"},
    "idle-unit": {"model": "cats-1/cat", "unit": "mm"},
    "wrong-operation": {**CAT, "operation": "rescale_model"},
    "concept-of-a-model": {"model": "a.stl", "operation": "concept"},
    "concept-of-a-concept": {"concept": "a-1/b", "operation": "concept"},
    "no-side": {**CAT, "target_dimensions": {"unit": "mm"}},
    "zero": {**CAT, "target_dimensions": {"x": 0}},
    "size-twice": {**CAT, "scale_factor": 2, "target_dimensions": {"x": 3}},
    "stretch-of-nothing": {**CAT, "proportions": "stretch"},
    "kind-of-picture": {"pictures": "a.gif"},
    "kind-of-model": {"model": "a.blend"},
    "no-reference": {"concept": "dragon"},
    "bed": {**CAT, "printer": {"bed_mm": [1, 2]}},
    "formats": {**CAT, "formats": ["step"]},
    "twice": {"pictures": ["a.png", "a.png"]},
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
