"""Forgetting: everything that a store holds of one person's order, and when its time is over.

Each place that names a batch is erased, older versions too, in an order that bears being cut off:
the photo first, the order and its ticket last, so that whoever runs it again knows what is left.
What belongs here: which objects are a person's. What does not: Dagster's own books
(`jobs.forgetting`), and how a store erases.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from maquette.batch.deliveries import folder_of
from maquette.batch.private import place_of
from maquette.batch.store import Entry, ObjectMissing, Store
from maquette.batch.taking import STAGE as TAKEN
from maquette.batch.uploads import BY_HAND, INBOX, Version, batch_of, read_upload, upload_key
from maquette.errors import InputError, MaquetteError
from maquette.lines.figurine_orders import FigurineOrder, read_order
from maquette.lines.figurine_sources import LINE
from maquette.lines.order_files import SUFFIXES

KEEP_DAYS = "MAQUETTE_FACES_KEEP_DAYS"
DEFAULT_DAYS = 30
PLACES = (INBOX[LINE], BY_HAND[LINE])


@dataclass(frozen=True)
class Forgotten:
    """What was deleted of one order, or would be.

    Attributes:
        kept: what was left, and why, in plain sentences.
    """

    batch: str
    keys: tuple[str, ...]
    freed_bytes: int
    kept: tuple[str, ...] = ()


def forget(store: Store, batch: str, *, dry_run: bool = False) -> Forgotten:
    """Delete an order everywhere in the store; what is gone already is passed over.

    Args:
        store: the whole one, not that of the batch alone.
        batch: of the figurine line; one of another line is refused.
        dry_run: only say what there is.
    """
    _refuse_other_lines(store, batch)
    inbox = _Inbox.of(store)
    uploads = _uploads(store, batch, inbox)
    mine = {photo for key in uploads for photo in inbox.photos_of(key)}
    mine |= _taken(store, batch, inbox)
    shared = {photo: inbox.who_else(photo, but=uploads) for photo in sorted(mine)}
    places = [
        *(photo for photo, others in shared.items() if not others),
        *_made(store, batch),
        *uploads,
        _ticket(batch),
    ]
    gone = (_held(store, place) if dry_run else store.erase(place) for place in places)
    found = [entry for entries in gone for entry in entries]
    return Forgotten(
        batch,
        keys=tuple(entry.key for entry in found),
        freed_bytes=sum(entry.size for entry in found),
        kept=tuple(
            f"{p} stays: {others[0]} names it, too" for p, others in shared.items() if others
        ),
    )


def due(store: Store, *, now: datetime) -> list[str]:
    """The batches past their time, the oldest first.

    An order counts from its ticket, which its first run wrote. What lies in the inbox and belongs
    to no order counts from its upload: a photo without an order has nobody's consent.
    """
    inbox, days = _Inbox.of(store), _default_days()
    named = {photo for key in inbox.orders for photo in inbox.photos_of(key)}
    since = {batch_of(e.key): (e.key, e.time) for k, e in inbox.listed.items() if k not in named}
    for batch, entry in tickets(store).items():
        since[batch] = (_upload(store, batch), entry.time)
    ends: dict[str, datetime] = {}
    for batch, (key, start) in since.items():
        order = inbox.order(key)
        kept = days if order is None or order.keep_days is None else order.keep_days
        ends[batch] = start + timedelta(days=kept)
    return sorted((b for b, end in ends.items() if end < now), key=lambda b: (ends[b], b))


def tickets(store: Store) -> dict[str, Entry]:
    """Batch -> its ticket, which goes last: without one there is no order."""
    listed = store.list(f"batches/{LINE}/")
    return {entry.key.rpartition("/")[2].removesuffix(".json"): entry for entry in listed}


@dataclass(frozen=True)
class _Inbox:
    """What people put there, in the inbox and by hand."""

    store: Store
    listed: dict[str, Entry]

    @classmethod
    def of(cls, store: Store) -> _Inbox:
        return cls(store, {e.key: e for place in PLACES for e in store.list(place)})

    @property
    def orders(self) -> list[str]:
        return [key for key in self.listed if key.rpartition(".")[2].lower() in SUFFIXES]

    def data(self, key: str) -> bytes:
        """What an upload says; nothing if it is gone or far too large."""
        try:
            return read_upload(self.store, key) if key else b""
        except InputError:
            return b""

    def order(self, key: str) -> FigurineOrder | None:
        """The order, if there is one that can be read."""
        try:
            return read_order(self.data(key), name=key.rpartition("/")[2])
        except MaquetteError:
            return None

    def photos_of(self, key: str) -> set[str]:
        """The photos that an order names; of one that is refused, all whose names stand in it."""
        folder = f"{key.rpartition('/')[0]}/"
        if key not in self.orders:
            return set()
        order = self.order(key)
        if order is not None:
            return {f"{folder}{order.photo}"} & self.listed.keys()
        words = self.data(key).decode(errors="ignore").replace("\0", "")  # of UTF-16, too
        beside = (k for k in self.listed if k.startswith(folder) and k not in self.orders)
        return {k for k in beside if k.rpartition("/")[2] in words}

    def who_else(self, photo: str, *, but: list[str]) -> list[str]:
        """Other orders that name a photo."""
        others = (key for key in self.orders if key not in but)
        return [key for key in others if photo in self.photos_of(key)]


def _default_days() -> int:
    told = os.environ.get(KEEP_DAYS, "") or str(DEFAULT_DAYS)
    if not told.isdecimal() or int(told) < 1:
        raise InputError(
            "FACES_KEEP_DAYS", f"{KEEP_DAYS} is {told[:40]!r}", fix="write whole days, such as 30"
        )
    return int(told)


def _refuse_other_lines(store: Store, batch: str) -> None:
    for line in INBOX:
        if line != LINE and store.exists(f"batches/{line}/{batch}.json"):
            raise InputError(
                "FORGET_LINE",
                f"{batch} is a batch of {line}, not of faces",
                fix="maquette list figurines shows what can be forgotten",
            )


def _ticket(batch: str) -> str:
    return f"batches/{LINE}/{batch}.json"


def _upload(store: Store, batch: str) -> str:
    """The upload that a ticket names; empty where the ticket is gone or cannot be read."""
    try:
        return upload_key(store, line=LINE, batch=batch)
    except (MaquetteError, ValueError, KeyError, TypeError):
        return ""


def _uploads(store: Store, batch: str, inbox: _Inbox) -> list[str]:
    """The order file, found by its ticket or, where that is gone, by its name."""
    told = _upload(store, batch)
    return sorted({*filter(None, [told]), *(k for k in inbox.listed if batch_of(k) == batch)})


def _taken(store: Store, batch: str, inbox: _Inbox) -> set[str]:
    """The photos it was made of, as its own records tell: its order may name another by now."""
    records = store.list(f"{place_of(batch)}records/{TAKEN}/")
    taken = {entry.key.rpartition("/")[2].removesuffix(".json") for entry in records}
    listed = inbox.listed.values()
    return {e.key for e in listed if Version(e.key, e.etag, e.modified).id in taken}


def _made(store: Store, batch: str) -> list[str]:
    """Where the store holds what was made of the order, and what was told of it."""
    whose = (entry.key.split("/") for entry in store.list("manifests/"))
    assets = sorted({asset for _, asset, of, *_ in whose if of == batch})
    return [
        place_of(batch),
        *(f"manifests/{asset}/{batch}/" for asset in assets),
        folder_of(LINE, batch),
        f"quarantine/{LINE}/{batch}.json",
        *_alerts(store, batch),
    ]


def _alerts(store: Store, batch: str) -> Iterator[str]:
    """Failures of the batch that somebody was told of."""
    for entry in store.list("alerts/"):
        try:
            told = json.loads(store.get(entry.key))
        except ObjectMissing:
            continue
        if told.get("batch") == batch:
            yield entry.key


def _held(store: Store, place: str) -> list[Entry]:
    if place.endswith("/"):
        return list(store.list(place))
    return [store.entry(place)] if store.exists(place) else []
