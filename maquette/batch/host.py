"""Where stages run: a host holds one store and warm engines, and turns tasks into outcomes.

Object keys come in, rows go out; the host reads and writes the store itself. The same class
serves a thread of this process, a worker process, and later an actor on another machine, so an
engine cannot tell where it runs. What belongs here: one batch on one host. What does not: which
tasks there are (`maquette.batch.runner`) and where hosts live (`maquette.engines.workers`).
"""

from __future__ import annotations

import importlib
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from maquette.batch.manifests import Row
from maquette.batch.records import (
    ObjectRef,
    Record,
    checked_blob,
    set_aside,
    write_record,
)
from maquette.batch.stages import Made, Member, Stage, find
from maquette.batch.store import Store, StoreSpec, open_store
from maquette.batch.values import OnDemand, Values
from maquette.batch.warm import Clocked
from maquette.errors import EngineError, MaquetteError, ToolError
from maquette.provenance import Provenance, Step
from maquette.roles import EngineInfo

UNFORESEEN = "STAGE_FAILED"  # what nobody gave a code: a fault of a stage, or of a library


@dataclass(frozen=True)
class EngineSpec:
    """An engine by name; how the other side of a process border makes it."""

    role: str
    name: str
    settings: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Job:
    """What is the same for all tasks of one stage."""

    stage: str  # package.module:name
    engines: dict[str, EngineSpec] = field(default_factory=dict)  # keyword -> engine


@dataclass(frozen=True)
class Task:
    """One item's work: what goes over to a host.

    Attributes:
        options: what the stage's keyword-only parameters get.
        inputs: object name -> blobs: one for a map, one per frame for a span, where a frame
            may have none.
        members: the items a gather stage takes.
        step_params: the options worth telling in the provenance.
    """

    recipe: str
    options: dict[str, Any]
    provenance: Provenance
    inputs: dict[str, tuple[ObjectRef | None, ...]] = field(default_factory=dict)
    members: tuple[Row, ...] = ()
    step_params: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """What comes back: the record that stands, or trouble that may pass."""

    recipe: str
    record: Record | None = None
    trouble: MaquetteError | None = None


@dataclass(frozen=True)
class Craft:
    """Where the host finds what lies in higher layers, by name, as it is said across processes."""

    codecs: str = "maquette.formats:CODECS"
    engines: str = "maquette.engines:make"


def named(path: str) -> Any:
    """The object at ``package.module:name``."""
    module, _, name = path.partition(":")
    return getattr(importlib.import_module(module), name)


