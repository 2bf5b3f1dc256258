"""Manifests: one small typed table per asset and batch; what assets hand to each other.

A manifest is immutable and lies under its own hash; a pointer names the current one and is
swapped last, which is the commit. `Manifest.digest` covers what the rows are, not how long they
took or whether they were reused, so a re-run that changes nothing has the same data version.

Manifests are kept for good, so their columns may grow: whoever reads one takes a column that was
not yet written as that of a plain row, and leaves alone one that a newer version added.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, Literal

import polars as pl

from maquette.batch.records import ObjectRef, Record, canonical
from maquette.batch.store import ObjectMissing, Store, sha256_of
from maquette.errors import MaquetteError
from maquette.provenance import Provenance

OBJECT = pl.Struct({"name": pl.String, "key": pl.String, "sha256": pl.String, "size": pl.Int64})
SCORE = pl.Struct({"name": pl.String, "value": pl.Float64})
SCHEMA = pl.Schema(
    {
        "line": pl.String,  # stickers, roto, prints, motion, figurines
        "asset": pl.String,
        "batch": pl.String,  # the partition key
        "made_at": pl.Datetime("us", "UTC"),  # when the manifest was written
        "item": pl.String,
        "position": pl.Int32,
        "status": pl.String,  # ok, quarantined
        "origin": pl.String,  # made, reused
        "stage": pl.String,
        "recipe": pl.String,  # names the record
        "engine": pl.String,
        "licences": pl.List(pl.String),
        "seconds": pl.Float64,  # when it was made, however long ago
        "engine_seconds": pl.Float64,
        "seed": pl.Int64,
        "params": pl.String,  # JSON
        "objects": pl.List(OBJECT),
        "scores": pl.List(SCORE),
        "notes": pl.List(pl.String),
        "provenance": pl.String,  # JSON
        "code": pl.String,  # why it was set aside
        "reason": pl.String,
        "fix": pl.String,
        "details": pl.String,  # JSON: the figures of the reason
    }
)
VOLATILE = ("made_at", "origin", "seconds", "engine_seconds")

Origin = Literal["made", "reused"]


@dataclass(frozen=True)
class Row:
    """One item of a batch after one asset."""

    item: str
    params: dict[str, Any] = field(default_factory=dict)
    objects: tuple[ObjectRef, ...] = ()
    provenance: Provenance = field(default_factory=Provenance)
    origin: Origin = "made"
    stage: str = ""
    recipe: str = ""
    engine: str = ""
    licences: tuple[str, ...] = ()
    seconds: float = 0.0
    engine_seconds: float = 0.0
    scores: dict[str, float] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    code: str = ""
    reason: str = ""
    fix: str = ""
    details: dict[str, Any] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether the item goes on to the next stage."""
        return not self.code

    def object(self, name: str) -> ObjectRef | None:
        """The object of that name, the latest if there are several."""
        return next((o for o in reversed(self.objects) if o.name == name), None)

    @classmethod
    def refused(cls, item: str, trouble: MaquetteError, *, params: dict[str, Any]) -> Row:
        """The row of something that goes no further."""
        return cls(item, params).lost_to(trouble)

    def lost_to(self, trouble: MaquetteError) -> Row:
        """The row as it goes no further: why, and nothing that was made."""
        why = {name: getattr(trouble, name) for name in ("code", "reason", "fix", "details")}
        return replace(self, objects=(), **why)


