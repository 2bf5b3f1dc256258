"""Putting files of this machine into the store, with all that lies beside them.

What belongs here: which files go along with an upload of each line. What does not: what becomes
of it there.
"""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from maquette.batch.store import ObjectMissing, Store, sha256_of
from maquette.batch.uploads import READY, slug, submit, write_ticket
from maquette.errors import InputError


def submitted(store: Store, asked: argparse.Namespace, *, places: dict[str, str]) -> str:
    """The batch of an upload that was put into its place, what lies beside it before it."""
    path: Path = asked.upload
    if not path.is_file() and not (asked.line == "motion" and path.is_dir()):
        raise InputError("UPLOAD_MISSING", f"there is no file {path}")
    place = places[asked.line]
    if asked.line == "figurines":
        return write_ticket(store, line=asked.line, key=_figurine(store, asked, place=place))
    if asked.field:
        raise _idle("an upload of this line says for itself what is wanted")
    put = {"stickers": _prompt_set, "roto": _shot, "prints": _print, "motion": _motion}[asked.line]
    return write_ticket(store, line=asked.line, key=put(store, path, place=place))


def _prompt_set(store: Store, path: Path, *, place: str) -> str:
    from maquette.lines.prompt_sets import read_prompt_set

    data = path.read_bytes()
    named = {row.picture for row in read_prompt_set(data, name=path.name).rows if row.picture}
    photos = {n: path.parent / n for n in sorted(named) if (path.parent / n).is_file()}
    # photos come with a folder of their own, or two people's cat.jpg would be one
    if photos:
        place += f"{_folder_of(path, data, list(photos.values()))}/"
    for name, photo in photos.items():
        store.put(f"{place}{name}", photo.read_bytes())
    return submit(store, line="stickers", name=path.name, data=data, place=place)


def _folder_of(path: Path, data: bytes, photos: Sequence[Path]) -> str:
    sums = "".join(sha256_of(each) for each in (data, *(photo.read_bytes() for photo in photos)))
    return f"{slug(path.stem)}-{sha256_of(sums.encode())[:8]}"


def _shot(store: Store, path: Path, *, place: str) -> str:
    """An order and its footage, in a folder of this very file: a correction replaces the order."""
    from maquette.lines.roto_arrivals import footage_names
    from maquette.lines.roto_orders import read_order

    data = path.read_bytes()
    order = read_order(data, name=path.name)
    place += _folder_here(path)
    names = [*footage_names(order, path.stem), path.stem]
    footage = next((path.parent / name for name in names if (path.parent / name).exists()), None)
    if footage is None:
        raise InputError(
            "FOOTAGE_MISSING",
            f"the footage of {path} is not beside it",
            fix=f"put {order.footage or path.stem + '.mov'} or a folder of frames there",
        )
    beside = [prompt.mask for one in order.objects for prompt in one.prompts if prompt.mask]
    for name in filter(None, [*beside, order.edit]):
        if (path.parent / name).is_file():
            _put(store, f"{place}{name}", path.parent / name)
    _footage(store, f"{place}{footage.relative_to(path.parent).as_posix()}", footage)
    key = f"{place}{path.name}"
    store.put(key, data)
    return key


def _print(store: Store, path: Path, *, place: str) -> str:
    """An order with its pictures or model, in a folder of this very file."""
    from maquette.lines.print_orders import read_order

    data = path.read_bytes()
    order = read_order(data, name=path.name)
    place += _folder_here(path)
    for name in order.beside:
        if (path.parent / name).is_file():
            _put(store, f"{place}{name}", path.parent / name)
    key = f"{place}{path.name}"
    store.put(key, data)
    return key


def _motion(store: Store, path: Path, *, place: str) -> str:
    """A clip alone, or an order with its clips and its model, in a folder of this very file."""
    from maquette.lines.motion_orders import is_order, read_order

    place += _folder_here(path)
    if not is_order(path.name):
        return _footage(store, f"{place}{path.name}", path)
    data = path.read_bytes()
    order = read_order(data, name=path.name)
    for name in filter(None, [*order.clips, order.model]):
        if (path.parent / name).exists():
            _footage(store, f"{place}{name}", path.parent / name)
    key = f"{place}{path.name}"
    store.put(key, data)
    return key


def _figurine(store: Store, asked: argparse.Namespace, *, place: str) -> str:
    """An order with its photo, or a photo and the order that its fields make; the photo first."""
    from maquette.lines.figurine_fields import PHOTO_ENDINGS
    from maquette.lines.figurine_orders import read_order

    path: Path = asked.upload
    name, data = path.name, path.read_bytes()
    if path.suffix.lower().removeprefix(".") in PHOTO_ENDINGS:
        name, data = f"{path.stem}.yaml", _order_of(asked.field, photo=path.name)
    elif asked.field:
        raise _idle("an order says for itself what is wanted")
    photo = path.parent / read_order(data, name=name).photo
    place += _folder_here(path)
    if photo.is_file():
        _put(store, f"{place}{photo.relative_to(path.parent).as_posix()}", photo)
    store.put(f"{place}{name}", data)
    return f"{place}{name}"


def _order_of(fields: Sequence[str], *, photo: str) -> bytes:
    """An order for a photo, from ``NAME=VALUE``."""
    import yaml

    tree: dict[str, Any] = {}
    for field in fields:
        name, found, value = field.partition("=")
        if not found or name in tree:
            raise InputError(
                "ORDER_SHAPE",
                f"--field {field[:80]!r} is no NAME=VALUE, or names a field again",
                fix="write it such as --field consent=yes, once for each field",
            )
        # plain values stay text, as they do in a file that is read; lists are written in brackets
        tree[name] = yaml.safe_load(value) if value[:1] in ("[", "{") else value
    return yaml.safe_dump({**tree, "photo": photo}, sort_keys=False, allow_unicode=True).encode()


def _idle(why: str) -> InputError:
    return InputError(
        "ORDER_FIELD_IDLE", f"--field would do nothing: {why}", fix="leave it out, or edit the file"
    )


def _footage(store: Store, key: str, path: Path) -> str:
    """A file, or a folder of frames with its marker last; the key of what stands for it.

    The marker tells what it was put after, so that other frames are another version.
    """
    if not path.is_dir():
        _put(store, key, path)
        return key
    frames = [one for one in sorted(path.iterdir()) if one.is_file()]
    frames = [one for one in frames if not one.name.startswith((".", "_"))]
    for frame in frames:
        _put(store, f"{key}/{frame.name}", frame)
    told = [[one.name, one.stat().st_size, one.stat().st_mtime_ns] for one in frames]
    store.put(f"{key}/{READY}", sha256_of(repr(told).encode()).encode())
    return f"{key}/{READY}"


def _folder_here(path: Path) -> str:
    """A folder for whatever this path holds, now and when it was corrected."""
    here = hashlib.sha256(str(path.resolve()).encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{slug(path.stem)}-{here}/"


def _put(store: Store, key: str, path: Path) -> None:
    """Copy a file there unless it is there already: a movie may be large."""
    found = path.stat()
    try:
        entry = store.entry(key)
    except ObjectMissing:
        store.put_file(key, path)
        return
    if entry.size != found.st_size or entry.time.timestamp() < found.st_mtime:
        store.put_file(key, path)
