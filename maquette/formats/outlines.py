"""Outlines: mattes of a shot's objects as editable splines, and the files they go out in.

What belongs here: the stages. What does not: fitting (`maquette.splines`), any one file
(`shape_files`), and movies (`reels`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from typing import Any

from maquette.batch.stages import Made, Members, gather_stage
from maquette.formats.shape_files import SHAPE_FILES
from maquette.splines.model import ShotShapes
from maquette.splines.shots import Fitted, Wanted, fit_shot
from maquette.types import Alpha, File, Floats

LOOK_AT_MOST = 12  # frames named in a note


@gather_stage(version="4", makes="shapes")
def outline(
    members: Members,
    *,
    shot: str,
    object: str,  # noqa: A002 - as the rows call it
    footage: dict[str, Any],
    object_colour: str,
    wanted: dict[str, float],
) -> Made:
    """One object of a shot as splines with few points on few keys.

    Args:
        members: the object's plates, in order.
        shot: its name.
        object: the object's name.
        footage: the shot's own words.
        object_colour: ``#rrggbb``.
        wanted: ``points``, ``least_iou``, ``keyed_most``; see `Wanted`.
    """
    first = int(members[0].params["frame"])
    asked = Wanted(int(wanted["points"]), wanted["least_iou"], wanted["keyed_most"])
    name = object.rpartition("/")[2]
    fitted = fit_shot(_covers(members), asked, name=name, first_frame=first)
    shapes = tuple(replace(shape, colour=object_colour) for shape in fitted.shapes)
    width, height = footage["size_wh"]
    whole = ShotShapes(
        name=shot,
        size_wh=(int(width), int(height)),
        rate=Fraction(str(footage["rate"])),
        frames=(first, int(members[-1].params["frame"])),
        shapes=shapes,
        pixel_aspect=Fraction(str(footage["pixel_aspect"])),
    )
    scores, notes = _told(fitted, asked)
    reports = [[one.frame, round(one.iou, 4), one.shapes, one.points] for one in fitted.frames]
    return Made({"shapes": whole}, scores=scores, notes=notes, params={"frames_told": reports})


def _covers(members: Members) -> Iterator[Floats]:
    """Mattes of consecutive plates: where one was set aside, the one before it stays."""
    before: Floats | None = None
    following = int(members[0].params["frame"])
    for member in members:
        frame = int(member.params["frame"])
        for _ in range(following, frame):
            assert before is not None  # the first is never late
            yield before
        cover: Floats = member.load("alpha", Alpha).cover
        yield cover
        before, following = cover, frame + 1


def _told(fitted: Fitted, wanted: Wanted) -> tuple[dict[str, float], tuple[str, ...]]:
    """What is worth plotting, and which frames an artist should look at."""
    frames = fitted.frames
    spans = [
        max(1, sum(last - first + 1 for first, last in shape.seen) or len(frames))
        for shape in fitted.shapes
    ]
    shares = [len(shape.keys) / span for shape, span in zip(fitted.shapes, spans, strict=True)]
    scores = {
        "iou": sum(one.iou for one in frames) / len(frames),
        "worst_iou": min(one.iou for one in frames),
        "shapes": len(fitted.shapes),
        "points_at_once": max(one.points for one in frames),
        "keys": sum(len(shape.keys) for shape in fitted.shapes),
        "keyed_share": max(shares, default=0.0),
        "chatter_px": max((one.chatter_px for one in fitted.reports), default=0.0),
    }
    poor = fitted.worth_a_look(wanted.least_iou)
    if not poor:
        return scores, ()
    worst = sorted(poor, key=lambda frame: frames[frame - frames[0].frame].iou)[:LOOK_AT_MOST]
    named = ", ".join(map(str, sorted(worst)))
    more = f" and {len(poor) - LOOK_AT_MOST} more" if len(poor) > LOOK_AT_MOST else ""
    return scores, (f"below {wanted.least_iou:g} on {named}{more}: worth a look",)


@gather_stage(version="1")
def hand_shapes(members: Members, *, shot: str) -> Made:
    """All shapes of a shot in the file of every application.

    Args:
        members: its objects, the lowest first.
        shot: its name.
    """
    held: list[ShotShapes] = [member.load("shapes", ShotShapes) for member in members]
    shapes = tuple(shape for each in held for shape in each.shapes)
    whole = replace(held[0], name=shot, shapes=shapes)
    files = {
        f"shape/{kind.ending}": File(kind.write(whole), kind.ending.rpartition(".")[2])
        for kind in SHAPE_FILES.values()
    }
    return Made(files, scores={"shapes": len(shapes)})
