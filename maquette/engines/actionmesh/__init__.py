"""ActionMesh: a clip of one subject to a mesh that moves, from a checkout of its repository.

It is on no registry, wants an environment and a GPU of its own, and is not for commercial use. A
person names the checkout and the interpreter. What belongs here: making it. What does not: what
a user may set (`settings`), the clip as it is sent (`framing`), a model to be moved (`carrying`),
the answer (`poses`), asking (`engine`), and its own calls (`worker`).
"""

from __future__ import annotations

from typing import Any

from maquette.engines.actionmesh.engine import ActionMesh
from maquette.engines.actionmesh.settings import surrounded


def make(**settings: Any) -> ActionMesh:
    """The engine, its process not yet started; settings are the fields of `settings.Settings`."""
    return ActionMesh(surrounded(settings))
