"""The far side of `maquette.engines.foreign`: a script run by somebody else's interpreter.

It loads one worker module by its path, and hands it what the other side asks over standard input
until that closes. What belongs here: the wire that both sides speak, and this loop. What does
not: any model's calls, which are the worker module's, nor anything of maquette, which that
interpreter may not have, nor what Python of some years ago did not know.

A message is a line of JSON and the bytes that the line counts. A worker module has one function
``begin(*arguments)`` that loads the model and returns what answers a message. If it has a
parameter ``tell`` as well, it is given a function that sends how far the work is, 0..1, and what
it is at: such messages come before the answer.
"""

from __future__ import annotations

import contextlib
import importlib.util
import inspect
import json
import os
import sys
import traceback
from pathlib import Path
from typing import IO, Any, Callable, Dict, Tuple  # noqa: UP035 - read by Pythons from 3.8 on

Message = Tuple[Dict[str, Any], bytes]  # noqa: UP006 - as above
Answering = Callable[[Dict[str, Any], bytes], Message]  # noqa: UP006 - as above
Tell = Callable[[float, str], None]

PAYLOAD_BYTES_AT_MOST = 1 << 31  # a length beyond is no length: something else wrote to the pipe


def send(pipe: IO[bytes], head: dict[str, Any], payload: bytes = b"") -> None:
    """Write one message."""
    line = json.dumps({**head, "bytes": len(payload)}).encode()
    pipe.write(line + b"\n")
    pipe.write(payload)  # by itself: joining them would copy what may be large
    pipe.flush()


def receive(pipe: IO[bytes]) -> Message:
    """Read one message; EOFError where the other side is gone, ValueError for anything else."""
    line = pipe.readline()
    if not line.endswith(b"\n"):
        raise EOFError
    head = json.loads(line)
    if not isinstance(head, dict) or not 0 <= head.get("bytes", -1) <= PAYLOAD_BYTES_AT_MOST:
        raise ValueError("no message")
    payload = pipe.read(head["bytes"])
    if len(payload) < head["bytes"]:
        raise EOFError
    return head, payload


def told(trouble: BaseException) -> dict[str, Any]:
    """An error as a message; the whole story goes to the log."""
    traceback.print_exc()
    text = (str(trouble).strip().splitlines() or [""])[0]
    return {"error": f"{type(trouble).__name__}: {text}"[:300]}


def begun(worker: str, arguments: list[str], tell: Tell) -> Answering:
    """What answers messages: the worker module's own, its model loaded."""
    spec = importlib.util.spec_from_file_location("worker", worker)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    wants = "tell" in inspect.signature(module.begin).parameters
    return module.begin(*arguments, **({"tell": tell} if wants else {}))


def serve(worker: str, arguments: list[str]) -> None:
    """Be the worker until the other side closes the pipe."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what libraries print must not mix with answers
    questions = os.fdopen(os.dup(0), "rb")

    def tell(progress: float, step: str) -> None:
        send(answers, {"progress": progress, "step": step})

    try:
        answer = begun(worker, arguments, tell)
    except Exception as trouble:  # whatever is wrong with that environment, the parent tells it
        send(answers, told(trouble))
        return
    send(answers, {})
    with contextlib.suppress(EOFError):
        while True:
            head, payload = receive(questions)
            try:
                send(answers, *answer(head, payload))
            except Exception as trouble:
                send(answers, told(trouble))


if __name__ == "__main__":
    # This script's own folder: its modules have names that others have too.
    sys.path[:] = [place for place in sys.path if place != str(Path(__file__).resolve().parent)]
    serve(sys.argv[1], sys.argv[2:])
