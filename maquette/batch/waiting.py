"""Waiting for a batch that others make: how far it has come, told by the store alone.

Manifests are committed asset by asset, the index of the delivery is switched last and names the
upload it was made from, and failed runs leave an alert. What belongs here: looking and waiting.
What does not: making anything, and showing it.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

from maquette.batch.deliveries import folder_of
from maquette.batch.store import ObjectMissing, Store
from maquette.errors import ToolError

UI = "http://127.0.0.1:3000"
PAUSE_S = 1.0


@dataclass(frozen=True)
class Awaited:
    """What is waited for.

    Attributes:
        sha256: of the uploaded bytes: the same batch may be an older version of the upload.
        assets: of its line, in the order they are made.
    """

    line: str
    batch: str
    sha256: str
    assets: tuple[str, ...]


@dataclass(frozen=True)
class Standing:
    """How far a batch has come: assets that are committed, and the index once it is delivered."""

    done: tuple[str, ...]
    index: dict[str, Any] | None = None


def wait(
    store: Store,
    awaited: Awaited,
    *,
    timeout_s: float,
    tell: Callable[[Standing], None],
    pause_s: float = PAUSE_S,
) -> dict[str, Any]:
    """The index of the delivery, as soon as there is one for this upload.

    Raises ToolError WAIT_TIMEOUT, or BATCH_FAILED if a run of the batch is told to have failed.
    """
    before, old_alerts = read_index(store, awaited), set(_alert_keys(store))
    give_up = time.monotonic() + timeout_s
    while True:
        now = standing(store, awaited, before=before)
        tell(now)
        if now.index is not None:
            return now.index
        _raise_alert(store, awaited, known=old_alerts)
        if time.monotonic() >= give_up:
            raise ToolError(
                "WAIT_TIMEOUT",
                f"{awaited.batch} was not delivered within {timeout_s:g} s: "
                f"{len(now.done)} of {len(awaited.assets)} assets are done",
                fix=f"look at {run_page(awaited.batch)}; without a run, start the daemon. "
                "The same command goes on waiting",
            )
        time.sleep(pause_s)


def standing(store: Store, awaited: Awaited, *, before: dict[str, Any]) -> Standing:
    """Where the batch stands now; `before` is the index that was there from the start."""
    index = read_index(store, awaited)
    upload = index.get("upload")
    if isinstance(upload, dict):
        is_new = upload.get("sha256") == awaited.sha256
    else:
        is_new = bool(index) and index != before
    done = (
        a for a in awaited.assets if store.exists(f"manifests/{a}/{awaited.batch}/current.json")
    )
    return Standing(tuple(done), index if is_new else None)


def read_index(store: Store, awaited: Awaited) -> dict[str, Any]:
    """The index of what was delivered last, empty if nothing was."""
    try:
        return json.loads(store.get(f"{folder_of(awaited.line, awaited.batch)}index.json"))
    except ObjectMissing:
        return {}


def run_page(batch: str) -> str:
    """Where the UI lists the runs of a batch."""
    return f"{UI}/runs?q%5B0%5D=tag%3A{quote(f'dagster/partition={batch}', safe='')}"


def _alert_keys(store: Store) -> Iterator[str]:
    """Failures told within this hour; one told just before the hour struck is seen, too."""
    now = datetime.now(UTC)
    for hour in sorted({f"{at:%Y-%m-%d/%H}" for at in (now, now - timedelta(minutes=1))}):
        yield from (entry.key for entry in store.list(f"alerts/{hour}/"))


def _raise_alert(store: Store, awaited: Awaited, *, known: set[str]) -> None:
    for key in set(_alert_keys(store)) - known:
        known.add(key)
        told = json.loads(store.get(key))
        if told.get("batch") == awaited.batch:
            raise ToolError(
                "BATCH_FAILED",
                f"a run of {awaited.batch} failed: {told.get('code')} {told.get('reason')}",
                fix=" ".join(filter(None, (told.get("fix"), f"see {run_page(awaited.batch)}"))),
            )
