"""Figurine orders arriving in the inbox, and the photo that each is made of.

The order stands for the batch; its photo lies beside it and may come later. A photo that no order
names stays untouched: nobody agreed to anything. What belongs here: what is listed, told apart.
What does not: when runs start (`sensors.uploads`), and opening photos.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from maquette.batch.store import Entry, Store
from maquette.batch.uploads import Arrival, Version, read_upload
from maquette.errors import MaquetteError
from maquette.lines.figurine_orders import read_order
from maquette.lines.order_files import SUFFIXES


def faces_among(
    store: Store, listed: Sequence[Entry]
) -> tuple[list[Entry], Callable[[Version], Arrival]]:
    """The orders among what is listed, and how each is looked at before its run starts."""
    known = {entry.key: entry for entry in listed}

    def look(version: Version) -> Arrival:
        place, _, name = version.key.rpartition("/")
        try:
            order = read_order(read_upload(store, version.key), name=name)
        except MaquetteError:
            return Arrival(version)  # its run tells what is wrong
        photo = known.get(f"{place}/{order.photo}")
        if photo is None:
            missing = f"{name} waits for {order.photo}"
            return Arrival(version, priority=order.priority, waits_for=missing)
        return Arrival(version, priority=order.priority, beside=(photo,))

    return [entry for entry in listed if _is_order(entry)], look


def _is_order(entry: Entry) -> bool:
    name = entry.key.rpartition("/")[2]
    return not name.startswith((".", "~", "_")) and name.rpartition(".")[2].lower() in SUFFIXES
