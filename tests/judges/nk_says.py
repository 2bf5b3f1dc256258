"""nkparser reads Nuke scripts, run in .venv-judges: python nk_says.py FILE...; prints JSON.

What belongs here: asking it. What does not: what it should find.
"""

import json
import sys
from pathlib import Path
from typing import Any

from nkparser import Script


def say(path: str) -> list[dict[str, Any]]:
    """Every node with its class, name, knobs and inputs, as text."""
    script = Script.from_string(Path(path).read_text("ascii"))
    return [
        {
            "class": node.class_name,
            "name": node.name,
            "knobs": {knob.name: node.get_string(knob.name) for knob in node.knobs},
            "inputs": [str(one) for one in node.inputs],
        }
        for node in script.nodes
    ]


if __name__ == "__main__":
    print(json.dumps({path: say(path) for path in sys.argv[1:]}))  # noqa: T201
