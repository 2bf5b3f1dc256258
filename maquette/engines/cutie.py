"""Cutie as a tracker: an adapter to a checkout of its repository, in a process of its own.

Cutie is on no registry and wants an environment of its own. A person names the interpreter, the
checkout and the weights; nothing is fetched. What belongs here: what is asked of it. What does
not: Cutie's own calls (`cutie_worker`), the pipe (`maquette.engines.foreign`), joining two passes
(`maquette.engines.blending`).
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from maquette.engines import hub
from maquette.engines.blending import both_ways
from maquette.engines.devices import settings_of
from maquette.engines.foreign import Foreign, ForeignProcess, code_sum
from maquette.errors import EngineError
from maquette.roles import EngineInfo, Tracked
from maquette.types import Mask, Picture

START_S = 180.0  # a first import of torch, and the weights onto the device
FRAME_S = 60.0  # one frame on a CPU takes seconds
DEVICES = ("auto", "cuda", "cpu")
CORE = Path("cutie", "inference", "inference_core.py")  # what a checkout must have
WORKER = Path(__file__).with_name("cutie_worker.py")


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
        self._process: ForeignProcess | None = None

    @cached_property
    def info(self) -> EngineInfo:
        """Facts about the engine; reads the checkout's code, starts nothing."""
        settings = self._settings
        code = code_sum(Path(settings.repository) / "cutie")
        return EngineInfo(
            name="cutie",
            version="1",
            weights={"model": settings.sha256.lower(), "code": code},
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
            process.ask({"ask": "begin"}, within_s=FRAME_S)
            # The first frame comes last: from there the walk goes on.
            for n, key in sorted(keys.items(), reverse=True):
                head, payload = _packed(frames[n])
                mask = np.ascontiguousarray(key.inside).view(np.uint8).tobytes()
                asked = {"ask": "learn", "goes_on": n == 0, **head}
                process.ask(asked, payload + mask, within_s=FRAME_S)
            for n in range(len(frames)):
                yield Tracked(keys[n], 1.0) if n in keys else _followed(process, frames[n])
        except EngineError:
            self.close()  # whatever state it is in, the next span shall not start from it
            raise

    def _started(self) -> ForeignProcess:
        if self._process is None:
            settings = self._settings
            hub.check_sum(Path(settings.weights), sha256=settings.sha256)
            self._process = ForeignProcess(
                Foreign(
                    name="cutie",
                    python=settings.python,
                    worker=WORKER,
                    arguments=(settings.repository, settings.weights, settings.device),
                    start_s=START_S,
                    fix="run Cutie's own scripting_demo.py with that interpreter; "
                    "see the log for more",
                )
            )
        return self._process

    def close(self) -> None:
        """End the process; the next span starts a new one."""
        process, self._process = self._process, None
        if process is not None:
            process.end()


def _packed(frame: Picture) -> tuple[dict[str, Any], bytes]:
    width, height = frame.size_wh
    return {"width": width, "height": height}, frame.rgba[..., :3].tobytes()


def _followed(process: ForeignProcess, frame: Picture) -> Tracked:
    head, payload = _packed(frame)
    said, data = process.ask({"ask": "follow", **head}, payload, within_s=FRAME_S)
    shape = (head["height"], head["width"])
    if len(data) != shape[0] * shape[1]:
        raise EngineError("ENGINE_FAILED", f"cutie answered {len(data)} pixels for {shape}")
    inside = np.frombuffer(data, np.uint8).reshape(shape).astype(np.bool_)
    return Tracked(Mask(inside), float(said["confidence"]))


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
