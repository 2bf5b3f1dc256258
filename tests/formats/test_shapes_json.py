"""The published schema of shapes is the code's, and what is written keeps to it."""

import json
from pathlib import Path

import jsonschema
import numpy as np
import pytest

from maquette.formats.shapes_json import schema_text, shapes_schema, write
from tests.splined import SHOTS, TURNING, shot

KEPT = Path(__file__).parents[2] / "docs" / "schemas" / "roto-shapes.schema.json"
CHECK = jsonschema.Draft202012Validator(shapes_schema())


def test_kept_schema_is_the_codes():
    """The schema of the documents is the one the code makes; write `schema_text()` to renew it."""
    assert schema_text() == KEPT.read_text(encoding="utf-8")


def test_schema_is_one():
    """It is a schema by the rules of schemas."""
    jsonschema.Draft202012Validator.check_schema(shapes_schema())


@pytest.mark.parametrize("shapes", SHOTS.values(), ids=SHOTS)
def test_what_is_written_conforms(shapes):
    """Every sample keeps to the schema."""
    assert [] == list(CHECK.iter_errors(json.loads(write(shapes))))


@pytest.mark.parametrize("field", ["size", "rate", "frames", "shapes"])
def test_schema_can_fail(field):
    """A file without what it must have breaks the schema."""
    told = json.loads(write(SHOTS["plain"]))
    del told[field]
    assert not CHECK.is_valid(told)


def test_motion_and_confidence_are_kept():
    """What no other format holds is there as it was."""
    (told,) = json.loads(write(shot(TURNING)))["shapes"]
    assert [1.0, 0.5, 0.75] == [key["confidence"] for key in told["keys"]]
    turns = [key["turn"] for key in told["moves"]["keys"]]
    assert np.allclose(TURNING.moves.turns, turns)
