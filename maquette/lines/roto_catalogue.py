"""The catalogue of roto: projects, shots, objects, how far each has come, and how sure it is.

Read from the manifests, so there is nothing to keep in step. What belongs here: the table. What
does not: how it is shown.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import polars as pl

from maquette.batch.deliveries import folder_of
from maquette.batch.manifests import Manifest, Row, current
from maquette.batch.store import Store
from maquette.batch.verdicts import Verdict

ASSETS = ("plates", "roto_masks", "roto_mattes", "roto_shapes", "roto_exports")
SCHEMA = pl.Schema(
    {
        "project": pl.String,
        "client": pl.String,
        "batch": pl.String,
        "shot": pl.String,
        "object": pl.String,
        "label": pl.String,
        "frames": pl.Int64,  # plates of the shot
        "keys": pl.Int64,  # plates somebody pointed at
        "masks": pl.Int64,
        "mattes": pl.Int64,
        "exports": pl.Int64,  # plates with a file, or movies
        "hidden": pl.Int64,  # plates on which the object cannot be seen
        "least_confidence": pl.Float64,
        "status": pl.String,  # ordered, masks, mattes, delivered, set aside
        "trouble": pl.String,
        "delivery": pl.String,  # where its files lie
    }
)
SURENESS = pl.Schema(
    {
        "object": pl.String,
        "plates": pl.Int64,
        "keys": pl.String,  # plate numbers
        "hidden": pl.Int64,
        "sure": pl.Float64,  # mean over its plates
        "least_sure": pl.String,  # plates, the worst first
    }
)
LEAST_SURE = 5
SET_ASIDE = "set aside"
TOLD_AT_MOST = 8


def catalogue(store: Store) -> pl.DataFrame:
    """One row per object of each shot, in the order of projects, batches and shots."""
    rows = [row for batch in _batches(store) for row in _objects(store, batch)]
    return pl.DataFrame(rows, schema=SCHEMA).sort("project", "batch", "shot", "object")


def sureness(masks: Manifest) -> pl.DataFrame:
    """One row per object of a batch: how sure its masks are, and the plates to look at first."""
    rows: dict[str, list[Row]] = {}
    for row in masks.delivered:
        rows.setdefault(str(row.params["object"]), []).append(row)
    return pl.DataFrame([_sureness(name, mine) for name, mine in rows.items()], schema=SURENESS)


def _sureness(name: str, rows: list[Row]) -> dict[str, Any]:
    sure = {int(r.params["frame"]): r.scores.get("confidence", 1.0) for r in rows}
    keys = [int(r.params["frame"]) for r in rows if r.params.get("key")]
    followed = sorted(set(sure) - set(keys), key=lambda frame: (sure[frame], frame))
    return {
        "object": name,
        "plates": len(rows),
        "keys": ", ".join(map(str, keys)),
        "hidden": sum(bool(row.params.get("hidden")) for row in rows),
        "sure": round(sum(sure.values()) / len(sure), 3),
        "least_sure": ", ".join(f"{n} ({sure[n]:.0%})" for n in followed[:LEAST_SURE]),
    }


def _batches(store: Store) -> Iterator[str]:
    for ticket in store.list("batches/roto/"):
        yield ticket.key.rpartition("/")[2].removesuffix(".json")


def _objects(store: Store, batch: str) -> Iterator[dict[str, Any]]:
    held = {asset: current(store, asset=asset, batch=batch) for asset in ASSETS}
    plates, masks = held["plates"], held["roto_masks"]
    if plates is None or not plates.rows:
        return
    owner = {name: plates.rows[0].params.get(name, "") for name in ("project", "client")}
    if masks is None:
        yield {**owner, "batch": batch, "frames": len(plates.rows), "status": "ordered"}
        return
    names = dict.fromkeys(str(row.params.get("object", row.item)) for row in masks.rows)
    for name in names:
        yield {**owner, "batch": batch, **_standing(name, held)}


def _standing(name: str, held: dict[str, Manifest | None]) -> dict[str, Any]:
    shot, _, one = name.rpartition("/")
    rows = {asset: _of(name, held[asset]) for asset in ASSETS[1:]}
    masks = [row for row in rows["roto_masks"] if row.ok]
    mattes = [row for row in rows["roto_mattes"] if row.ok]
    exports = [row for row in rows["roto_exports"] if row.ok]
    lost = [row for found in rows.values() for row in found if not row.ok]
    stages = {"delivered": exports, "mattes": mattes, "masks": masks}
    status = next((word for word, found in stages.items() if found), SET_ASIDE)
    sure = [row.scores["confidence"] for row in masks if "confidence" in row.scores]
    batch = next((m.batch for m in held.values() if m is not None), "")
    return {
        "shot": shot,
        "object": one,
        "label": next((str(row.params["label"]) for row in masks if row.params.get("label")), ""),
        "frames": len(masks),
        "keys": sum(bool(row.params.get("key")) for row in masks),
        "masks": len(masks),
        "mattes": len(mattes),
        "exports": len(exports),
        "hidden": sum(bool(row.params.get("hidden")) for row in masks),
        "least_confidence": min(sure, default=None),
        "status": status,
        "trouble": "; ".join(dict.fromkeys(f"{row.code} {row.reason}" for row in lost))[:300],
        "delivery": f"{folder_of('roto', batch)}{shot}/{one}/" if exports else "",
    }


def _of(name: str, manifest: Manifest | None) -> list[Row]:
    rows = manifest.rows if manifest else ()
    return [row for row in rows if str(row.params.get("object", row.item)) == name]


def closeness(shapes: Manifest) -> pl.DataFrame:
    """How near each object's splines are to its mattes, and what they cost an artist."""
    names = (
        "iou",
        "worst_iou",
        "shapes",
        "points_at_once",
        "keys",
        "keyed_share",
        "chatter_px",
    )
    rows = [
        {"object": row.params["object"], **{n: round(row.scores.get(n, 0.0), 4) for n in names}}
        for row in shapes.delivered
    ]
    return pl.DataFrame(rows, schema={"object": pl.String, **dict.fromkeys(names, pl.Float64)})


def told_of(shapes: Manifest) -> tuple[str, ...]:
    """Frames worth an artist's look, object by object."""
    return tuple(f"{row.params['object']}: {note}" for row in shapes.rows for note in row.notes)


def judge_closeness(shapes: Manifest) -> Verdict:
    """Whether every object's splines keep the overlap their order asks for, on every frame."""
    loose = [
        row
        for row in shapes.delivered
        if row.scores.get("worst_iou", 1.0) < float(row.params["wanted"]["least_iou"])
    ]
    worst = min((row.scores.get("worst_iou", 1.0) for row in shapes.delivered), default=1.0)
    names = ", ".join(str(row.params["object"]) for row in loose[:TOLD_AT_MOST])
    text = f"looser than asked on some frames: {names}" if loose else "as close as asked"
    return Verdict(not loose, "WARN", text, {"objects_loose": len(loose), "worst_iou": worst})
