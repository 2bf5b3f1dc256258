"""Clips and motion orders arriving in the inbox, in any order and at any pace.

An order stands for the clips it names; a movie or a finished folder that no order names stands for
itself. What belongs here: what is listed, told apart. What does not: when runs start
(`sensors.uploads`), and opening footage.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from maquette.batch.store import Entry, Store
from maquette.batch.uploads import READY, UNFINISHED, Arrival, Version, files_of, read_upload
from maquette.errors import MaquetteError
from maquette.lines.motion_fields import CLIP_ENDINGS
from maquette.lines.motion_orders import MotionOrder, is_order, read_order

# version of an order -> what it names: every tick asks, and old orders stay where they are
_NAMED: dict[str, frozenset[str]] = {}
MOST_REMEMBERED = 10_000


def clips_among(
    store: Store, listed: Sequence[Entry]
) -> tuple[list[Entry], Callable[[Version], Arrival]]:
    """What stands for a batch among what is listed, and how each is looked at before its run."""
    known = {entry.key: entry for entry in listed}
    orders = [entry for entry in listed if _is_order(entry.key, known)]
    named = {key for entry in orders for key in _named_by(store, entry)}
    alone = [entry for entry in listed if _is_clip(entry.key, known) and entry.key not in named]

    def look(version: Version) -> Arrival:
        if not is_order(version.key):
            return _alone(version, known)
        try:
            order = read_order(read_upload(store, version.key), name=_name(version.key))
        except MaquetteError:
            return Arrival(version)  # its run tells what is wrong
        return _with_its_clips(version, order, known)

    return [*orders, *alone], look


def clip_keys(place: str, clip: str, known: Iterable[str]) -> list[str]:
    """The keys of a clip: one movie, or the files of a finished folder; none while it lacks.

    Args:
        place: the folder that its order lies in.
        clip: as the order names it.
        known: what lies in the inbox.
    """
    held = set(known)
    if f"{place}/{clip}" in held:
        return [f"{place}/{clip}"]
    return files_of(f"{place}/{clip}/", held)


def _alone(version: Version, known: Mapping[str, Entry]) -> Arrival:
    folder, _, name = version.key.rpartition("/")
    inside = files_of(f"{folder}/", known) if name == READY else []
    return Arrival(version, beside=tuple(known[key] for key in inside))


def _with_its_clips(version: Version, order: MotionOrder, known: Mapping[str, Entry]) -> Arrival:
    place = version.key.rpartition("/")[0]
    keys = {clip: clip_keys(place, clip, known) for clip in order.clips}
    lacking = [clip for clip, found in keys.items() if not found]
    model = f"{place}/{order.model}"
    if order.model and model not in known:
        lacking.append(order.model)
    missing = f"{_name(version.key)} waits for {', '.join(lacking)}" if lacking else ""
    wanted = [*(key for found in keys.values() for key in found), *([model] if order.model else [])]
    beside = () if lacking else tuple(known[key] for key in wanted)
    return Arrival(version, priority=order.priority, waits_for=missing, beside=beside)


def _named_by(store: Store, entry: Entry) -> frozenset[str]:
    """The uploads that an order speaks for, each as what would stand for it alone."""
    version = Version(entry.key, entry.etag, entry.modified).id
    if version not in _NAMED:
        try:
            clips = read_order(read_upload(store, entry.key), name=_name(entry.key)).clips
        except MaquetteError:
            clips = ()  # it will be mended, and is then another version
        place = entry.key.rpartition("/")[0]
        if len(_NAMED) >= MOST_REMEMBERED:
            _NAMED.clear()
        _NAMED[version] = frozenset(
            key for clip in clips for key in (f"{place}/{clip}", f"{place}/{clip}/{READY}")
        )
    return _NAMED[version]


def _is_order(key: str, known: Mapping[str, Entry]) -> bool:
    return is_order(key) and _is_upload(key, known)


def _is_clip(key: str, known: Mapping[str, Entry]) -> bool:
    if _name(key) == READY:
        return True
    return key.rpartition(".")[2].lower() in CLIP_ENDINGS and _is_upload(key, known)


def _is_upload(key: str, known: Mapping[str, Entry]) -> bool:
    """Whether it is no hidden or half-copied file, and none of those that lie among frames."""
    name = _name(key)
    if name.startswith((".", "~", "_")) or name.rpartition(".")[2].lower() in UNFINISHED:
        return False
    return f"{key.rpartition('/')[0]}/{READY}" not in known


def _name(key: str) -> str:
    return key.rpartition("/")[2]
