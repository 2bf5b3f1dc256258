"""After Effects scripts: the one literal that says what is built, read by what its words mean.

The program behind the literal is judged by running it on a strict stand-in, which is not done
here: nothing of a file is carried out. What belongs here: the literal.
"""

from __future__ import annotations

import json
import re
from fractions import Fraction
from typing import Any

from maquette.checks.shapes.outlines import Spline, Splines, Unreadable, rate_of, spline

_LITERAL = re.compile(r"^var SHOT = (\{.*\});$", re.MULTILINE)


def read(data: bytes) -> Splines:
    """All masks that a ``.jsx`` script builds."""
    found = _LITERAL.findall(data.decode("ascii"))
    if len(found) != 1:
        raise Unreadable("it has no shot, or more than one")
    told = json.loads(found[0])
    splines = [_mask(mask, one["name"]) for one in told["objects"] for mask in one["shapes"]]
    first = int(told["first"])
    aspect = Fraction(told["aspect"]).limit_denominator(1000)
    frames = first, first + int(told["frames"]) - 1
    return Splines(
        (int(told["width"]), int(told["height"])),
        tuple(splines),
        rate_of(told["rate"]),
        frames,
        aspect,
    )


def _mask(mask: dict[str, Any], owner: str) -> Spline:
    keys: list[tuple[float, Any]] = []
    for key in mask["keys"]:
        feather = key.get("feather", [0] * len(key["points"]))
        rows = zip(key["points"], key["before"], key["after"], feather, strict=True)
        keys.append((key["frame"], [[*at, *b, *a, soft] for at, b, a, soft in rows]))
    return spline((mask["name"], owner), mask["mode"], keys, seen=mask["seen"])
