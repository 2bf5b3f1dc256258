"""The catalogue of motion: batches and their clips, how far each has come, and how close it is.

Read from the manifests, so there is nothing to keep in step. What belongs here: the tables, and
verdicts over a batch. What does not: how they are shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import polars as pl

from maquette.batch.deliveries import folder_of
from maquette.batch.manifests import Manifest, Row, current
from maquette.batch.store import Store
from maquette.batch.verdicts import Verdict
from maquette.lines.motion_sources import LINE

ASSETS = ("motion_frames", "motion_meshes", "animated_meshes")
STEPS = ("frames", "mesh", "delivered")  # what a clip is after each
SCHEMA = pl.Schema(
    {
        "project": pl.String,
        "client": pl.String,
        "batch": pl.String,
        "clip": pl.String,
        "engine": pl.String,  # that made the mesh
        "frames": pl.Int64,
        "faces": pl.Int64,
        "follows": pl.Float64,  # overlap of mesh and cut-outs, on the mean
        "status": pl.String,  # frames, mesh, delivered, set aside
        "trouble": pl.String,
        "delivery": pl.String,  # where its files lie
    }
)
SET_ASIDE = "set aside"
CLOSE = 0.85  # overlap on the mean: what is less looks like something else
TOLD_AT_MOST = 8


def catalogue(store: Store) -> pl.DataFrame:
    """One row per clip of each batch, in the order of projects, batches and clips."""
    rows = [row for batch in _batches(store) for row in _clips(store, batch)]
    return pl.DataFrame(rows, schema=SCHEMA).sort("project", "batch", "clip")


def _batches(store: Store) -> Iterator[str]:
    for ticket in store.list(f"batches/{LINE}/"):
        yield ticket.key.rpartition("/")[2].removesuffix(".json")


def _clips(store: Store, batch: str) -> Iterator[dict[str, Any]]:
    found = [current(store, asset=asset, batch=batch) for asset in ASSETS]
    held = [_by_clip(manifest) for manifest in found]
    for clip, first in held[0].items():
        mine = [each[clip] for each in held if clip in each]
        lost = next((one for one in mine if not one.ok), None)
        mesh = held[1].get(clip, first)
        status = SET_ASIDE if lost else STEPS[len(mine) - 1]
        yield {
            **{name: str(first.params.get(name, "")) for name in ("project", "client")},
            "batch": batch,
            "clip": clip,
            "engine": mesh.engine if clip in held[1] else "",
            "frames": first.params.get("frames"),
            "faces": mesh.params.get("faces"),
            "follows": mesh.scores.get("follows"),
            "status": status,
            "trouble": f"{lost.code} {lost.reason}"[:300] if lost else "",
            "delivery": f"{folder_of(LINE, batch)}{clip}/" if status == "delivered" else "",
        }


def _by_clip(manifest: Manifest | None) -> dict[str, Row]:
    """One row for each clip: its own, else that of its first frame."""
    found: dict[str, Row] = {}
    for row in manifest.rows if manifest else ():
        clip = str(row.params["clip"])
        if clip not in found or row.item == clip:
            found[clip] = row
    return found


def notes_of(manifest: Manifest) -> tuple[str, ...]:
    """What is said of each clip, once, with its name."""
    told = ((row.params["clip"], note) for row in manifest.delivered for note in row.notes)
    return tuple(f"{clip}: {note}" for clip, note in dict.fromkeys(told))


def clips_told(meshes: Manifest) -> pl.DataFrame:
    """One row per clip of a batch: what it is, and what making it took."""
    rows = [_told(row) for row in meshes.delivered]
    return pl.DataFrame(rows) if rows else pl.DataFrame(schema={"clip": pl.String})


def _told(row: Row) -> dict[str, Any]:
    """Whatever the engine measured stands here under its own name: seconds, memory."""
    follows = {name: row.scores.get(name) for name in ("follows", "follows_least")}
    took = {name: value for name, value in sorted(row.scores.items()) if name not in follows}
    return {
        "clip": row.item,
        "frames": row.params["frames"],
        "faces": row.params["faces"],
        "rate": round(float(row.params["rate"]), 3),
        **{name: None if value is None else round(value, 3) for name, value in follows.items()},
        "seconds": round(row.seconds, 1),
        **{name: round(value, 2) for name, value in took.items()},
    }


def judge_following(meshes: Manifest) -> Verdict:
    """Whether every mesh of a batch keeps to the outlines of its clip."""
    judged = [row for row in meshes.delivered if "follows" in row.scores]
    least = min((row.scores["follows"] for row in judged), default=1.0)
    apart = [row for row in judged if row.scores["follows"] < CLOSE]
    text = "all follow their clips" if judged else "nothing arrived to judge"
    if apart:
        text = f"looks unlike its clip: {_listed(apart)}"
    figures = {"clips": len(judged), "clips_apart": len(apart), "least": round(least, 4)}
    return Verdict(not apart, "WARN", text, dict(figures))


def _listed(rows: Sequence[Row]) -> str:
    told = (f"{row.item} ({row.scores['follows']:.2f})" for row in rows[:TOLD_AT_MOST])
    return ", ".join(told)
