"""Edit lists from outside, read by OpenTimelineIO in a child process with limits.

A damaged AAF can send its reader round in circles, and XML can claim any size; so lists are parsed
where that costs nothing but the list. The child answers with the pieces of the programme: what one
sees from the first frame to the last, layers resolved. What does not belong here: what a movie's
shots are (`edits`).
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from maquette.errors import InputError, MaquetteError, ToolError

MOST_MEMORY_BYTES = 2 * 2**30
MOST_SECONDS = 30.0
MOST_PIECES = 20_000
_ADAPTERS = {"edl": "cmx_3600", "xml": "fcp_xml", "fcpxml": "fcpx_xml", "aaf": "AAF"}


@dataclass(frozen=True)
class Piece:
    """A run of frames of one source in the programme; lengths and places in its frames.

    Attributes:
        start: in the programme, its time code counted in frames.
        source: the source's own time code, counted likewise.
        fades_in: frames of a dissolve or wipe at its beginning.
        generated: a title or a colour: nothing was shot.
    """

    name: str
    start: int
    frames: int
    source: int
    reel: str = ""
    fades_in: int = 0
    generated: bool = False
    notes: tuple[str, ...] = ()

    @property
    def end(self) -> int:
        """The programme's first frame behind it."""
        return self.start + self.frames


def pieces_apart(data: bytes, *, name: str, suffix: str, rate: Fraction) -> list[Piece]:
    """The pieces of an edit list in order, read by a child process."""
    command = [sys.executable, "-m", __name__, suffix, str(rate)]
    try:
        child = subprocess.run(
            command, input=data, capture_output=True, timeout=MOST_SECONDS, check=False
        )
    except subprocess.TimeoutExpired as late:
        raise _damaged(name, f"it could not be read within {MOST_SECONDS:.0f} s") from late
    try:
        answer = json.loads(child.stdout)
    except ValueError as died:
        raise _damaged(name, f"its reader died ({child.returncode})") from died
    if "damaged" in answer:
        raise _damaged(name, answer["damaged"])
    if "code" in answer:
        kinds: dict[str, type[MaquetteError]] = {"ToolError": ToolError, "InputError": InputError}
        raise kinds[answer["kind"]](
            answer["code"], f"{name}: {answer['reason']}", fix=answer["fix"]
        )
    told: list[dict[str, Any]] = answer["pieces"]
    return [replace(Piece(**one), notes=tuple(one["notes"])) for one in told]


def _damaged(name: str, why: str) -> InputError:
    return InputError(
        "EDIT_DAMAGED", f"{name} cannot be read: {why}", fix="export the edit list again"
    )


def read_pieces(data: bytes, *, suffix: str, rate: Fraction) -> list[Piece]:
    """What the child does."""
    timeline = _only_timeline(_opened(data, suffix=suffix, rate=rate))
    own = _own_rate(timeline, suffix=suffix)
    if own is not None and abs(own - float(rate)) > 0.01:
        raise InputError(
            "EDIT_RATE",
            f"the list runs at {own:.3f} frames a second, the movie at {float(rate):.3f}",
            fix="export both at the same rate",
        )
    counted = _nominal(rate) if suffix == "edl" else float(rate)
    begins = timeline.global_start_time
    start = 0 if begins is None else _count(begins, counted)
    tracks = [
        _track_pieces(track, rate=counted, start=start, lowest=n == 0)
        for n, track in enumerate(t for t in timeline.video_tracks() if t.enabled and len(t))
    ]
    pieces = _seen(tracks)
    if not pieces:
        raise InputError(
            "EDIT_EMPTY", "it cuts no picture", fix="export the video tracks, not sound alone"
        )
    if len(pieces) > MOST_PIECES:
        raise InputError("EDIT_TOO_LARGE", f"it has {len(pieces):,} cuts, {MOST_PIECES:,} are read")
    return pieces


def _opened(data: bytes, *, suffix: str, rate: Fraction) -> Any:
    try:
        import opentimelineio as otio

        # By the list of names: `from_name` has an error of its own for an adapter that is missing.
        if _ADAPTERS[suffix] not in otio.adapters.available_adapter_names():
            raise ImportError(_ADAPTERS[suffix])
    except ImportError as missing:
        raise ToolError(
            "EDIT_READER_NOT_INSTALLED",
            "edit lists are read by OpenTimelineIO, which is not here",
            fix="pip install 'maquette[roto]'",
        ) from missing
    adapter = otio.adapters.from_name(_ADAPTERS[suffix])
    if suffix == "aaf":
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "edit.aaf")
            path.write_bytes(data)
            return adapter.read_from_file(str(path))
    options = {"rate": _nominal(rate)} if suffix == "edl" else {}
    return adapter.read_from_string(data.decode(), **options)


def _nominal(rate: Fraction) -> float:
    """What the reader counts time code at: whole frames, or the two rates that drop some."""
    return float(rate) if rate.denominator == 1001 and rate > 29 else float(round(rate))


def _only_timeline(held: Any) -> Any:
    import opentimelineio as otio

    if isinstance(held, otio.schema.Timeline):
        return held
    found = list(held.find_children(descended_from_type=otio.schema.Timeline))
    if len(found) != 1:
        names = ", ".join(repr(one.name) for one in found[:5])
        raise InputError(
            "EDIT_SEVERAL" if found else "EDIT_EMPTY",
            f"it holds {len(found)} timelines: {names}" if found else "it holds no timeline",
            fix="export the one timeline that the movie shows",
        )
    return found[0]


