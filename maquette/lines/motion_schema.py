"""The schema of motion orders, made from the tables that read them, for editors that know schemas.

What does not belong here: judging an order, which `motion_orders` does and can say better.
"""

from __future__ import annotations

import json
from typing import Any

from maquette.lines.motion_fields import ORDER_FIELDS
from maquette.lines.motion_orders import MotionOrder
from maquette.lines.order_fields import mapping_schema


def order_schema() -> dict[str, Any]:
    """A JSON schema, draft 2020-12, of an order in YAML or JSON."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Motion order",
        **mapping_schema(ORDER_FIELDS, MotionOrder),
        "oneOf": [{"required": ["clip"]}, {"required": ["clips"]}],
    }


def schema_text() -> str:
    """The schema as it stands in ``docs/schemas/motion-order.schema.json``."""
    return json.dumps(order_schema(), indent=2, ensure_ascii=False) + "\n"
