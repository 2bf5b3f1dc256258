"""``make_<line>`` jobs, from one table: the line's assets, batch by batch, in one process.

In-process, because a step process costs more than most stages and would load every engine anew.
"""

from typing import Any

import dagster as dg

LINES = {
    "stickers": ("prompt_sets", "Make AR sticker packs from an uploaded prompt set."),
    "roto": ("plates", "Make masks and mattes of a shot from an uploaded order."),
    "prints": ("print_concepts", "Make files for a slicer from an uploaded order."),
    "motion": ("motion_frames", "Make animated meshes of uploaded clips."),
    "figurines": ("face_photos", "Make figurines of a face photo from an uploaded order."),
}


def _make(line: str) -> Any:  # Dagster keeps the type's name to itself
    first, about = LINES[line]
    return dg.define_asset_job(
        f"make_{line}",
        selection=dg.AssetSelection.assets(first).downstream() | dg.AssetSelection.assets(first),
        executor_def=dg.in_process_executor,
        description=about,
        tags={"maquette/line": line},
    )


MAKE = {line: _make(line) for line in LINES}
