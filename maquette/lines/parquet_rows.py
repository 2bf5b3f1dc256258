"""Parquet from outside, read in a child process with a memory limit.

A page of a Parquet file may claim any unpacked size, and polars answers some damaged files with
a panic or an abort, which no ``except`` catches. So the file is parsed where that costs nothing
but the file. What does not belong here: what the rows mean.
"""

from __future__ import annotations

import io
import json
import subprocess
import sys
from typing import Any

from maquette.errors import InputError

MOST_TEXT_BYTES = 64 * 2**20  # of all cells unpacked; dictionary pages repeat for free
MOST_MEMORY_BYTES = 4 * 2**30  # of address space, of which polars reserves much and uses little
MOST_SECONDS = 20.0


def rows_apart(data: bytes, *, name: str, most_rows: int) -> list[dict[str, Any]]:
    """The rows of a Parquet file, read by a child process."""
    if not (data.startswith(b"PAR1") and data.endswith(b"PAR1")):
        raise _damaged(name, "it does not begin and end as Parquet files do")
    command = [sys.executable, "-m", __name__, str(most_rows)]
    try:
        child = subprocess.run(
            command, input=data, capture_output=True, timeout=MOST_SECONDS, check=False
        )
    except subprocess.TimeoutExpired as late:
        raise _damaged(name, f"it could not be read within {MOST_SECONDS:.0f} s") from late
    if child.returncode != 0:
        lines = child.stderr.decode("utf-8", "replace").strip().splitlines()
        raise _damaged(name, lines[-1][:200] if lines else f"its reader died ({child.returncode})")
    answer = json.loads(child.stdout)
    if "code" in answer:
        raise InputError(answer["code"], f"{name} {answer['reason']}", fix=answer["fix"])
    return answer["rows"]


def _damaged(name: str, why: str) -> InputError:
    return InputError("PROMPT_SET_DAMAGED", f"{name} is not Parquet: {why}")


def _rows(data: bytes, *, most_rows: int) -> list[dict[str, Any]]:
    """What the child does."""
    import polars as pl

    lazy = pl.scan_parquet(io.BytesIO(data))
    count = int(lazy.select(pl.len()).collect().item())  # from the footer, no page is unpacked
    if count > most_rows:
        raise InputError(
            "PROMPT_SET_TOO_MANY_ROWS",
            f"has {count:,} rows, at most {most_rows:,} are read",
            fix="split it into several sets",
        )
    nested = [n for n, kind in lazy.collect_schema().items() if kind.is_nested()]
    table = lazy.drop(nested).collect()
    words = [pl.col(n).str.len_bytes().sum() for n, k in table.schema.items() if k == pl.String]
    if words and sum(table.select(words).row(0)) > MOST_TEXT_BYTES:
        raise InputError(
            "PROMPT_SET_BOMB", "unpacks to far too much text", fix="shorten its prompts"
        )
    return table.to_dicts()


def main() -> None:
    """Read Parquet from standard input, answer in JSON on standard output."""
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY_BYTES, MOST_MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    answer: dict[str, Any]
    try:
        rows = _rows(sys.stdin.buffer.read(), most_rows=int(sys.argv[1]))
        answer = {"rows": rows}
    except InputError as refused:
        answer = {"code": refused.code, "reason": refused.reason, "fix": refused.fix}
    sys.stdout.write(json.dumps(answer, default=str))


if __name__ == "__main__":
    main()
