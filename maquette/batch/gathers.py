"""Gathers: many items to one, such as packs, movies and exports.

What belongs here: grouping rows and naming what comes of a group.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from maquette.batch.host import Task
from maquette.batch.manifests import Manifest, Row, join
from maquette.batch.records import ObjectRef
from maquette.batch.runner import Runner, row_from, told
from maquette.batch.stages import Stage
from maquette.provenance import Provenance


@dataclass(frozen=True)
class Group:
    """Some items that become one: the number-th (from 1) of so many."""

    number: int
    of: int
    rows: Sequence[Row]


Grouping = Callable[[Sequence[Row]], list[Sequence[Row]]]


def at_most(size: int) -> Grouping:
    """Groups of so many, in order."""
    return lambda rows: [rows[start : start + size] for start in range(0, len(rows), size)]


def alike(*names: str) -> Grouping:
    """Rows with the same parameters of these names, in the order in which they first appear."""

    def grouped(rows: Sequence[Row]) -> list[Sequence[Row]]:
        found: dict[tuple[str, ...], list[Row]] = {}
        for row in rows:
            found.setdefault(tuple(str(row.params[name]) for name in names), []).append(row)
        return list(found.values())

    return grouped


def run_gather(
    runner: Runner,
    stage: Stage,
    *inputs: Manifest,
    grouped: Grouping,
    params: Callable[[Group], dict[str, Any]],
    extras: Sequence[Manifest] = (),
) -> Manifest:
    """Run a gather stage over groups of items; one row per group comes back.

    A group's row is called by the ``item`` of its parameters. Items are those that all inputs
    delivered; what extras delivered of them is added to their objects.
    """
    more = [{row.item: row.objects for row in manifest.delivered} for manifest in extras]
    rows = [_enriched(row, more) for row in join(*inputs)]
    parts = grouped(rows)
    groups = [Group(n, len(parts), part) for n, part in enumerate(parts, 1)]
    given = [params(group) for group in groups]
    tasks = [_task(runner, stage, g.rows, params=p) for g, p in zip(groups, given, strict=True)]
    outcomes, origins = runner.settle(stage, tasks)
    made = tuple(
        row_from(
            outcomes[task.recipe],
            stage=stage,
            item=str(p["item"]),
            params=p,
            origin=origins[task.recipe],
        )
        for task, p in zip(tasks, given, strict=True)
    )
    return Manifest(inputs[0].line, stage.name, inputs[0].batch, made)


def _enriched(row: Row, extras: Sequence[dict[str, tuple[ObjectRef, ...]]]) -> Row:
    found = [ref for extra in extras for ref in extra.get(row.item, ())]
    return replace(row, objects=(*row.objects, *found))


def _task(runner: Runner, stage: Stage, group: Sequence[Row], *, params: dict[str, Any]) -> Task:
    # lists, because their order counts; and all that a Member tells, because a stage may repeat it
    sums = [[row.item, [[o.name, o.sha256] for o in row.objects]] for row in group]
    words = [[row.params, row.notes, row.scores, row.provenance.to_json()] for row in group]
    parents = dict.fromkeys(p for row in group for p in row.provenance.parents)  # frames share one
    provenance = Provenance(parents=tuple(parents))
    options = runner.options(stage, params, provenance)
    return Task(
        recipe=runner.recipe(stage, options, {"objects": sums, "words": words}, provenance),
        options=options,
        provenance=provenance,
        members=tuple(group),
        step_params=told(options),
    )
