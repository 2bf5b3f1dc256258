"""WebM: VP9 with alpha, the only moving picture that Telegram's video stickers take.

Through PyAV, an extra of 100 MB that only this module needs; where it is missing, what would
have become a video is set aside and everything else is made. What belongs here: frames to WebM
and back. What does not: any limit.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from maquette.extras import video_library
from maquette.pictures.colours import bled
from maquette.types import Bytes


def write_webm(frames: Sequence[Bytes], *, seconds: float, rate: int) -> bytes:
    """A video of (H, W, 4) frames with even sides; equal frames give equal bytes.

    Args:
        frames: at least one.
        seconds: of the whole.
        rate: constant rate factor, 0 (fine) to 63 (coarse).
    """
    av = video_library("av", use="moving stickers of Telegram are written", extra="video")
    fps = Fraction(len(frames) / seconds).limit_denominator(1000)
    out = io.BytesIO()
    # bitexact: no random ids, no dates, no version
    with av.open(out, "w", format="webm", options={"fflags": "+bitexact"}) as container:
        stream: Any = container.add_stream("libvpx-vp9", rate=fps, options=_options(rate))
        stream.height, stream.width = frames[0].shape[:2]
        stream.pix_fmt = "yuva420p"
        stream.codec_context.thread_count = 1
        stream.metadata["alpha_mode"] = "1"  # players look here before they look for alpha
        for frame in frames:
            # lossy colours bleed over the edge: under clear pixels lie those of the edge
            picture = av.VideoFrame.from_ndarray(bled(frame), format="rgba")
            container.mux(stream.encode(picture.reformat(format="yuva420p")))
        container.mux(stream.encode())
    return out.getvalue()


def read_webm(data: bytes) -> tuple[list[Bytes], float]:
    """The frames of a WebM that we wrote, alpha included, and the seconds they play."""
    av = video_library("av", use="moving stickers of Telegram are written", extra="video")
    # FFmpeg's own VP9 decoder drops alpha, libvpx's keeps it
    decoder: Any = av.CodecContext.create("libvpx-vp9", "r")
    frames: list[Bytes] = []
    with av.open(io.BytesIO(data)) as container:
        for packet in container.demux(video=0):
            frames += [np.array(p.to_ndarray(format="rgba")) for p in decoder.decode(packet)]
        seconds = (container.duration or 0) / av.time_base
    return frames, seconds


def _options(rate: int) -> dict[str, str]:
    return {
        "crf": str(rate),
        "b": "0",
        "deadline": "good",
        "cpu-used": "4",
        "row-mt": "0",  # one thread: the same bytes every time
        "auto-alt-ref": "0",  # libvpx: hidden frames and alpha do not go together
        "flags": "+bitexact",
    }
