"""``maquette list``: what the store knows of.

What belongs here: tables for a terminal. What does not: what stands in them.
"""

from __future__ import annotations

import argparse
import json

from rich.console import Console
from rich.table import Table

from maquette.batch.store import DEFAULT_URL

SHOWN = ("project", "batch", "shot", "object", "frames", "keys", "least_confidence", "status")


def add_list(parser: argparse.ArgumentParser) -> None:
    """What can be listed."""
    parser.add_argument("what", choices=["shots"], help="projects, shots and objects of roto")
    parser.add_argument("--project", default="", help="of this project only")
    parser.add_argument("--json", action="store_true", help="one JSON object per line, all columns")
    parser.add_argument(
        "--store",
        default="",
        help=f"folder or s3://bucket/prefix (default: MAQUETTE_STORE or {DEFAULT_URL})",
    )
    parser.set_defaults(run=_list)


def _list(asked: argparse.Namespace) -> int:
    from maquette.batch.store import open_store, told_store
    from maquette.lines.roto_catalogue import catalogue

    found = catalogue(open_store(told_store(asked.store))).to_dicts()
    rows = [row for row in found if asked.project in ("", row["project"])]
    console = Console()
    if asked.json:
        for row in rows:
            console.out(json.dumps(row, ensure_ascii=False), highlight=False)
        return 0
    table = Table(*SHOWN, "trouble")
    for row in rows:
        table.add_row(*(_said(row[name]) for name in SHOWN), str(row["trouble"] or ""))
    console.print(table)
    return 0


def _said(value: object) -> str:
    return "" if value is None else f"{value:.2f}" if isinstance(value, float) else str(value)