class Host:
    """Runs stages over tasks with warm engines. Safe for several threads."""

    def __init__(self, store: Store | StoreSpec, craft: Craft | None = None) -> None:
        self.store = open_store(store) if isinstance(store, StoreSpec) else store
        self._craft = craft or Craft()
        self._engines: dict[str, Any] = {}
        self._lock = threading.Lock()
        self._values = Values(self.store, lambda: named(self._craft.codecs))

    def engine(self, spec: EngineSpec) -> Any:
        """The engine, made once and kept; it loads its weights on first use."""
        with self._lock:
            if repr(spec) not in self._engines:
                make = named(self._craft.engines)
                engine = make(spec.name, role=spec.role, settings=spec.settings)
                self._engines[repr(spec)] = engine
            return self._engines[repr(spec)]

    def info(self, spec: EngineSpec) -> EngineInfo:
        """What an engine says of itself; nothing is loaded."""
        return self.engine(spec).info

    def run(self, job: Job, tasks: Sequence[Task]) -> list[Outcome]:
        """One outcome per task, in order. Only trouble with the store itself is raised."""
        stage = find(job.stage)
        clocks = {k: Clocked(self.engine(spec)) for k, spec in job.engines.items()}
        start = time.perf_counter()
        answers = self._answers(stage, tasks, clocks)
        shared = (time.perf_counter() - start) / max(len(tasks), 1)
        engine_seconds = sum(c.seconds for c in clocks.values()) / max(len(tasks), 1)
        used = [c.info for c in clocks.values() if c.calls]
        times = _Times(shared, engine_seconds)
        return [
            self._outcome(stage, task, answer=answer, used=used, times=times)
            for task, answer in zip(tasks, answers, strict=True)
        ]

    def close(self) -> None:
        """Free every engine."""
        with self._lock:
            for engine in self._engines.values():
                engine.close()
            self._engines.clear()

    def _answers(
        self, stage: Stage, tasks: Sequence[Task], engines: dict[str, Any]
    ) -> list[Made | MaquetteError]:
        inputs = [_caught(lambda t=task: self._inputs(stage, t)) for task in tasks]
        if not stage.batched:
            return [
                given
                if isinstance(given, MaquetteError)
                else _caught(lambda t=task, g=given: self._call(stage, t, g, engines))
                for task, given in zip(tasks, inputs, strict=True)
            ]
        good = [n for n, given in enumerate(inputs) if not isinstance(given, MaquetteError)]
        answers: list[Any] = list(inputs)
        if good:
            made = _caught(lambda: _call_batched(stage, tasks, inputs, good, engines))
            for place, n in enumerate(good):
                answer = made if isinstance(made, MaquetteError) else made[place]
                answers[n] = _as_answer(stage, answer)
        return answers

    def _call(
        self, stage: Stage, task: Task, given: list[Any], engines: dict[str, Clocked]
    ) -> Made:
        answer = stage(*given, **task.options, **engines)
        if stage.shape != "span":
            return _made(stage, answer)
        used = [clock.info for clock in engines.values()]
        provenance = task.provenance.then(_step(stage, task, used))
        return self._kept_frames(stage, answer, frames=len(given[0]), provenance=provenance)

    def _kept_frames(
        self, stage: Stage, answers: Iterable[Any], *, frames: int, provenance: Provenance
    ) -> Made:
        """A span's frames as they come: each is in the store before the next one is asked for."""
        whole = Made()
        count = 0
        for n, answer in enumerate(answers):
            one = _made(stage, answer)
            for name, value in one.outputs.items():
                whole.outputs[in_span(name, n)] = self._values.keep(name, value, provenance)
            whole.scores.update({in_span(name, n): score for name, score in one.scores.items()})
            whole.params.update({in_span(name, n): value for name, value in one.params.items()})
            count = n + 1
        if count != frames:
            raise EngineError("STAGE_OUTPUT", f"{stage.name} gave {count} for {frames} frames")
        return whole

    def _inputs(self, stage: Stage, task: Task) -> list[Any]:
        if stage.shape == "gather":
            return [[self._member(row) for row in task.members]]
        values: list[Any] = []
        for wanted in stage.inputs:
            refs = task.inputs.get(wanted.name, ())
            if stage.shape == "span":
                values.append(OnDemand(lambda ref, k=wanted.kind: self._values.value(ref, k), refs))
            else:
                values.append(
                    self._values.value(refs[0], wanted.kind) if refs and refs[0] else None
                )
        return values

    def _member(self, row: Row) -> Member:
        def ref(name: str) -> ObjectRef:
            found = row.object(name)
            if found is None:
                raise EngineError("STAGE_INPUT", f"{row.item} has no object {name!r}")
            return found

        def load(name: str, kind: type) -> Any:
            return self._values.value(ref(name), kind)

        return Member(
            item=row.item,
            params=row.params,
            provenance=row.provenance,
            notes=row.notes,
            scores=row.scores,
            files={o.name: (o.key.rpartition(".")[2], o.size) for o in row.objects},
            read=lambda name: checked_blob(self.store, ref(name)),
            load=load,
        )

    def _outcome(
        self,
        stage: Stage,
        task: Task,
        *,
        answer: Made | MaquetteError,
        used: list[Any],
        times: _Times,
    ) -> Outcome:
        def kept() -> Record:
            if isinstance(answer, Made):
                record = self._record(stage, task, made=answer, used=used, times=times)
            elif answer.lasting:
                record = set_aside(stage, task.recipe, answer)
            else:
                raise answer
            return write_record(self.store, record)

        record = _caught(kept)
        if isinstance(record, MaquetteError):
            return Outcome(task.recipe, trouble=self._withheld(record))
        return Outcome(task.recipe, record=record)

    def _withheld(self, trouble: MaquetteError) -> MaquetteError:
        """The trouble; of a private batch without a library's own words, which may hold pixels."""
        if not self.store.spec.private or trouble.code != UNFORESEEN:
            return trouble
        return EngineError(UNFORESEEN, trouble.reason.partition(": ")[0], fix=trouble.fix)

    def _record(
        self, stage: Stage, task: Task, *, made: Made, used: list[Any], times: _Times
    ) -> Record:
        step = _step(stage, task, used)
        source = made.source_type or next((i.source_type for i in used if i.source_type), "")
        provenance = task.provenance.then(step, source_type=source)
        start = time.perf_counter()
        objects = tuple(self._values.keep(n, v, provenance) for n, v in made.outputs.items())
        return Record(
            recipe=task.recipe,
            stage=stage.name,
            version=stage.version,
            engine=step.engine,
            licences=step.licences,
            seconds=round(times.seconds + time.perf_counter() - start, 6),
            engine_seconds=round(times.engine_seconds if used else 0.0, 6),
            objects=objects,
            params=made.params,
            scores={name: float(value) for name, value in made.scores.items()},
            notes=made.notes,
            provenance=provenance.to_json(),
        )


