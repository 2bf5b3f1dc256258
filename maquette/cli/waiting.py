"""``maquette submit --wait``: a bar that grows while others make the batch.

What belongs here: showing. What does not: looking into the store (`maquette.batch.waiting`).
"""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from maquette.batch.deliveries import folder_of
from maquette.batch.store import Store
from maquette.batch.waiting import Awaited, Standing, wait

# the assets of each line, in the order they are made
ASSETS = {
    "stickers": (
        *("prompt_sets", "sticker_images", "sticker_masks", "sticker_mattes"),
        *("sticker_meshes", "sticker_usdz", "sticker_packs"),
    ),
    "roto": ("plates", "roto_masks", "roto_mattes", "roto_shapes", "roto_exports"),
    "prints": ("print_concepts", "print_models", "print_solids", "print_files"),
    "motion": ("motion_frames", "motion_meshes", "animated_meshes"),
    "figurines": ("face_photos", "face_styles", "figurines", "figurine_files"),
}


def wait_and_show(store: Store, awaited: Awaited, *, timeout_s: float) -> int:
    """Wait for a delivery and say what came of it; 1 if nothing did."""
    columns = (
        TextColumn("{task.description:>16}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        bar = bars.add_task("waiting", total=len(awaited.assets) + 1)

        def tell(now: Standing) -> None:
            under_way = [name for name in awaited.assets if name not in now.done]
            name = (
                "delivery" if not under_way else under_way[0] if now.done else "waiting for a run"
            )
            bars.update(bar, completed=len(now.done), description=name)

        index = wait(store, awaited, timeout_s=timeout_s, tell=tell)
    return _say(index, awaited)


def _say(index: dict[str, Any], awaited: Awaited) -> int:
    console, aside = Console(), index.get("set_aside", [])
    folder = folder_of(awaited.line, awaited.batch)
    console.print(f"{len(index['files'])} files in [bold]{folder}[/]", highlight=False)
    for one in aside:
        words = escape(f"{one['item']}: {one['reason']} {one['fix']}")
        console.print(f"[red]{one['code']}[/] {words}", highlight=False)
    return 0 if index["files"] else 1
