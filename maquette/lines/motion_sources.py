"""Clips: an order's footage as rows, one per frame that is used.

What belongs here: finding the footage, looking through it, choosing its frames. What does not:
what is on them (`motion_cutouts`), and decoding.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from maquette.batch.manifests import Manifest, Row
from maquette.batch.records import ObjectRef
from maquette.batch.runner import Runner
from maquette.batch.store import ObjectMissing, Store, checked
from maquette.batch.taking import take
from maquette.batch.uploads import READY, read_upload, upload_key
from maquette.errors import InputError, MaquetteError
from maquette.lines.footage_facts import looked_through
from maquette.lines.motion_arrivals import clip_keys
from maquette.lines.motion_orders import MotionOrder, OrderedClip, clips_of, is_order, order_of
from maquette.provenance import PHOTOGRAPH, Provenance
from maquette.video.clips import chosen_frames, paired
from maquette.video.facts import Facts
from maquette.video.sequences import frame_names, is_frame_name, refuse_gaps

LINE = "motion"
VERSION = "1"  # of `take_in`
SLOWEST, FASTEST = 2.0, 240.0  # frames a second of what is played: nobody could watch the rest


@dataclass(frozen=True)
class Footage:
    """A clip in the store: one movie, or its frames in order.

    Attributes:
        refs: blobs, each under the name `plate`.
        masks: one per frame, where somebody painted them; each under the name `mask_file`.
    """

    refs: tuple[ObjectRef, ...]
    masks: tuple[ObjectRef, ...]
    movie: bool
    facts: Facts


@dataclass(frozen=True)
class _Inbox:
    """What lies beside an upload."""

    place: str
    known: Mapping[str, Any]


def take_in(runner: Runner, *, batch: str) -> Manifest:
    """The frames of every clip of a batch's upload; a clip that cannot be used is one row."""
    store = runner.store
    key = upload_key(store, line=LINE, batch=batch)
    order = order_of(key, read_upload(store, key) if is_order(key) else None)
    inbox = _inbox(store, key)
    rows = [row for one in clips_of(order) for row in _rows(runner, order, one, inbox)]
    return Manifest(LINE, "motion_clips", batch, tuple(rows))


def _inbox(store: Store, key: str) -> _Inbox:
    """The folder that an upload names things in; a marker's is the one above its own."""
    place, _, name = key.rpartition("/")
    if name == READY:
        place = place.rpartition("/")[0]
    return _Inbox(place, {entry.key: entry for entry in store.list(f"{place}/")})


def _rows(runner: Runner, order: MotionOrder, one: OrderedClip, inbox: _Inbox) -> list[Row]:
    params = _common(order, one)
    try:
        model = _model(runner.store, order, inbox)
        return _frames(_footage(runner, one, inbox), order, model=model, params=params)
    except MaquetteError as trouble:
        if trouble.needs_setup or trouble.code == "VIDEO_NOT_INSTALLED":
            raise  # it would be the same for every clip
        return [Row.refused(one.item, trouble, params=params)]


def _common(order: MotionOrder, one: OrderedClip) -> dict[str, Any]:
    """What is the same on every row of a clip, by the names of the stages' options."""
    about = ("mode", "seed", "steps", "commercial", "project", "client", "model")
    subject = vars(order.subject) if order.subject else {}
    return {
        "clip": one.item,
        "object": one.item,
        "title": one.title,
        "order": order.name,
        "faces_at_most": order.faces,
        "subject": {name: value for name, value in subject.items() if value not in ((), None, "")},
        **{name: getattr(order, name) for name in about},
    }


def _model(store: Store, order: MotionOrder, inbox: _Inbox) -> ObjectRef | None:
    if not order.model:
        return None
    try:
        return take(store, checked(f"{inbox.place}/{order.model}"), name="model_file")
    except (InputError, ObjectMissing) as trouble:
        raise InputError(
            "MOTION_FILE_MISSING",
            f"the model {order.model!r} is not beside the order",
            fix="put it into the same folder, before the order",
        ) from trouble


def _footage(runner: Runner, one: OrderedClip, inbox: _Inbox) -> Footage:
    """A clip's footage, taken into the store and looked through once."""
    keys = clip_keys(inbox.place, one.path, inbox.known)
    is_folder = f"{inbox.place}/{one.path}/{READY}" in inbox.known
    if not keys and not is_folder:
        raise InputError(
            "CLIP_MISSING",
            f"the clip {one.path!r} is not beside the order",
            fix=f"upload it; a folder of frames ends with an empty file {READY}",
        )
    frames, masks = _frame_files(keys, one.path) if is_folder else (keys, [])
    refs = tuple(take(runner.store, key, name="plate") for key in frames)
    facts = looked_through(runner, refs, frames, colour="", rate="")
    painted = tuple(take(runner.store, key, name="mask_file") for key in masks)
    return Footage(refs, painted, not is_folder, facts)


def _frame_files(keys: Sequence[str], path: str) -> tuple[list[str], list[str]]:
    """The frames of a folder in order, and the masks beside them if there are any."""
    folder = keys[0].rpartition("/")[0] if keys else ""
    names = [name for key in keys if is_frame_name(name := key.rpartition("/")[2])]
    if not names:
        raise InputError(
            "FRAMES_NONE",
            f"the folder {path!r} holds no frames",
            fix="upload frames named like walk.0001.png, then its marker again",
        )
    pairs = paired(names)
    if pairs is not None:
        masks = [f"{folder}/{name}" for name in pairs.masks if name is not None]
        return [f"{folder}/{name}" for name in pairs.images], masks
    found = frame_names(names)
    refuse_gaps(found)
    return [f"{folder}/{name}" for name in found.names], []


def _frames(
    footage: Footage, order: MotionOrder, *, model: ObjectRef | None, params: dict[str, Any]
) -> list[Row]:
    """One row per frame that is used; the first also holds the model that is to be moved."""
    facts = footage.facts
    first, last = order.frames or (0, facts.frames - 1)
    choice = chosen_frames(
        facts.frames, first=first, last=last, stride=order.stride, lost=facts.lost
    )
    rate, rate_notes = _played(float(facts.rate) / choice.stride)
    about = {"movie": footage.movie, "colour": facts.colour}
    common = {
        **params,
        "frames": len(choice.indices),
        "rate": rate,
        "size_wh": list(facts.size_wh),
        "footage": {**about, "pixel_aspect": str(facts.pixel_aspect)},
    }
    rows: list[Row] = []
    for frame, index in enumerate(choice.indices):
        plate = footage.refs[0] if footage.movie else footage.refs[index]
        objects = (plate, *footage.masks[index : index + 1])
        rows.append(
            Row(
                f"{params['clip']}.{frame:03d}",
                {**common, "frame": frame, "index": index},
                objects=objects,
                provenance=Provenance(source_type=PHOTOGRAPH, parents=(plate.sha256,)),
                notes=(*facts.notes, *choice.notes, *rate_notes),
            )
        )
    return [replace(rows[0], objects=(*rows[0].objects, *filter(None, [model]))), *rows[1:]]


def _played(rate: float) -> tuple[float, tuple[str, ...]]:
    """The rate that an animation plays at, and what is said of one that had to be another."""
    played = min(max(rate, SLOWEST), FASTEST)
    if played == rate:
        return rate, ()
    return played, (f"it plays at {played:g} frames a second, not at {rate:.3g}",)
