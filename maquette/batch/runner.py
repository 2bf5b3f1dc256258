"""The runner: runs any stage over manifests, and does all that no stage should repeat.

It names recipes, looks up records, sends only what is missing to a place, retries what may pass,
sets aside what cannot, counts and reports. What belongs here: what is the same for all stages.
What does not: where work runs (a `Place`) and which values there are (`maquette.formats`).
"""

from __future__ import annotations

import inspect
import os
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple, Protocol, TypeVar

from maquette.batch.host import EngineSpec, Host, Job, Outcome, Task
from maquette.batch.manifests import Manifest, Origin, Row, join, merged, row_of
from maquette.batch.progress import Listener, Pace, Tally
from maquette.batch.records import Record, is_whole, read_record, recipe_of
from maquette.batch.stages import Stage
from maquette.batch.store import Store
from maquette.errors import EngineError, InputError
from maquette.provenance import Provenance
from maquette.roles import EngineInfo

T = TypeVar("T")
U = TypeVar("U")
ATTEMPTS = 3
LOOKED_UP = 16  # records by one thread in a row
SETTLED = ("STAGE_FAILED", "WORKER_")  # a fault stays one; a place has tried a lost item again
# told elsewhere in the provenance, longer than all the rest of it, or somebody's name
QUIET_OPTIONS = ("seed", "provenance", "prompt", "indices", "keys", "footage", "text")


class Place(Protocol):
    """Where hosts live: this process, worker processes, other machines."""

    def slots(self, parallel: int) -> int:
        """How many batches may run at once for an engine that bears so many threads."""
        ...

    def prepare(self, stage: Stage) -> None:
        """What a stage wants done before threads are started for it."""
        ...

    def run(self, job: Job, tasks: Sequence[Task]) -> list[Outcome]:
        """One outcome per task, in order; called from several threads."""
        ...

    def info(self, spec: EngineSpec) -> EngineInfo:
        """What an engine says of itself, asked where it would run; nothing is loaded."""
        ...

    def close(self) -> None:
        """Free engines and processes."""
        ...


class LocalPlace:
    """This process, its threads and one host with warm engines."""

    def __init__(self, host: Host) -> None:
        self.host = host

    def slots(self, parallel: int) -> int:
        """As many as the engine bears, and one per core at most."""
        return max(1, min(parallel, os.cpu_count() or 1))

    def prepare(self, stage: Stage) -> None:
        """Whatever the stage says."""
        if stage.prepare is not None:
            stage.prepare()

    def run(self, job: Job, tasks: Sequence[Task]) -> list[Outcome]:
        """Run the batch here."""
        return self.host.run(job, tasks)

    def info(self, spec: EngineSpec) -> EngineInfo:
        """What the engine says of itself."""
        return self.host.info(spec)

    def close(self) -> None:
        """Free the engines."""
        self.host.close()


class Settled(NamedTuple):
    """What became of a stage's tasks, by recipe."""

    outcomes: dict[str, Outcome]
    origins: dict[str, Origin]


@dataclass(frozen=True)
class _StageJob:
    """How a stage's tasks are sent."""

    job: Job
    parallel: int
    size: int


