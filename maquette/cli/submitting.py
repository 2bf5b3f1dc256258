"""Putting files of this machine into the store, with all that lies beside them.

What belongs here: which files go along with an upload of each line. What does not: what becomes
of it there.
"""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Sequence
from pathlib import Path

from maquette.batch.store import ObjectMissing, Store, sha256_of
from maquette.batch.uploads import slug, submit, write_ticket
from maquette.errors import InputError


def submitted(store: Store, asked: argparse.Namespace, *, places: dict[str, str]) -> str:
    """The batch of an upload that was put into its place, what lies beside it before it."""
    path: Path = asked.upload
    if not path.is_file():
        raise InputError("UPLOAD_MISSING", f"there is no file {path}")
    put = {"stickers": _prompt_set, "roto": _shot, "prints": _print}[asked.line]
    return write_ticket(store, line=asked.line, key=put(store, path, place=places[asked.line]))


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
    from maquette.lines.roto_arrivals import READY, footage_names
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
    inside = footage.relative_to(path.parent).as_posix()
    if footage.is_dir():
        for frame in sorted(footage.iterdir()):
            if frame.is_file() and not frame.name.startswith((".", "_")):
                _put(store, f"{place}{inside}/{frame.name}", frame)
        store.put(f"{place}{inside}/{READY}", b"")
    else:
        _put(store, f"{place}{inside}", footage)
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
