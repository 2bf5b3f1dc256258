"""Stickers against limits: one table type for all platforms, one function that applies it.

Every KB is read as 1,000 bytes, the stricter way: sources differ. What belongs here: what the
platforms have in common. What does not: any platform's numbers, which stand in its own module.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from maquette.checks.pictures import Measured, measure
from maquette.checks.trees import Files, suffix_of
from maquette.checks.verdicts import Finding, fault, found, warn

PICTURES = ("png", "apng", "webp", "gif", "jpg", "jpeg", "webm")


@dataclass(frozen=True)
class Sides:
    """Which widths and heights a platform takes, in words and as a rule."""

    words: str
    fit: Callable[[int, int], bool]


@dataclass(frozen=True)
class Limits:
    """What a platform takes of one picture.

    Attributes:
        formats: as `Measured.format` names them.
        loops: how often it may play; empty if nothing is said. 0 is for ever.
    """

    formats: tuple[str, ...]
    sides: Sides
    most_bytes: int
    frames: tuple[int, int] = (1, 1)
    most_s: float = 0.0
    least_frame_ms: float = 0.0
    loops: tuple[int, ...] = ()


def exactly(width_px: int, height_px: int) -> Sides:
    """One size only."""
    return Sides(f"{width_px} x {height_px}", lambda w, h: (w, h) == (width_px, height_px))


def sticker_findings(
    data: bytes, where: str, *, still: Limits, moving: Limits | None = None
) -> Iterator[Finding]:
    """One sticker held to the limits of its kind."""
    measured = measure(data)
    if isinstance(measured, str):
        yield fault("STICKER_DAMAGED", where, measured)
        return
    limits = moving if measured.is_moving else still
    if limits is None:
        yield fault("STICKER_MOVING", where, f"{measured.frames} frames; only stills are taken")
        return
    yield from _picture_findings(measured, where, limits=limits, size=len(data))
    if measured.is_moving:
        yield from _motion_findings(measured, where, limits=limits)


def _picture_findings(
    measured: Measured, where: str, *, limits: Limits, size: int
) -> Iterator[Finding]:
    width_px, height_px = measured.size_wh
    formats = " or ".join(limits.formats)
    taken = measured.format in limits.formats
    yield found("STICKER_FORMAT", where, taken, f"{measured.format}; {formats} is taken")
    weight = f"{size:,} of {limits.most_bytes:,} bytes"
    yield found("STICKER_BYTES", where, size <= limits.most_bytes, weight)
    yield found(
        "STICKER_SIZE",
        where,
        limits.sides.fit(width_px, height_px),
        f"{width_px} x {height_px} px; {limits.sides.words} is taken",
    )
    if not measured.first_is_seen:
        yield fault("STICKER_EMPTY", where, "its first frame shows nothing")
    if not measured.has_alpha:
        yield warn("STICKER_OPAQUE", where, "it has no transparent background")


def _motion_findings(measured: Measured, where: str, *, limits: Limits) -> Iterator[Finding]:
    low, high = limits.frames
    frames = f"{measured.frames} frames, {low} to {high} are taken"
    yield found("STICKER_FRAMES", where, low <= measured.frames <= high, frames)
    length = f"{measured.seconds:.2f} of {limits.most_s:g} s"
    # a millisecond of grace: containers round frame times
    in_time = 0 < measured.seconds <= limits.most_s + 0.001
    yield found("STICKER_SECONDS", where, in_time, length)
    if limits.least_frame_ms:
        shortest = f"{measured.shortest_ms:.1f} ms, at least {limits.least_frame_ms:.1f}"
        slow = measured.shortest_ms >= limits.least_frame_ms - 0.5
        yield found("STICKER_FRAME_MS", where, slow, f"its shortest frame lasts {shortest}")
    if limits.loops:
        taken = measured.loops in limits.loops
        yield found("STICKER_LOOPS", where, taken, f"plays {measured.loops} times")


def count_finding(count: int, where: str, *, allowed: Callable[[int], bool], words: str) -> Finding:
    """How many stickers a pack has."""
    return found("PACK_COUNT", where, allowed(count), f"{count} stickers; {words}")


def pictures_of(files: Files) -> Files:
    """The files that are pictures by their names."""
    return {name: data for name, data in files.items() if suffix_of(name) in PICTURES}


def text_finding(rule: str, where: str, text: str, *, span: tuple[int, int]) -> Finding:
    """Whether a text has so many characters."""
    low, high = span
    return found(rule, where, low <= len(text) <= high, f"{len(text)} characters, {low} to {high}")