@dataclass
class Runner:
    """Runs stages over the manifests of one line.

    Attributes:
        engines: role -> engine to use.
        salt: set where nothing may be shared with other batches.
        listener: is told of progress.
        tallies: stage name -> what its last run did.
    """

    store: Store
    place: Place
    engines: dict[str, EngineSpec]
    salt: str = ""
    listener: Listener | None = None
    progress_every_s: float = 5.0
    tallies: dict[str, Tally] = field(default_factory=dict)
    _infos: dict[str, EngineInfo] = field(default_factory=dict)

    def run(self, stage: Stage, *inputs: Manifest) -> Manifest:
        """Run a map stage over the items that all inputs delivered."""
        return self.run_beside([stage], *inputs)[0]

    def run_beside(self, stages: Sequence[Stage], *inputs: Manifest) -> list[Manifest]:
        """Run several map stages over the same items; an item goes through all of them at once.

        So its inputs are opened once, however large the batch is.
        """
        rows = join(*inputs)
        asked = [(stage, [self.task(stage, row) for row in rows]) for stage in stages]
        settled = self.settle_beside(asked)
        return [
            Manifest(
                inputs[0].line, stage.name, inputs[0].batch, self._rows(stage, rows, tasks, one)
            )
            for (stage, tasks), one in zip(asked, settled, strict=True)
        ]

    def run_through(self, stages: Sequence[Stage], *inputs: Manifest) -> Manifest:
        """Run map stages one after another; each sees what those before it made."""
        done = [self.run(stages[0], *inputs)]
        for stage in stages[1:]:
            done.append(self.run(stage, *inputs, *done))
        return merged(*done)

    def task(self, stage: Stage, row: Row) -> Task:
        """One row's work in a map stage, under its recipe."""
        refs = {i.name: ref for i in stage.inputs if (ref := row.object(i.name)) is not None}
        lacking = [i.name for i in stage.inputs if not i.optional and i.name not in refs]
        if lacking:
            raise InputError("STAGE_INPUT", f"{stage.name} needs {lacking} of {row.item}")
        options = self.options(stage, row.params, row.provenance)
        return Task(
            recipe=self.recipe(
                stage, options, {n: r.sha256 for n, r in refs.items()}, row.provenance
            ),
            options=options,
            inputs={name: (ref,) for name, ref in refs.items()},
            provenance=row.provenance,
            step_params=told(options),
        )

    def recipe(
        self, stage: Stage, options: dict[str, Any], inputs: dict[str, Any], provenance: Provenance
    ) -> str:
        """The recipe of one task of a stage, with the engine that would make it."""
        specs = [self._spec(role) for role in stage.engines.values()]
        return recipe_of(
            stage,
            engine=self._info(specs[0]) if specs else None,
            options={n: v for n, v in options.items() if n != "provenance"},
            inputs={**inputs, "salt": self.salt} if self.salt else inputs,
            provenance=provenance,
        )

    def options(
        self, stage: Stage, params: dict[str, Any], provenance: Provenance
    ) -> dict[str, Any]:
        """What the stage's keyword-only parameters get: the item's own, else the default."""
        found: dict[str, Any] = {}
        for name, default in stage.options.items():
            if name == "provenance":
                found[name] = provenance
            elif name in params:
                found[name] = params[name]
            elif default is not inspect.Parameter.empty:
                found[name] = default
            else:
                raise InputError("STAGE_INPUT", f"{stage.name} needs a parameter {name!r}")
        return found

    def settle(self, stage: Stage, tasks: Sequence[Task]) -> Settled:
        """Every task's outcome by recipe: read where a record stands, made where none does."""
        return self.settle_beside([(stage, tasks)])[0]

    def settle_beside(self, asked: Sequence[tuple[Stage, Sequence[Task]]]) -> list[Settled]:
        """The same for several stages, whose tasks take turns."""
        start = time.perf_counter()
        unique = [list({task.recipe: task for task in tasks}.values()) for _, tasks in asked]
        standing = [
            self._standing(stage, tasks) for (stage, _), tasks in zip(asked, unique, strict=True)
        ]
        missing = [
            [task for task in tasks if task.recipe not in outcomes]
            for tasks, outcomes in zip(unique, standing, strict=True)
        ]
        settled = [Settled(outcomes, dict.fromkeys(outcomes, "reused")) for outcomes in standing]
        stages = [stage for stage, _ in asked]
        for n, outcome in self._work(stages, missing):
            settled[n].outcomes[outcome.recipe] = outcome
            settled[n].origins[outcome.recipe] = "made"
        seconds = (time.perf_counter() - start) / len(asked)
        for (stage, tasks), made, one in zip(asked, missing, settled, strict=True):
            outcomes = [one.outcomes[task.recipe] for task in tasks]
            recipes = {task.recipe for task in made}
            self.tallies[stage.name] = tally(outcomes, made=recipes, seconds=seconds)
        return settled

    def _standing(self, stage: Stage, tasks: Sequence[Task]) -> dict[str, Outcome]:
        def look(task: Task) -> Record | None:
            record = read_record(self.store, stage=stage.name, recipe=task.recipe)
            # a blob that was deleted is made anew
            return record if record and is_whole(self.store, record) else None

        # several at a time: handing one over to a thread costs more than looking in a folder
        some = [tasks[n : n + LOOKED_UP] for n in range(0, len(tasks), LOOKED_UP)]
        found = spread(lambda few: [look(task) for task in few], some, slots=8)
        records = [record for few in found for record in few if record is not None]
        return {r.recipe: Outcome(r.recipe, record=r) for r in records}

    def _spec(self, role: str) -> EngineSpec:
        if role not in self.engines:
            raise InputError("ENGINE_UNKNOWN", f"no engine is chosen for the role {role}")
        return self.engines[role]

    def _info(self, spec: EngineSpec) -> EngineInfo:
        if repr(spec) not in self._infos:
            self._infos[repr(spec)] = self.place.info(spec)
        return self._infos[repr(spec)]

    def _work(
        self, stages: Sequence[Stage], missing: Sequence[Sequence[Task]]
    ) -> Iterator[tuple[int, Outcome]]:
        """Outcomes as they come, each with the number of its stage."""
        total = sum(map(len, missing))
        if not total:
            return
        for stage in stages:
            self.place.prepare(stage)
        jobs = [self._job(stage) for stage in stages]
        batches = [
            (start, n, tasks[start : start + job.size])
            for n, (job, tasks) in enumerate(zip(jobs, missing, strict=True))
            for start in range(0, len(tasks), job.size)
        ]
        batches.sort(key=lambda batch: batch[:2])  # one item's tasks stand together
        name = stages[0].name if len(stages) == 1 else f"{stages[0].name} … {stages[-1].name}"
        pace = Pace(self.listener, name, total, every_s=self.progress_every_s)
        retries = Retries(budget=max(10, total // 10))

        def send(batch: tuple[int, int, Sequence[Task]]) -> list[tuple[int, Outcome]]:
            _, n, tasks = batch
            made = retries.run(lambda some: self.place.run(jobs[n].job, some), tasks)
            return [(n, outcome) for outcome in made]

        slots = self.place.slots(min(job.parallel for job in jobs))
        for done in spread(send, batches, slots=slots):
            pace.step(len(done))
            yield from done

    def _job(self, stage: Stage) -> _StageJob:
        specs = {keyword: self._spec(role) for keyword, role in stage.engines.items()}
        infos = [self._info(spec) for spec in specs.values()]
        return _StageJob(
            job=Job(stage.path, specs),
            parallel=min((i.parallel for i in infos), default=os.cpu_count() or 1),
            size=max((i.batch_size for i in infos), default=1) if stage.batched else 1,
        )

    def _rows(
        self, stage: Stage, rows: Sequence[Row], tasks: Sequence[Task], settled: Settled
    ) -> tuple[Row, ...]:
        return tuple(
            self._row(
                stage,
                row,
                outcome=settled.outcomes[task.recipe],
                origin=settled.origins[task.recipe],
            )
            for row, task in zip(rows, tasks, strict=True)
        )

    def _row(self, stage: Stage, row: Row, *, outcome: Outcome, origin: Origin) -> Row:
        made = row_from(outcome, stage=stage, item=row.item, params=row.params, origin=origin)
        notes = tuple(dict.fromkeys((*row.notes, *made.notes)))
        # a stage that only judges passes the item through
        objects = made.objects if made.objects or not made.ok else row.objects
        return replace(made, objects=objects, notes=notes)


@dataclass
class Retries:
    """Tries again what may pass, one task at a time, within a budget for the whole stage."""

    budget: int
    wait_s: float = 0.2

    def run(
        self, send: Callable[[Sequence[Task]], list[Outcome]], tasks: Sequence[Task]
    ) -> list[Outcome]:
        """One outcome per task; trouble that no retry can mend is raised for the whole batch."""
        outcomes = send(tasks)
        for n, task in enumerate(tasks):
            for attempt in range(1, ATTEMPTS):
                trouble = outcomes[n].trouble
                if trouble is None or trouble.code.startswith(SETTLED) or self.budget <= 0:
                    break
                if trouble.needs_setup:
                    raise trouble
                self.budget -= 1
                time.sleep(self.wait_s * 4 ** (attempt - 1))
                outcomes[n] = send([task])[0]
        troubles = (outcome.trouble for outcome in outcomes)
        sinking = next((trouble for trouble in troubles if trouble and trouble.needs_setup), None)
        if sinking:
            raise sinking
        return outcomes


def row_from(
    outcome: Outcome, *, stage: Stage, item: str, params: dict[str, Any], origin: Origin
) -> Row:
    """The manifest row of an outcome; passing trouble is told but leaves no record."""
    if outcome.record is not None:
        return row_of(outcome.record, item=item, params=params, origin=origin)
    trouble = outcome.trouble or EngineError("STAGE_FAILED", "no outcome")
    return Row(
        item=item,
        params=params,
        stage=stage.name,
        code=trouble.code,
        reason=trouble.reason,
        fix=trouble.fix or "run the batch again",
        details=trouble.details,
    )


def told(options: dict[str, Any]) -> dict[str, Any]:
    """The options worth telling in an item's provenance."""
    return {n: v for n, v in options.items() if n not in QUIET_OPTIONS}


def tally(outcomes: Sequence[Outcome], *, made: set[str], seconds: float) -> Tally:
    """Counts over a stage's outcomes."""
    counts = Tally(seconds=seconds)
    counted: set[str] = set()
    for outcome in outcomes:
        fresh = outcome.recipe in made and outcome.recipe not in counted
        counted.add(outcome.recipe)
        code = outcome.record.code if outcome.record else (outcome.trouble or _LOST).code
        if code:
            counts.quarantined += 1
            counts.codes[code] = counts.codes.get(code, 0) + 1
        elif fresh:
            counts.made += 1
        else:
            counts.reused += 1
        if fresh and outcome.record:
            counts.engine_seconds += outcome.record.engine_seconds
    return counts


_LOST = EngineError("STAGE_FAILED", "no outcome")


def spread(work: Callable[[T], U], items: Sequence[T], *, slots: int) -> Iterator[U]:
    """Results of work over items as they finish, a bounded number at a time, never a queue."""
    if slots == 1 or len(items) <= 1:
        yield from map(work, items)
        return
    waiting = iter(items)
    with ThreadPoolExecutor(slots) as pool:
        flying: set[Future[U]] = set()
        try:
            for item in waiting:
                flying.add(pool.submit(work, item))
                if len(flying) >= 2 * slots:
                    done, flying = wait(flying, return_when=FIRST_COMPLETED)
                    yield from (f.result() for f in done)
            while flying:
                done, flying = wait(flying, return_when=FIRST_COMPLETED)
                yield from (f.result() for f in done)
        finally:
            for future in flying:
                future.cancel()
