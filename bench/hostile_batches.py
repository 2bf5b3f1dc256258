"""Hostile uploads as batches: what became of each one.

What belongs here: turning the tests' hostile pictures and prompt sets into uploads, running them
through Dagster and reading their fate. What does not: making them (`tests.hostile`).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import dagster as dg

from bench.through_dagster import Bench
from tests.hostile import hostile_pictures, hostile_prompt_sets

PICTURES_A_BATCH = 60
SOUND_PROMPT = "a sound row"


@dataclass(frozen=True)
class Fate:
    """What became of one hostile upload.

    Attributes:
        codes: of every row it lost, or of the refusal of all of it; none if it did no harm.
        crashed: what sank the batch without a code.
    """

    name: str
    codes: tuple[str, ...] = ()
    crashed: str = ""


def picture_rows(numbers: Sequence[int]) -> bytes:
    """A prompt set that names uploaded photos by number, and one sound prompt."""
    rows = [{"id": f"p{n}", "picture": _photo(n), "background_removal": "no"} for n in numbers]
    rows.append({"id": "sound", "prompt": SOUND_PROMPT})
    return "\n".join(json.dumps(row) for row in rows).encode()


def _photo(number: int) -> str:
    return f"hostile/{number}.png"


def fates(root: Path) -> list[Fate]:
    """Every hostile upload through Dagster, on stored pictures; events are not kept on disk."""
    with dg.DagsterInstance.ephemeral() as instance:
        bench = Bench(root, engine="stored", instance=instance)
        return [*picture_fates(bench), *set_fates(bench)]


def picture_fates(bench: Bench) -> list[Fate]:
    """Hostile photos, sixty to a batch and a sound prompt among them."""
    pictures = list(hostile_pictures())
    for number, (_, data) in enumerate(pictures):
        bench.store.put(f"inbox/prompts/{_photo(number)}", data)
    found: list[Fate] = []
    for first in range(0, len(pictures), PICTURES_A_BATCH):
        numbers = range(first, min(first + PICTURES_A_BATCH, len(pictures)))
        batch = bench.put(picture_rows(numbers), name=f"photos-{first}.jsonl")
        ran = bench.run(batch)
        codes = codes_of(bench, batch)
        for number in numbers:
            code = codes.get(f"p{number}", "")
            crashed = "" if ran.success and "sound" not in codes else ran.error or "not delivered"
            found.append(Fate(pictures[number][0], (code,) if code else (), crashed))
    return found


def set_fates(bench: Bench) -> list[Fate]:
    """Hostile prompt sets, a batch each."""
    found: list[Fate] = []
    for name, data in hostile_prompt_sets():
        batch = bench.submitted(data, name=name)
        ran = bench.run(batch)
        if ran.success:
            found.append(Fate(name, tuple(sorted(set(codes_of(bench, batch).values())))))
        elif ran.error.isupper():  # refused whole, with a code
            found.append(Fate(name, (ran.error,)))
        else:
            found.append(Fate(name, crashed=ran.error or "failed without a word"))
    return found


def codes_of(bench: Bench, batch: str) -> dict[str, str]:
    """Item -> code, of every item that any asset of the batch set aside."""
    manifests = bench.finished(batch)
    return {row.item: row.code for manifest in manifests for row in manifest.quarantined}
