"""Which frames a movie holds, in the order they are shown, and where decoding may begin.

What belongs here: time stamps and key frames, from the header where it suffices and from the
packets where not. What does not: decoding (movies).
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from maquette.errors import InputError
from maquette.video.limits import EXPORT_ANEW, MOST_FRAMES, named, refuse_length

# Every frame of these is a key frame shown when it is stored, so the header's table tells all;
# reading each packet of an hour of ProRes would mean reading hundreds of gigabytes.
INTRA = frozenset({"prores", "dnxhd", "mjpeg"})
MOST_REORDERED = 16  # frames; the standards allow no more
# A movie that lost more than this was not cut short, it is broken.
LEAST_SHARE = 0.5
_VP8_SHOWN = 0x10  # in the first byte of a frame
_GIF_TAIL_BYTES = 512  # some programs fill up their last block


@dataclass(frozen=True)
class Packets:
    """The frames of a movie as they lie in the file: one row each."""

    times: NDArray[np.int64]  # (P,) when it is shown, in the stream's time base
    seeks: NDArray[np.int64]  # (P,) the time to seek to in order to arrive there
    keys: NDArray[np.bool_]  # (P,) whether decoding may begin there


@dataclass(frozen=True)
class FrameIndex:
    """The frames of a movie in the order they are shown.

    Attributes:
        times: rising; frame n is the one with this time stamp.
        stored_at: its place in the file.
        starts: the frame from which decoding must begin to reach it.
        seeks: the time to seek to for that, where it is a start itself.
        doubled: how many more frames the file holds, shown at the time of another.
    """

    times: NDArray[np.int64]  # (N,)
    stored_at: NDArray[np.int64]  # (N,)
    starts: NDArray[np.int64]  # (N,)
    seeks: NDArray[np.int64]  # (N,)
    doubled: int = 0
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.times)

    def frame_at(self, time: int | None) -> int | None:
        """The frame shown at this time stamp, if there is one."""
        if time is None:
            return None
        n = int(np.searchsorted(self.times, time))
        return n if n < len(self.times) and self.times[n] == time else None

    @property
    def mean_step(self) -> Fraction:
        """How long a frame lasts on average, in the time base; 0 where that is not known."""
        if len(self.times) < 2:
            return Fraction(0)
        return Fraction(int(self.times[-1] - self.times[0]), len(self.times) - 1)

    @property
    def is_steady(self) -> bool:
        """Whether all frames last equally long, but for rounding to the time base."""
        if len(self.times) < 3:
            return True
        steps = np.diff(self.times)
        return int(steps.max() - steps.min()) <= 1


def index_of(container: Any, stream: Any, *, path: Path) -> FrameIndex:
    """The frames of a movie; one that lost most of them is refused, lesser losses are noted."""
    seconds = _seconds(container, stream)
    refuse_length(int(stream.frames), seconds=seconds, where=named(path))
    packets = _from_header(stream, size=path.stat().st_size)
    if packets is None:
        packets = _from_packets(container, stream, where=named(path))
    index = _in_order(packets)
    share, loss = _share_there(index, stream=stream, seconds=seconds)
    if share < LEAST_SHARE:
        raise InputError("FOOTAGE_DAMAGED", f"{named(path)} is cut short: {loss}", fix=EXPORT_ANEW)
    if container.format.name == "gif":  # whose frames last unequally long: a gap is none
        return _without_torn_end(index, path=path)
    return _without_stragglers(index, note=f"cut short: {loss}") if loss else index


def _seconds(container: Any, stream: Any) -> float:
    if stream.duration and stream.time_base:
        return float(stream.duration * stream.time_base)
    return (container.duration or 0) / 1_000_000


def _share_there(index: FrameIndex, *, stream: Any, seconds: float) -> tuple[float, str]:
    """How much of what the header speaks of is in the file, and what is lost, in words.

    Some containers count their frames, the others only say how long they last.
    """
    found, promised = len(index) + index.doubled, int(stream.frames)
    if promised or not found or not seconds:
        told = f"{found:,} of {promised:,} frames are there"
        return (found / promised if promised else float(found)), told if found < promised else ""
    lasting = float((index.times[-1] - index.times[0]) * stream.time_base)
    # the last frame's own time is not known, and durations are rounded
    told = stream.average_rate or stream.guessed_rate
    step = max(lasting / max(1, found - 1), float(1 / told) if told else 0)
    share = (lasting + 2 * step + 0.002) / seconds
    return share, "" if share >= 1 else f"{lasting + step:.2f} of {seconds:.2f} seconds are there"


def _without_stragglers(index: FrameIndex, *, note: str) -> FrameIndex:
    """The frames up to the first gap near the end of a movie that was cut short.

    Frames are stored before those that are shown earlier but lean on them: the cut loses these,
    and what is left after the gap would have wrong numbers.
    """
    steps = np.diff(index.times)
    near = max(0, len(steps) - MOST_REORDERED)
    gaps = np.flatnonzero(steps[near:] > 1.5 * np.median(steps)) if len(steps) else steps
    kept = near + int(gaps[0]) + 1 if len(gaps) else len(index)
    return _shortened(index, kept, note=note)


def _without_torn_end(index: FrameIndex, *, path: Path) -> FrameIndex:
    """A GIF says how many frames it has by ending; the last of one that does not is half there."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - _GIF_TAIL_BYTES))
        has_end = file.read().rstrip(b"\0").endswith(b";")
    if has_end:
        return index
    return _shortened(index, max(0, len(index) - 1), note="cut short: the end of the file is gone")


