"""OpenEXR's own reading, run in .venv-judges: python openexr_says.py FRAME...; prints JSON.

The format's reference library, where we write through OpenImageIO. What belongs here: asking it.
What does not: what the answer should be.
"""

import hashlib
import json
import sys
from typing import Any

import OpenEXR


def say(path: str) -> dict[str, Any]:
    """The header in words, and every channel by type and the checksum of its numbers."""
    try:
        frame = OpenEXR.File(path, separate_channels=True)
    except RuntimeError as refusal:
        return {"error": str(refusal)}
    channels = {
        name: [str(channel.pixels.dtype), hashlib.sha256(channel.pixels.tobytes()).hexdigest()]
        for name, channel in frame.channels().items()
    }
    return {
        "header": {key: str(value) for key, value in frame.header().items()},
        "channels": channels,
    }


if __name__ == "__main__":
    print(json.dumps({path: say(path) for path in sys.argv[1:]}))  # noqa: T201
