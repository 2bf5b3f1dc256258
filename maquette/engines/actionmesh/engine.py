"""Asking ActionMesh: one clip after the other, of one warm process.

What belongs here: what is asked and how long is waited. What does not: the pipe
(`maquette.engines.foreign`), the clip (`framing`), a model (`carrying`), the answer (`poses`).
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import asdict
from functools import cached_property
from pathlib import Path
from typing import Any

from maquette.engines.actionmesh import settings as known
from maquette.engines.actionmesh.carrying import Carried, carried
from maquette.engines.actionmesh.framing import Clip, framed
from maquette.engines.actionmesh.poses import made, moved, poses_of
from maquette.engines.foreign import Foreign, ForeignProcess, Progress
from maquette.engines.foreign_worker import Message
from maquette.errors import EngineError
from maquette.roles import AnimatedMesh, AnimateRequest, EngineInfo
from maquette.types import Animation

START_S = 300.0  # a first import of torch and all that stands on it
LOAD_S = 1800.0  # the weights may come from the hub first: about 15 GB
QUIET_S = 600.0  # it tells nothing during its step 0, a minute on a small GPU
LINE_S = 1.0  # between two lines of the log about the same step
SEEDS = 1 << 32  # it draws lots from numpy too, which knows no larger seeds
WORKER = Path(__file__).with_name("worker.py")
COLOURLESS = f"{known.NAME} makes a shape without colours"
TRY = f"run its inference/video_to_animated_mesh.py with {known.PYTHON}; see the log for more"
FIXES = {
    "OUT_OF_MEMORY": "use mode low_ram or fast_low_ram, fewer frames, or fewer faces",
    "WORKER_TIMED_OUT": "use mode fast, or a larger limit_s if the log shows that it went on",
    "WORKER_CRASHED": TRY,
    "ENGINE_FAILED": TRY,
    "ENGINE_NOT_INSTALLED": "install it where that interpreter finds it, as its README says",
}

log = logging.getLogger("maquette.engines.actionmesh")


class ActionMesh:
    """An Animator; its process starts on first use and stays warm."""

    def __init__(self, settings: known.Settings) -> None:
        self._settings = settings
        self._process: ForeignProcess | None = None

    @cached_property
    def info(self) -> EngineInfo:
        """Facts about the engine; reads the checkout's code, starts nothing."""
        return known.described(self._settings)

    def animate(self, request: AnimateRequest) -> AnimatedMesh:
        """The moving mesh: of the clip, or the request's model.

        Raises InputError CLIP_TOO_SHORT, CLIP_TOO_LONG, CLIP_SUBJECT_MISSING, MODE_UNKNOWN,
        MESH_EMPTY or SHAPED_NOTHING; EngineError WORKER_NOT_STARTED, WORKER_TIMED_OUT,
        WORKER_CRASHED, OUT_OF_MEMORY, ENGINE_NOT_INSTALLED or ENGINE_FAILED.
        """
        mode = known.mode_of(request.mode)
        clip = framed(request.frames)
        model = None if request.model is None else carried(request.model)
        wanted = {**asdict(mode), "with_model": model is not None}
        head, payload = _packed(request, clip, model)
        said, data = self._asked(wanted, {**wanted, **head}, payload)
        animation = _animation(request, model, (said, data))
        notes = (*clip.notes, *_asides(request))
        return AnimatedMesh(animation, notes, {n: float(v) for n, v in said["scores"].items()})

    def _asked(self, wanted: dict[str, Any], head: dict[str, Any], payload: bytes) -> Message:
        """The answer; the process is ended where anything goes wrong.

        A device that failed once may fail on: the next clip has a new process.
        """
        try:
            process = self._started()
            told = Pace(log.info)
            process.ask({"ask": "load", **wanted}, within_s=LOAD_S, told=told)
            head = {"ask": "animate", **head}
            return process.ask(
                head, payload, within_s=self._settings.limit_s, quiet_s=QUIET_S, told=told
            )
        except EngineError as trouble:
            self.close()
            raise _named(trouble) from None
        except BaseException:
            self.close()
            raise

    def _started(self) -> ForeignProcess:
        if self._process is None:
            settings = self._settings
            places = (settings.home, settings.weights or settings.home)
            self._process = ForeignProcess(
                Foreign(
                    name=known.NAME,
                    python=settings.python,
                    worker=WORKER,
                    arguments=(*places, settings.device, settings.dtype),
                    start_s=START_S,
                    fix=f"git submodule update --init in the checkout; {TRY}",
                )
            )
        return self._process

    def close(self) -> None:
        """End the process; the next clip starts a new one."""
        process, self._process = self._process, None
        if process is not None:
            process.end()


class Pace:
    """Progress as lines of a log that a person can follow: one per step, or per second."""

    def __init__(
        self, line: Callable[[str], None], *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._line = line
        self._clock = clock
        self._step = ""
        self._said_s = 0.0

    def __call__(self, progress: Progress) -> None:
        """Hear how far it is."""
        now_s = self._clock()
        if progress.step == self._step and now_s - self._said_s < LINE_S:
            return
        self._step, self._said_s = progress.step, now_s
        self._line(f"{known.NAME}: {progress.step}, {progress.share:.0%} of the clip")


def _packed(
    request: AnimateRequest, clip: Clip, model: Carried | None
) -> tuple[dict[str, Any], bytes]:
    """A clip, and the shape of a model after it, as a message to `worker`."""
    count, height, width, _ = clip.frames.shape
    head: dict[str, Any] = {
        "frames": count,
        "height": height,
        "width": width,
        "seed": request.seed % SEEDS,
        "steps": request.steps,
        "faces_at_most": request.faces_at_most,
    }
    payload = clip.frames.tobytes()
    if model is not None:
        head["points"] = len(model.points)
        payload += model.points.tobytes() + model.faces.tobytes()
    return head, payload


def _animation(request: AnimateRequest, model: Carried | None, answer: Message) -> Animation:
    faces, points = poses_of(*answer, frames=len(request.frames))
    if request.model is None or model is None:
        return made(faces, points, rate=request.rate)
    return moved(request.model, model, (faces, points), rate=request.rate)


def _asides(request: AnimateRequest) -> tuple[str, ...]:
    if request.model is None:
        return (COLOURLESS,)
    count = len(request.model.faces)
    if count > request.faces_at_most:
        return (f"the model keeps its {count} faces, though {request.faces_at_most} were asked",)
    return ()


def _named(trouble: EngineError) -> EngineError:
    """The same trouble with what to do about it."""
    missing = "ModuleNotFoundError" in trouble.reason or "ImportError" in trouble.reason
    code = trouble.code
    if missing and code == "ENGINE_FAILED":
        code = "ENGINE_NOT_INSTALLED"
    return EngineError(code, trouble.reason, fix=trouble.fix or FIXES.get(code, TRY))
