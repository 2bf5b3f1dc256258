"""PyMeshLab as a mender: our ladder with its repair and its alpha wrap as rungs before our wrap.

It is GPL-3.0, so nothing of it is imported here: it lives in the process that mends. What belongs
here: making this engine. What does not: its rungs (`meshlab_rungs`).
"""

from __future__ import annotations

from typing import Any

from maquette.engines.devices import require, settings_of
from maquette.engines.manifold import LadderMender, Settings


def make(**settings: Any) -> LadderMender:
    """The ladder with PyMeshLab's rungs; settings are those of `manifold.Settings`."""
    require("manifold3d", "scipy", "skimage", install="maquette[prints]")
    require("pymeshlab", install="maquette[mesh]")
    return LadderMender("meshlab", settings_of(Settings, settings))
