"""Cutie as a tracker: an adapter to a checkout of its repository, in a process of its own.

Cutie is on no registry and wants an environment of its own. A person names the interpreter, the
checkout and the weights; nothing is fetched. What belongs here: this side of the pipe. What does
not: Cutie's own calls (`cutie_worker`), joining two passes (`maquette.engines.blending`).
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import signal
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from maquette.engines import cutie_worker, hub
from maquette.engines.blending import both_ways
from maquette.engines.devices import settings_of
from maquette.errors import EngineError
from maquette.roles import EngineInfo, Tracked
from maquette.types import Mask, Picture

START_S = 180.0  # a first import of torch, and the weights onto the device
FRAME_S = 60.0  # one frame on a CPU takes seconds
DEVICES = ("auto", "cuda", "cpu")
CORE = Path("cutie", "inference", "inference_core.py")  # what a checkout must have


@dataclass(frozen=True)
class Settings:
    """What a user may set; what is empty is taken from the environment.

    Attributes:
        python: the interpreter that has what Cutie needs; MAQUETTE_CUTIE_PYTHON.
        repository: the folder of the checkout; MAQUETTE_CUTIE_REPOSITORY.
        weights: the file ``cutie-base-mega.pth``; MAQUETTE_CUTIE_WEIGHTS.
        sha256: of that file, which is not opened without; MAQUETTE_CUTIE_SHA256.
        device: cuda, cpu, or auto.
    """

    python: str = ""
    repository: str = ""
    weights: str = ""
    sha256: str = ""
    device: str = "auto"


VARIABLES = {
    "python": "MAQUETTE_CUTIE_PYTHON",
    "repository": "MAQUETTE_CUTIE_REPOSITORY",
    "weights": "MAQUETTE_CUTIE_WEIGHTS",
    "sha256": "MAQUETTE_CUTIE_SHA256",
}


def make(**settings: Any) -> Cutie:
    """Cutie, its process not yet started; settings are the fields of `Settings`."""
    given = settings_of(Settings, settings)
    surroundings = {
        name: getattr(given, name) or os.environ.get(variable, "")
        for name, variable in VARIABLES.items()
    }
    return Cutie(Settings(**surroundings, device=given.device))


class Cutie:
    """A Tracker; its process starts on first use and stays warm."""

    def __init__(self, settings: Settings) -> None:
        _check(settings)
        self._settings = settings
        self._process: _Process | None = None

    @cached_property
    def info(self) -> EngineInfo:
        """Facts about the engine; reads the checkout's code, starts nothing."""
        settings = self._settings
        return EngineInfo(
            name="cutie",
            version="1",
            weights={"model": settings.sha256.lower(), "code": _code_sum(settings.repository)},
            licences=("MIT",),
            config={"device": settings.device},
        )

    def track(self, frames: Sequence[Picture], keys: Mapping[int, Mask]) -> Iterator[Tracked]:
        """One answer per frame, see `roles.Tracker`; both keys guide either pass.

        The confidence is the mean chance, inside the mask, that a pixel is the object's.
        """
        return both_ways(frames, keys, along=self._along)

    def _along(self, frames: Sequence[Picture], keys: Mapping[int, Mask]) -> Iterator[Tracked]:
        process = self._started()
        try:
            process.ask({"ask": "begin"})
            # The first frame comes last: from there the walk goes on.
            for n, key in sorted(keys.items(), reverse=True):
                head, payload = _packed(frames[n])
                mask = np.ascontiguousarray(key.inside).view(np.uint8).tobytes()
                process.ask({"ask": "learn", "goes_on": n == 0, **head}, payload + mask)
            for n in range(len(frames)):
                yield Tracked(keys[n], 1.0) if n in keys else _followed(process, frames[n])
        except EngineError:
            self.close()  # whatever state it is in, the next span shall not start from it
            raise

    def _started(self) -> _Process:
        if self._process is None:
            self._process = _Process(self._settings)
        return self._process

    def close(self) -> None:
        """End the process; the next span starts a new one."""
        process, self._process = self._process, None
        if process is not None:
            process.end()


