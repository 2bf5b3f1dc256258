"""The published form of trouble: what stands in it, and its schema."""

import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import jsonschema
import pytest

from maquette.batch.manifests import Row
from maquette.errors import InputError
from maquette.lines.error_form import error_bytes, error_schema, schema_text

KEPT = Path(__file__).parents[2] / "docs" / "schemas" / "error.schema.json"
NOON = datetime(2026, 3, 1, 12, 0, 5, 999, tzinfo=UTC)
LARGE = InputError(
    "PHOTO_TOO_LARGE",
    "the photo has 12,000,000 bytes",
    fix="send a smaller one",
    details={"bytes": 12_000_000, "bytes_at_most": 10_000_000},
)


def told(trouble, at=NOON):
    """The error of a row that was set aside by this trouble."""
    return json.loads(error_bytes(Row.refused("zoe", trouble, params={}), at=at))


def test_kept_schema_is_the_codes():
    """The schema of the documents is the one the code makes; write `schema_text()` to renew it."""
    assert schema_text() == KEPT.read_text(encoding="utf-8")


def test_everything_of_an_error_is_told():
    """Its code, what to do about it, its figures, and when."""
    expected = {
        "code": "PHOTO_TOO_LARGE",
        "message": "the photo has 12,000,000 bytes; send a smaller one",
        "details": {"bytes": 12_000_000, "bytes_at_most": 10_000_000},
        "timestamp": "2026-03-01T12:00:05Z",
    }
    assert {"error": expected} == told(LARGE)


def test_times_are_in_utc():
    """Whatever the clock of the machine that found it."""
    local = NOON.astimezone(timezone(timedelta(hours=5)))
    assert "2026-03-01T12:00:05Z" == told(LARGE, at=local)["error"]["timestamp"]


@pytest.mark.parametrize(
    "trouble",
    [LARGE, InputError("NO_FIX", "it is so"), InputError("MARKUP", "<b>\n\u2028", fix="\x00")],
    ids=["figures", "no fix", "hostile"],
)
def test_every_error_keeps_to_the_schema(trouble):
    """Also one without figures or a way out."""
    schema = error_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(told(trouble), schema, jsonschema.Draft202012Validator)
