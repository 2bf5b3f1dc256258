"""Plates: an order's footage as rows, one per frame of each of its shots.

What belongs here: finding the footage, cutting it into shots, numbering its plates. What does
not: the objects on them (`roto`), and decoding.
"""

from __future__ import annotations

from bisect import bisect_right
from contextlib import ExitStack
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from maquette.batch.manifests import Manifest, Row
from maquette.batch.records import ObjectRef, checked_blob
from maquette.batch.runner import Runner
from maquette.batch.store import Store, checked
from maquette.batch.taking import take
from maquette.batch.uploads import READY, read_upload, slug, upload_key
from maquette.errors import InputError
from maquette.lines.footage_facts import looked_through
from maquette.lines.roto_arrivals import footage_keys
from maquette.lines.roto_orders import RotoOrder, read_order
from maquette.lines.roto_placing import placed, worked_range
from maquette.provenance import PHOTOGRAPH, Provenance
from maquette.video.edits import read_edit
from maquette.video.facts import Facts
from maquette.video.footage import open_footage
from maquette.video.scenes import find_scenes
from maquette.video.sequences import frame_names, is_frame_name, refuse_gaps
from maquette.video.shots import Shot, shots_in, shots_of
from maquette.video.timecode import frame_of, timecode_of
from maquette.video.views import view

LINE = "roto"
VERSION = "1"  # of `take_in`
FIRST_PLATE = 1001  # of a movie, by the custom of the trade


@dataclass(frozen=True)
class Reel:
    """Footage in the store: its blobs in order, and the plate number of the first."""

    refs: tuple[ObjectRef, ...]
    first: int
    movie: bool
    facts: Facts
    stem: str

    @property
    def plates(self) -> tuple[int, int]:
        """The first and last plate number."""
        return self.first, self.first + self.facts.frames - 1


def take_in(runner: Runner, *, batch: str) -> Manifest:
    """The plates of a batch's upload; each also names the order it is for."""
    store = runner.store
    key = upload_key(store, line=LINE, batch=batch)
    order = read_order(read_upload(store, key), name=key.rpartition("/")[2])
    reel = reel_of(runner, key, order)
    written = take(store, key, name="order")
    rows = [
        row
        for shot in _shots(store, key, order, reel)
        for row in _rows(reel, shot, order=order, written=written)
    ]
    plates = Manifest(LINE, "plates", batch, tuple(rows))
    if not plates.delivered:
        raise InputError(
            "ORDER_RANGE_OUTSIDE",
            f"{order.name}: no plate of its range is in a shot and decodes",
            fix="widen the range, or look at the footage and the edit list",
        )
    return plates


def ordered_of(store: Store, plates: Manifest) -> RotoOrder:
    """The order that plates are for, held against them."""
    one = plates.delivered[0]
    ref = one.object("order")
    assert ref is not None
    key = upload_key(store, line=LINE, batch=plates.batch)
    order = read_order(checked_blob(store, ref), name=key.rpartition("/")[2])
    width, height = one.params["footage"]["size_wh"]
    frames = [int(row.params["frame"]) for row in plates.rows]
    whole = {int(row.params["frame"]) for row in plates.delivered}
    return placed(
        order,
        size_wh=(int(width), int(height)),
        footage=(min(frames), max(frames)),
        lacking=set(range(min(frames), max(frames))) - whole,
    )


def notes_of(plates: Manifest) -> tuple[str, ...]:
    """What whoever uploaded the footage should be told of it."""
    return tuple(dict.fromkeys(note for row in plates.rows for note in row.notes))


def reel_of(runner: Runner, key: str, order: RotoOrder) -> Reel:
    """An order's footage, taken into the store and looked through once."""
    store = runner.store
    known = {entry.key: entry for entry in store.list(key.rpartition("/")[0] + "/")}
    keys = footage_keys(key, order, known)
    if not keys:
        raise InputError(
            "FOOTAGE_MISSING",
            f"the footage of {order.name} is not beside the order",
            fix=f"upload {order.footage or 'a movie of the same name'}, or a folder of frames"
            f" that ends with an empty file {READY}",
        )
    frames = [k for k in keys if is_frame_name(k.rpartition("/")[2])]
    if not frames and f"{keys[0].rpartition('/')[0]}/{READY}" in known:
        raise InputError(
            "FRAMES_NONE",
            f"the folder of {order.name} holds no frames",
            fix="upload frames named like plate.1001.exr, then the order again",
        )
    first, movie = FIRST_PLATE, not frames
    if frames:
        names = frame_names(k.rpartition("/")[2] for k in frames)
        refuse_gaps(names)
        folder = frames[0].rpartition("/")[0]
        keys, first = [f"{folder}/{name}" for name in names.names], names.first
    refs = tuple(take(store, k, name="plate") for k in keys)
    rate = str(order.rate) if order.rate else ""
    facts = looked_through(runner, refs, keys, colour=order.colour, rate=rate)
    first = first if order.first_frame is None else order.first_frame
    stem = keys[0].rpartition("/")[2].rpartition(".")[0]
    return Reel(refs, first, movie=movie, facts=facts, stem=stem)


