"""The one engine behind every family of foreign shapers: pictures out, meshes back.

What belongs here: asking, item by item. What does not: the pipe (`maquette.engines.foreign`),
the picture (`framing`), the answer (`meshes`), and what differs between families (`families`).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

from maquette.engines.foreign import Foreign, ForeignProcess, code_sum, commit_of
from maquette.engines.shapers.families import Family, Settings, identity
from maquette.engines.shapers.framing import framed
from maquette.engines.shapers.meshes import mesh_of
from maquette.errors import EngineError, MaquetteError
from maquette.roles import EngineInfo, ShapedMesh, ShapeRequest

START_S = 1800.0  # the weights may come from the hub first: up to 16 GB
SHAPE_S = 600.0  # the slowest takes two minutes on one GPU, TripoSR's on a CPU one
WORKER = Path(__file__).with_name("worker.py")


class ForeignShaper:
    """A Shaper; its process starts on first use and stays warm."""

    def __init__(self, family: Family, settings: Settings) -> None:
        self._family = family
        self._settings = settings
        self._process: ForeignProcess | None = None

    @cached_property
    def info(self) -> EngineInfo:
        """Facts about the engine; reads the checkout's code, starts nothing."""
        family, home = self._family, Path(self._settings.home)
        return EngineInfo(
            name=family.name,
            version="1",
            weights={
                "model": identity(self._settings.weights),
                "code": code_sum(home / Path(family.core).parts[0]),
            },
            licences=family.licences,
            config={"commit": commit_of(home), "device": self._settings.device},
        )

    def shape(self, requests: Sequence[ShapeRequest]) -> list[ShapedMesh | Exception]:
        """One answer per request, in order; an item that fails is an exception in its place.

        Raises EngineError WORKER_NOT_STARTED: without its process no item can go well.
        """
        return [self._tried(request) for request in requests]

    def _tried(self, request: ShapeRequest) -> ShapedMesh | Exception:
        family = self._family
        try:
            picture = framed(request.cutout, share=family.share, ground=family.ground)
        except MaquetteError as trouble:
            return trouble
        process = self._started()
        width, height = picture.size_wh
        head = {"seed": request.seed, "width": width, "height": height}
        try:
            answer = process.ask(head, picture.rgba.tobytes(), within_s=SHAPE_S)
        except EngineError as trouble:
            self.close()  # a device that failed once may fail on: the next item has a new process
            return trouble
        try:
            mesh = mesh_of(family, *answer)
        except MaquetteError as trouble:
            return trouble
        return ShapedMesh(mesh, notes=(family.appearance,) if family.appearance else ())

    def _started(self) -> ForeignProcess:
        if self._process is None:
            family, settings = self._family, self._settings
            self._process = ForeignProcess(
                Foreign(
                    name=family.name,
                    python=settings.python,
                    worker=WORKER,
                    arguments=(family.name, settings.home, settings.weights, settings.device),
                    start_s=START_S,
                    fix=f"run the example of {family.repository} with that interpreter; "
                    "see the log for more",
                )
            )
        return self._process

    def close(self) -> None:
        """End the process; the next request starts a new one."""
        process, self._process = self._process, None
        if process is not None:
            process.end()
