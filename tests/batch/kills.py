"""Kills a small line at every write, or at random moments, and says what was left of it.

Run as a program by ``test_kills.py``: it forks, and a fork is only safe where no Python thread
runs and polars was never used, which nobody can promise of a test session. It prints one JSON
object: what was tried -> what was wrong, empty where everything was right.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import shutil
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from maquette.batch.deliveries import deliver, set_aside
from maquette.batch.gathers import at_most, run_gather
from maquette.batch.manifests import commit, current, read
from maquette.batch.records import Record
from maquette.batch.store import FolderStore, sha256_of
from tests import toys

PROMPTS = ("a", "b", "refuse c", "d", "a", "e", "f", "g")
CALLS = ("fsync", "link", "replace")
ASSETS = ("texts", "doubles", "books")
VOLATILE = ("origin", "seconds", "engine_seconds")
CHILD_S = 60  # no child takes longer, whatever happens to it


def kind_of(key: str) -> str:
    """What a key is, in the words of the design."""
    folder, _, name = key.partition("/")
    if folder == "manifests":
        return "pointer" if name.endswith("current.json") else "manifest"
    if folder == "deliveries":
        return "index" if name.endswith("index.json") else "delivery"
    return folder.removesuffix("s")


class Watched(FolderStore):
    """A folder that notes for which kind of key each system call is made."""

    doing = threading.local()

    def put(self, key: str, data: bytes) -> None:
        """As the folder does."""
        with self._noted(key):
            super().put(key, data)

    def put_if_absent(self, key: str, data: bytes) -> bool:
        """As the folder does."""
        with self._noted(key):
            return super().put_if_absent(key, data)

    def put_file(self, key: str, path: Path) -> None:
        """As the folder does."""
        with self._noted(key):
            super().put_file(key, path)

    @contextlib.contextmanager
    def _noted(self, key: str) -> Iterator[None]:
        self.doing.kind = kind_of(key)
        yield
        self.doing.kind = ""


def watch(told: Callable[[str, str], None]) -> None:
    """Have every system call that makes something lasting told, before and after."""
    for name in CALLS:
        call = getattr(os, name)

        def told_call(*args: Any, _call: Any = call, _name: str = name) -> None:
            kind = getattr(Watched.doing, "kind", "")
            told(f"{kind} {_name}", "before")
            _call(*args)
            told(f"{kind} {_name}", "after")

        setattr(os, name, told_call)


def line(root: Path) -> None:
    """Three stages, three manifests and a delivery, as a run of a line does them."""
    store = Watched(root)
    runner = toys.runner_on(store)
    texts = runner.run(toys.write, toys.asked(*PROMPTS)).named("texts")
    commit(store, texts)
    doubles = runner.run(toys.double, texts).named("doubles")
    commit(store, doubles)
    books = run_gather(
        runner,
        toys.bind,
        doubles,
        grouped=at_most(4),
        params=lambda group: {"item": f"book-{group.number}"},
    ).named("books")
    commit(store, books)
    files = {f"{row.item}.txt": row.objects[0] for row in books.rows}
    aside = set_aside(store, [texts, doubles, books])
    about = {"name": "toys", "set_aside": aside}
    deliver(store, line="stickers", batch="toys", files=files, about=about)


def broken_objects(root: Path) -> list[str]:
    """Every object that is not whole: wrong sum, not parsable, or naming what is not there."""
    store, broken = FolderStore(root), []
    for entry in store.list(""):
        try:
            _check(store, entry.key)
        except Exception as trouble:  # whatever it is, it is told
            broken.append(f"{entry.key}: {trouble!r}")
    return broken


def _check(store: FolderStore, key: str) -> None:
    data, kind = store.get(key), kind_of(key)
    if kind == "blob":
        assert Path(key).stem == sha256_of(data), "is not what its name says"
    elif kind == "record":
        assert Path(key).stem == Record.from_bytes(data).recipe, "is under another name"
        for ref in Record.from_bytes(data).objects:
            assert store.exists(ref.key), f"lists {ref.key}, which is not there"
    elif kind == "manifest":
        read(data)
    elif kind == "pointer":
        assert store.exists(json.loads(data)["manifest"]), "names no manifest"
    elif kind in ("index", "quarantine"):
        json.loads(data)


def state(root: Path) -> dict[str, Any]:
    """All that a finished line leaves, times aside."""
    store = FolderStore(root)
    found: dict[str, Any] = {"objects": [], "records": {}, "rows": {}}
    for entry in store.list(""):
        kind = kind_of(entry.key)
        if kind in ("blob", "delivery", "index", "quarantine"):
            found["objects"].append([entry.key, sha256_of(store.get(entry.key))])
        elif kind == "record":
            raw = asdict(Record.from_bytes(store.get(entry.key)))
            found["records"][entry.key] = {n: v for n, v in raw.items() if n not in VOLATILE}
    for asset in ASSETS:
        manifest = current(store, asset=asset, batch="toys")
        assert manifest is not None, f"{asset} was never committed"
        rows = [
            {n: v for n, v in asdict(row).items() if n not in VOLATILE} for row in manifest.rows
        ]
        found["rows"][asset] = [manifest.digest, rows]
    return json.loads(json.dumps(found))


def in_child(work: Callable[[], Any], *, kill_after_s: float | None = None) -> tuple[int, Any]:
    """What a forked child gives, and how it ended (minus the signal)."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        signal.alarm(CHILD_S)
        try:
            answer = json.dumps(work()).encode()
            with os.fdopen(writing, "wb") as out:
                out.write(answer)
            os._exit(0)
        except BaseException as trouble:
            sys.stderr.write(f"{trouble!r}\n")
            os._exit(1)
    os.close(writing)
    if kill_after_s is not None:
        time.sleep(kill_after_s)
        os.kill(pid, signal.SIGKILL)
    with os.fdopen(reading, "rb") as answers:
        data = answers.read()
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    return status, json.loads(data) if data else None


