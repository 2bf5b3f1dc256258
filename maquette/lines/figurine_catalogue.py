"""The catalogue of figurines: batches and their orders, how far each has come, and how good it is.

Read from the manifests, so there is nothing to keep in step. What belongs here: the table, and
verdicts over a batch. What does not: how they are shown.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import polars as pl

from maquette.batch.deliveries import folder_of
from maquette.batch.manifests import Manifest, Row, current
from maquette.batch.store import Store
from maquette.batch.verdicts import Verdict
from maquette.lines.figurine_sources import LINE

ASSETS = ("face_photos", "face_styles", "figurines", "figurine_files")
STEPS = ("photo", "style", "figure", "delivered")  # what an item is after each
SCHEMA = pl.Schema(
    {
        "project": pl.String,
        "client": pl.String,
        "batch": pl.String,
        "item": pl.String,
        "template": pl.String,
        "style": pl.String,
        "height_mm": pl.Float64,
        "quality": pl.Float64,  # the overall score, 0 to 1; empty before it is graded
        "weakest": pl.String,  # the part with the lowest score
        "status": pl.String,  # photo, style, figure, delivered, set aside
        "trouble": pl.String,
        "delivery": pl.String,  # where its files lie
    }
)
SET_ASIDE = "set aside"
OVERALL, PART = "quality", "quality_"  # how scores of the grading are called


def catalogue(store: Store) -> pl.DataFrame:
    """One row per order, in the order of projects, batches and items."""
    rows = [row for batch in _batches(store) for row in _items(store, batch)]
    return pl.DataFrame(rows, schema=SCHEMA).sort("project", "batch", "item")


def _batches(store: Store) -> Iterator[str]:
    for ticket in store.list(f"batches/{LINE}/"):
        yield ticket.key.rpartition("/")[2].removesuffix(".json")


def _items(store: Store, batch: str) -> Iterator[dict[str, Any]]:
    held = [current(store, asset=asset, batch=batch) for asset in ASSETS]
    for row in held[0].rows if held[0] else ():
        mine = [_of(row.item, manifest) for manifest in held]
        lost = next((one for one in mine if one is not None and not one.ok), None)
        done = sum(one is not None and one.ok for one in mine)
        last = next((one for one in reversed(mine) if one is not None), row)
        scores = last.scores
        delivered = not lost and done == len(ASSETS)
        yield {
            **{n: str(row.params.get(n, "")) for n in ("project", "client", "template")},
            "batch": batch,
            "item": row.item,
            "style": str(last.params.get("style", "")),
            "height_mm": row.params.get("height_mm"),
            "quality": scores.get(OVERALL),
            "weakest": weakest(scores),
            "status": SET_ASIDE if lost else STEPS[max(done, 1) - 1],
            "trouble": f"{lost.code} {lost.reason}"[:300] if lost else "",
            "delivery": f"{folder_of(LINE, batch)}{row.item}/" if delivered else "",
        }


def _of(item: str, manifest: Manifest | None) -> Row | None:
    return next((row for row in manifest.rows if row.item == item), None) if manifest else None


def parts_of(scores: dict[str, float]) -> dict[str, float]:
    """The parts of an overall score by name, each 0 to 1."""
    named = sorted(name for name in scores if name.startswith(PART))  # kept rows are sorted too
    return {name.removeprefix(PART): scores[name] for name in named}


def weakest(scores: dict[str, float]) -> str:
    """The part with the lowest score; empty before it is graded."""
    parts = parts_of(scores)
    return min(parts, key=lambda name: (parts[name], name)) if parts else ""


def shown(manifest: Manifest, name: str) -> str:
    """The name of the picture that a contact sheet may show; empty where an order disagrees."""
    agreed = all(row.params.get("show_face") for row in manifest.delivered)
    return name if agreed and any(row.object(name) for row in manifest.delivered) else ""


def parts_told(files: Manifest) -> pl.DataFrame:
    """One row per figurine of a batch: the overall score and every part of it."""
    rows = [
        {"item": row.item, OVERALL: row.scores.get(OVERALL), **parts_of(row.scores)}
        for row in files.delivered
    ]
    return pl.DataFrame(rows) if rows else pl.DataFrame(schema={"item": pl.String})


def judge_likeness(files: Manifest) -> Verdict:
    """Whether a batch's figurine was good enough to be delivered, in the words of its grading."""
    good = files.delivered
    poor = [row for row in files.quarantined if row.code == "QUALITY_LOW"]
    if poor:
        text = f"not good enough: {poor[0].item}: {poor[0].reason}"
    elif good:
        least = min(good, key=lambda row: row.scores.get(OVERALL, 0.0))
        score = least.scores.get(OVERALL, 0.0)
        text = f"good: {score:.2f} in all, the weakest part is {weakest(least.scores) or 'unknown'}"
    else:
        text = "nothing arrived to judge"
    figures: dict[str, float | int | str] = {
        "figurines_good": len(good),
        "figurines_poor": len(poor),
    }
    for row in good:
        if OVERALL in row.scores:
            figures[f"quality_{row.item}"] = round(row.scores[OVERALL], 4)
    return Verdict(not poor, "WARN", text, figures)
