"""Movies: MP4, MOV, WebM, MXF, Matroska and GIF through PyAV, which is an extra.

What belongs here: opening a movie under limits, and handing out its frames in the order they are
shown, from anywhere. What does not: which of them are kept (footage), colours (movie_colours).
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any, NoReturn

import numpy as np

from maquette.errors import InputError
from maquette.extras import video_library
from maquette.types import Plate
from maquette.video.facts import Facts
from maquette.video.limits import (
    DECODE_THREADS,
    EXPORT_ANEW,
    FASTEST,
    MOST_PIXELS,
    READ_TIMEOUT_S,
    SLOWEST,
    named,
    refuse_size,
)
from maquette.video.movie_colours import Colouring, Developer, colouring_of
from maquette.video.movie_index import FrameIndex, index_of
from maquette.video.timecode import rate_of
from maquette.video.turns import UPRIGHT, Turn, turn_of_matrix

# What cameras, editors and phones deliver, and what this house writes. Each further decoder is
# more surface for crafted files.
CODECS = ("h264", "hevc", "prores", "dnxhd", "mpeg2video", "mjpeg", "ffv1", "vp8", "vp9", "av1",
          "gif")  # fmt: skip
FALLBACK_RATE = Fraction(24)


class MovieReel:
    """One open movie; frames are numbered in the order they are shown.

    Attributes:
        facts: what the file says of itself; its colour is what plates are marked with.
    """

    def __init__(self, path: Path, *, kind: str) -> None:
        self._path, self._kind = path, kind
        with _opened(path, kind=kind) as container:
            self._index = index_of(container, _video_of(container, path=path), path=path)
        self._container = _opened(path, kind=kind)
        self._stream = _video_of(self._container, path=path)
        self._decoding = self._decoded(0)
        first = next(self._decoding, None)
        if first is None:
            self._refuse("holds no frame that decodes")
        self._coded_wh = (int(first[1].width), int(first[1].height))
        refuse_size(self._coded_wh, where=named(path))
        colouring = colouring_of(
            self._stream.codec_context, height_px=self._coded_wh[1], where=named(path)
        )
        self._developer = Developer(colouring)
        self._turn, turn_notes = _turn_of(first[1])
        self.facts = self._facts(colouring, notes=(*self._index.notes, *turn_notes))
        # the first frame was taken out of the decoder: it starts anew at the first plate
        self._next = len(self._index)

    def start_of(self, n: int) -> int:
        """The key frame from which frame n is decoded."""
        return int(self._index.starts[n])

    def plates(self, first: int, last: int) -> Iterator[tuple[int, Plate]]:
        """Frames first to last, in order; one that does not decode is refused by its number."""
        # going on is cheaper than seeking, unless a later key frame lies between
        if not self.start_of(first) <= self._next <= first:
            self._decoding = self._decoded(self.start_of(first))
        wanted = first
        for n, frame in self._decoding:
            self._next = n + 1
            if n < wanted:
                continue
            if n > wanted:
                break
            yield n, self._plate(n, frame)
            wanted += 1
            if wanted > last:
                return
        self._next = len(self._index)
        self._refuse(f"has a frame {wanted} that does not decode")

    def close(self) -> None:
        """Let go of the file and the decoder."""
        self._container.close()

    def _decoded(self, start: int) -> Iterator[tuple[int, Any]]:
        """Decoded frames with their numbers, from a key frame on; damaged ones are missing."""
        import av

        for packet in self._packets(start):
            if packet.is_corrupt:
                continue  # half a packet is no frame, and its error would hide those before it
            try:
                frames = packet.decode()
            except av.FFmpegError:
                continue
            for frame in frames:
                n = self._index.frame_at(frame.pts)
                if n is not None:
                    yield n, frame

    def _packets(self, start: int) -> Iterator[Any]:
        """The stream's packets from the one that holds this frame, or from an earlier one."""
        if start == 0:
            yield from self._packets_from_top()
            return
        self._container.seek(int(self._index.seeks[start]), stream=self._stream)
        has_arrived = False
        for packet in _read(self._container, self._stream):
            n = None if has_arrived else self._index.frame_at(packet.pts)
            if n is not None:
                if self._index.stored_at[n] > self._index.stored_at[start]:
                    # a container without a proper index led too far
                    yield from self._packets_from_top()
                    return
                has_arrived = True
            yield packet

    def _packets_from_top(self) -> Iterator[Any]:
        """All packets; opened anew, since not every container can seek to its very start."""
        self._container.close()
        self._container = _opened(self._path, kind=self._kind)
        self._stream = _video_of(self._container, path=self._path)
        yield from _read(self._container, self._stream)

    def _plate(self, n: int, frame: Any) -> Plate:
        if (frame.width, frame.height) != self._coded_wh:
            raise InputError(
                "FRAMES_DIFFER",
                f"{named(self._path)} changes its size to {frame.width} × {frame.height} at "
                f"frame {n}",
                fix="export it with one size",
            )
        pixels = self._developer.developed(frame)
        upright = pixels if self._turn == UPRIGHT else self._turn.applied(pixels)
        return Plate(upright, self.facts.colour)

    def _facts(self, colouring: Colouring, *, notes: tuple[str, ...]) -> Facts:
        stream, turn = self._stream, self._turn
        rate, rate_notes = _rate_of(stream, index=self._index)
        aspect = Fraction(stream.sample_aspect_ratio or 1)
        return Facts(
            size_wh=turn.of_size(self._coded_wh),
            rate=rate,
            frames=len(self._index),
            bits=colouring.bits,
            codec=str(stream.codec_context.codec.canonical_name),
            colour=colouring.colour,
            colour_note=colouring.note,
            pixel_aspect=turn.of_aspect(aspect if aspect > 0 else Fraction(1)),
            timecode=_timecode_of(self._container, stream),
            has_alpha=colouring.has_alpha,
            notes=(*notes, *rate_notes, *_alpha_notes(stream)),
        )

    def _refuse(self, what: str) -> NoReturn:
        raise InputError("FOOTAGE_DAMAGED", f"{named(self._path)} {what}", fix=EXPORT_ANEW)


