"""The showroom: a page of a batch's packs, and one of all packs of a store.

Pack pages link back to their batch's page, which goes wherever the batch goes; the page of all is
renewed whenever a batch is delivered. What belongs here: which packs are shown in which order, and
which items are told to be not made. What does not: how they look (`maquette.packs.gallery`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from maquette.batch.deliveries import folder_of
from maquette.batch.manifests import Manifest, Row
from maquette.batch.records import ObjectRef, blob_key
from maquette.batch.store import Entry, ObjectMissing, Store, sha256_of
from maquette.packs.gallery import NotMade, PackCard, index_of_packs

LINE = "stickers"
BATCHES_SHOWN = 300  # the newest: the page stays light, and so does renewing it
PICTURES_SHOWN = 4


def cards(packs: Manifest) -> list[dict[str, Any]]:
    """What the showroom says of a batch's packs; kept in the batch's own index."""
    return [_card(row) for row in packs.delivered]


def not_made(*manifests: Manifest) -> list[dict[str, str]]:
    """What is told of every item that was set aside, in the words it was asked for."""
    rows = (row for manifest in manifests for row in manifest.quarantined)
    return [
        {
            "words": str(row.params.get("prompt") or row.item),
            "code": row.code,
            "reason": row.reason,
            "fix": row.fix,
        }
        for row in rows
    ]


def batch_page(
    store: Store, packs: Manifest, *, history: Sequence[Manifest]
) -> dict[str, ObjectRef]:
    """The page of one batch, by path; it tells what was not made even where nothing was."""
    shown = [_pack_card(card, below="") for card in cards(packs)]
    aside = [NotMade(**one) for one in not_made(*history, packs)]
    files = index_of_packs(shown, not_made=aside)
    return {path: kept(store, data, path) for path, data in files.items()}


def kept(store: Store, data: bytes, name: str) -> ObjectRef:
    """Bytes that no stage made, kept under their checksum."""
    sha256 = sha256_of(data)
    key = blob_key(sha256, name.rpartition(".")[2])
    store.put_if_absent(key, data)
    return ObjectRef(name, key, sha256, len(data))


def _card(row: Row) -> dict[str, Any]:
    pictures = sorted(ref.name for ref in row.objects if ref.name.startswith("png/"))
    return {
        "name": str(row.params["pack"].get("name") or row.item),
        "path": f"{row.item}/index.html",
        "count": int(row.scores.get("stickers", len(pictures))),
        "pictures": [f"{row.item}/{name}" for name in pictures[:PICTURES_SHOWN]],
        "publisher": str(row.params["pack"].get("publisher", "")),
        "theme": str(row.params["pack"].get("theme", "")),
    }


def renew(store: Store) -> None:
    """Write the page of all packs, newest batch first."""
    newest = sorted(_indexes(store), key=lambda entry: entry.modified, reverse=True)
    found = [card for entry in newest[:BATCHES_SHOWN] for card in _read(store, entry)]
    for path, data in index_of_packs(found).items():
        store.put(f"deliveries/{LINE}/{path}", data)


def _indexes(store: Store) -> Iterator[Entry]:
    """The index of every delivered batch; tickets name the batches, so few keys are listed."""
    for ticket in store.list(f"batches/{LINE}/"):
        batch = ticket.key.rpartition("/")[2].removesuffix(".json")
        try:
            yield store.entry(f"{folder_of(LINE, batch)}index.json")
        except ObjectMissing:
            continue


def _read(store: Store, entry: Entry) -> list[PackCard]:
    below = entry.key.split("/")[2] + "/"
    told: list[dict[str, Any]] = json.loads(store.get(entry.key)).get("packs", [])
    return [_pack_card(card, below=below) for card in told]


def _pack_card(card: dict[str, Any], *, below: str) -> PackCard:
    return PackCard(
        name=card["name"],
        path=below + card["path"],
        count=card["count"],
        pictures=tuple(below + name for name in card["pictures"]),
        publisher=card["publisher"],
        theme=card["theme"],
    )
