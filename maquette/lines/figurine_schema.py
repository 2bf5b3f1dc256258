"""The schema of figurine orders, made from the table that reads them, for editors that know them.

What does not belong here: judging an order, which `figurine_orders` does and can say better.
"""

from __future__ import annotations

import json
from typing import Any

from maquette.lines.figurine_fields import ORDER_FIELDS
from maquette.lines.figurine_orders import FigurineOrder
from maquette.lines.order_fields import mapping_schema


def order_schema() -> dict[str, Any]:
    """A JSON schema, draft 2020-12, of an order in YAML or JSON."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Figurine order",
        **mapping_schema(ORDER_FIELDS, FigurineOrder),
        "required": ["photo", "consent"],
    }


def schema_text() -> str:
    """The schema as it stands in ``docs/schemas/figurine-order.schema.json``."""
    return json.dumps(order_schema(), indent=2, ensure_ascii=False) + "\n"
