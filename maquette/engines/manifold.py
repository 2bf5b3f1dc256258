"""The embedded mender: our own ladder over numpy, scipy, scikit-image and manifold3d.

What belongs here: the near side of the process in which meshes are mended, for this engine and
for `meshlab`. What does not: the work itself (`maquette.solids.ladder`).

A mesh that makes a native library fall or hang costs its own item and one process, never the run.
"""

from __future__ import annotations

import os
import pickle
import queue
import sys
from dataclasses import dataclass
from functools import cached_property
from importlib import metadata
from pathlib import Path
from typing import Any

from maquette.engines import mending_worker
from maquette.engines.devices import require, settings_of
from maquette.engines.foreign import Foreign, ForeignProcess
from maquette.errors import EngineError, MaquetteError
from maquette.roles import EngineInfo, MendedMesh
from maquette.types import Mesh

START_S = 120.0  # a first import of scipy on a busy machine
LOSSES = {"WORKER_TIMED_OUT": "MESH_MENDER_TIMED_OUT", "WORKER_CRASHED": "MESH_MENDER_CRASHED"}


@dataclass(frozen=True)
class Settings:
    """What a user may set.

    Attributes:
        deadline_s: how long one mesh may take.
        memory_mb: address space of the process that mends.
    """

    deadline_s: float = 60.0
    memory_mb: int = 8192


def make(**settings: Any) -> LadderMender:
    """The permissive ladder; settings are the fields of `Settings`."""
    require("manifold3d", "scipy", "skimage", install="maquette[prints]")
    return LadderMender("manifold", settings_of(Settings, settings))


class LadderMender:
    """A Mender; its processes start on first use and stay warm."""

    def __init__(self, name: str, settings: Settings) -> None:
        if settings.deadline_s <= 0 or settings.memory_mb <= 0:
            raise EngineError(
                "ENGINE_SETTINGS",
                f"deadline_s={settings.deadline_s} and memory_mb={settings.memory_mb} "
                "must be more than nothing",
            )
        self._name = name
        self._settings = settings
        self._idle: queue.SimpleQueue[ForeignProcess] = queue.SimpleQueue()

    @cached_property
    def info(self) -> EngineInfo:
        """Facts about the engine; starts nothing."""
        packages = ["manifold3d", "scikit-image"]
        packages += ["pymeshlab"] if self._name == "meshlab" else []
        return EngineInfo(
            name=self._name,
            version="1",
            weights={name: metadata.version(name) for name in packages},
            licences=("GPL-3.0",) if self._name == "meshlab" else ("none",),
            parallel=os.cpu_count() or 1,
        )

    def mend(self, mesh: Mesh) -> MendedMesh:
        """The mesh as a solid, see `roles.Mender`.

        Raises EngineError MESH_MENDER_CRASHED or MESH_MENDER_TIMED_OUT where a native library
        fell or hung, OUT_OF_MEMORY, and what `ladder.mended` raises.
        """
        process = self._taken()
        try:
            _, packed = process.ask({}, pickle.dumps(mesh), within_s=self._settings.deadline_s)
        except EngineError as trouble:
            process.end()  # whatever state it is in
            raise self._named(trouble, mesh) from None
        except BaseException:
            process.end()
            raise
        self._idle.put(process)
        answer = pickle.loads(packed)  # noqa: S301 - our own child's words over a private pipe
        if isinstance(answer, MaquetteError):
            raise answer
        return answer

    def _taken(self) -> ForeignProcess:
        """A process that nobody uses."""
        try:
            return self._idle.get_nowait()
        except queue.Empty:
            return ForeignProcess(
                Foreign(
                    self._name,
                    sys.executable,
                    Path(mending_worker.__file__),
                    (self._name, str(self._settings.memory_mb)),
                    START_S,
                    fix="see the log; a higher memory_mb may be needed",
                )
            )

    def _named(self, trouble: EngineError, mesh: Mesh) -> EngineError:
        code = LOSSES.get(trouble.code, trouble.code)
        return EngineError(
            code,
            f"mending {len(mesh.faces)} faces: {trouble.reason}",
            fix="simplify the mesh or repair it elsewhere, or raise deadline_s or memory_mb",
        )

    def close(self) -> None:
        """End the processes; the next mesh starts a new one."""
        while True:
            try:
                self._idle.get_nowait().end()
            except queue.Empty:
                return
