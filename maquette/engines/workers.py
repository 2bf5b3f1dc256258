"""Worker processes: hosts with their own interpreter, memory limit and deadline.

For libraries that crash or hang, for GPL parts, and for models with their own environment. A
crash or a hang costs one item, never the run: the batch it was in is sent again one by one, and
the item that kills its worker twice is given up with a code. Tasks and outcomes cross as pickles
over a private pipe between two copies of this code; nothing from outside is ever unpickled.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import queue
import resource
import selectors
import signal
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from maquette.batch.host import Craft, EngineSpec, Host, Job, Outcome, Task
from maquette.batch.stages import Stage
from maquette.batch.store import StoreSpec
from maquette.errors import EngineError
from maquette.roles import EngineInfo

HEADER = struct.Struct(">Q")
START_S = 120.0  # a first import of torch on a busy machine


@dataclass(frozen=True)
class WorkerOptions:
    """How worker processes are run.

    Attributes:
        python: the interpreter, for example that of an environment with torch.
        count: how many processes.
        deadline_s: how long one batch may take before its worker is ended.
        memory_mb: address space limit of one worker; None for no limit (CUDA needs none).
    """

    python: str = sys.executable
    count: int = 1
    deadline_s: float = 600.0
    memory_mb: int | None = None
    environment: dict[str, str] = field(default_factory=dict)


class WorkerPlace:
    """A few worker processes, each with one host and warm engines."""

    def __init__(
        self, store: StoreSpec, options: WorkerOptions | None = None, *, craft: Craft | None = None
    ) -> None:
        self._options = options or WorkerOptions()
        self._hello = (store, craft or Craft())
        self._idle: queue.SimpleQueue[_Worker] = queue.SimpleQueue()
        self._all = [_Worker(self._options, self._hello) for _ in range(self._options.count)]
        for worker in self._all:
            self._idle.put(worker)

    def slots(self, parallel: int) -> int:
        """One batch per process: each has an engine of its own."""
        del parallel
        return self._options.count

    def prepare(self, stage: Stage) -> None:
        """Nothing: a process does one thing at a time."""
        del stage

    def run(self, job: Job, tasks: Sequence[Task]) -> list[Outcome]:
        """One outcome per task; if the worker is lost, each task has a try of its own."""
        with self._worker() as worker:
            try:
                return worker.run(job, tasks)
            except EngineError as lost:
                if not _is_loss(lost):
                    raise
            return [self._alone(worker, job, task) for task in tasks]

    def info(self, spec: EngineSpec) -> EngineInfo:
        """What an engine says of itself, in the environment that has what it needs."""
        with self._worker() as worker:
            return worker.ask(spec, about=spec.name)

    def close(self) -> None:
        """End the processes."""
        for worker in self._all:
            worker.end()

    def _alone(self, worker: _Worker, job: Job, task: Task) -> Outcome:
        try:
            return worker.run(job, [task])[0]
        except EngineError as lost:
            if not _is_loss(lost):
                raise
            return Outcome(task.recipe, trouble=lost)

    @contextlib.contextmanager
    def _worker(self) -> Iterator[_Worker]:
        worker = self._idle.get()
        try:
            yield worker
        finally:
            self._idle.put(worker)


def _is_loss(trouble: EngineError) -> bool:
    return trouble.code in ("WORKER_CRASHED", "WORKER_TIMED_OUT")


class _Worker:
    """One child process, started on first use and again after it was lost."""

    def __init__(self, options: WorkerOptions, hello: tuple[StoreSpec, Craft]) -> None:
        self._options = options
        self._hello = hello
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    def run(self, job: Job, tasks: Sequence[Task]) -> list[Outcome]:
        return self.ask((job, list(tasks)), about=job.stage)

    def ask(self, question: EngineSpec | tuple[Job, list[Task]], *, about: str) -> Any:
        """The answer to a question; whatever loses the process is an error with a code."""
        with self._lock:
            fresh = self._process is None
            process = self._process or self._start()
            allowed_s = self._options.deadline_s + (START_S if fresh else 0)
            try:
                _send(process.stdin, question)
                answer = _receive(process.stdout, within_s=allowed_s)
            except TimeoutError:
                self._lose()
                raise EngineError(
                    "WORKER_TIMED_OUT", f"{about} took over {allowed_s:.0f} s"
                ) from None
            except (OSError, EOFError):
                raise EngineError("WORKER_CRASHED", f"{about}: {self._lose()}") from None
        if isinstance(answer, Exception):
            raise answer
        return answer

    def end(self) -> None:
        with self._lock:
            if self._process is not None:
                self._lose()

    def _start(self) -> subprocess.Popen[bytes]:
        here = str(Path(__file__).parents[2])
        paths = os.pathsep.join(filter(None, [here, os.environ.get("PYTHONPATH", "")]))
        try:
            self._process = subprocess.Popen(
                [self._options.python, "-m", "maquette.engines.workers"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env={**os.environ, **self._options.environment, "PYTHONPATH": paths},
                start_new_session=True,  # so that the worker's own children end with it
            )
            _send(self._process.stdin, (*self._hello, self._options.memory_mb))
            _receive(self._process.stdout, within_s=START_S)  # its greeting
        except (OSError, EOFError) as trouble:
            # no item's fault, so no item may be given up for it
            how = self._lose() if self._process else str(trouble)
            raise EngineError(
                "WORKER_NOT_STARTED",
                f"{self._options.python}: {how}",
                fix="check that this interpreter exists and has what maquette needs",
            ) from None
        return self._process

    def _lose(self) -> str:
        """End the process and all it started; says how it ended."""
        process, self._process = self._process, None
        assert process is not None
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(0.2)  # one that crashed by itself has its own story to tell
        code = process.poll()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe:
                with contextlib.suppress(OSError):
                    pipe.close()
        if code is None:
            return "ended by us"
        return f"ended by {signal.Signals(-code).name}" if code < 0 else f"exit status {code}"


def _send(pipe: IO[bytes] | None, value: Any) -> None:
    assert pipe is not None
    data = pickle.dumps(value)
    pipe.write(HEADER.pack(len(data)) + data)
    pipe.flush()


def _receive(pipe: IO[bytes] | None, *, within_s: float | None) -> Any:
    assert pipe is not None
    if within_s is not None and not _speaks(pipe, within_s):
        raise TimeoutError
    header = pipe.read(HEADER.size)
    if len(header) < HEADER.size:
        raise EOFError
    (size,) = HEADER.unpack(header)
    data = pipe.read(size)
    if len(data) < size:
        raise EOFError
    return pickle.loads(data)  # noqa: S301 - our own child's words over a private pipe


def _speaks(pipe: IO[bytes], within_s: float) -> bool:
    """Whether there is anything to read, or an end, before the time is over."""
    # poll, because select refuses descriptors from 1024 on, which a long-lived daemon may reach
    with selectors.PollSelector() as waiting:
        waiting.register(pipe, selectors.EVENT_READ)
        return bool(waiting.select(within_s))


def _answer(host: Host, question: EngineSpec | tuple[Job, list[Task]]) -> Any:
    if isinstance(question, EngineSpec):
        return host.info(question)
    return host.run(*question)


def serve() -> None:
    """Be a worker: tasks on standard input, outcomes on standard output, until it closes."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what libraries print must not mix with answers
    tasks = os.fdopen(os.dup(0), "rb")
    with Path(os.devnull).open("rb") as nothing:
        os.dup2(nothing.fileno(), 0)  # nor may their child processes read tasks
    store, craft, memory_mb = _receive(tasks, within_s=None)
    if memory_mb:
        resource.setrlimit(resource.RLIMIT_AS, (memory_mb << 20, memory_mb << 20))
    host = Host(store, craft)
    _send(answers, "ready")
    while True:
        try:
            question = _receive(tasks, within_s=None)
        except EOFError:
            host.close()
            return
        answer: Any
        try:
            answer = _answer(host, question)
        except Exception as trouble:  # told to the parent, which decides
            answer = trouble
        _send(answers, answer)


if __name__ == "__main__":
    serve()