def _opened(path: Path, *, kind: str) -> Any:
    """The container, read by the demuxer of its kind and by nothing else."""
    av = video_library("av", use="movies are read")
    options = {
        "protocol_whitelist": "file",  # whatever a file says, nothing else is opened
        "codec_whitelist": ",".join((*CODECS, "libdav1d")),
        "max_pixels": str(MOST_PIXELS),  # looking for the stream's format already decodes
    }
    try:
        return av.open(
            str(path.absolute()),
            format=kind,
            options=options,
            metadata_errors="replace",
            timeout=READ_TIMEOUT_S,
        )
    except (av.FFmpegError, ValueError) as trouble:
        words = " ".join(str(trouble).split())[:120]
        raise InputError(
            "FOOTAGE_DAMAGED", f"{named(path)} does not open: {words}", fix=EXPORT_ANEW
        ) from trouble


def _video_of(container: Any, *, path: Path) -> Any:
    """The first stream of moving pictures, if its codec is let in."""
    from av.stream import Discard, Disposition

    covers = Disposition.attached_pic
    streams = [s for s in container.streams.video if not s.disposition & covers]
    if not streams:
        raise InputError(
            "FOOTAGE_DAMAGED", f"{named(path)} holds no moving picture", fix=EXPORT_ANEW
        )
    stream = streams[0]
    decoder = stream.codec_context
    codec = decoder.codec.canonical_name if decoder else "something unknown"
    if codec not in CODECS:
        raise InputError(
            "FOOTAGE_CODEC",
            f"{named(path)} is coded as {codec}",
            fix=f"export it as ProRes or H.264; read are {', '.join(CODECS)}",
        )
    refuse_size((decoder.width, decoder.height), where=named(path))
    for other in container.streams:
        if other is not stream:
            other.discard = Discard.all  # sound is never read
    decoder.thread_count, decoder.thread_type = DECODE_THREADS, "AUTO"
    return stream


def _read(container: Any, stream: Any) -> Iterator[Any]:
    """Packets until the end, which is also where a damaged file stops being readable."""
    import av

    try:
        yield from container.demux(stream)
    except av.FFmpegError:
        return


def _rate_of(stream: Any, *, index: FrameIndex) -> tuple[Fraction, tuple[str, ...]]:
    """Frames per second as the file tells, or the average where they last unequally long."""
    told = stream.average_rate or stream.guessed_rate
    notes: tuple[str, ...] = ()
    if not index.is_steady:
        told = (1 / (index.mean_step * stream.time_base)).limit_denominator(1001)
        notes = ("variable frame rate: frames are numbered as shown",)
    if told is None or not SLOWEST <= told <= FASTEST:
        return FALLBACK_RATE, (*notes, f"the file tells no frame rate: {FALLBACK_RATE} assumed")
    return rate_of(told), notes


def _alpha_notes(stream: Any) -> tuple[str, ...]:
    """WebM keeps alpha beside the pictures, where the decoders let in here do not look."""
    said = {str(name).lower(): str(value) for name, value in stream.metadata.items()}
    if said.get("alpha_mode", "0") == "0":
        return ()
    return ("its transparency is not read: for that, upload the frames as PNG",)


def _turn_of(frame: Any) -> tuple[Turn, tuple[str, ...]]:
    """What makes the frames upright, with a note for people."""
    from av.sidedata.sidedata import Type

    matrix = frame.side_data.get(Type.DISPLAYMATRIX)
    if matrix is None:
        return UPRIGHT, ()
    turn = turn_of_matrix(np.frombuffer(memoryview(matrix), np.int32).tolist())
    if turn is None:
        return UPRIGHT, ("it asks to be shown slanted, which is not done",)
    return turn, () if turn == UPRIGHT else ("turned upright, as the file asks",)


def _timecode_of(container: Any, stream: Any) -> str:
    """Of the first frame, from wherever the container keeps it."""
    holders = (stream, container, *container.streams)
    told = (str(holder.metadata.get("timecode", "")) for holder in holders)
    return next((timecode for timecode in told if timecode), "")
