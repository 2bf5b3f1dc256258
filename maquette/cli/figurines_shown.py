"""What became of a figurine order, for a terminal: one line per figurine.

What belongs here: sizes, scores and verdicts in a table. What does not: any picture, and any other
line's table.
"""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table

from maquette.batch.manifests import Manifest, Row
from maquette.cli.prints_shown import STYLES
from maquette.lines.figurine_catalogue import OVERALL, parts_of
from maquette.lines.print_catalogue import sizes_told


def print_figurines(manifests: Sequence[Manifest], aside: Sequence[dict[str, str]]) -> None:
    """Each figurine's size, score and verdict, whether it was made anew, and what to mind."""
    table = Table(
        Column("figurine", overflow="fold"),
        *("template", "style", "size in mm", "quality", "verdict", "seconds", ""),
    )
    notes: list[str] = []
    for row in manifests[0].delivered:
        rows = [one for manifest in manifests for one in manifest.rows if one.item == row.item]
        table.add_row(*_told(rows))
        notes += [note for one in rows for note in one.notes]
    console = Console()
    console.print(table)
    for row in manifests[-1].delivered:
        parts = ", ".join(f"{name} {value:.2f}" for name, value in parts_of(row.scores).items())
        console.print(f"{escape(row.item)}: {parts}", highlight=False)
    for note in dict.fromkeys(notes):
        console.print(escape(note), highlight=False)
    for one in aside:
        words = escape(f"{one['item']}: {one['reason']}; {one['fix']}".rstrip("; "))
        console.print(f"[red]{one['code']}[/] {words}")


def _told(rows: Sequence[Row]) -> tuple[str, ...]:
    """One figurine's cells, from its row in every manifest."""
    last = rows[-1]
    verdict = str(last.params.get("verdict", ""))
    made = any(one.origin == "made" for one in rows)
    return (
        escape(last.item),
        str(last.params["template"]),
        str(last.params["style"]),
        sizes_told(last),
        f"{last.scores[OVERALL]:.2f}" if OVERALL in last.scores else "",
        f"[{STYLES[verdict]}]{verdict}[/]" if verdict in STYLES else "",
        f"{sum(one.seconds for one in rows):.1f}",
        f"[red]{last.code}[/]" if last.code else "made" if made else "reused",
    )
