"""Print orders arriving in the inbox, and the pictures or the model each is made of.

The order stands for the batch; what it names lies beside it and may come later. What belongs here:
what is listed, told apart. What does not: when runs start (`sensors.uploads`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from maquette.batch.store import Entry, Store
from maquette.batch.uploads import UNFINISHED, Arrival, Version, read_upload
from maquette.errors import MaquetteError
from maquette.lines.order_files import SUFFIXES
from maquette.lines.print_orders import read_order


def prints_among(
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
        wanted = [f"{place}/{path}" for path in order.beside]
        lacking = [path for path in order.beside if f"{place}/{path}" not in known]
        missing = f"{name} waits for {', '.join(lacking)}" if lacking else ""
        beside = () if lacking else tuple(known[key] for key in wanted)
        return Arrival(version, priority=order.priority, waits_for=missing, beside=beside)

    return [entry for entry in listed if _is_order(entry)], look


def _is_order(entry: Entry) -> bool:
    name = entry.key.rpartition("/")[2]
    suffix = name.rpartition(".")[2].lower()
    return not name.startswith((".", "~", "_")) and suffix in SUFFIXES and suffix not in UNFINISHED
