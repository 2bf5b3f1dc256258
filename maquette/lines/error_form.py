"""The one form in which trouble is published: ``{"error": {code, message, details, timestamp}}``.

What belongs here: the form, its schema, and filling it from a row that was set aside. What does
not: the codes, which are listed in docs/errors.md, and where the file goes (each line's delivery).
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from maquette.batch.manifests import Row

NAME = "errors.json"
_TIME = "%Y-%m-%dT%H:%M:%SZ"


def error_of(row: Row, *, at: datetime) -> dict[str, Any]:
    """What is published of a row that was set aside.

    Args:
        row: with its code, reason, fix and details.
        at: when the run that found it told of it.
    """
    return {
        "error": {
            "code": row.code,
            "message": f"{row.reason}; {row.fix}" if row.fix else row.reason,
            "details": row.details,
            "timestamp": at.astimezone(UTC).strftime(_TIME),
        }
    }


def error_bytes(row: Row, *, at: datetime) -> bytes:
    """The same as a file."""
    told = json.dumps(error_of(row, at=at), indent=2, sort_keys=True, ensure_ascii=False)
    return told.encode() + b"\n"


def error_schema() -> dict[str, Any]:
    """A JSON schema, draft 2020-12, of the form."""
    fields = {
        "code": {
            "description": "stable, for machines; docs/errors.md lists them all",
            "type": "string",
            "pattern": "^[A-Z][A-Z0-9_]*$",
        },
        "message": {
            "description": "what is wrong and where, and what to do about it",
            "type": "string",
            "minLength": 1,
        },
        "details": {
            "description": "the figures of the message by name, such as a size and the largest",
            "type": "object",
        },
        "timestamp": {
            "description": "when the run told of it, in UTC",
            "type": "string",
            "format": "date-time",
        },
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Error",
        **_object({"error": _object(fields)}),
    }


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": list(properties),
        "properties": properties,
    }


def schema_text() -> str:
    """The schema as it stands in ``docs/schemas/error.schema.json``."""
    return json.dumps(error_schema(), indent=2, ensure_ascii=False) + "\n"
