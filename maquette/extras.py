"""Libraries that only some installs have, and the sentence for those that have them not.

What belongs here: importing them. What does not: what they do.
"""

from __future__ import annotations

import importlib
import importlib.util
from typing import Any

from maquette.errors import ToolError

AGAIN = "then run the batch again"
SOLIDS = ("manifold3d", "embreex", "scipy", "skimage")
MOTION = ("av", "OpenImageIO", "scipy", "skimage")
ANNY = ("anny", "torch")


def video_library(name: str, *, use: str, extra: str = "roto") -> Any:
    """PyAV (``av``) or OpenImageIO.

    Raises ToolError VIDEO_NOT_INSTALLED, naming what it is for and the extra that has it.
    """
    try:
        return importlib.import_module(name)
    except ImportError as missing:
        library = {"av": "PyAV"}.get(name, name)
        raise ToolError(
            "VIDEO_NOT_INSTALLED",
            f"{use} with {library}, which is missing",
            fix=f"pip install 'maquette[{extra}]', {AGAIN}",
        ) from missing


def require_solids() -> None:
    """Refuse early where the libraries of the print line are missing; nothing is imported.

    Raises ToolError PRINTS_NOT_INSTALLED.
    """
    missing = _missing(SOLIDS)
    if missing:
        raise ToolError(
            "PRINTS_NOT_INSTALLED",
            f"solids are worked on with {', '.join(missing)}, which is missing",
            fix=f"pip install 'maquette[prints]', {AGAIN}",
        )


def require_motion() -> None:
    """Refuse early where the libraries of the motion line are missing; nothing is imported.

    Raises ToolError MOTION_NOT_INSTALLED.
    """
    missing = _missing(MOTION)
    if missing:
        raise ToolError(
            "MOTION_NOT_INSTALLED",
            f"clips become meshes with {', '.join(missing)}, which is missing",
            fix=f"pip install 'maquette[motion]', {AGAIN}",
        )


def require_anny() -> None:
    """Refuse early where the makers of realistic bodies are missing; nothing is imported.

    Raises ToolError ANNY_NOT_INSTALLED.
    """
    missing = _missing(ANNY)
    if missing:
        raise ToolError(
            "ANNY_NOT_INSTALLED",
            f"realistic bodies are made with {', '.join(missing)}, which is missing",
            fix=f"pip install 'maquette[anny]', {AGAIN}, or use another template",
        )


def _missing(names: tuple[str, ...]) -> list[str]:
    return [name for name in names if importlib.util.find_spec(name) is None]
