"""The schema of roto orders says what their reader says."""

import json
from pathlib import Path

import jsonschema
import pytest

from maquette.errors import InputError
from maquette.lines.roto_orders import read_order, write_order
from maquette.lines.roto_schema import order_schema, schema_text

KEPT = Path(__file__).parents[2] / "docs" / "schemas" / "roto-order.schema.json"
CHECK = jsonschema.Draft202012Validator(order_schema())


def of(*prompts, **fields):
    """The tree of an order with one object."""
    return {**fields, "objects": [{"name": "hero", "prompts": list(prompts)}]}


CLICK = {"frame": 1, "clicks": [[1, 2]]}
TREES = {
    "clicks": of(CLICK),
    "off": of({**CLICK, "not": [[3, 4]]}),
    "box": of({"frame": 1, "box": [1, 2, 3, 4]}),
    "mask": of({"frame": 1, "mask": "a.PNG"}),
    "text": of({"text": "cat"}),
    "text-on-a-frame": of({"text": "cat", "frame": 3}),
    "all-fields": of(CLICK, name="a", range=[1, 2], rate="24000/1001", edit="a.edl", handles=8),
    "nothing": of({}),
    "only-off": of({"frame": 1, "not": [[3, 4]]}),
    "no-frame": of({"clicks": [[1, 2]]}),
    "two-kinds": of({**CLICK, "text": "cat"}),
    "mask-and-box": of({"frame": 1, "mask": "a.png", "box": [1, 2, 3, 4]}),
    "mask-kind": of({"frame": 1, "mask": "a.exr"}),
    "half-a-click": of({"frame": 1, "clicks": [[1]]}),
    "unknown-field": of(CLICK, fps=24),
    "unknown-object-field": {"objects": [{"name": "a", "color": "#fff", "prompts": [CLICK]}]},
    "nameless": {"objects": [{"prompts": [CLICK]}]},
    "no-prompts": {"objects": [{"name": "a", "prompts": []}]},
    "no-objects": {"name": "a"},
    "choice": of(CLICK, priority="urgent"),
    "rate": of(CLICK, rate=0),
    "scenes": of(CLICK, scenes="maybe"),
    "deliver": of(CLICK, deliver=["gif"]),
    "range": of(CLICK, range=[1]),
    "edit-kind": of(CLICK, edit="a.txt"),
    "edge": {"objects": [{"name": "a", "edge_px": 0, "prompts": [CLICK]}]},
}


def is_read_whole(tree):
    """Whether the reader has nothing to say against an order."""
    try:
        return not read_order(json.dumps(tree).encode(), name="a.json").bad
    except InputError:
        return False


def test_kept_schema_is_the_codes():
    """The schema of the documents is the one the code makes; write `schema_text()` to renew it."""
    assert schema_text() == KEPT.read_text(encoding="utf-8")


def test_schema_is_one():
    """It is a schema by the rules of schemas."""
    jsonschema.Draft202012Validator.check_schema(order_schema())


@pytest.mark.parametrize("tree", TREES.values(), ids=TREES)
def test_schema_and_reader_agree(tree):
    """What the schema accepts the reader takes whole, and the other way round."""
    assert is_read_whole(tree) == CHECK.is_valid(tree)


def test_written_orders_are_valid():
    """What is written conforms."""
    import yaml

    tree = of(CLICK, name="a", range=[1, 2], rate=23.976, deliver=["png"])
    written = write_order(read_order(json.dumps(tree).encode(), name="a.json"))
    assert CHECK.is_valid(yaml.safe_load(written))