class _Process:
    """The worker and the pipe to it. Nothing is waited for longer than its time limit."""

    def __init__(self, settings: Settings) -> None:
        hub.check_sum(Path(settings.weights), sha256=settings.sha256)
        script = str(Path(cutie_worker.__file__))
        command = [settings.python, script, settings.repository, settings.weights, settings.device]
        foreign = ("PYTHONPATH", "PYTHONHOME")  # say where our own packages lie
        try:
            self._child = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env={name: v for name, v in os.environ.items() if name not in foreign},
                start_new_session=True,  # so that the worker's own children end with it
            )
        except OSError as trouble:
            raise _not_started(settings, trouble.strerror or str(trouble)) from None
        try:
            self._exchange(None, b"", within_s=START_S)
        except EngineError as trouble:
            self.end()
            raise _not_started(settings, trouble.reason) from None

    def ask(self, head: dict[str, Any], payload: bytes = b"") -> cutie_worker.Message:
        """The answer to one message."""
        return self._exchange(head, payload, within_s=FRAME_S)

    def _exchange(
        self, head: dict[str, Any] | None, payload: bytes, *, within_s: float
    ) -> cutie_worker.Message:
        assert self._child.stdin is not None
        assert self._child.stdout is not None
        too_late = threading.Event()

        def stop() -> None:
            # Ending the child ends any read or write on the pipe, wherever it stands.
            too_late.set()
            self._kill()

        clock = threading.Timer(within_s, stop)
        clock.start()
        try:
            if head is not None:
                cutie_worker.send(self._child.stdin, head, payload)
            said, answer = cutie_worker.receive(self._child.stdout)
        except (OSError, EOFError, ValueError):
            if too_late.is_set():
                raise EngineError("WORKER_TIMED_OUT", f"cutie took over {within_s:.0f} s") from None
            raise EngineError("WORKER_CRASHED", f"cutie: {self._ending()}") from None
        finally:
            clock.cancel()
        if "error" in said:
            raise EngineError(_code_of(said["error"]), f"cutie: {said['error']}")
        return said, answer

    def _ending(self) -> str:
        with contextlib.suppress(subprocess.TimeoutExpired):
            code = self._child.wait(1.0)
            return f"ended by signal {-code}" if code < 0 else f"exit status {code}"
        return "it closed its pipe"

    def _kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._child.pid, signal.SIGKILL)

    def end(self) -> None:
        """End the process and all it started."""
        self._kill()
        self._child.wait()
        for pipe in (self._child.stdin, self._child.stdout):
            if pipe:
                with contextlib.suppress(OSError):
                    pipe.close()


def _packed(frame: Picture) -> tuple[dict[str, Any], bytes]:
    width, height = frame.size_wh
    return {"width": width, "height": height}, frame.rgba[..., :3].tobytes()


def _followed(process: _Process, frame: Picture) -> Tracked:
    head, payload = _packed(frame)
    said, data = process.ask({"ask": "follow", **head}, payload)
    shape = (head["height"], head["width"])
    if len(data) != shape[0] * shape[1]:
        raise EngineError("ENGINE_FAILED", f"cutie answered {len(data)} pixels for {shape}")
    inside = np.frombuffer(data, np.uint8).reshape(shape).astype(np.bool_)
    return Tracked(Mask(inside), float(said["confidence"]))


def _code_of(error: str) -> str:
    return "OUT_OF_MEMORY" if "out of memory" in error.lower() else "ENGINE_FAILED"


def _not_started(settings: Settings, how: str) -> EngineError:
    return EngineError(
        "WORKER_NOT_STARTED",
        f"{Path(settings.python).name}: {how}",
        fix="run Cutie's own scripting_demo.py with that interpreter; see the log for more",
    )


def _check(settings: Settings) -> None:
    """Refuse early what is not installed or not named; nothing is started."""
    unset = [VARIABLES[name] for name in VARIABLES if not getattr(settings, name)]
    if unset:
        raise EngineError(
            "ENGINE_NOT_INSTALLED",
            f"cutie is not configured: {', '.join(unset)} unset",
            fix="check out github.com/hkchengrex/Cutie, install it in an environment of its own, "
            "fetch its weights, and name all of these",
        )
    if settings.device not in DEVICES:
        raise EngineError(
            "ENGINE_SETTINGS", f"device={settings.device!r} is unknown", fix=f"use one of {DEVICES}"
        )
    if not (Path(settings.repository) / CORE).is_file():
        raise EngineError(
            "ENGINE_NOT_INSTALLED",
            f"{Path(settings.repository).name!r} is no checkout of Cutie: {CORE} is not in it",
            fix="set MAQUETTE_CUTIE_REPOSITORY to the folder that holds its README",
        )
    if not Path(settings.weights).is_file():
        raise EngineError(
            "MODEL_MISSING",
            f"there are no weights {Path(settings.weights).name!r} on this machine",
            fix="fetch cutie-base-mega.pth from the project's releases",
        )


def _code_sum(repository: str) -> str:
    """What tells this checkout from others: a sha256 over its modules and configurations."""
    root = Path(repository) / "cutie"
    digest = hashlib.sha256()
    for path in sorted(root.rglob("*")):
        if path.suffix in (".py", ".yaml") and path.is_file():
            content = path.read_bytes()
            digest.update(f"{path.relative_to(root).as_posix()}\0{len(content)}\0".encode())
            digest.update(content)
    return f"sha256:{digest.hexdigest()}"
