"""Footage tried out in a child process: a file that crashes or hangs a decoder costs the child.

Decoders are C code, and an upload may be crafted for them. Whoever takes an upload in lets a
child decode all of it once, under limits of time and memory; the very same bytes are then safe to
be decoded in this process. What belongs here: the child, and what it may say. What does not:
decoding (footage).
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import select
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from maquette.errors import InputError, MaquetteError, ToolError
from maquette.video.facts import Facts
from maquette.video.footage import open_footage, probe
from maquette.video.limits import EXPORT_ANEW, named

# Plates, decoder frames and libraries together; address space, of which threads reserve a lot.
MOST_MEMORY_BYTES = 12 * 2**30
# The slowest frame, of 8K on a busy machine, takes seconds; a decoder that hangs takes for ever.
STALL_S = 60.0
# A movie of which fewer frames decode is broken rather than scratched.
LEAST_SHARE = 0.5
CHILD = ("-m", "maquette.video.vetting")
_TICK, _ANSWER = b".", b"\n"
_MOST_ANSWER_BYTES = 2**20
_REFUSALS: dict[str, type[MaquetteError]] = {"InputError": InputError, "ToolError": ToolError}


def vetted(paths: Sequence[Path], *, colour: str = "", rate: Fraction | None = None) -> Facts:
    """What `probe` knows of footage, after a child process has decoded every frame of it.

    Frames that do not decode are told as lost, if most others do.

    Raises:
        InputError: what `probe` raises, and FOOTAGE_DAMAGED where the child crashes, runs out of
            memory, or is silent for a minute.
    """
    wish = {
        "paths": [os.fsencode(path).decode("latin-1") for path in paths],
        "colour": colour,
        "rate": str(rate) if rate else "",
    }
    where = named(paths[0]) if paths else "the upload"
    said = _asked(json.dumps(wish).encode(), where=where)
    if "facts" in said:
        return Facts.of(said["facts"])
    kind = _REFUSALS.get(said["class"], InputError)
    raise kind(said["code"], said["reason"], fix=said["fix"])


def _asked(wish: bytes, *, where: str) -> dict[str, Any]:
    """The child's answer; its silence or its end is the file's fault."""
    here = str(Path(__file__).parents[2])
    paths = os.pathsep.join(filter(None, [here, os.environ.get("PYTHONPATH", "")]))
    child = subprocess.Popen(
        [sys.executable, *CHILD],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # decoders complain at length of damaged files
        env={**os.environ, "PYTHONPATH": paths},
    )
    assert child.stdin is not None
    assert child.stdout is not None
    try:
        with contextlib.suppress(BrokenPipeError), child.stdin as pipe:
            pipe.write(wish)
        said = _heard(child.stdout.fileno(), where=where)
    finally:
        child.kill()
        code = child.wait()
        child.stdout.close()
    if not said:
        how = signal.Signals(-code).name if code < 0 else f"exit status {code}"
        raise _lost(where, f"ends the process that decodes it ({how})")
    return json.loads(said)


def _heard(pipe: int, *, where: str) -> bytes:
    """The answer after the ticks, or nothing where the child ended without one."""
    said = b""
    ready = select.poll()  # not select, which knows no descriptor above 1023
    ready.register(pipe, select.POLLIN)
    while ready.poll(STALL_S * 1000):
        part = os.read(pipe, 65_536)
        if not part:
            return said.partition(_ANSWER)[2]
        said = (said + part).lstrip(_TICK)
        if len(said) > _MOST_ANSWER_BYTES:
            raise _lost(where, "makes the process that decodes it talk nonsense")
    raise _lost(where, f"keeps its decoder busy for over {STALL_S:.0f} s without a frame")


def _lost(where: str, what: str) -> InputError:
    return InputError("FOOTAGE_DAMAGED", f"{where} {what}", fix=EXPORT_ANEW)


def serve() -> None:
    """Be the child: a wish on standard input, a tick a frame and an answer on standard output."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY_BYTES, MOST_MEMORY_BYTES))
    out = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)  # what libraries print must not mix with the answer
    answer: dict[str, Any]
    try:
        facts = _tried(json.loads(sys.stdin.buffer.read()), tick=lambda: out.write(_TICK))
        answer = {"facts": facts.plain()}
    except MaquetteError as refused:
        answer = {"class": type(refused).__name__, "code": refused.code}
        answer |= {"reason": refused.reason, "fix": refused.fix}
    out.write(_ANSWER + json.dumps(answer).encode())


def _tried(wish: dict[str, Any], *, tick: Any) -> Facts:
    """The facts of footage each frame of which was decoded."""
    paths = [Path(os.fsdecode(path.encode("latin-1"))) for path in wish["paths"]]
    rate = Fraction(wish["rate"]) if wish["rate"] else None
    probe(paths, colour=wish["colour"], rate=rate)
    bad: list[int] = []
    with open_footage(paths, colour=wish["colour"], rate=rate) as footage:
        facts = footage.facts
        for n in range(len(footage)):
            try:
                footage[n]
            except InputError as refused:
                if refused.code != "FOOTAGE_DAMAGED":
                    raise
                bad.append(n)
            tick()
    if len(bad) > facts.frames * (1 - LEAST_SHARE):
        told = f"{len(bad):,} of its {facts.frames:,} frames do not decode"
        raise InputError("FOOTAGE_DAMAGED", f"{named(paths[0])}: {told}", fix=EXPORT_ANEW)
    return replace(facts, lost=tuple(bad))


if __name__ == "__main__":
    serve()
