"""Spans: an ordered run of frames of one object between two keys, as one piece of work.

A correction on a frame is a new key: it makes new spans between its neighbouring keys and leaves
all others alone. What belongs here: cutting rows into spans and handing results back to frames.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

from maquette.batch.host import Task, in_span
from maquette.batch.manifests import Manifest, Row, join
from maquette.batch.records import ObjectRef
from maquette.batch.runner import Runner, row_from, told
from maquette.batch.stages import Stage


def run_spans(runner: Runner, stage: Stage, *inputs: Manifest) -> Manifest:
    """Run a span stage over frames; one row per frame comes back, in the order they went in.

    Each row tells its ``object``, its ``frame`` number and whether it is a ``key``.
    """
    rows = join(*inputs)
    spans = [span for frames in _by_object(rows).values() for span in between_keys(frames)]
    tasks = [_task(runner, stage, span) for span in spans]
    outcomes, origins = runner.settle(stage, tasks)
    made: dict[str, Row] = {}
    for span, task in zip(spans, tasks, strict=True):
        outcome, origin = outcomes[task.recipe], origins[task.recipe]
        for n, row in enumerate(span):
            if row.item in made:  # a key ends one span and begins the next: the first speaks
                continue
            whole = row_from(outcome, stage=stage, item=row.item, params=row.params, origin=origin)
            made[row.item] = _frame(whole, stage=stage, n=n) if whole.ok else whole
    return Manifest(
        inputs[0].line, stage.name, inputs[0].batch, tuple(made[row.item] for row in rows)
    )


def between_keys(frames: Sequence[Row]) -> list[Sequence[Row]]:
    """The runs from key to key, both included; what lies before the first or after the last too.

    Without any key the whole is one span.
    """
    keys = [n for n, row in enumerate(frames) if row.params.get("key")]
    ends = sorted({0, *keys, len(frames) - 1})
    if len(ends) == 1:
        return [frames]
    return [frames[a : b + 1] for a, b in pairwise(ends)]


def _by_object(rows: Sequence[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in sorted(rows, key=lambda r: int(r.params["frame"])):
        found.setdefault(str(row.params["object"]), []).append(row)
    return found


def _task(runner: Runner, stage: Stage, span: Sequence[Row]) -> Task:
    inputs = {
        i.name: tuple(row.object(i.name) if i.optional else _ref(row, i.name) for row in span)
        for i in stage.inputs
    }
    # the first frame may be the end of the run before, and know of a change that is not ours
    provenance = span[-1].provenance
    options = runner.options(stage, _params(span), provenance)
    sums = {name: [ref and ref.sha256 for ref in refs] for name, refs in inputs.items()}
    return Task(
        recipe=runner.recipe(stage, options, sums, provenance),
        options=options,
        inputs=inputs,
        provenance=provenance,
        step_params=told(options),
    )


def _params(span: Sequence[Row]) -> dict[str, Any]:
    """What the stage may ask for: the first frame's parameters, and lists over all frames."""
    return {
        **span[0].params,
        "keys": [bool(row.params.get("key")) for row in span],
        "indices": [row.params.get("index") for row in span],
    }


def _ref(row: Row, name: str) -> ObjectRef:
    ref = row.object(name)
    assert ref is not None, f"{row.item} has no object {name!r}"
    return ref


def _frame(whole: Row, *, stage: Stage, n: int) -> Row:
    """One frame's row out of its span's."""
    end = in_span("", n)
    objects = tuple(
        replace(ref, name=ref.name.removesuffix(end))
        for ref in whole.objects
        if ref.name.endswith(end)
    )
    own = {name.removesuffix(end): v for name, v in whole.params.items() if name.endswith(end)}
    scores = {name.removesuffix(end): v for name, v in whole.scores.items() if name.endswith(end)}
    common = {name: value for name, value in whole.params.items() if "/" not in name}
    return replace(whole, objects=objects, scores=scores, params={**common, **own})
