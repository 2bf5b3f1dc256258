"""What prints are made of: words, uploads beside the order, and what earlier batches made.

A reference is looked up in the manifests of its batch and brings its own provenance along. So all
that is made of it has the very recipes it had there, and is found instead of made. What belongs
here: an order's rows. What does not: any stage.
"""

from __future__ import annotations

from dataclasses import replace
from difflib import get_close_matches
from typing import Any

from maquette.batch.manifests import Manifest, Row, current
from maquette.batch.store import ObjectMissing, Store, checked
from maquette.batch.taking import take
from maquette.batch.uploads import read_upload, upload_key
from maquette.errors import InputError, MaquetteError
from maquette.lines.licences import set_aside
from maquette.lines.print_orders import PrintItem, items_of, read_order
from maquette.provenance import Provenance

LINE = "prints"
VERSION = "1"  # of `take_in`
# what a picture was drawn by, and what a model was made by: a reference keeps both
OF_PICTURES = ("prompt", "style", "copy", "native_alpha", "approximate", "emoji", "border")
OF_MODELS = (
    *OF_PICTURES,
    *("seed", "form", "relief", "long_side_mm", "background_removal"),
    *("unit", "up", "model_name", "stand", "faces_at_most"),
)
FIELDS = {
    "faces_at_most": "faces"
}  # parameter -> what it is called in an order, where that differs
NAMES_TOLD = 6


def take_in(store: Store, *, batch: str) -> Manifest:
    """The prints of a batch's order; what they are made of is taken into the store."""
    key = upload_key(store, line=LINE, batch=batch)
    order = read_order(read_upload(store, key), name=key.rpartition("/")[2])
    rows = [_taken(store, item, beside=key) for item in items_of(order)]
    return Manifest(LINE, "print_orders", batch, tuple(rows))


def _taken(store: Store, item: PrintItem, *, beside: str) -> Row:
    params = item.params
    plain = Row(item.item, params, provenance=Provenance(params["prompt"], params["seed"]))
    try:
        return _TAKERS[params["source"]](store, plain, beside)
    except MaquetteError as trouble:
        return set_aside(plain, trouble)


def _from_words(store: Store, row: Row, beside: str) -> Row:
    del store, beside
    return row


def _from_picture(store: Store, row: Row, beside: str) -> Row:
    photo = _upload(store, str(row.params["picture"]), beside=beside, name="photo")
    return replace(row, objects=(photo,), provenance=Provenance("", None, parents=(photo.sha256,)))


def _from_file(store: Store, row: Row, beside: str) -> Row:
    file = _upload(store, str(row.params["model"]), beside=beside, name="model_file")
    return replace(row, objects=(file,), provenance=Provenance("", None, parents=(file.sha256,)))


def _upload(store: Store, path: str, *, beside: str, name: str) -> Any:
    try:
        return take(store, checked(f"{beside.rpartition('/')[0]}/{path}"), name=name)
    except (InputError, ObjectMissing) as trouble:
        raise InputError(
            "PRINT_FILE_MISSING",
            f"{path!r} is not beside the order",
            fix="put it into the same folder, before the order",
        ) from trouble


def _from_concept(store: Store, row: Row, beside: str) -> Row:
    del beside
    found = _made(store, str(row.params["concept"]), asset="print_concepts", wanted="picture")
    params = {**row.params, **_kept(row, found, OF_PICTURES)}
    if "seed" not in row.params["said"]:
        params["seed"] = found.params.get("seed", 0)
    return replace(found, item=row.item, params=params, origin="reused")


def _from_delivered(store: Store, row: Row, beside: str) -> Row:
    """A delivered model, in the size it was delivered in: that is what a factor multiplies."""
    del beside
    found = _made(store, str(row.params["model"]), asset="print_models", wanted="model")
    printed = _made(store, str(row.params["model"]), asset="print_files", wanted="print")
    params = {**row.params, **_kept(row, found, OF_MODELS)}
    params["delivered_mm"] = _whole_mm(printed.params)
    return replace(found, item=row.item, params=params, origin="reused")


def _whole_mm(printed: dict[str, Any]) -> list[float]:
    """How large a delivered print was, with what was cut off at its foot."""
    print_mm, model_mm = printed["print_mm"], printed["model_mm"]
    if not printed["base_mm"] or printed["proportions"] == "stretch":
        return print_mm
    factor = max(print_mm[side] / model_mm[side] for side in (0, 1))
    return [side * factor for side in model_mm]


def _kept(row: Row, found: Row, names: tuple[str, ...]) -> dict[str, Any]:
    """What the reference was made by, unless this order says otherwise."""
    said = row.params["said"]
    return {n: found.params[n] for n in names if n in found.params and FIELDS.get(n, n) not in said}


def _made(store: Store, reference: str, *, asset: str, wanted: str) -> Row:
    """The row of an earlier batch that a reference names."""
    batch, _, item = reference.partition("/")
    manifest = current(store, asset=asset, batch=batch)
    if manifest is None or manifest.line != LINE:
        known = {entry.key.split("/")[2] for entry in store.list(f"manifests/{asset}/")}
        raise _unknown(f"no batch of prints is called {batch!r}", batch, sorted(known))
    row = next((one for one in manifest.rows if one.item == item), None)
    if row is None:
        raise _unknown(
            f"the batch {batch} has no {wanted} of {item!r}", item, [r.item for r in manifest.rows]
        )
    ref = row.object(wanted)
    if not row.ok or ref is None:
        raise InputError(
            "REFERENCE_NOT_MADE",
            f"{reference} was not made: {row.code or 'it has no'} {row.reason or wanted}",
            fix="mend its own order first, or name another",
        )
    if not store.exists(ref.key):
        raise InputError(
            "REFERENCE_GONE",
            f"the {wanted} of {reference} was cleared away",
            fix="run its own batch again, then this order",
        )
    return row


def _unknown(reason: str, named: str, known: list[str]) -> InputError:
    near = get_close_matches(named, known, n=1, cutoff=0.5)
    listed = ", ".join(sorted(known)[:NAMES_TOLD]) or "none yet"
    fix = f"did you mean {near[0]}?" if near else f"there are: {listed}"
    return InputError("REFERENCE_UNKNOWN", reason, fix=f"{fix} (maquette list prints)")


_TAKERS = {
    "prompt": _from_words,
    "pictures": _from_picture,
    "concept": _from_concept,
    "file": _from_file,
    "delivered": _from_delivered,
}
