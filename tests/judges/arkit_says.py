"""Pixar's judge, run in .venv-judges: python arkit_says.py PACKAGE...; prints one line of JSON.

What belongs here: asking usd-core 26.5. What does not: what the answer should be.
"""

import json
import sys
import warnings
from typing import Any

from pxr import Sdf, Tf, UsdUtils


def say(path: str) -> dict[str, Any]:
    """What the compliance checker with ARKit's rules has against a package."""
    checker = UsdUtils.ComplianceChecker(arkit=True)
    try:
        checker.CheckCompliance(path)
    except Exception as unreadable:  # whatever it raises is its verdict
        return {"failed": [], "errors": [str(unreadable)], "warnings": [], "imprint": {}}
    layer = _layer(path)
    return {
        "failed": checker.GetFailedChecks(),
        "errors": checker.GetErrors(),
        "warnings": checker.GetWarnings(),
        "imprint": dict(layer.customLayerData) if layer else {},
    }


def _layer(path: str) -> Any:
    try:
        return Sdf.Layer.FindOrOpen(path)
    except Tf.ErrorException:
        return None


if __name__ == "__main__":
    warnings.simplefilter("ignore", DeprecationWarning)  # that the checker goes is known
    print(json.dumps({path: say(path) for path in sys.argv[1:]}))  # noqa: T201
