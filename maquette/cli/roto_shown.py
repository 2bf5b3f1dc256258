"""What became of a shot, for a terminal: one line per object.

What belongs here: sums over plates. What does not: any other line's table.
"""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table

from maquette.batch.manifests import Manifest


def print_objects(manifests: Sequence[Manifest], aside: Sequence[dict[str, str]]) -> None:
    """Each object's plates, keys, sureness, splines, and what was made anew."""
    _, masks, mattes, shapes, _ = manifests
    table = Table(
        Column("object", overflow="fold"),
        *("plates", "keys", "made", "reused", "sure", "splines", "seconds"),
    )
    fitted = {str(row.params["object"]): row.scores for row in shapes.delivered}
    for name in dict.fromkeys(str(row.params["object"]) for row in masks.delivered):
        mine = [row for row in masks.delivered if row.params["object"] == name]
        edges = [row for row in mattes.delivered if row.params["object"] == name]
        made = sum(row.origin == "made" for row in mine)
        sure = sum(row.scores.get("confidence", 1.0) for row in mine) / len(mine)
        # a run's seconds stand in each of its rows
        spans = {row.recipe: row.seconds for row in (*mine, *edges)}
        table.add_row(
            escape(name),
            str(len(mine)),
            str(sum(bool(row.params.get("key")) for row in mine)),
            str(made),
            str(len(mine) - made),
            f"{sure:.2f}",
            _splines(fitted.get(name, {})),
            f"{sum(spans.values()):.1f}",
        )
    console = Console()
    console.print(table)
    told: dict[tuple[str, ...], list[str]] = {}
    for one in aside:  # a run that fails takes all its plates with it: that is one thing to read
        told.setdefault((one["code"], one["reason"], one["fix"]), []).append(one["item"])
    for (code, reason, fix), items in told.items():
        more = f" and {len(items) - 1} more" if len(items) > 1 else ""
        console.print(
            f"[red]{code}[/] " + escape(f"{items[0]}{more}: {reason}; {fix}".rstrip("; "))
        )


def _splines(scores: dict[str, float]) -> str:
    """How many splines there are, how many keys they have and how close they are."""
    if not scores:
        return ""
    return f"{scores['shapes']:.0f}, {scores['keys']:.0f} keys, IoU {scores['iou']:.3f}"
