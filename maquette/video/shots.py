"""Shots: the runs of frames that a long movie is cut into, by an edit list or by its scenes.

What belongs here: where shots lie in a movie and what they are called. What does not: reading
edit lists (`edits`) and looking for cuts (`scenes`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from maquette.batch.uploads import slug
from maquette.errors import InputError
from maquette.video.edits import Cut
from maquette.video.edl_events import time_code
from maquette.video.facts import Facts


@dataclass(frozen=True)
class Shot:
    """A run of frames of one movie.

    Attributes:
        name: safe in file names, unique among the movie's shots.
        frames: counted from the movie's first frame, which is 0.
    """

    name: str
    frames: range
    notes: tuple[str, ...] = ()


def shots_in(cuts: tuple[Cut, ...], *, stem: str, facts: Facts) -> tuple[Shot, ...]:
    """Where the cuts lie in a movie.

    A movie that all cuts name as their source is cut by source time code; any other one is taken
    for the edit itself and cut by record time code, or, where it has none in common with the list,
    from the first cut on.

    Args:
        cuts: of one edit list.
        stem: the movie's file name without its ending.
        facts: the movie's length, rate and first time code.
    """
    start = _first_frame(facts)
    is_source = all(slug(cut.reel.rpartition(".")[0] or cut.reel) == slug(stem) for cut in cuts)
    by_source = [range(cut.source_in, cut.source_out) for cut in cuts]
    by_record = [range(cut.record_in, cut.record_out) for cut in cuts]
    # Lists that know no time code of their source count it from 0.
    tried = [(by_source, start), (by_source, 0)] if is_source else []
    for runs, begins in (*tried, (by_record, start)):
        if _within(runs, range(begins, begins + facts.frames)):
            return _shots(cuts, runs, begins, note="")
    first, last = cuts[0].record_in, max(cut.record_out for cut in cuts)
    if last - first > facts.frames:
        raise InputError(
            "EDIT_LENGTH",
            f"the edit is {last - first:,} frames long, the movie {stem} {facts.frames:,}",
            fix="is it the list of this movie, at the same frame rate?",
        )
    note = "counted from the first cut: movie and edit list share no time code"
    return _shots(cuts, by_record, first, note=note)


def _first_frame(facts: Facts) -> int:
    said = time_code(facts.timecode)
    return said[0].frames(round(facts.rate), drops=said[1]) if said else 0


def _within(runs: list[range], whole: range) -> bool:
    return all(whole.start <= run.start and run.stop <= whole.stop for run in runs)


def _shots(cuts: tuple[Cut, ...], runs: list[range], start: int, *, note: str) -> tuple[Shot, ...]:
    taken: set[str] = set()
    shots: list[Shot] = []
    for cut, run in zip(cuts, runs, strict=True):
        plain = slug(re.sub(r"\.\w{2,4}$", "", cut.name))
        name, count = plain, 1
        while name in taken:
            count += 1
            name = f"{plain}-{count}"
        taken.add(name)
        notes = (*cut.notes, note) if note else cut.notes
        shots.append(Shot(name, range(run.start - start, run.stop - start), notes))
    return tuple(shots)


def shots_of(scenes: Sequence[range]) -> tuple[Shot, ...]:
    """Scenes as shots: ``scene-001`` and so on."""
    return tuple(Shot(f"scene-{n:03d}", frames) for n, frames in enumerate(scenes, start=1))
