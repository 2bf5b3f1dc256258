"""Plates: what footage is, found out once and remembered with it.

What belongs here: the stage. What does not: how footage is looked at (`vetting`).
"""

from __future__ import annotations

from contextlib import ExitStack
from fractions import Fraction

from maquette.batch.stages import Made, Members, gather_stage
from maquette.types import Source
from maquette.video.vetting import vetted


@gather_stage(version="2")
def look_through(members: Members, *, colour: str, rate: str) -> Made:
    """Decode all of an upload's footage once, in a process of its own, and tell what it is.

    Args:
        members: one movie, or the frame files in order.
        colour: what its numbers mean, where the order says so.
        rate: frames per second, where the order says so.
    """
    with ExitStack() as held:
        files = [member.load("plate", Source) for member in members]
        paths = [held.enter_context(file.opened()) for file in files]
        facts = vetted(paths, colour=colour, rate=Fraction(rate) if rate else None)
    return Made(params={"facts": facts.plain()})
