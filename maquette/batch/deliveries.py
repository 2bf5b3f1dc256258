"""Deliveries: finished things under readable names, with one index that is switched last.

Nothing reads deliveries as input. A file is replaced only if its checksum changed, and the index
names every file with its sum, so whoever follows the index never takes a half-made delivery.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from maquette.batch.manifests import Manifest
from maquette.batch.records import ObjectRef
from maquette.batch.runner import spread
from maquette.batch.store import ObjectMissing, Store

COPIED_AT_ONCE = 8  # each waits for the disk or the bucket


@dataclass(frozen=True)
class Delivery:
    """What was delivered of one batch, and where."""

    folder: str
    files: dict[str, str]  # name -> sha256
    set_aside: list[dict[str, str]]


def folder_of(line: str, batch: str) -> str:
    """Where a batch's finished things lie."""
    return f"deliveries/{line}/{batch}/"


def deliver(
    store: Store, *, line: str, batch: str, files: Mapping[str, ObjectRef], about: dict[str, Any]
) -> Delivery:
    """Copy blobs to readable names, switch the index, then drop what it no longer names."""
    folder = folder_of(line, batch)
    before = _index(store, folder).get("files", {})

    def copy(one: tuple[str, ObjectRef]) -> None:
        name, ref = one
        if before.get(name) != ref.sha256 or not store.exists(folder + name):
            store.copy(ref.key, folder + name)

    for _ in spread(copy, list(files.items()), slots=COPIED_AT_ONCE):
        pass
    sums = {name: ref.sha256 for name, ref in files.items()}
    index = json.dumps({**about, "files": sums}, indent=1, sort_keys=True, ensure_ascii=False)
    store.put(f"{folder}index.json", index.encode())
    for name in before.keys() - sums.keys():
        store.delete(folder + name)
    return Delivery(folder, sums, about.get("set_aside", []))


def _index(store: Store, folder: str) -> dict[str, Any]:
    try:
        return json.loads(store.get(f"{folder}index.json"))
    except ObjectMissing:
        return {}


def set_aside(store: Store, manifests: Sequence[Manifest]) -> list[dict[str, str]]:
    """Everything these manifests set aside, also written under ``quarantine/`` for people."""
    found = [
        {
            "asset": manifest.asset,
            "item": row.item,
            "code": row.code,
            "reason": row.reason,
            "fix": row.fix,
        }
        for manifest in manifests
        for row in manifest.quarantined
    ]
    key = f"quarantine/{manifests[0].line}/{manifests[0].batch}.json"
    if found:
        store.put(key, json.dumps(found, indent=1, ensure_ascii=False).encode())
    else:
        store.delete(key)
    return found
