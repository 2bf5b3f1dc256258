"""Pruning: what no manifest names, and intermediates past their time.

Nothing a running batch may need is touched: everything younger than a day stays whatever names
it, current manifests keep their deliveries' sources, and records go before the blobs they list,
so that a run that meets the gap makes the item anew. What belongs here: the decision and the
deletion. What does not: when it is done (`jobs.housekeeping`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from maquette.batch.manifests import read
from maquette.batch.store import Entry, ObjectMissing, Store

GRACE = timedelta(days=1)


@dataclass(frozen=True)
class Policy:
    """What may go.

    Attributes:
        keep_days: how long intermediates (records and blobs of current manifests) are kept;
            None keeps them for ever. Deliveries are never touched.
        history_days: how long manifests that are no longer current are kept for reports.
    """

    keep_days: int | None = None
    history_days: int = 365


@dataclass
class Sweep:
    """What was (or would be) deleted."""

    keys: list[str] = field(default_factory=list)
    freed_bytes: int = 0

    def add(self, entry: Entry) -> None:
        """Count one more."""
        self.keys.append(entry.key)
        self.freed_bytes += entry.size


def plan(store: Store, *, policy: Policy, now: datetime) -> Sweep:
    """What would be deleted, in the order it must be: manifests, records, then blobs."""
    sweep = Sweep()
    kept = _kept_manifests(store, policy=policy, now=now, sweep=sweep)
    recipes, blobs = _named(store, kept, policy=policy, now=now)
    for entry in store.list("records/"):
        if _stem(entry.key) not in recipes and _older(entry, GRACE, now):
            sweep.add(entry)
    for entry in store.list("blobs/"):
        if entry.key not in blobs and _older(entry, GRACE, now):
            sweep.add(entry)
    return sweep


def carry_out(store: Store, sweep: Sweep) -> None:
    """Delete what the plan names."""
    for key in sweep.keys:
        store.delete(key)


def _kept_manifests(
    store: Store, *, policy: Policy, now: datetime, sweep: Sweep
) -> list[tuple[Entry, bool]]:
    """Manifests that stay, and whether each is current."""
    listed = list(store.list("manifests/"))
    current = {_pointed(store, e.key) for e in listed if e.key.endswith("/current.json")}
    kept: list[tuple[Entry, bool]] = []
    for entry in listed:
        if not entry.key.endswith(".parquet"):
            continue
        past = _older(entry, timedelta(days=policy.history_days), now)
        if past and entry.key not in current:
            sweep.add(entry)
        else:
            kept.append((entry, entry.key in current))
    return kept


def _pointed(store: Store, key: str) -> str:
    try:
        return str(json.loads(store.get(key))["manifest"])
    except ObjectMissing:
        return ""


def _named(
    store: Store, kept: Iterable[tuple[Entry, bool]], *, policy: Policy, now: datetime
) -> tuple[set[str], set[str]]:
    """Recipes and blobs that must stay: those of current manifests that are not past keeping."""
    recipes: set[str] = set()
    blobs: set[str] = set()
    for entry, is_current in kept:
        expired = policy.keep_days is not None and _older(
            entry, timedelta(days=policy.keep_days), now
        )
        young = not _older(entry, GRACE, now)
        if (is_current and not expired) or young:
            for recipe, keys in _contents(store, entry.key):
                recipes.add(recipe)
                blobs.update(keys)
    return recipes, blobs


def _contents(store: Store, key: str) -> Iterator[tuple[str, list[str]]]:
    try:
        rows = read(store.get(key)).rows
    except ObjectMissing:
        return
    for row in rows:
        yield row.recipe, [ref.key for ref in row.objects]
        for step in row.provenance.steps:
            yield step.recipe, []


def _stem(key: str) -> str:
    return key.rpartition("/")[2].removesuffix(".json")


def _older(entry: Entry, age: timedelta, now: datetime) -> bool:
    return entry.time < now - age
