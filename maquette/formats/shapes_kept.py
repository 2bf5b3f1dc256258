"""Shapes between stages: the JSON that is handed out, read back.

What belongs here: reading what `shapes_json` wrote. What does not: judging such files of other
people, which `maquette.checks.shapes` does with code of its own.
"""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

import numpy as np

from maquette.errors import FormatError
from maquette.formats import shapes_json
from maquette.provenance import Provenance
from maquette.splines.model import Moves, Shape, ShotShapes


def write_shapes(shot: ShotShapes, provenance: Provenance) -> bytes:
    """Shapes as JSON; an intermediate that carries no imprint."""
    del provenance
    return shapes_json.write(shot)


def read_shapes(data: bytes) -> ShotShapes:
    """The shapes in JSON that we wrote."""
    try:
        told: dict[str, Any] = json.loads(data)
        width, height = told["size"]
        first, last = told["frames"]
        return ShotShapes(
            name=told["name"],
            size_wh=(int(width), int(height)),
            rate=Fraction(told["rate"]),
            frames=(int(first), int(last)),
            shapes=tuple(_shape(one) for one in told["shapes"]),
            pixel_aspect=Fraction(told["pixel_aspect"]),
        )
    except (ValueError, KeyError, TypeError) as trouble:
        raise FormatError("SHAPES_UNREADABLE", f"{len(data)} bytes: {trouble}") from trouble


def _shape(told: dict[str, Any]) -> Shape:
    keys: list[dict[str, Any]] = told["keys"]
    rows = np.array([key["points"] for key in keys], np.float32)  # (K, P, 7)
    return Shape(
        name=told["name"],
        object=told["object"],
        keys=tuple(int(key["frame"]) for key in keys),
        points_xy=rows[..., 0:2],
        in_xy=rows[..., 2:4],
        out_xy=rows[..., 4:6],
        feather_px=rows[..., 6],
        colour=told["colour"],
        mode=told["mode"],
        moves=_moves(told["moves"]),
        seen=tuple((int(first), int(last)) for first, last in told["seen"]),
        confidence=tuple(float(key["confidence"]) for key in keys if "confidence" in key),
    )


def _moves(told: dict[str, Any]) -> Moves:
    keys: list[dict[str, Any]] = told["keys"]
    x, y = told["anchor"]
    return Moves(
        frames=tuple(int(key["frame"]) for key in keys),
        offsets_xy=np.array([key["offset"] for key in keys], np.float32).reshape(-1, 2),
        turns=np.array([key["turn"] for key in keys], np.float32),
        sizes=np.array([key["size"] for key in keys], np.float32),
        anchor_xy=(float(x), float(y)),
    )
