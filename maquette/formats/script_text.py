"""Data inside of scripts: literals that Python and JavaScript both read as nothing but data.

What belongs here: turning lists, numbers and text into one expression of plain ASCII. What does
not: any script's own words.
"""

from __future__ import annotations

import json
from typing import Any


def literal(data: Any) -> str:
    """Lists, mappings, text and finite numbers; neither true, false nor null, which differ."""
    return json.dumps(data, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
