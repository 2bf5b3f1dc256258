"""SAM 2.1 as a segmenter: one engine, two implementations of the model behind it.

What belongs here: the factory named in the table of engines. What does not: the run (`engine`),
the two implementations (`backends`), finding a subject nobody pointed at (`salient`).
"""

from __future__ import annotations

from typing import Any

from maquette.engines.devices import settings_of
from maquette.engines.sam2.backends import Settings
from maquette.engines.sam2.engine import Sam2


def make(**settings: Any) -> Sam2:
    """SAM 2.1, not yet loaded; settings are the fields of `backends.Settings`."""
    return Sam2(settings_of(Settings, settings))
