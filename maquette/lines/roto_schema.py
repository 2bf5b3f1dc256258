"""The schema of roto orders, made from the tables that read them, for editors that know schemas.

What does not belong here: judging an order, which `roto_orders` does and can say better.
"""

from __future__ import annotations

import json
from typing import Any

from maquette.lines.order_fields import mapping_schema
from maquette.lines.roto_fields import OBJECT_FIELDS, ORDER_FIELDS, PROMPT_FIELDS
from maquette.lines.roto_orders import MOST_OBJECTS, MOST_PROMPTS, Prompt, RotoObject, RotoOrder

# Which fields of a prompt go together: pointing, a mask, or words.
_KINDS: tuple[dict[str, Any], ...] = (
    {
        "required": ["frame"],
        "anyOf": [{"required": ["clicks"]}, {"required": ["box"]}],
        "not": {"anyOf": [{"required": ["mask"]}, {"required": ["text"]}]},
    },
    {"required": ["frame", "mask"], "maxProperties": 2},
    {
        "required": ["text"],
        "not": {"anyOf": [{"required": [key]} for key in ("clicks", "not", "box", "mask")]},
    },
)


def order_schema() -> dict[str, Any]:
    """A JSON schema, draft 2020-12, of an order in YAML or JSON."""
    prompt = {**mapping_schema(PROMPT_FIELDS, Prompt), "oneOf": list(_KINDS)}
    one = mapping_schema(OBJECT_FIELDS, RotoObject)
    one["properties"]["prompts"] = _list(prompt, "what points at the object", most=MOST_PROMPTS)
    one["required"] = ["name", "prompts"]
    order = mapping_schema(ORDER_FIELDS, RotoOrder)
    order["properties"]["objects"] = _list(one, "what is cut out", most=MOST_OBJECTS)
    order["required"] = ["objects"]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Roto order",
        **order,
    }


def schema_text() -> str:
    """The schema as it stands in ``docs/schemas/roto-order.schema.json``."""
    return json.dumps(order_schema(), indent=2, ensure_ascii=False) + "\n"


def _list(items: dict[str, Any], says: str, *, most: int) -> dict[str, Any]:
    return {"description": says, "type": "array", "items": items, "minItems": 1, "maxItems": most}
