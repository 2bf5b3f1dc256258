"""Taking uploads into the store: each file becomes a blob, read once and never held in memory.

What a version of a file held is remembered as a record, so that a correction of an order does
not read a movie again. What belongs here: files as they are. What does not: reading them.
"""

from __future__ import annotations

import hashlib

from maquette.batch.records import ObjectRef, Record, blob_key, is_whole, read_record, write_record
from maquette.batch.store import Store
from maquette.batch.uploads import Version, slug

STAGE = "taken_in"


def take(store: Store, key: str, *, name: str) -> ObjectRef:
    """A file of the inbox as a blob, under the name that stages know it by."""
    entry = store.entry(key)
    recipe = Version(entry.key, entry.etag, entry.modified).id
    record = read_record(store, stage=STAGE, recipe=recipe)
    if record is None or not is_whole(store, record):
        record = write_record(store, _taken(store, key, recipe=recipe))
    (ref,) = record.objects
    return ObjectRef(name, ref.key, ref.sha256, ref.size)


def _taken(store: Store, key: str, *, recipe: str) -> Record:
    suffix = slug(key.rpartition(".")[2], chars_at_most=8)
    with store.opened(key) as path:
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        blob = blob_key(sha256, suffix)
        if not store.exists(blob):
            store.put_file(blob, path)
        ref = ObjectRef("file", blob, sha256, path.stat().st_size)
    return Record(recipe=recipe, stage=STAGE, version="1", objects=(ref,))
