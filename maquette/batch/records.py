"""Recipes and records: the hash that names what a stage makes of an item, and what came of it.

The recipe hashes everything that decides the bytes: stage and version, engine and weights,
options, checksums of the inputs, and the provenance that will be embedded. It names a small JSON
record, written last, that lists what came out or why nothing did. If the record exists, the item
is done; nothing else remembers state.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

from maquette.batch.stages import Stage
from maquette.batch.store import ObjectMissing, Store
from maquette.errors import MaquetteError, ToolError
from maquette.provenance import Provenance
from maquette.roles import EngineInfo


@dataclass(frozen=True)
class ObjectRef:
    """A blob and the name a stage gave it."""

    name: str
    key: str
    sha256: str
    size: int


@dataclass(frozen=True)
class Record:
    """What came of one item in one stage: objects and scores, or the code that set it aside."""

    recipe: str
    stage: str
    version: str
    engine: str = ""
    licences: tuple[str, ...] = ()
    seconds: float = 0.0
    engine_seconds: float = 0.0
    objects: tuple[ObjectRef, ...] = ()
    params: dict[str, Any] = field(default_factory=dict)
    scores: dict[str, float] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    provenance: str = ""
    code: str = ""  # empty when it went well
    reason: str = ""
    fix: str = ""
    details: dict[str, Any] = field(default_factory=dict)  # the figures of the reason

    def to_bytes(self) -> bytes:
        """The record as JSON, keys sorted."""
        plain = {**vars(self), "objects": [vars(ref) for ref in self.objects]}
        return json.dumps(plain, sort_keys=True, ensure_ascii=False).encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> Record:
        """The record that `to_bytes` wrote."""
        raw: dict[str, Any] = json.loads(data)
        raw["objects"] = tuple(ObjectRef(**o) for o in raw["objects"])
        for name in ("licences", "notes"):
            raw[name] = tuple(raw[name])
        return cls(**raw)


def canonical(value: Any) -> bytes:
    """Equal values, equal bytes."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), default=str).encode()


def fingerprint(info: EngineInfo) -> dict[str, Any]:
    """What of an engine decides its results."""
    return {
        "name": info.name,
        "version": info.version,
        "weights": info.weights,
        "config": info.config,
    }


def recipe_of(
    stage: Stage,
    *,
    engine: EngineInfo | None,
    options: dict[str, Any],
    inputs: dict[str, Any],
    provenance: Provenance,
) -> str:
    """The hash that names what this stage makes of this item.

    Inputs are named with their sha256 (or a list of them, where a stage takes many).
    """
    parts = {
        "stage": [stage.name, stage.version],
        "engine": fingerprint(engine) if engine else None,
        "options": options,
        "inputs": inputs,
        "provenance": provenance.to_json(),
    }
    return hashlib.sha256(canonical(parts)).hexdigest()[:40]


def record_key(stage: str, recipe: str) -> str:
    """Where a record lies."""
    return f"records/{stage}/{recipe[:2]}/{recipe}.json"


def blob_key(sha256: str, suffix: str) -> str:
    """Where a blob lies: by its own checksum."""
    return f"blobs/{sha256[:2]}/{sha256}.{suffix}"


def read_record(store: Store, *, stage: str, recipe: str) -> Record | None:
    """The record of a recipe if the item is done; one that cannot be read counts as none."""
    try:
        return Record.from_bytes(store.get(record_key(stage, recipe)))
    except (ObjectMissing, ValueError, TypeError, KeyError):
        return None


def write_record(store: Store, record: Record) -> Record:
    """Write the record unless a whole one stands; returns the one that stands.

    Two runs may race to the same recipe: the first one wins and both report what it wrote. A
    record that cannot be read, or whose blobs are gone, gives way: not every engine makes the
    same bytes again, and such a record would keep the item unfinished for ever.
    """
    key = record_key(record.stage, record.recipe)
    if store.put_if_absent(key, record.to_bytes()):
        return record
    standing = read_record(store, stage=record.stage, recipe=record.recipe)
    if standing is not None and is_whole(store, standing):
        return standing
    store.put(key, record.to_bytes())
    return record


def is_whole(store: Store, record: Record) -> bool:
    """Whether everything a record lists is still there."""
    return all(store.exists(ref.key) for ref in record.objects)


def set_aside(stage: Stage, recipe: str, trouble: MaquetteError) -> Record:
    """The record of an item that could not be made."""
    return Record(
        recipe=recipe,
        stage=stage.name,
        version=stage.version,
        code=trouble.code,
        reason=trouble.reason,
        fix=trouble.fix,
        details=trouble.details,
    )


def checked_blob(store: Store, ref: ObjectRef) -> bytes:
    """A blob's bytes, after their checksum was compared."""
    data = store.get(ref.key)
    if hashlib.sha256(data).hexdigest() != ref.sha256:
        raise ToolError(
            "BLOB_DAMAGED",
            f"{ref.key} is not what was written ({len(data)} of {ref.size} bytes)",
            fix="delete it and run the batch again: it is then made anew",
        )
    return data
