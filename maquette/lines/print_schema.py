"""The schema of print orders, made from the tables that read them, for editors that know schemas.

What does not belong here: judging an order, which `print_orders` does and can say better.
"""

from __future__ import annotations

import json
from typing import Any

from maquette.lines.order_fields import mapping_schema
from maquette.lines.print_fields import MADE, MODEL_ENDINGS, ORDER_FIELDS
from maquette.lines.print_orders import ONLY_WITH, SOURCES, PrintOrder

# what each source may be used for; a delivered model is a model that is no file
_OPERATIONS = {
    "prompt": ("concept", "generate_model"),
    "pictures": ("concept", "generate_model"),
    "concept": ("generate_model",),
    "file": ("rescale_model",),
    "delivered": ("rescale_model",),
}


def order_schema() -> dict[str, Any]:
    """A JSON schema, draft 2020-12, of an order in YAML or JSON."""
    order = mapping_schema(ORDER_FIELDS, PrintOrder)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Print order",
        **order,
        "oneOf": [_made_of(source) for source in _OPERATIONS],
        "not": {"required": ["scale_factor", "target_dimensions"]},
        "dependentRequired": {
            "proportions": ["target_dimensions"],
            "confirm_stretch": ["target_dimensions"],
        },
    }


def schema_text() -> str:
    """The schema as it stands in ``docs/schemas/print-order.schema.json``."""
    return json.dumps(order_schema(), indent=2, ensure_ascii=False) + "\n"


def _made_of(source: str) -> dict[str, Any]:
    """What else may stand in an order that is made of this."""
    field = "model" if source in ("file", "delivered") else source
    idle = [label for label, wanted in ONLY_WITH.items() if source not in wanted]
    others = [other for other in SOURCES if other != field]
    properties: dict[str, Any] = {"operation": {"enum": list(_OPERATIONS[source])}}
    if field == "model":
        endings = "|".join(MODEL_ENDINGS + tuple(ending.upper() for ending in MODEL_ENDINGS))
        file = rf"\.({endings})$"
        properties["model"] = (
            {"pattern": file}
            if source == "file"
            else {"pattern": f"^{MADE}$", "not": {"pattern": file}}
        )
    return {
        "required": [field],
        "properties": properties,
        "not": {"anyOf": [{"required": [label]} for label in (*others, *idle)]},
    }
