"""``maquette forget``: a person's order, deleted everywhere in the store.

What belongs here: words for a terminal. What does not: what is deleted.
"""

from __future__ import annotations

import argparse

from rich.console import Console
from rich.markup import escape

from maquette.batch.store import DEFAULT_URL
from maquette.errors import InputError


def add_forget(parser: argparse.ArgumentParser) -> None:
    """The options of ``maquette forget``."""
    parser.add_argument("batch", metavar="BATCH", help="as maquette list figurines shows it")
    parser.add_argument("--dry-run", action="store_true", help="only show what would be deleted")
    parser.add_argument(
        "--store",
        default="",
        help=f"folder or s3://bucket/prefix (default: MAQUETTE_STORE or {DEFAULT_URL})",
    )
    parser.set_defaults(run=_forget)


def _forget(asked: argparse.Namespace) -> int:
    from maquette.batch.store import open_store, told_store
    from maquette.lines.figurine_forgetting import forget

    store = open_store(told_store(asked.store))
    gone = forget(store, asked.batch, dry_run=asked.dry_run)
    if not gone.keys and not gone.kept:
        raise InputError(
            "BATCH_UNKNOWN",
            f"the store holds nothing of batch {asked.batch!r}",
            fix="maquette list figurines shows what there is",
        )
    console = Console(soft_wrap=True, highlight=False)
    for key in gone.keys if asked.dry_run else ():
        console.print(f"  {escape(key)}")
    verb = "would be deleted" if asked.dry_run else "deleted"
    console.print(f"{len(gone.keys)} objects, {gone.freed_bytes / 1e6:.1f} MB {verb}")
    for words in gone.kept:
        console.print(f"[yellow]{escape(words)}[/]")
    console.print("what Dagster keeps of its runs goes with the job forget_faces")
    return 0
