"""What footage is, asked once: the stage `look_through` over blobs of the store.

What belongs here: asking, and saying refusals in the names that people know. What does not: which
files are footage of what (`roto_plates`, `motion_sources`).
"""

from __future__ import annotations

from collections.abc import Sequence

from maquette.batch.gathers import at_most, run_gather
from maquette.batch.manifests import Manifest, Row
from maquette.batch.records import ObjectRef
from maquette.batch.runner import Runner
from maquette.errors import EngineError, InputError
from maquette.lines.prompt_fields import clean_name
from maquette.video.facts import Facts
from maquette.video.plates import look_through


def looked_through(
    runner: Runner, refs: Sequence[ObjectRef], keys: Sequence[str], *, colour: str, rate: str
) -> Facts:
    """The facts of one movie, or of the frame files in order.

    Args:
        runner: runs the stage.
        refs: the files as blobs.
        keys: what they were uploaded as, for messages.
        colour: what their numbers mean, where the order says so.
        rate: frames per second, where the order says so.
    """
    rows = (Row(f"file-{n:06d}", objects=(ref,)) for n, ref in enumerate(refs))
    asked = {"item": "footage", "colour": colour, "rate": rate}
    made = run_gather(
        runner,
        look_through,
        Manifest("", "footage", "", tuple(rows)),
        grouped=at_most(len(refs)),
        params=lambda group: asked,
    )
    (row,) = made.rows
    if not row.ok:
        kind = InputError if row.recipe else EngineError
        raise kind(row.code, _by_name(row.reason, refs, keys), fix=row.fix)
    return Facts.of(row.params["facts"])


def _by_name(reason: str, refs: Sequence[ObjectRef], keys: Sequence[str]) -> str:
    """What was said of blobs, said of the files that people know."""
    for ref, key in zip(refs, keys, strict=True):
        reason = reason.replace(ref.key.rpartition("/")[2], clean_name(key.rpartition("/")[2]))
    return reason
