"""A mender whose native library falls or hangs on some meshes, for the row that asks what then.

What belongs here: the fall. What does not: what the run makes of it.
"""

from __future__ import annotations

import os
import signal
import time
from typing import Any

import numpy as np

from maquette import engines
from maquette.batch.host import Craft
from maquette.roles import EngineInfo, MendedMesh, Mender
from maquette.types import Mesh

CRAFT = Craft(engines="bench.hurting:make")


class Hurting:
    """Mends as its better does, but hangs on one hole and crashes on two."""

    def __init__(self, better: Mender) -> None:
        self._better = better

    @property
    def info(self) -> EngineInfo:
        """The other's."""
        return self._better.info

    def mend(self, mesh: Mesh) -> MendedMesh:
        """The mesh mended, or nothing ever again."""
        holes = holes_of(mesh)
        if holes == 1:
            time.sleep(3600)
        if holes == 2:
            os.kill(os.getpid(), signal.SIGSEGV)
        return self._better.mend(mesh)


def make(name: str, *, role: str, settings: dict[str, Any] | None = None) -> Any:
    """Any engine; menders are hurt."""
    engine = engines.make(name, role=role, settings=settings)
    return Hurting(engine) if role == "Mender" else engine


def holes_of(mesh: Mesh) -> int:
    """How many one can look through, of one closed body."""
    places, number = np.unique(mesh.points, axis=0, return_inverse=True)
    used = np.unique(number.reshape(-1)[mesh.faces])
    del places
    return (2 - (len(used) - len(mesh.faces) // 2)) // 2
