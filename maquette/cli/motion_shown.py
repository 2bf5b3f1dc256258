"""What became of clips, for a terminal: one line per clip.

What belongs here: figures of each in a table. What does not: any other line's table.
"""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table

from maquette.batch.manifests import Manifest
from maquette.lines.motion_catalogue import notes_of


def print_clips(manifests: Sequence[Manifest], aside: Sequence[dict[str, str]]) -> None:
    """Each clip's engine, frames, faces, and how closely its mesh follows; and what to mind."""
    frames, meshes, films = manifests
    table = Table(
        Column("clip", overflow="fold"),
        *("engine", "frames", "faces", "follows", "seconds", ""),
    )
    made = {row.item for one in manifests for row in one.delivered if row.origin == "made"}
    for row in meshes.delivered:
        film = next((one for one in films.rows if one.item == row.item), row)
        of_frames = {one.item for one in frames.delivered if one.params["clip"] == row.item}
        anew = "made" if made & {row.item, *of_frames} else "reused"
        table.add_row(
            escape(row.item),
            row.engine,
            str(row.params["frames"]),
            f"{row.params['faces']:,}",
            f"{row.scores['follows']:.2f}" if "follows" in row.scores else "",
            f"{row.seconds:.1f}",
            f"[red]{film.code}[/]" if film.code else anew,
        )
    console = Console()
    console.print(table)
    for note in dict.fromkeys((*notes_of(meshes), *notes_of(films))):
        console.print(escape(note), highlight=False)
    for one in aside:
        words = escape(f"{one['item']}: {one['reason']}; {one['fix']}".rstrip("; "))
        console.print(f"[red]{one['code']}[/] {words}")
