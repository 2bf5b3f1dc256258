"""Toy stages and engines: tiny, exact and quick, for tests of the machinery around stages.

Named in stage paths as ``tests.toys:double``. Worker processes import this module by name, so it
holds nothing that pytest must find, and what a toy does is decided by its item's own parameters.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from maquette.batch.host import Craft, EngineSpec, Host
from maquette.batch.manifests import Manifest, Row
from maquette.batch.records import ObjectRef, blob_key
from maquette.batch.runner import LocalPlace, Place, Runner
from maquette.batch.stages import Batch, Made, Member, Stage, gather_stage, map_stage, span_stage
from maquette.batch.store import Store, sha256_of
from maquette.errors import EngineError, InputError, MaquetteError, ToolError
from maquette.provenance import Provenance
from maquette.roles import EngineInfo, ImageGenerator, ImageRequest, MadePicture
from maquette.types import File, Picture

CRAFT = Craft(codecs="tests.toys:CODECS", engines="tests.toys:make")
ENGINES = {"ImageGenerator": EngineSpec("ImageGenerator", "painter")}
SIZE_PX = 4


@dataclass(frozen=True)
class RawPicture:
    """Square pictures as their bare pixels, so that equal pixels are equal bytes."""

    suffix: str = "raw"

    def encode(self, value: Picture, provenance: Provenance) -> bytes:
        """The pixels."""
        del provenance
        return value.rgba.tobytes()

    def decode(self, data: bytes) -> Picture:
        """The picture those pixels were."""
        side_px = round((len(data) / 4) ** 0.5)
        return Picture(np.frombuffer(data, np.uint8).reshape(side_px, side_px, 4))


CODECS = {Picture: RawPicture()}


class Painter:
    """An image generator that paints the hash of what it is asked for, and keeps a log.

    The log is a file with one line per call (``3`` for a call with three requests), because calls
    may come from other processes. `faults` says what to answer to a prompt instead of a picture:
    ``missing`` (its weights), ``refused``, ``busy`` (passing), ``short`` (one answer too few).
    """

    def __init__(
        self, *, log: str = "", faults: dict[str, str] | None = None, batch_size: int = 3
    ) -> None:
        self._log = log
        self._faults = faults or {}
        self._batch_size = batch_size

    @property
    def info(self) -> EngineInfo:
        """Known without painting anything."""
        return EngineInfo(
            "painter",
            "1",
            weights={"brush": "b" * 64},
            licences=("CC0-1.0",),
            batch_size=self._batch_size,
            source_type="compositeSynthetic",
        )

    def generate(self, requests: Sequence[ImageRequest]) -> list[MadePicture | Exception]:
        """One answer per request, in order."""
        if self._log:
            with Path(self._log).open("a", encoding="utf-8") as log:
                log.write(f"{len(requests)}\n")
        faults = [self._faults.get(request.prompt, "") for request in requests]
        if "missing" in faults:
            raise EngineError("MODEL_MISSING", "no brush on the shelf", fix="fetch brush")
        answers = [self._answer(r, f) for r, f in zip(requests, faults, strict=True)]
        return answers[:-1] if "short" in faults else answers

    def close(self) -> None:
        """Nothing is held."""

    def _answer(self, request: ImageRequest, fault: str) -> MadePicture | Exception:
        if fault == "refused":
            return InputError("PROMPT_REFUSED", f"will not paint {request.prompt!r}")
        if fault == "busy":
            return EngineError("ENGINE_BUSY", "the brush is wet")
        if fault == "bug":
            return ZeroDivisionError("no paint")
        digest = hashlib.sha256(repr(request).encode()).digest()
        rgba = np.resize(np.frombuffer(digest, np.uint8), (SIZE_PX, SIZE_PX, 4))
        return MadePicture(Picture(rgba.astype(np.uint8)), native_alpha=True)


class Unloadable(Painter):
    """A painter that anybody may ask who it is, and nobody may use."""

    def generate(self, requests: Sequence[ImageRequest]) -> list[MadePicture | Exception]:
        """Says that it was used."""
        raise AssertionError(f"the engine was used for {len(requests)} requests")


MAKERS = {"painter": Painter, "unloadable": Unloadable}


def make(name: str, *, role: str, settings: dict[str, Any] | None = None) -> Any:
    """What `maquette.engines.make` is for real engines."""
    if name not in MAKERS:
        raise InputError("ENGINE_UNKNOWN", f"no {role} engine is called {name!r}")
    return MAKERS[name](**(settings or {}))


_PREPARED: list[int] = []  # how many threads there were each time


def _prepare() -> None:
    _PREPARED.append(threading.active_count())


@map_stage(version="1", makes="text", prepare=_prepare)
def want_preparing(*, prompt: str) -> File:
    """Say how many threads there were when it was prepared."""
    return File(f"{prompt} {_PREPARED}".encode(), "txt")


@map_stage(version="1", makes="picture", batched=True)
def paint(
    *, prompt: Batch[str], seed: Batch[int], painter: ImageGenerator
) -> Batch[Picture | Exception]:
    """Pictures from words, several at a time."""
    asked = [
        ImageRequest(words, "cartoon", SIZE_PX, s) for words, s in zip(prompt, seed, strict=True)
    ]
    made = painter.generate(asked)
    return [m if isinstance(m, Exception) else m.picture for m in made]


@map_stage(version="1", makes="text")
def write(*, prompt: str, seed: int = 0) -> File:
    """A text from words, without any engine."""
    return File(f"{prompt} {seed}".encode(), "txt")


@map_stage(version="1", makes="double")
def double(text: File, *, times: int = 2) -> File:
    """The text several times over; prompts that say so go wrong in their own way."""
    word, _, rest = text.data.decode().partition(" ")
    if word in TROUBLES:
        TROUBLES[word](rest)
    return File(text.data * times, "txt")


@map_stage(version="1", makes="inverse")
def invert(picture: Picture) -> Picture:
    """The negative of a picture."""
    return Picture(255 - picture.rgba)


@map_stage(version="1")
def inspect(double: File) -> Made:
    """A stage that only judges."""
    if b"ugly" in double.data:
        raise InputError("TEXT_UGLY", "this text is ugly", fix="write another")
    return Made(scores={"bytes": len(double.data)}, notes=("looked at",))


@map_stage(version="1", makes="odd")
def oddly(text: File, *, answer: str) -> Any:
    """What no stage should answer, by name."""
    return {
        "number": 7,
        "numpy": Made({"odd": text}, params={"size_px": np.int64(7)}),
        "nan": Made({"odd": text}, scores={"width_m": float("nan")}),
        "surrogate": Made({"odd": text}, notes=("half a pair \ud83d",)),
        "fine": text,
    }[answer]


@map_stage(version="1", makes="text")
def dawdle(*, prompt: str) -> File:
    """The words, some sooner than others."""
    time.sleep(0.05 if prompt == "slow" else 0)
    return File(prompt.encode(), "txt")


@map_stage(version="1", makes="moment")
def moment(text: File) -> File:
    """Never the same bytes twice, as some engines on a GPU are."""
    return File(text.data + str(time.monotonic_ns()).encode(), "txt")


@map_stage(version="1", makes="facts")
def facts(*, variable: str = "MAQUETTE_TOY") -> Made:
    """Where this runs, as notes: process, interpreter, one variable, what is imported."""
    loaded = [name for name in ("dagster", "torch", "boto3") if name in sys.modules]
    seen = f"{os.getpid()} {sys.executable} {os.environ.get(variable, '')} {','.join(loaded)}"
    return Made({"facts": File(seen.encode(), "txt")})


@span_stage(version="1", makes="smooth")
def smooth(text: Batch[File], *, keys: list[bool], short: bool = False) -> list[File]:
    """Each frame with the first and last of its run, as smoothing between keys sees them."""
    ends = text[0].data + b"|" + text[-1].data
    marks = [b"*" if key else b"-" for key in keys]
    made = [File(t.data + b"@" + ends + m, "txt") for t, m in zip(text, marks, strict=True)]
    return made[:-1] if short else made


@span_stage(version="1", makes="step")
def follow(
    text: Sequence[File], mark: Sequence[File | None], *, halts_at: int = -1
) -> Iterator[Made]:
    """Frame by frame: what was seen so far, with the last mark; it may halt on the way."""
    seen, last = b"", b"none"
    for n, one in enumerate(text):
        if n == halts_at:
            raise EngineError("TOY_HALTED", f"at frame {n}")
        found = mark[n]
        last = found.data if found else last
        seen += one.data[-1:]
        yield Made(
            {"step": File(seen + b":" + last, "txt")}, scores={"far": n}, params={"lost": n > 2}
        )


@gather_stage(version="1", makes="book")
def bind(members: Sequence[Member], *, item: str, number: int = 1, of: int = 1) -> File:
    """All texts of a group in order, with what is known of each."""
    pages = [
        f"{m.item}={m.read('double').decode()};{sorted(m.scores.items())};{m.notes};"
        f"{len(m.provenance.steps)}"
        for m in members
    ]
    return File("\n".join([f"{item} {number}/{of}", *pages]).encode(), "txt")


def _refuse(rest: str) -> None:
    raise InputError(
        "TEXT_REFUSED",
        f"will not double {rest}",
        fix="ask for something else",
        details={"text": rest},
    )


def _break(rest: str) -> None:
    raise ToolError("TOOL_AWAY", f"nobody to double {rest}")


def _divide(rest: str) -> None:
    del rest
    print(1 // 0)  # noqa: T201 - never gets to print


def _segfault(rest: str) -> None:
    del rest
    ctypes.string_at(0)


def _eat(rest: str) -> None:
    del rest
    held = [bytearray(1 << 26) for _ in range(64)]  # 4 GB, each page of it written
    raise MaquetteError("MEMORY_EATEN", f"{len(held)} pieces were had")


def _chatter(rest: str) -> None:
    print("x" * 100_000, rest)  # noqa: T201 - what careless libraries do
    os.write(1, b"\x00" * 8 + b"straight to the descriptor\n")
    subprocess.run(["cat"], check=True, timeout=5)


TROUBLES = {
    "refuse": _refuse,
    "break": _break,
    "divide": _divide,
    "segfault": _segfault,
    "exit": lambda rest: os._exit(int(rest.split()[0])),
    "hang": lambda rest: time.sleep(600),
    "eat": _eat,
    "chatter": _chatter,
}


def asked(*prompts: str, batch: str = "toys", **params: Any) -> Manifest:
    """A manifest of prompts as an upload would give: one row each, seed from the words."""
    rows = [
        Row(
            item=f"{n:02d}-{prompt.replace(' ', '-')}"[:40],
            params={
                "prompt": prompt,
                "seed": int(hashlib.sha256(prompt.encode()).hexdigest()[:6], 16),
                **params,
            },
            provenance=Provenance(prompt=prompt, parents=("f" * 64,)),
        )
        for n, prompt in enumerate(prompts)
    ]
    return Manifest("stickers", "toy_sets", batch, tuple(rows))


def texts(store: Store, *words: str, batch: str = "toys") -> Manifest:
    """A manifest of stored texts, without any stage having run."""
    rows = [Row(item=f"t{n}", objects=(kept(store, word),)) for n, word in enumerate(words)]
    return Manifest("stickers", "toy_texts", batch, tuple(rows))


def kept(store: Store, word: str, *, name: str = "text") -> ObjectRef:
    """A text in the store, as the object of that name."""
    data = word.encode()
    key = blob_key(sha256_of(data), "txt")
    store.put_if_absent(key, data)
    return ObjectRef(name, key, sha256_of(data), len(data))


def runner_on(
    store: Store, *, place: Place | None = None, settings: dict[str, Any] | None = None, **more: Any
) -> Runner:
    """A runner of toys over that store, here unless a place is given."""
    engines = {"ImageGenerator": EngineSpec("ImageGenerator", "painter", settings or {})}
    place = place or LocalPlace(Host(store, CRAFT))
    return Runner(**{"store": store, "place": place, "engines": engines} | more)


def read(store: Store, row: Row, name: str) -> str:
    """What an object of a row says."""
    ref = row.object(name)
    assert ref is not None, f"{row.item} has no {name}: {row.code} {row.reason}"
    return store.get(ref.key).decode()


def counts(runner: Runner, stage: Stage) -> tuple[int, int, int]:
    """Made, reused, quarantined of the stage's last run."""
    tally = runner.tallies[stage.name]
    return tally.made, tally.reused, tally.quarantined


def calls(log: Path) -> list[int]:
    """How many requests each call of the painter had."""
    return [int(line) for line in log.read_text().split()] if log.exists() else []


def keys(manifest: Manifest) -> dict[str, list[str]]:
    """Object keys per item."""
    return {row.item: [ref.key for ref in row.objects] for row in manifest.rows}


def codes(manifest: Manifest) -> list[str]:
    """Codes, row by row."""
    return [row.code for row in manifest.rows]
