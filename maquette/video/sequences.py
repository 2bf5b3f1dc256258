"""Frame sequences by their names: pattern, first and last number, padding, gaps.

What belongs here: names only, so that a listing of a bucket is enough. What does not: opening
the files (stills).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import PurePosixPath

from maquette.errors import InputError
from maquette.pictures.opening import shown
from maquette.video.limits import refuse_length

FRAME_ENDINGS = ("exr", "dpx", "png", "tif", "tiff", "jpg", "jpeg", "webp")

# The last run of digits counts frames: in shot010_v02.1001.exr it is 1001. Ten digits are more
# than any camera counts; longer ones are dates or hashes.
_NUMBERED = re.compile(r"(?P<head>.*?)(?<!\d)(?P<digits>\d{1,10})(?P<tail>[^\d]*\.(?P<ending>\w+))")


@dataclass(frozen=True)
class FrameNames:
    """The names of a sequence, in order of their numbers.

    Attributes:
        pattern: ``plate.####.exr``; one ``#`` a digit.
        names: one per number.
        padding: how many digits a number has at least.
    """

    pattern: str
    names: tuple[str, ...]
    numbers: tuple[int, ...]
    padding: int

    @property
    def first(self) -> int:
        """The lowest number."""
        return self.numbers[0]

    @property
    def last(self) -> int:
        """The highest number."""
        return self.numbers[-1]

    @property
    def gaps(self) -> tuple[tuple[int, int], ...]:
        """What is missing between the first and the last, as (from, to), both included."""
        return tuple((a + 1, b - 1) for a, b in pairwise(self.numbers) if b > a + 1)


def is_frame_name(name: str) -> bool:
    """Whether a name ends like a frame of a sequence, and is no hidden file of a desktop."""
    path = PurePosixPath(name)
    return path.suffix.lower()[1:] in FRAME_ENDINGS and not path.name.startswith(".")


def frame_names(names: Iterable[str]) -> FrameNames:
    """The sequence that these names make; gaps are told, not refused (see `refuse_gaps`).

    Args:
        names: without folders, in any order; one sequence only.
    """
    frames = sorted((_numbered(name) for name in names), key=lambda frame: (frame[0], frame[1]))
    if not frames:
        raise InputError("FRAMES_NONE", "the folder holds no frames", fix="upload the frames first")
    numbers = tuple(number for number, _, _ in frames)
    refuse_length(len(frames), seconds=0, where="the sequence")
    _refuse_mixture([(name, match) for _, name, match in frames])
    _refuse_twice(numbers, names=[name for _, name, _ in frames])
    match = frames[0][2]
    padding = len(match["digits"])
    return FrameNames(
        f"{match['head']}{'#' * padding}{match['tail']}",
        tuple(name for _, name, _ in frames),
        numbers,
        padding,
    )


def refuse_gaps(frames: FrameNames) -> None:
    """Refuse a sequence with missing frames, naming them."""
    if not frames.gaps:
        return
    count = sum(b - a + 1 for a, b in frames.gaps)
    told = ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in frames.gaps[:8])
    more = ", …" if len(frames.gaps) > 8 else ""
    raise InputError(
        "FRAMES_MISSING",
        f"{shown(frames.pattern)} lacks {count:,} of its frames {frames.first}-{frames.last}: "
        f"{told}{more}",
        fix="upload the missing frames, or two sequences",
    )


def _numbered(name: str) -> tuple[int, str, re.Match[str]]:
    found = _NUMBERED.fullmatch(name)
    if found is None or not name.isprintable() or "/" in name or "\\" in name:
        raise InputError(
            "FRAME_NAME",
            f"{_printable(name)} is no name of a frame",
            fix="name frames like plate.1001.exr, in UTF-8",
        )
    if found["ending"].lower() not in FRAME_ENDINGS:
        raise InputError(
            "FOOTAGE_KIND",
            f"{shown(name)} is no frame of a kind that is read",
            fix="save frames as EXR, DPX, TIFF, PNG, JPEG or WebP",
        )
    return int(found["digits"]), name, found


def _printable(name: str) -> str:
    # undecodable bytes arrive as lone surrogates, which no terminal can print
    return shown(name) if name.isprintable() else ascii(name)[:120]


def _refuse_mixture(frames: list[tuple[str, re.Match[str]]]) -> None:
    """All names differ in their number only, padded all alike."""
    name, like = frames[0]
    padding = len(like["digits"])
    for other, match in frames:
        digits = match["digits"]
        is_alike = (match["head"], match["tail"]) == (like["head"], like["tail"])
        if not is_alike or len(digits) != max(padding, len(digits.lstrip("0")) or 1):
            raise InputError(
                "FRAMES_MIXED",
                f"{shown(name)} and {shown(other)} are not of one sequence",
                fix="upload one sequence per folder, numbered with leading zeros",
            )


def _refuse_twice(numbers: tuple[int, ...], *, names: list[str]) -> None:
    for n, (a, b) in enumerate(pairwise(numbers)):
        if a == b:
            raise InputError(
                "FRAMES_MIXED",
                f"{shown(names[n])} and {shown(names[n + 1])} both claim to be frame {a}",
                fix="remove one of them",
            )
