"""Movies out: ProRes 4444 and FFV1 with alpha for editors, H.264 for looking.

Through PyAV, an extra. Frames go in one by one and none is kept. Equal frames give equal bytes:
no dates, no versions, no random ids, and thread counts that do not show. What belongs here:
encoding and its tags. What does not: what is drawn on a frame (qc), and footage of other people.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from maquette.errors import InputError, ToolError
from maquette.extras import video_library
from maquette.video.slates import Slate

# ITU-R BT.709 in ten bits and studio range: Y' 64..940, colour differences 64..960 about 512
_RED, _GREEN, _BLUE = 0.2126, 0.7152, 0.0722
_YUV = np.array([
    (876 * _RED, 876 * _GREEN, 876 * _BLUE, 64),
    (-448 * _RED / (1 - _BLUE), -448 * _GREEN / (1 - _BLUE), 448, 512),
    (448, -448 * _GREEN / (1 - _RED), -448 * _BLUE / (1 - _RED), 512),
])  # fmt: skip
_BT709, _STUDIO_RANGE, _FULL_RANGE = 1, 1, 2  # as FFmpeg numbers them


@dataclass(frozen=True)
class MovieKind:
    """One way to encode.

    Attributes:
        suffix: of the file.
        framed: pixels to a frame of the encoder's own format.
        formats: the encoder's pixel format by the depth of what comes in.
        threads: 0 for as many as there are, where the count does not change the bytes.
    """

    suffix: str
    container: str
    codec: str
    formats: Mapping[np.dtype[Any], str]
    framed: Callable[[NDArray[Any], str], Any]
    options: Mapping[str, str]
    range: int
    threads: int = 0


@dataclass(frozen=True)
class MoviePlan:
    """What is known of a movie before its first frame.

    Attributes:
        kind: a key of `KINDS`.
        slate: of its first frame.
        words: what the container says of the making: see `maquette.formats.imprint`.
    """

    kind: str
    size_wh: tuple[int, int]
    slate: Slate
    words: Mapping[str, str]


class MovieWriter:
    """A movie that grows frame by frame, used in a ``with`` block.

    The file is there when the block has ended well; otherwise it is gone. Raises InputError
    MOVIE_FRAME for a frame that does not fit the plan, MOVIE_EMPTY for a movie without frames,
    ToolError MOVIE_NOT_WRITTEN where the encoder gives up.
    """

    def __init__(self, path: Path, plan: MoviePlan) -> None:
        self._path = path
        self._plan = plan
        self._kind = KINDS[plan.kind]
        self._av = _av()
        self._frames = 0
        self._depth: np.dtype[Any] | None = None
        self._container: Any = None
        self._stream: Any = None

    def write(self, pixels: NDArray[Any]) -> None:
        """Add one frame: (H, W, 3 or 4), uint8 or uint16, straight alpha, ready to be shown.

        The first frame decides the depth. Three channels mean opaque; H.264 has no alpha and
        leaves it out.
        """
        self._expect(pixels)
        try:
            if self._container is None:
                self._open(pixels.dtype)
            frame = self._kind.framed(pixels, self._kind.formats[pixels.dtype])
            # the encoder writes these into every frame, and players believe them first
            frame.colorspace = _BT709
            frame.color_primaries = frame.color_trc = _BT709
            frame.color_range = self._kind.range
            frame.pts = self._frames
            frame.time_base = 1 / self._plan.slate.rate
            self._container.mux(self._stream.encode(frame))
        except self._av.FFmpegError as trouble:
            raise self._told(trouble) from trouble
        self._frames += 1

    def __enter__(self) -> MovieWriter:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if kind is None and self._container is None:
                raise InputError("MOVIE_EMPTY", f"{self._path.name} would have no frames")
            if kind is None:
                self._container.mux(self._stream.encode())
                self._container.close()
        except self._av.FFmpegError as trouble:
            kind = type(trouble)
            raise self._told(trouble) from trouble
        finally:
            if kind is not None:
                self._abandon()

    def _expect(self, pixels: NDArray[Any]) -> None:
        width, height = self._plan.size_wh
        even = self._kind.codec != "libx264" or width % 2 == height % 2 == 0
        known = pixels.dtype in self._kind.formats and pixels.dtype == (self._depth or pixels.dtype)
        shaped = pixels.ndim == 3 and pixels.shape[2] in (3, 4)
        if not (even and known and shaped and pixels.shape[:2] == (height, width)):
            raise InputError(
                "MOVIE_FRAME",
                f"frame {self._frames} of {self._path.name} is {pixels.shape} {pixels.dtype}, "
                f"which is no frame of a {self._plan.kind} movie of {width} x {height}",
                fix="one size and depth for all frames; even sides for h264",
            )

    def _open(self, depth: np.dtype[Any]) -> None:
        plan, kind = self._plan, self._kind
        self._depth = depth
        muxing = {"fflags": "+bitexact"}
        if kind.container != "matroska":
            # the index comes first, and words other than QuickTime's dozen are kept
            muxing["movflags"] = "+faststart+use_metadata_tags"
        self._container = self._av.open(str(self._path), "w", format=kind.container, options=muxing)
        self._container.metadata.update(plan.words)
        if plan.slate.timecode:
            self._container.metadata["timecode"] = plan.slate.timecode
        options = {**kind.options, "flags": "+bitexact"}
        stream = self._container.add_stream(kind.codec, rate=plan.slate.rate, options=options)
        stream.width, stream.height = plan.size_wh
        stream.pix_fmt = kind.formats[depth]
        coder = stream.codec_context
        # Matroska's writer asks the stream instead, which PyAV does not let us tell
        coder.sample_aspect_ratio = plan.slate.pixel_aspect
        coder.thread_count = kind.threads
        coder.colorspace = coder.color_primaries = coder.color_trc = _BT709
        coder.color_range = kind.range
        self._stream = stream

    def _abandon(self) -> None:
        """Close what is open and leave no half movie behind."""
        if self._container is not None:
            # the disk may be full: what counts is that the file goes
            with suppress(self._av.FFmpegError):
                self._container.close()
        self._path.unlink(missing_ok=True)

    def _told(self, trouble: Exception) -> ToolError:
        return ToolError(
            "MOVIE_NOT_WRITTEN",
            f"{self._path.name}, frame {self._frames}: {trouble}",
            fix="look for a full disk",
        )


def _prores_frame(pixels: NDArray[Any], pixel_format: str) -> Any:
    """Ten bits of Y'CbCr at full resolution and straight alpha.

    Computed here: FFmpeg's own conversion is up to 4 of 1023 steps off, and lifts the whole
    picture by 2.
    """
    import cv2

    deep = pixels if pixels.dtype == np.uint16 else pixels.astype(np.uint16) * np.uint16(257)
    matrix = _YUV / (65535, 65535, 65535, 1)
    yuv = np.asarray(cv2.transform(np.ascontiguousarray(deep[..., :3]), matrix))
    planes = [yuv[..., index] for index in range(3)]
    planes.append(deep[..., 3] >> 6 if deep.shape[2] == 4 else np.full_like(planes[0], 1023))
    height, width = deep.shape[:2]
    frame = _av().VideoFrame(width, height, pixel_format)
    for plane, values in zip(frame.planes, planes, strict=True):
        rows = np.frombuffer(plane, np.uint16).reshape(height, -1)
        rows[:, :width] = values
    return frame


def _ffv1_frame(pixels: NDArray[Any], pixel_format: str) -> Any:
    """The very numbers that came in, at their own depth."""
    if pixels.shape[2] == 3:
        opaque = np.full((*pixels.shape[:2], 1), np.iinfo(pixels.dtype).max, pixels.dtype)
        pixels = np.concatenate([pixels, opaque], 2)
    if pixels.dtype == np.uint8:
        pixels = pixels[..., (2, 1, 0, 3)]
    return _av().VideoFrame.from_ndarray(np.ascontiguousarray(pixels), format=pixel_format)


def _h264_frame(pixels: NDArray[Any], pixel_format: str) -> Any:
    """What every player shows: eight bits, colours at half resolution."""
    rgb = np.ascontiguousarray(pixels[..., :3])
    frame = _av().VideoFrame.from_ndarray(rgb, format="rgb24")
    return frame.reformat(
        format=pixel_format,
        src_color_range=_FULL_RANGE,
        dst_color_range=_STUDIO_RANGE,
        dst_colorspace=_BT709,
        interpolation="AREA",
    )


_EIGHT, _SIXTEEN = np.dtype(np.uint8), np.dtype(np.uint16)
KINDS: dict[str, MovieKind] = {
    "prores4444": MovieKind(
        suffix="mov",
        container="mov",
        codec="prores_ks",
        formats={_EIGHT: "yuva444p10le", _SIXTEEN: "yuva444p10le"},
        framed=_prores_frame,
        options={"profile": "4444", "alpha_bits": "16"},
        range=_STUDIO_RANGE,
    ),
    "ffv1": MovieKind(
        suffix="mkv",
        container="matroska",
        codec="ffv1",
        formats={_EIGHT: "bgra", _SIXTEEN: "gbrap16le"},
        framed=_ffv1_frame,
        # every frame by itself, sliced for speed, checked: the settings archives ask for
        options={"level": "3", "g": "1", "slices": "16", "slicecrc": "1"},
        range=_FULL_RANGE,
    ),
    "h264": MovieKind(
        suffix="mp4",
        container="mp4",
        codec="libx264",
        formats={_EIGHT: "yuv420p"},
        framed=_h264_frame,
        # a key every half second at 24: people step through this movie backwards
        # and without macroblock trees, which differ from run to run in the first frames
        options={"crf": "18", "preset": "veryfast", "g": "12", "x264-params": "mbtree=0"},
        range=_STUDIO_RANGE,
        threads=2,  # x264 plans ahead by threads: their number is part of the result
    ),
}


def _av() -> Any:
    return video_library("av", use="movies are written")
