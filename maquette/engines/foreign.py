"""Engines from somebody else's checkout, each in a process and with an interpreter of its own.

Many models are on no registry and want an environment of their own. A person names the checkout
and the interpreter; what the model needs is asked for over a pipe. What belongs here: this side
of the pipe, and telling one checkout from another. What does not: the far side
(`foreign_worker`), any model, and workers that run our own stages (`maquette.engines.workers`).
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from maquette.engines import foreign_worker
from maquette.errors import EngineError

# Kept from a foreign process: where our own packages lie, and keys that are none of its business.
WITHHELD = (
    "PYTHONPATH",
    "PYTHONHOME",
    "OPENAI_API_KEY",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
)
CODE_SUFFIXES = (".py", ".yaml", ".json")
COMMIT = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")


@dataclass(frozen=True)
class Foreign:
    """How a foreign engine is started.

    Attributes:
        name: the engine's, for messages.
        python: the interpreter that has what the model needs.
        worker: the module that calls the model, see `foreign_worker`.
        arguments: what its ``begin`` is given.
        start_s: the longest time for a first import and the weights onto the device.
        fix: what to do where it cannot be started.
    """

    name: str
    python: str
    worker: Path
    arguments: tuple[str, ...]
    start_s: float
    fix: str


@dataclass(frozen=True)
class Progress:
    """How far a worker is with what it was asked.

    Attributes:
        share: 0..1 of the whole.
        step: what it is at, in the words of its trade.
    """

    share: float
    step: str


class ForeignProcess:
    """The worker and the pipe to it. Nothing is waited for longer than its time limit."""

    def __init__(self, foreign: Foreign) -> None:
        self._foreign = foreign
        script = str(Path(foreign_worker.__file__))
        command = [foreign.python, script, str(foreign.worker), *foreign.arguments]
        try:
            self._child = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env={name: v for name, v in os.environ.items() if name not in WITHHELD},
                start_new_session=True,  # so that the worker's own children end with it
            )
        except OSError as trouble:
            raise self._not_started(trouble.strerror or str(trouble)) from None
        try:
            self._exchange(None, b"", _Clock(self._kill, within_s=foreign.start_s))
        except EngineError as trouble:
            self.end()
            raise self._not_started(trouble.reason) from None

    def ask(
        self,
        head: dict[str, Any],
        payload: bytes = b"",
        *,
        within_s: float,
        quiet_s: float | None = None,
        told: Callable[[Progress], None] | None = None,
    ) -> foreign_worker.Message:
        """The answer to one message.

        Args:
            head: of the message.
            payload: of the message.
            within_s: the longest time for the answer.
            quiet_s: the longest time without a word, of a worker that tells how far it is.
            told: hears how far it is.

        Raises EngineError WORKER_TIMED_OUT, WORKER_CRASHED, OUT_OF_MEMORY or ENGINE_FAILED;
        whatever state the process is then in, end it.
        """
        clock = _Clock(self._kill, within_s=within_s, quiet_s=quiet_s)
        return self._exchange(head, payload, clock, told)

    def _exchange(
        self,
        head: dict[str, Any] | None,
        payload: bytes,
        clock: _Clock,
        told: Callable[[Progress], None] | None = None,
    ) -> foreign_worker.Message:
        assert self._child.stdin is not None
        name = self._foreign.name
        clock.start()
        try:
            if head is not None:
                foreign_worker.send(self._child.stdin, head, payload)
            said, answer = self._answer(clock, told)
        except (OSError, EOFError, ValueError):
            if clock.over:
                raise EngineError("WORKER_TIMED_OUT", f"{name} {clock.over}") from None
            raise EngineError("WORKER_CRASHED", f"{name}: {self._ending()}") from None
        finally:
            clock.stop()
        if "error" in said:
            raise EngineError(_code_of(said["error"]), f"{name}: {said['error']}")
        return said, answer

    def _answer(
        self, clock: _Clock, told: Callable[[Progress], None] | None
    ) -> foreign_worker.Message:
        """The next message that is no progress; every progress is a sign of life."""
        assert self._child.stdout is not None
        while True:
            said, answer = foreign_worker.receive(self._child.stdout)
            if "progress" not in said:
                return said, answer
            clock.start()
            share = min(max(float(said["progress"]), 0.0), 1.0)
            if told is not None:
                told(Progress(share, str(said.get("step", ""))))

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

    def _not_started(self, how: str) -> EngineError:
        python = Path(self._foreign.python).name
        return EngineError("WORKER_NOT_STARTED", f"{python}: {how}", fix=self._foreign.fix)


class _Clock:
    """Ends a worker that takes too long, or is quiet for too long.

    Ending it ends any read or write on its pipe, wherever that stands.

    Attributes:
        over: which limit has passed, in words; empty before.
    """

    def __init__(
        self, end: Callable[[], None], *, within_s: float, quiet_s: float | None = None
    ) -> None:
        self._end = end
        self._within_s = within_s
        self._quiet_s = within_s if quiet_s is None else quiet_s
        self._started_s = time.monotonic()
        self._timer: threading.Timer | None = None
        self.over = ""

    def start(self) -> None:
        """Begin to count, or count the quiet anew."""
        self.stop()
        left_s = self._started_s + self._within_s - time.monotonic()
        if self._quiet_s < left_s:
            limit_s, words = self._quiet_s, f"was quiet for over {self._quiet_s:g} s"
        else:
            limit_s, words = max(left_s, 0.0), f"took over {self._within_s:g} s"
        self._timer = threading.Timer(limit_s, self._pass, (words,))
        self._timer.start()

    def _pass(self, words: str) -> None:
        self.over = words
        self._end()

    def stop(self) -> None:
        """Count no further."""
        if self._timer is not None:
            self._timer.cancel()


def _code_of(error: str) -> str:
    return "OUT_OF_MEMORY" if "out of memory" in error.lower() else "ENGINE_FAILED"


def code_sum(package: Path) -> str:
    """What tells this code from other: a sha256 over its modules and configurations."""
    digest = hashlib.sha256()
    for path in sorted(package.rglob("*")):
        if path.suffix in CODE_SUFFIXES and path.is_file():
            content = path.read_bytes()
            name = path.relative_to(package).as_posix()
            digest.update(f"{name}\0{len(content)}\0".encode())
            digest.update(content)
    return f"sha256:{digest.hexdigest()}"


def commit_of(checkout: Path) -> str:
    """The commit that is checked out, or ``unknown`` where the folder is no repository.

    Read from git's own files: to run git in a folder of others would obey its configuration.
    """
    folder = checkout / ".git"
    with contextlib.suppress(OSError, ValueError):
        if folder.is_file():  # a submodule or a work tree: one line that leads on
            folder = checkout / folder.read_text("utf-8").removeprefix("gitdir:").strip()
        head = (folder / "HEAD").read_text("utf-8").strip()
        if head.startswith("ref:"):
            head = _branch(folder, head.removeprefix("ref:").strip())
        if COMMIT.fullmatch(head):
            return head
    return "unknown"


def _branch(folder: Path, name: str) -> str:
    """What a branch points at: a file of its own, or a line of the packed ones."""
    shared = folder / "commondir"
    if shared.is_file():
        folder = folder / shared.read_text("utf-8").strip()
    if (folder / name).is_file():
        return (folder / name).read_text("utf-8").strip()
    lines = (folder / "packed-refs").read_text("utf-8").splitlines()
    return next((line.partition(" ")[0] for line in lines if line.endswith(f" {name}")), "")
