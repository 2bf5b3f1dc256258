"""``maquette list``: what the store knows of.

What belongs here: tables for a terminal. What does not: what stands in them.
"""

from __future__ import annotations

import argparse
import importlib
import json
import sys

from rich.console import Console
from rich.table import Column, Table

from maquette.batch.store import DEFAULT_URL

SHOWN = {
    "shots": (
        *("project", "batch", "shot", "object"),
        *("frames", "keys", "least_confidence", "status"),
    ),
    "prints": ("project", "batch", "item", "operation", "size_mm", "verdict", "status"),
    "motion": ("project", "batch", "clip", "engine", "frames", "faces", "follows", "status"),
    "figurines": (
        *("project", "batch", "item", "template", "style"),
        *("height_mm", "quality", "weakest", "status"),
    ),
}
PIPED_COLUMNS = 200  # wide enough for every name, where no terminal says how wide it is
# later orders name these: never cut short or broken
WHOLE = ("batch", "shot", "item", "object", "clip")
CATALOGUES = {
    "shots": "maquette.lines.roto_catalogue",
    "prints": "maquette.lines.print_catalogue",
    "motion": "maquette.lines.motion_catalogue",
    "figurines": "maquette.lines.figurine_catalogue",
}


def add_list(parser: argparse.ArgumentParser) -> None:
    """What can be listed."""
    parser.add_argument(
        "what",
        choices=list(SHOWN),
        help="shots: projects, shots and objects of roto; prints: batches and their prints; "
        "motion: batches and their clips; figurines: orders and how good they are",
    )
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

    catalogue = importlib.import_module(CATALOGUES[asked.what]).catalogue
    found = catalogue(open_store(told_store(asked.store))).to_dicts()
    rows = [row for row in found if asked.project in ("", row["project"])]
    console = Console(width=None if sys.stdout.isatty() else PIPED_COLUMNS)
    if asked.json:
        for row in rows:
            console.out(json.dumps(row, ensure_ascii=False), highlight=False)
        return 0
    # what nobody filled in takes no room
    every = (*SHOWN[asked.what], "trouble")
    shown = [name for name in every if any(row[name] not in (None, "") for row in rows)]
    table = Table(*(Column(name, overflow="fold", no_wrap=name in WHOLE) for name in shown))
    for row in rows:
        table.add_row(*(_said(row[name]) for name in shown))
    console.print(table)
    return 0


def _said(value: object) -> str:
    return "" if value is None else f"{value:.2f}" if isinstance(value, float) else str(value)