def _own_rate(timeline: Any, *, suffix: str) -> float | None:
    """The rate a list says of itself; an EDL says none."""
    if suffix == "edl":
        return None
    if timeline.global_start_time is not None:
        return float(timeline.global_start_time.rate)
    return float(timeline.duration().rate)


def _count(time: Any, rate: float) -> int:
    # Lists write 29.97 for 30000/1001: rescaled, hour 24 would be two frames off.
    same = abs(time.rate - rate) < 0.01
    return round(time.value if same else time.rescaled_to(rate).value)


def _track_pieces(track: Any, *, rate: float, start: int, lowest: bool) -> list[Piece]:
    """A track's pieces where they lie in the programme; a title above pictures is left out."""
    import opentimelineio as otio

    if track.source_range is not None:  # an EDL's first record time code, negative
        start -= _count(track.source_range.start_time, rate)
    pieces: list[Piece] = []
    before: Any = None
    for child in track:
        if isinstance(child, otio.schema.Transition):
            if pieces and not isinstance(before, (otio.schema.Gap, otio.schema.Transition)):
                pieces[-1] = _with_note(pieces[-1], f"ends in a {_said(child, rate)}")
        elif not isinstance(child, otio.schema.Gap) and child.duration().value > 0:
            piece = _piece(child, rate=rate, start=start + _count_in(child, rate))
            if isinstance(before, otio.schema.Transition):
                said = f"begins with a {_said(before, rate)}"
                piece = replace(_with_note(piece, said), fades_in=_length(before, rate))
            pieces.append(piece)
        before = child
    return [piece for piece in pieces if lowest or not piece.generated]


def _count_in(child: Any, rate: float) -> int:
    return _count(child.range_in_parent().start_time, rate)


def _with_note(piece: Piece, note: str) -> Piece:
    return replace(piece, notes=(*piece.notes, note))


def _length(transition: Any, rate: float) -> int:
    return _count(transition.in_offset + transition.out_offset, rate)


def _said(transition: Any, rate: float) -> str:
    kind = str(transition.transition_type).removeprefix("SMPTE_").lower()
    word = kind if kind in ("dissolve", "wipe") else "transition"
    return f"{word} of {_length(transition, rate)} frames"


def _piece(child: Any, *, rate: float, start: int) -> Piece:
    import opentimelineio as otio

    span = child.trimmed_range()
    notes: list[str] = []
    for effect in child.effects:
        if isinstance(effect, otio.schema.FreezeFrame):
            notes.append("a frozen frame")
        elif isinstance(effect, otio.schema.LinearTimeWarp):
            notes.append(f"runs at {effect.time_scalar * 100:.0f} % of its speed")
    reference = getattr(child, "media_reference", None)
    told = child.metadata.get("cmx_3600", {}).get("reel", "")
    url = getattr(reference, "target_url", "") or ""
    return Piece(
        name=str(child.name),
        start=start,
        frames=_count(span.duration, rate),
        source=_count(span.start_time, rate),
        reel=str(told) or url.replace("\\", "/").rpartition("/")[2],
        generated=isinstance(reference, otio.schema.GeneratorReference),
        notes=tuple(notes),
    )


def _seen(tracks: list[list[Piece]]) -> list[Piece]:
    """What is seen of layers, the last on top: upper pieces hide what lies below them."""
    seen: list[Piece] = []
    for layer in reversed(tracks):
        shown = [part for piece in layer for part in _uncovered(piece, seen)]
        seen = sorted([*seen, *shown], key=lambda piece: piece.start)
    return seen


def _uncovered(piece: Piece, above: list[Piece]) -> list[Piece]:
    parts: list[Piece] = []
    at = piece.start
    for cover in (c for c in above if c.end > piece.start and c.start < piece.end):
        if cover.start > at:
            parts.append(_part(piece, at, cover.start))
        at = max(at, cover.end)
    if at < piece.end:
        parts.append(_part(piece, at, piece.end))
    if parts and parts != [piece]:
        parts = [_with_note(part, "partly hidden by a layer above") for part in parts]
    return parts


def _part(piece: Piece, start: int, end: int) -> Piece:
    skipped = start - piece.start
    return replace(
        piece,
        start=start,
        frames=end - start,
        source=piece.source + skipped,
        fades_in=0 if skipped else piece.fades_in,
    )


def main() -> None:
    """Read an edit list from standard input, answer in JSON on standard output."""
    import logging
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY_BYTES, MOST_MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    logging.disable()
    answer: dict[str, Any]
    try:
        pieces = read_pieces(
            sys.stdin.buffer.read(), suffix=sys.argv[1], rate=Fraction(sys.argv[2])
        )
        answer = {"pieces": [asdict(piece) for piece in pieces]}
    except MaquetteError as refused:
        answer = {"kind": type(refused).__name__, "code": refused.code}
        answer |= {"reason": refused.reason, "fix": refused.fix}
    except Exception as trouble:  # whatever a reader dies of is the list's fault
        answer = {"damaged": f"{type(trouble).__name__}: {' '.join(str(trouble).split())[:160]}"}
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    main()