def _shots(store: Store, key: str, order: RotoOrder, reel: Reel) -> tuple[Shot, ...]:
    """The shots an order works on: those of its edit list, of its scenes, or its range."""
    first, last = (n - reel.first for n in worked_range(order, footage=reel.plates))
    whole = range(first, last + 1)
    if order.edit:
        data = _edit_list(store, key, order)
        cuts = read_edit(data, name=order.edit, rate=reel.facts.rate)
        found = shots_in(cuts, stem=reel.stem, facts=reel.facts)
    elif order.scenes:
        found = _scenes(store, reel)
    else:
        return (Shot(slug(order.name), whole),)
    inside = (
        replace(shot, frames=range(max(shot.frames.start, first), min(shot.frames.stop, last + 1)))
        for shot in found
    )
    return tuple(shot for shot in inside if shot.frames)


def _edit_list(store: Store, key: str, order: RotoOrder) -> bytes:
    edit = checked(f"{key.rpartition('/')[0]}/{order.edit}")
    if not store.exists(edit):
        raise InputError(
            "FOOTAGE_MISSING",
            f"the edit list {order.edit} of {order.name} is not beside the order",
            fix="upload it, then the order again",
        )
    return read_upload(store, edit)


def _scenes(store: Store, reel: Reel) -> tuple[Shot, ...]:
    lost = frozenset(reel.facts.lost)
    good = [n for n in range(reel.facts.frames) if n not in lost]
    # a plate that does not decode is taken to look as the one before it
    shown_at = [good[max(bisect_right(good, n) - 1, 0)] for n in range(reel.facts.frames)]
    with ExitStack() as held:
        paths = [held.enter_context(store.opened(ref.key)) for ref in reel.refs]
        footage = held.enter_context(open_footage(paths, colour=reel.facts.colour))
        shown = (view(footage[n]).rgba[..., :3] for n in shown_at)
        return shots_of(find_scenes(shown))


def _rows(reel: Reel, shot: Shot, *, order: RotoOrder, written: ObjectRef) -> list[Row]:
    facts = reel.facts
    about: dict[str, Any] = {
        "movie": reel.movie,
        "colour": facts.colour,
        "colour_note": facts.colour_note,
        "size_wh": list(facts.size_wh),
        "rate": str(facts.rate),
        "bits": facts.bits,
        "codec": facts.codec,
        "pixel_aspect": str(facts.pixel_aspect),
    }
    owner = {"project": order.project, "client": order.client}
    lost = frozenset(facts.lost)
    rows: list[Row] = []
    for index in shot.frames:
        ref = reel.refs[0] if reel.movie else reel.refs[index]
        params = {
            "shot": shot.name,
            "frame": reel.first + index,
            "index": index,
            "timecode": _timecode(facts.timecode, index, rate=facts.rate),
            "footage": about,
            **owner,
        }
        provenance = Provenance(source_type=PHOTOGRAPH, parents=(ref.sha256,))
        item = f"{shot.name}.{reel.first + index:04d}"
        if index in lost:
            rows.append(_lost(item, params))
            continue
        rows.append(
            Row(
                item,
                params,
                objects=(ref, written),
                provenance=provenance,
                notes=(*facts.notes, *shot.notes),
            )
        )
    return rows


def _lost(item: str, params: dict[str, Any]) -> Row:
    return Row(
        item,
        params,
        code="FOOTAGE_DAMAGED",
        reason=f"plate {params['frame']} does not decode",
        fix="the other plates are worked on; upload the footage again to have this one, too",
    )


def _timecode(first: str, index: int, *, rate: Fraction) -> str:
    if not first:
        return ""
    drops = first[8:9] in (";", ".")
    return timecode_of(frame_of(first, rate=rate) + index, rate=rate, drop=drops)
