"""Shots arriving in the inbox: an order and the footage it is for, in any order and at any pace.

The order stands for the batch. A movie may take an hour to upload; a folder of frames is whole
when it holds a marker. What belongs here: what is listed, told apart. What does not: when runs
start (`sensors.uploads`), and opening footage.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from maquette.batch.store import Entry, Store
from maquette.batch.uploads import READY, UNFINISHED, Arrival, Version, files_of, read_upload
from maquette.errors import MaquetteError
from maquette.lines.order_files import SUFFIXES
from maquette.lines.roto_orders import RotoOrder, read_order

MOVIES = ("mov", "mp4", "m4v", "mxf", "mkv", "webm")


def shots_among(
    store: Store, listed: Sequence[Entry]
) -> tuple[list[Entry], Callable[[Version], Arrival]]:
    """The orders among what is listed, and how each is looked at before its run starts."""
    known = {entry.key: entry for entry in listed}

    def look(version: Version) -> Arrival:
        try:
            order = read_order(read_upload(store, version.key), name=_name(version.key))
        except MaquetteError:
            return Arrival(version)  # its run tells what is wrong
        footage = footage_keys(version.key, order, known)
        edit = [f"{version.key.rpartition('/')[0]}/{order.edit}"] if order.edit else []
        missing = "" if footage else _missing(version.key, order)
        if not missing and not known.keys() >= set(edit):
            missing = f"{_name(version.key)} waits for {order.edit}"
        beside = () if missing else tuple(known[key] for key in (*footage, *edit))
        return Arrival(version, priority=order.priority, waits_for=missing, beside=beside)

    return [entry for entry in listed if _is_order(entry, known)], look


def footage_keys(key: str, order: RotoOrder, known: Mapping[str, Entry]) -> list[str]:
    """Keys of an order's footage: one movie, or the frames of a finished folder; none yet.

    Args:
        key: of the order.
        order: says which footage, or leaves it at what has the order's own name.
        known: what lies in the inbox.
    """
    place = key.rpartition("/")[0]
    stem = _name(key).rpartition(".")[0]
    for name in footage_names(order, stem):
        if f"{place}/{name}" in known:
            return [f"{place}/{name}"]
    return files_of(f"{place}/{(order.footage or stem).rstrip('/')}/", known)


def footage_names(order: RotoOrder, stem: str) -> list[str]:
    """What an order's footage may be called, beside it: as it says, or a movie of its own name."""
    if order.footage:
        return [order.footage]
    return [f"{stem}.{end}" for end in (*MOVIES, *(end.upper() for end in MOVIES))]


def _is_order(entry: Entry, known: Mapping[str, Entry]) -> bool:
    """Whether an object is an order, and not one of the files that lie among frames."""
    name = _name(entry.key)
    suffix = name.rpartition(".")[2].lower()
    if name.startswith((".", "~", "_")) or suffix in UNFINISHED or suffix not in SUFFIXES:
        return False
    return f"{entry.key.rpartition('/')[0]}/{READY}" not in known


def _missing(key: str, order: RotoOrder) -> str:
    stem = _name(key).rpartition(".")[0]
    wanted = order.footage or f"{stem}.mov or a folder {stem}/ with {READY}"
    return f"{_name(key)} waits for {wanted}"


def _name(key: str) -> str:
    return key.rpartition("/")[2]
