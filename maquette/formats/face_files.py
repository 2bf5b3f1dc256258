"""Faces between stages: landmarks and angles as JSON, to a hundredth of a pixel.

What belongs here: writing and reading what we wrote. What does not: who may see it; landmarks
tell a person almost as well as a photo does.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from maquette.errors import FormatError, InputError
from maquette.provenance import Provenance
from maquette.types import Face

ANGLES = ("score", "turn_deg", "nod_deg", "tilt_deg")
DIGITS = 2  # of a pixel; the mesh itself is good to half a one


def write_face(face: Face, provenance: Provenance) -> bytes:
    """A face as JSON; an intermediate that carries no imprint."""
    del provenance
    told: dict[str, Any] = {name: round(float(getattr(face, name)), 4) for name in ANGLES}
    told["landmarks"] = np.round(face.landmarks.astype(np.float64), DIGITS).tolist()
    return json.dumps(told, separators=(",", ":"), allow_nan=False).encode()


def read_face(data: bytes) -> Face:
    """The face in JSON that we wrote."""
    try:
        told: dict[str, Any] = json.loads(data)
        landmarks = np.array(told["landmarks"], np.float32)
        return Face(landmarks, **{name: float(told[name]) for name in ANGLES})
    except (ValueError, KeyError, TypeError, InputError) as trouble:
        raise FormatError("FACE_UNREADABLE", f"{len(data)} bytes: {trouble}") from trouble