@dataclass(frozen=True)
class Manifest:
    """What one asset holds of one batch, row by row, in the order of the upload."""

    line: str
    asset: str
    batch: str
    rows: tuple[Row, ...]

    @property
    def delivered(self) -> tuple[Row, ...]:
        """The rows that go on."""
        return tuple(row for row in self.rows if row.ok)

    @property
    def quarantined(self) -> tuple[Row, ...]:
        """The rows that were set aside."""
        return tuple(row for row in self.rows if not row.ok)

    @cached_property
    def digest(self) -> str:
        """Names what the rows are: the asset's data version."""
        rows = [{**_cells(r), **dict.fromkeys(VOLATILE)} for r in self.rows]
        return hashlib.sha256(canonical([self.line, self.asset, self.batch, rows])).hexdigest()[:32]

    def named(self, asset: str) -> Manifest:
        """The same rows under an asset's name."""
        return Manifest(self.line, asset, self.batch, self.rows)

    def frame(self, made_at: datetime | None = None) -> pl.DataFrame:
        """The manifest as a table."""
        common = {
            "line": self.line,
            "asset": self.asset,
            "batch": self.batch,
            "made_at": made_at or datetime.now(UTC),
        }
        rows = [{**common, "position": n, **_cells(row)} for n, row in enumerate(self.rows)]
        return pl.DataFrame(rows, schema=SCHEMA)


def _cells(row: Row) -> dict[str, Any]:
    seed = row.params.get("seed")
    return {
        "item": row.item,
        "status": "ok" if row.ok else "quarantined",
        "origin": row.origin,
        "stage": row.stage,
        "recipe": row.recipe,
        "engine": row.engine,
        "licences": list(row.licences),
        "seconds": row.seconds,
        "engine_seconds": row.engine_seconds,
        "seed": seed if isinstance(seed, int) else None,
        "params": canonical(row.params).decode(),
        "objects": [vars(o) for o in row.objects],
        "scores": [{"name": n, "value": float(v)} for n, v in sorted(row.scores.items())],
        "notes": list(row.notes),
        "provenance": row.provenance.to_json(),
        "code": row.code,
        "reason": row.reason,
        "fix": row.fix,
        "details": canonical(row.details).decode(),
    }


def _row(cells: dict[str, Any]) -> Row:
    return Row(
        item=cells["item"],
        params=json.loads(cells["params"]),
        objects=tuple(ObjectRef(**o) for o in cells["objects"]),
        provenance=Provenance.from_json(cells["provenance"]),
        origin=cells["origin"],
        scores={s["name"]: s["value"] for s in cells["scores"]},
        licences=tuple(cells["licences"]),
        notes=tuple(cells["notes"]),
        **{n: cells[n] for n in ("stage", "recipe", "engine", "seconds", "engine_seconds")},
        **{n: cells[n] for n in ("code", "reason", "fix")},
        details=json.loads(cells["details"]),
    )


def row_of(record: Record, *, item: str, params: dict[str, Any], origin: Origin) -> Row:
    """The manifest row of a record, for the item that asked for it."""
    return Row(
        item=item,
        params={**params, **record.params},
        objects=record.objects,
        provenance=Provenance.from_json(record.provenance) if record.provenance else Provenance(),
        origin=origin,
        stage=record.stage,
        recipe=record.recipe,
        engine=record.engine,
        licences=record.licences,
        seconds=record.seconds,
        engine_seconds=record.engine_seconds,
        scores=record.scores,
        notes=record.notes,
        code=record.code,
        reason=record.reason,
        fix=record.fix,
        details=record.details,
    )


def _folder(asset: str, batch: str) -> str:
    return f"manifests/{asset}/{batch}"


def commit(store: Store, manifest: Manifest) -> str:
    """Write the manifest and then swap the pointer; returns the manifest's key."""
    out = io.BytesIO()
    # named in the file too: a manifest without rows still says whose it is
    whose = {"line": manifest.line, "asset": manifest.asset, "batch": manifest.batch}
    manifest.frame().write_parquet(out, compression="zstd", statistics=False, metadata=whose)
    data = out.getvalue()
    folder = _folder(manifest.asset, manifest.batch)
    key = f"{folder}/{sha256_of(data)[:32]}.parquet"
    store.put_if_absent(key, data)
    pointer = {"manifest": key, "digest": manifest.digest, "line": manifest.line}
    store.put(f"{folder}/current.json", json.dumps(pointer, sort_keys=True).encode())
    return key


