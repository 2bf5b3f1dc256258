"""What AR viewers need of a package that moves: whole prims, sound keys, a clock that fits them.

Quick Look plays time samples of transforms and of the weights of blend shapes, over and over;
points that change in time stand still there. What belongs here: rules about keys. What does not:
where the poses are (`usd_rules`), and whether shapes fit their mesh (`usd_shape_rules`).
"""

# usd-core has no stubs, and its modules fill themselves only when they are imported
# pyright: reportAttributeAccessIssue=false
from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from maquette.formats.usdz_archive import Fault

LONGEST_S = 10.0  # as Apple recommends
MOST_TIMES = 1200  # different ones in a package: every pose is looked at
WEIGHTS = "blendShapeWeights"
UNEVEN = 1e-3  # how far from one the length of a turn may be


def moves(stage: Any) -> tuple[list[float], list[Fault]]:
    """The times of all keys, or none and what is wrong with them."""
    found: list[Fault] = []
    times: set[float] = set()
    for prim in stage.TraverseAll():
        for attribute in prim.GetAuthoredAttributes():
            samples = _samples(attribute)
            if len(samples) < 2 or _of_joints(attribute):
                continue
            where = str(attribute.GetPath())
            if attribute.GetName().startswith(("xformOp:", WEIGHTS)):
                found.extend(_move_faults(attribute, samples, where))
                times.update(samples)
            else:
                found.append(
                    Fault("MOTION_KIND", where, "only whole prims and shapes can be moved")
                )
    found.extend(_clock_faults(stage, sorted(times)))
    return ([], found) if found else (sorted(times), found)


def _of_joints(attribute: Any) -> bool:
    """Whether it is a skeleton's own: its joints, or the box around its poses."""
    kind = str(attribute.GetPrim().GetTypeName())
    return kind.startswith("Skel") and attribute.GetName() != WEIGHTS


def _samples(attribute: Any) -> list[float]:
    """Times as they are written; the stage itself keeps quiet about endless ones."""
    stack = attribute.GetPropertyStack()
    return sorted({time for s in stack for time in s.layer.ListTimeSamplesForPath(s.path)})


def _move_faults(attribute: Any, samples: Sequence[float], where: str) -> Iterator[Fault]:
    """What is wrong with the keys of one move."""
    if len(samples) > MOST_TIMES or not np.isfinite(samples).all():
        said = f"{len(samples)} times; at most {MOST_TIMES} finite ones can be judged"
        yield Fault("MOTION_TIMES", where, said)
        return
    poses = [_numbers(attribute.Get(time)) for time in samples]
    if not all(np.isfinite(pose).all() for pose in poses):
        yield Fault("MOTION_POSE", where, "some poses are not finite numbers")
        return
    turns = poses if str(attribute.GetTypeName()).startswith("quat") else []
    if any(abs(np.linalg.norm(turn) - 1) > UNEVEN for turn in turns):
        yield Fault("MOTION_TURN", where, "some turns are not of length one")


def _numbers(value: Any) -> NDArray[np.float64]:
    """What a pose holds; one that is blocked is no number."""
    if value is None:
        return np.array([np.nan])
    if hasattr(value, "GetReal"):
        value = (value.GetReal(), *value.GetImaginary())
    return np.array(value, np.float64)


def _clock_faults(stage: Any, times: list[float]) -> Iterator[Fault]:
    """Start, end and pace must be written where anything moves, and span all keys."""
    if not times:
        return
    layer = stage.GetRootLayer()
    start, end, pace = layer.startTimeCode, layer.endTimeCode, layer.timeCodesPerSecond
    if not (layer.HasStartTimeCode() and layer.HasEndTimeCode() and layer.HasTimeCodesPerSecond()):
        yield Fault("MOTION_CLOCK", "stage", "start, end and time codes per second must be written")
    elif not (start <= times[0] and times[-1] <= end and 0 < (end - start) <= LONGEST_S * pace):
        said = f"{start:g} to {end:g} at {pace:g} a second"
        yield Fault("MOTION_CLOCK", "stage", f"{said} does not fit keys and {LONGEST_S:g} s")
    if len(times) > MOST_TIMES:
        yield Fault("MOTION_TIMES", "stage", f"{len(times)} times; {MOST_TIMES} can be judged")