def calls_of(root: Path) -> Counter[str]:
    """Every lasting system call of an uninterrupted line, by kind.

    Only those that end well: how many are tried in a folder that is not there yet is a race.
    """

    def counted() -> list[str]:
        seen: list[str] = []
        watch(lambda name, when: seen.append(name) if when == "after" else None)
        line(root)
        return seen

    return Counter(in_child(counted)[1])


def killed_at(root: Path, *, name: str, n: int, when: str) -> int:
    """Run the line and kill it before or after its n-th call of that name."""

    def run() -> None:
        left, lock = [n], threading.Lock()

        def told(called: str, moment: str) -> None:
            if called == name and moment == when:
                with lock:
                    left[0] -= 1
                    if left[0] == 0:
                        os.kill(os.getpid(), signal.SIGKILL)
                        time.sleep(1)  # the signal is on its way; do nothing more

        watch(told)
        line(root)

    return in_child(run)[0]


def wrong_with(root: Path, *, expected: dict[str, Any]) -> str:
    """What is wrong right after a kill, or after the line was run again; empty if nothing is."""

    def again() -> list[Any]:
        broken = broken_objects(root)
        line(root)
        return [broken, broken_objects(root), state(root)]

    status, answer = in_child(again)
    if status != 0:
        return f"the line could not be run again: {status}"
    at_once, afterwards, found = answer
    if at_once or afterwards:
        return f"not whole: {at_once} {afterwards}"
    return "" if found == expected else f"ended elsewhere: {_difference(found, expected)}"


def _difference(found: dict[str, Any], expected: dict[str, Any]) -> str:
    return ", ".join(name for name in expected if found[name] != expected[name])


def boundaries(folder: Path, expected: dict[str, Any]) -> dict[str, str]:
    """Kill before and after every single call."""
    report: dict[str, str] = {}
    for name, count in sorted(calls_of(folder / "counting").items()):
        for n in range(1, count + 1):
            for when in ("before", "after"):
                root = folder / "killed"
                status = killed_at(root, name=name, n=n, when=when)
                wrong = wrong_with(root, expected=expected)
                told = wrong if status == -signal.SIGKILL else f"was not killed: {status} {wrong}"
                report[f"{when} {name} {n}"] = told
                shutil.rmtree(root)
    return report


def moments(folder: Path, expected: dict[str, Any], *, count: int) -> dict[str, str]:
    """Kill at random moments of a line's life."""
    chance = random.Random(7)
    started = time.monotonic()
    in_child(lambda: line(folder / "timing"))
    whole_s = time.monotonic() - started
    report: dict[str, str] = {}
    for n in range(count):
        root, after_s = folder / "killed", chance.uniform(0, whole_s)
        in_child(lambda root=root: line(root), kill_after_s=after_s)
        report[f"{n}: after {after_s:.4f} s"] = wrong_with(root, expected=expected)
        shutil.rmtree(root, ignore_errors=True)
    return report


def main(place: str, count: str) -> None:
    """``FOLDER boundaries`` or ``FOLDER 10`` for so many moments."""
    folder = Path(place)
    assert threading.active_count() == 1, "a thread runs: fork is not safe"
    _, expected = in_child(lambda: (line(folder / "whole"), state(folder / "whole"))[1])
    if count == "boundaries":
        report = boundaries(folder, expected)
    else:
        report = moments(folder, expected, count=int(count))
    sys.stdout.write(json.dumps(report))


if __name__ == "__main__":
    main(*sys.argv[1:])