def current(
    store: Store, *, asset: str, batch: str, held: dict[str, Manifest] | None = None
) -> Manifest | None:
    """The manifest the pointer names, or None before the first commit.

    What is held already, by key, is not read again: a manifest never changes under its key.
    """
    try:
        pointer = json.loads(store.get(f"{_folder(asset, batch)}/current.json"))
    except ObjectMissing:
        return None
    key = pointer["manifest"]
    if held is not None and key in held:
        return held[key]
    # a table of no rows tells no names
    found = Manifest(pointer["line"], asset, batch, read(store.get(key)).rows)
    if held is not None:
        held[key] = found
    return found


def read(data: bytes) -> Manifest:
    """A manifest from its parquet bytes."""
    whose = pl.read_parquet_metadata(io.BytesIO(data))
    rows = _known(pl.read_parquet(io.BytesIO(data))).to_dicts()
    return Manifest(whose["line"], whose["asset"], whose["batch"], tuple(map(_row, rows)))


def scan(store: Store, *, asset: str = "") -> pl.DataFrame:
    """All manifests ever committed, of one asset or of all, as one table."""
    prefix = f"manifests/{asset}/" if asset else "manifests/"
    keys = (e.key for e in store.list(prefix) if e.key.endswith(".parquet"))
    return pl.concat([pl.DataFrame(schema=SCHEMA), *_frames(store, keys)])


def _frames(store: Store, keys: Iterable[str]) -> Iterator[pl.DataFrame]:
    for key in keys:
        yield _known(pl.read_parquet(io.BytesIO(store.get(key))))


def _known(found: pl.DataFrame) -> pl.DataFrame:
    """The table in this version's columns, whichever version wrote it."""
    if found.schema == SCHEMA:
        return found
    lacking = SCHEMA.keys() - set(found.columns)
    if lacking:
        plain = pl.DataFrame([_cells(Row(""))], schema=SCHEMA)
        found = found.join(plain.select(lacking), how="cross")
    return found.select(SCHEMA.keys()).cast(SCHEMA)


def join(*manifests: Manifest) -> list[Row]:
    """One row per item that every manifest delivered, with the objects of all, in first order.

    Parameters and provenance come from the manifest that is furthest along.
    """
    later = [{row.item: row for row in m.delivered} for m in manifests[1:]]
    joined: list[Row] = []
    for row in manifests[0].delivered:
        rows = [row, *(found[row.item] for found in later if row.item in found)]
        if len(rows) == len(manifests):
            joined.append(_merged(rows))
    return joined


def _merged(rows: list[Row]) -> Row:
    objects = {ref.name: ref for row in rows for ref in row.objects}
    furthest = max(rows, key=lambda row: len(row.provenance.steps))
    params = {name: value for row in rows for name, value in row.params.items()}
    notes = dict.fromkeys(note for row in rows for note in row.notes)
    return Row(
        item=rows[0].item,
        params=params,
        objects=tuple(objects.values()),
        provenance=furthest.provenance,
        notes=tuple(notes),
        scores={name: value for row in rows for name, value in row.scores.items()},
    )


def merged(*manifests: Manifest) -> Manifest:
    """The rows of several stages run one after another as those of one asset.

    An item that any of them set aside is told once, as it was set aside.
    """
    good = {row.item: row for row in join(*manifests)}
    bad: dict[str, Row] = {}
    for manifest in manifests:
        for row in manifest.quarantined:
            bad.setdefault(row.item, row)
    last = {row.item: row for manifest in manifests for row in manifest.rows}
    rows = [bad.get(row.item) or _together(row.item, good, last) for row in manifests[0].rows]
    return Manifest(manifests[0].line, manifests[-1].asset, manifests[0].batch, tuple(rows))


def _together(item: str, good: dict[str, Row], last: dict[str, Row]) -> Row:
    row, end = good[item], last[item]
    told = {n: getattr(end, n) for n in ("stage", "recipe", "engine", "licences", "origin")}
    return replace(row, seconds=end.seconds, engine_seconds=end.engine_seconds, **told)