def in_span(name: str, n: int) -> str:
    """What the record of a span calls something of its n-th frame."""
    return f"{name}/{n:06d}"


def _step(stage: Stage, task: Task, used: Sequence[EngineInfo]) -> Step:
    return Step(
        stage=stage.name,
        version=stage.version,
        recipe=task.recipe,
        engine=used[0].name if used else "",
        weights={f: s for info in used for f, s in info.weights.items()},
        licences=tuple(dict.fromkeys(name for info in used for name in info.licences)),
        params=task.step_params,
    )


@dataclass(frozen=True)
class _Times:
    seconds: float
    engine_seconds: float


def _caught(work: Callable[[], Any]) -> Any:
    """What the work gives, or the trouble it met; trouble with the store is for the whole run."""
    try:
        return work()
    except ToolError as trouble:
        if trouble.code.startswith("STORE_"):
            raise
        return trouble
    except MaquetteError as trouble:
        return trouble
    except Exception as trouble:  # one item's bug must not sink its batch
        return _unforeseen(trouble)


def _unforeseen(trouble: Exception) -> EngineError:
    where = trouble.__traceback__
    while where and where.tb_next:
        where = where.tb_next
    place = f"{where.tb_frame.f_code.co_name}:{where.tb_lineno}" if where else "?"
    return EngineError(
        UNFORESEEN,
        f"{type(trouble).__name__} in {place}: {str(trouble)[:300]}",
        fix="this is a fault in the stage or its engine; please report it",
    )


def _call_batched(
    stage: Stage, tasks: Sequence[Task], inputs: list[Any], good: list[int], engines: dict[str, Any]
) -> list[Any]:
    columns = [[inputs[n][i] for n in good] for i in range(len(stage.inputs))]
    options = {name: [tasks[n].options[name] for n in good] for name in stage.options}
    answers = stage(*columns, **options, **engines)
    if len(answers) != len(good):
        raise EngineError("STAGE_OUTPUT", f"{stage.name} gave {len(answers)} for {len(good)} items")
    return answers


def _as_answer(stage: Stage, answer: Any) -> Made | MaquetteError:
    if isinstance(answer, MaquetteError):
        return answer
    if isinstance(answer, Exception):
        return _unforeseen(answer)
    return _made(stage, answer)


def _made(stage: Stage, answer: Any) -> Made:
    """A bare value as what the stage makes; nothing at all as a stage that only judges."""
    if isinstance(answer, Made):
        return answer
    if answer is None:
        return Made()
    return Made({stage.makes: answer})
