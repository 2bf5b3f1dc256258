"""The schema of motion orders says what their reader says."""

import json
from pathlib import Path

import jsonschema
import pytest

from maquette.errors import InputError
from maquette.lines.motion_orders import read_order
from maquette.lines.motion_schema import order_schema, schema_text

KEPT = Path(__file__).parents[2] / "docs" / "schemas" / "motion-order.schema.json"
CHECK = jsonschema.Draft202012Validator(order_schema())
WALK = {"clip": "walk.mp4"}
TREES = {
    "movie": WALK,
    "capitals": {"clip": "WALK.MP4"},
    "folder": {"clip": "takes/walk/"},
    "plain folder": {"clip": "walk"},
    "several": {"clips": ["a.mp4", "b/c.gif", "d"]},
    "words": {**WALK, "subject": "a dog"},
    "point": {**WALK, "subject": {"points": [[1, 2]], "frame": 3}},
    "box": {**WALK, "subject": {"box": [1, 2, 3, 4]}},
    "points and box": {**WALK, "subject": {"points": [[1, 2]], "box": [1, 2, 3, 4]}},
    "model": {**WALK, "model": "bear.GLB", "faces": 500, "steps": 30, "stride": 2},
    "range": {**WALK, "range": [0, 23], "mode": "low_ram", "commercial": True},
    "nothing": {"name": "a"},
    "both": {**WALK, "clips": ["a.mp4"]},
    "other kind": {"clip": "walk.avi"},
    "twice": {"clips": ["a.mp4", "a.mp4"]},
    "no clips": {"clips": []},
    "words and box": {**WALK, "subject": {"text": "a", "box": [1, 2, 3, 4]}},
    "empty subject": {**WALK, "subject": {}},
    "frame alone": {**WALK, "subject": {"frame": 2}},
    "unknown": {**WALK, "speed": 2},
    "mode": {**WALK, "mode": "slow"},
    "faces": {**WALK, "faces": 3},
    "obj": {**WALK, "model": "bear.obj"},
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
