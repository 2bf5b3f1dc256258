"""The catalogue of prints: batches and their items, how far each has come, and whether it prints.

Read from the manifests, so there is nothing to keep in step. What belongs here: the table, and
verdicts over a batch. What does not: how they are shown.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import polars as pl

from maquette.batch.deliveries import folder_of
from maquette.batch.manifests import Manifest, Row, current
from maquette.batch.store import Store
from maquette.batch.verdicts import Verdict
from maquette.lines.print_sources import LINE

ASSETS = ("print_concepts", "print_models", "print_solids", "print_files")
STEPS = ("concept", "model", "solid", "delivered")  # what an item is after each
SCHEMA = pl.Schema(
    {
        "project": pl.String,
        "client": pl.String,
        "batch": pl.String,
        "item": pl.String,  # batch/item names it in later orders
        "operation": pl.String,
        "form": pl.String,
        "size_mm": pl.String,  # x, y, z
        "verdict": pl.String,  # ok, look, bad
        "status": pl.String,  # concept, model, solid, delivered, set aside
        "trouble": pl.String,
        "delivery": pl.String,  # where its files lie
    }
)
SET_ASIDE = "set aside"
TOLD_AT_MOST = 8


def catalogue(store: Store) -> pl.DataFrame:
    """One row per item of each batch, in the order of projects, batches and items."""
    rows = [row for batch in _batches(store) for row in _items(store, batch)]
    return pl.DataFrame(rows, schema=SCHEMA).sort("project", "batch", "item")


def _batches(store: Store) -> Iterator[str]:
    for ticket in store.list(f"batches/{LINE}/"):
        yield ticket.key.rpartition("/")[2].removesuffix(".json")


def _items(store: Store, batch: str) -> Iterator[dict[str, Any]]:
    held = [current(store, asset=asset, batch=batch) for asset in ASSETS]
    first = held[0]
    for row in first.rows if first else ():
        mine = [_of(row.item, manifest) for manifest in held]
        lost = next((one for one in mine if one is not None and not one.ok), None)
        done = sum(one is not None and one.ok for one in mine)
        last = next((one for one in reversed(mine) if one is not None), row)
        concept = row.params.get("operation") == "concept"
        status = "delivered" if concept and done else STEPS[max(done, 1) - 1]
        yield {
            **{n: str(row.params.get(n, "")) for n in ("project", "client", "operation", "form")},
            "batch": batch,
            "item": row.item,
            "size_mm": sizes_told(last),
            "verdict": str(last.params.get("verdict", "")),
            "status": SET_ASIDE if lost else status,
            "trouble": f"{lost.code} {lost.reason}"[:300] if lost else "",
            "delivery": f"{folder_of(LINE, batch)}{row.item}/" if status == "delivered" else "",
        }


def _of(item: str, manifest: Manifest | None) -> Row | None:
    return next((row for row in manifest.rows if row.item == item), None) if manifest else None


def sizes_told(row: Row) -> str:
    """A print's size as people say it: ``60 x 45.5 x 80``."""
    sides: list[float] = row.params.get("print_mm", [])
    return " x ".join(f"{side:.4g}" for side in sides)


def examinations(files: Manifest) -> pl.DataFrame:
    """One row per print of a batch: its size, and the verdict of every check."""
    rows = [
        {
            "item": row.item,
            "size_mm": sizes_told(row),
            "verdict": str(row.params.get("verdict", "")),
            **{str(name): str(found) for name, found in row.params.get("verdicts", {}).items()},
        }
        for row in files.delivered
    ]
    return pl.DataFrame(rows) if rows else pl.DataFrame(schema={"item": pl.String})


def judge_prints(files: Manifest) -> Verdict:
    """Whether every print of a batch can be printed, in the words of its examination."""
    counts = Counter(str(row.params.get("verdict", "")) for row in files.delivered)
    bad = [row for row in files.delivered if row.params.get("verdict") == "bad"]
    care = [row for row in files.delivered if row.params.get("verdict") == "look"]
    names = ", ".join(row.item for row in (bad or care)[:TOLD_AT_MOST])
    if bad:
        text = f"will not print: {names}"
    elif care:
        text = f"print with care: {names}"
    else:
        text = "all print well" if files.delivered else "nothing arrived to judge"
    figures = {f"prints_{verdict}": counts[verdict] for verdict in ("ok", "look", "bad")}
    return Verdict(not bad, "WARN", text, dict(figures))
