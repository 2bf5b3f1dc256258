"""What a figurine is made of: one order, and the photo beside it.

An order that cannot be made is a row that says why, so that whoever placed it finds the answer in
its delivery. What belongs here: the order's row. What does not: looking at the photo, which is the
first stage's work (`face_photos`).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from maquette.batch.manifests import Manifest, Row
from maquette.batch.records import ObjectRef
from maquette.batch.store import ObjectMissing, Store, checked
from maquette.batch.taking import take
from maquette.batch.uploads import read_upload, upload_key
from maquette.errors import InputError
from maquette.lines.figurine_orders import FigurineOrder, read_order
from maquette.lines.prompt_fields import name_of
from maquette.pictures.face_photos import MOST_BYTES
from maquette.provenance import PHOTOGRAPH, Provenance

LINE = "figurines"
VERSION = "1"  # of `take_in`


def take_in(store: Store, *, batch: str) -> Manifest:
    """The one item of a batch's order; what cannot be used is a row that says why."""
    key = upload_key(store, line=LINE, batch=batch)
    data = read_upload(store, key)
    return Manifest(LINE, "figurine_orders", batch, (_row(store, key, data),))


def _row(store: Store, key: str, data: bytes) -> Row:
    name = key.rpartition("/")[2]
    try:
        order = read_order(data, name=name)
    except InputError as trouble:
        item = name_of(name.rpartition(".")[0], otherwise="figurine")
        return Row.refused(item, trouble, params={"title": item})
    row = Row(order.item, _params(order), provenance=Provenance(seed=order.seed))
    try:
        photo = _photo(store, order.photo, beside=key)
    except InputError as trouble:
        return row.lost_to(trouble)
    made_of = replace(row.provenance, source_type=PHOTOGRAPH, parents=(photo.sha256,))
    return replace(row, objects=(photo,), provenance=made_of)


def _photo(store: Store, path: str, *, beside: str) -> ObjectRef:
    key = checked(f"{beside.rpartition('/')[0]}/{path}")
    try:
        size = store.entry(key).size
        if size > MOST_BYTES:  # it is not even copied
            raise InputError(
                "PHOTO_TOO_LARGE",
                f"the photo has {size:,} bytes, at most {MOST_BYTES:,} are taken",
                fix="save it smaller, as JPEG",
                details={"size_bytes": size, "maximum_bytes": MOST_BYTES},
            )
        return take(store, key, name="photo")
    except ObjectMissing as trouble:
        raise InputError(
            "PHOTO_MISSING",
            f"the photo {path!r} is not beside the order",
            fix="put it into the same folder, then the order again",
            details={"field": "photo", "photo": path},
        ) from trouble


def _params(order: FigurineOrder) -> dict[str, Any]:
    """An order by the names of the stages' options, and what is told of it."""
    same = ("template", "height_mm", "head_share", "text", "style", "seed")
    about = ("photo", "show_face", "keep_days", "commercial", "project", "client")
    solid = [ending for ending in order.formats if ending != "usdz"]
    return {
        **{name: getattr(order, name) for name in (*same, *about)},
        **({} if order.quality is None else {"quality": order.quality}),
        "title": order.name,
        "printer": order.printer.said,
        "wanted": list(order.formats),
        # a page shows the GLB whatever was asked for
        "formats": solid or ["glb"],
        "ar": "usdz" in order.formats,
    }
