"""What sticker-convert takes for each platform: its table of limits, as one line of JSON."""

import importlib.util
import json
import sys
from pathlib import Path

# the package itself would want its many dependencies; its table is a plain file
spec = importlib.util.find_spec("sticker_convert")
if spec is None or spec.origin is None:
    sys.exit("sticker-convert is not installed")
table = Path(spec.origin).parent / "resources" / "compression.json"
print(json.dumps(json.loads(table.read_text(encoding="utf-8"))))  # noqa: T201 - how a judge answers
