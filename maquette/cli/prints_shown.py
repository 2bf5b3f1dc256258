"""What became of a print order, for a terminal: one line per print.

What belongs here: sizes and verdicts in a table. What does not: any other line's table.
"""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table

from maquette.batch.manifests import Manifest
from maquette.lines.print_catalogue import sizes_told

STYLES = {"ok": "green", "look": "yellow", "bad": "bold red"}


def print_prints(manifests: Sequence[Manifest], aside: Sequence[dict[str, str]]) -> None:
    """Each print's size and verdict, whether anything was made anew, and what to mind."""
    table = Table(Column("print", overflow="fold"), "size in mm", "verdict", "", "note")
    for row in manifests[0].delivered:
        rows = [one for manifest in manifests for one in manifest.rows if one.item == row.item]
        last = rows[-1]
        verdict = str(last.params.get("verdict", ""))
        made = any(one.origin == "made" for one in rows)
        fate = f"[red]{last.code}[/]" if last.code else "made" if made else "reused"
        notes = dict.fromkeys(escape(note) for one in rows for note in one.notes)
        table.add_row(
            escape(row.item),
            sizes_told(last),
            f"[{STYLES[verdict]}]{verdict}[/]" if verdict in STYLES else "",
            fate,
            "; ".join(notes),
        )
    console = Console()
    console.print(table)
    for one in aside:
        words = escape(f"{one['item']}: {one['reason']}; {one['fix']}".rstrip("; "))
        console.print(f"[red]{one['code']}[/] {words}")
