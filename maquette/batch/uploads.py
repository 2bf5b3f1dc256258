"""Uploads: what people put into the inbox, and the batch each one becomes.

A batch's key is a slug of the upload's name plus a short hash of its full object key, so two
uploads never share a batch and one upload always has the same. What belongs here: names, versions
and tickets. What does not: deciding when to run (`sensors.uploads`) and reading the upload.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from maquette.batch.store import Entry, ObjectMissing, Store
from maquette.errors import InputError

INBOX = {
    "stickers": "inbox/prompts/",
    "roto": "inbox/shots/",
    "prints": "inbox/prints/",
    "motion": "inbox/motion/",
    "figurines": "inbox/faces/",
}
# made at a terminal: no sensor looks here
BY_HAND = {line: place.replace("inbox/", "by-hand/", 1) for line, place in INBOX.items()}
UPLOAD_BYTES_AT_MOST = 100_000_000
PICTURES = {"png", "jpg", "jpeg", "webp", "tif", "tiff", "bmp", "gif"}  # lie beside a prompt set
UNFINISHED = {"tmp", "part", "partial", "crdownload", "swp"}
READY = "_READY"  # in a folder of frames, put there last
NIGHTLY = "nightly"  # a folder of the inbox whose uploads may wait


@dataclass(frozen=True)
class Version:
    """One version of one upload."""

    key: str
    etag: str
    modified: str

    @property
    def id(self) -> str:
        """Names this version: another etag or another time is another version."""
        text = "\n".join((self.key, self.etag, self.modified))
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:20]

    @property
    def batch(self) -> str:
        """The batch this upload becomes."""
        return batch_of(self.key)


@dataclass(frozen=True)
class Arrival:
    """A version of an upload as a sensor finds it.

    Attributes:
        priority: of its run: ``interactive``, ``normal`` or ``background``.
        waits_for: what must be there before it can be made; empty if nothing is missing.
        beside: what it is made of besides itself; none of it may still be changing.
    """

    version: Version
    priority: str = "normal"
    waits_for: str = ""
    beside: tuple[Entry, ...] = ()


def slug(text: str, *, chars_at_most: int = 40) -> str:
    """Lower-case letters, digits and single hyphens; ``untitled`` if nothing is left."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:chars_at_most].strip("-") or "untitled"


def batch_of(key: str) -> str:
    """The batch key of an upload: ``space-cats-1f3a9c02``.

    A marker stands for its folder, and has its name.
    """
    folder, _, name = key.rpartition("/")
    stem = folder.rpartition("/")[2] if name == READY else name.rpartition(".")[0] or name
    digest = hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{slug(stem)}-{digest}"


def is_upload(entry: Entry) -> bool:
    """Whether a listed object stands for a batch: no photo beside one, no folder, not half-copied.

    Consoles keep an empty object ``inbox/prompts/`` for a folder that somebody made by hand.
    """
    name = entry.key.rpartition("/")[2]
    suffix = name.rpartition(".")[2].lower()
    return bool(name) and not (
        name.startswith((".", "~")) or suffix in PICTURES or suffix in UNFINISHED
    )


def files_of(folder: str, known: Iterable[str]) -> list[str]:
    """The keys of a finished folder's files, in order; none while its marker is not there.

    Args:
        folder: with a slash at its end.
        known: keys of what lies in the inbox.
    """
    held = [key for key in known if key.startswith(folder) and "/" not in key[len(folder) :]]
    if f"{folder}{READY}" not in held:
        return []
    return sorted(key for key in held if not key[len(folder) :].startswith(("_", ".")))


def _ticket_key(line: str, batch: str) -> str:
    return f"batches/{line}/{batch}.json"


def write_ticket(store: Store, *, line: str, key: str) -> str:
    """Note which upload a batch stands for; returns the batch key. Again changes nothing."""
    batch = batch_of(key)
    store.put_if_absent(_ticket_key(line, batch), json.dumps({"upload": key}).encode())
    return batch


def upload_key(store: Store, *, line: str, batch: str) -> str:
    """The upload a batch stands for."""
    try:
        return str(json.loads(store.get(_ticket_key(line, batch)))["upload"])
    except ObjectMissing:
        raise InputError(
            "BATCH_UNKNOWN", f"no upload is known for batch {batch!r}", fix="upload it again"
        ) from None


def read_upload(store: Store, key: str) -> bytes:
    """The bytes of an upload within the size limit."""
    try:
        found = store.entry(key)
        if found.size > UPLOAD_BYTES_AT_MOST:
            raise InputError(
                "UPLOAD_TOO_LARGE",
                f"{key} has {found.size:,} bytes, {UPLOAD_BYTES_AT_MOST:,} are allowed",
                fix="split it",
            )
        return store.get(key)
    except ObjectMissing:
        raise InputError(
            "UPLOAD_GONE", f"{key} is not in the inbox any more", fix="upload it again"
        ) from None


def submit(store: Store, *, line: str, name: str, data: bytes, place: str = "") -> str:
    """Put a file into a line's inbox, or another place, as a new upload; returns its key.

    A name that is taken by other bytes gets a number: nothing is overwritten.
    """
    stem, _, suffix = name.rpartition(".")
    place = place or INBOX[line]
    for n in range(1, 1000):
        key = f"{place}{slug(stem)}{f'-{n}' if n > 1 else ''}.{slug(suffix)}"
        if store.put_if_absent(key, data) or store.get(key) == data:
            return key
    raise InputError("UPLOAD_NAME", f"{stem!r} has been used 1,000 times", fix="choose another")