def _shortened(index: FrameIndex, kept: int, *, note: str) -> FrameIndex:
    return FrameIndex(
        index.times[:kept],
        index.stored_at[:kept],
        index.starts[:kept],
        index.seeks[:kept],
        index.doubled,
        (*index.notes, note),
    )


def _from_header(stream: Any, *, size: int) -> Packets | None:
    """The header's table, if it tells all; entries beyond the end of the file are left out."""
    entries = stream.index_entries
    if stream.codec_context.name not in INTRA or not stream.frames:
        return None
    if len(entries) != stream.frames:
        return None
    there = [e for e in entries if e.pos + e.size <= size and e.size and not e.is_discard]
    times = np.array([entry.timestamp for entry in there], np.int64)
    return Packets(times, times, np.ones(len(times), np.bool_))


def _from_packets(container: Any, stream: Any, *, where: str) -> Packets:
    """Every packet's time stamp, read through without decoding any."""
    import av

    rows: list[tuple[int, int, bool]] = []
    try:
        for packet in container.demux(stream):
            if not packet.size or packet.pts is None or packet.is_corrupt or packet.is_discard:
                continue
            if stream.codec_context.name == "vp8" and not bytes(packet)[0] & _VP8_SHOWN:
                continue  # others lean on it, nobody sees it
            earliest = packet.pts if packet.dts is None else min(packet.pts, packet.dts)
            rows.append((packet.pts, earliest, bool(packet.is_keyframe)))
            if len(rows) > MOST_FRAMES:
                break
    except av.FFmpegError:
        pass  # what was read up to here is there; index_of judges whether it is enough
    refuse_length(len(rows), seconds=0, where=where)
    times, seeks, keys = zip(*rows, strict=True) if rows else ((), (), ())
    return Packets(np.array(times, np.int64), np.array(seeks, np.int64), np.array(keys, np.bool_))


def _in_order(packets: Packets) -> FrameIndex:
    times, stored_at = np.unique(packets.times, return_index=True)
    doubled = len(packets.times) - len(times)
    notes = (f"{doubled:,} frames share another's time stamp and are left out",) if doubled else ()
    frames = np.arange(len(times))
    # Before the first key frame there is nowhere to begin but the start of the file.
    starts = np.maximum.accumulate(np.where(packets.keys[stored_at], frames, 0))
    seeks = packets.seeks[stored_at]
    return FrameIndex(times, stored_at.astype(np.int64), starts, seeks, doubled, notes)
