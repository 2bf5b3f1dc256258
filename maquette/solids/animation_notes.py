"""What is said of a clip that became an animation: sentences for the person who asked.

What belongs here: what was seen in the clip and what that means for the mesh. What does not:
refusals, which are errors where the trouble is found.
"""

from __future__ import annotations

import numpy as np

from maquette.solids.animation_clips import Clip
from maquette.types import Bools

KIND = (
    "a 2.5D animation: its outlines were rounded into a solid that moves with them; it is not a "
    "reconstruction, and its back and its depth are guessed"
)
EDGE_PX = 2  # from the picture's edge, at working size


def notes_on(clip: Clip) -> tuple[str, ...]:
    """What the engine has to say, the kind of thing it made first."""
    notes = [KIND]
    hidden = [n for n, seen in enumerate(clip.frames) if seen.inside is None]
    gone = _gone_from(clip)
    between = [n for n in hidden if gone is None or n < gone]
    if between:
        one = len(between) == 1
        notes.append(
            f"no subject is seen on {'frame' if one else 'frames'} {_listed(between)}: there the "
            "mesh is interpolated from its neighbours"
        )
    if gone is not None:
        notes.append(f"the subject leaves the picture from frame {gone} on: what is cut is guessed")
    if clip.others:
        notes.append(
            f"on {clip.others} of {len(clip.frames)} frames the cut-outs show parts that do not "
            "touch: only the largest is followed; name the one you mean in the order"
        )
    if clip.still:
        notes.append("nothing moves: all frames show the same picture")
    return tuple(notes)


def _listed(frames: list[int]) -> str:
    """Numbers as people write them: 3, 5-7."""
    runs: list[list[int]] = []
    for n in frames:
        if runs and n == runs[-1][-1] + 1:
            runs[-1].append(n)
        else:
            runs.append([n])
    return ", ".join(f"{run[0]}" if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs)


def _gone_from(clip: Clip) -> int | None:
    """The frame from which the subject is cut by the picture's edge or not seen, to the end.

    None where it is as much in the picture at the end as it ever was.
    """
    masks = [seen.inside for seen in clip.frames]
    out = [mask is None or _at_edge(mask) for mask in masks]
    first = len(out) - int(np.argmin([*out, False][-2::-1])) if not all(out) else 0
    if first >= len(out) or first == 0:
        return None
    return (
        first if any(mask is not None and _at_edge(mask) for mask in masks[first - 1 :]) else None
    )


def _at_edge(mask: Bools) -> bool:
    inner = mask[EDGE_PX:-EDGE_PX, EDGE_PX:-EDGE_PX]
    return bool(mask.sum() > inner.sum())
