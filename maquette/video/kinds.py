"""Which kind of footage a file is, told by its first bytes and never by its name.

Only kinds that hold their own pictures are let in: playlists, edit lists and descriptions that
point elsewhere would have a decoder read other files of this machine. What belongs here: the
first look. What does not: opening (movies, stills).
"""

from __future__ import annotations

from pathlib import Path

from maquette.errors import InputError
from maquette.video.limits import EXPORT_ANEW, named, refuse_name

# FFmpeg's own words, which it is told, so that it does not guess; the others are OpenImageIO's
MOVIES = ("mov", "mxf", "matroska", "gif")

_SIGNATURES = (
    (b"\x76\x2f\x31\x01", "openexr"),
    (b"SDPX", "dpx"),
    (b"XPDS", "dpx"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"II*\x00", "tiff"),
    (b"MM\x00*", "tiff"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"\x1aE\xdf\xa3", "matroska"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"\x06\x0e\x2b\x34\x02\x05\x01\x01\x0d\x01\x02\x01\x01\x02", "mxf"),
)
_WEBP_MOVES = 0x02  # among the flags of its extended header
_ATOMS = (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip")
# what people upload by mistake or on purpose, so that the message can say it
_OTHERS = (
    (b"#EXTM3U", "a playlist, which points elsewhere"),
    (b"ffconcat", "a list of files, which points elsewhere"),
    (b"[playlist]", "a playlist, which points elsewhere"),
    (b"v=0", "a session description, which points elsewhere"),
    (b"<", "a text of XML or HTML"),
    (b"RIFF", "an AVI or other RIFF file"),
    (b"0&\xb2u\x8ef\xcf\x11", "a Windows Media file"),
    (b"FLV", "a Flash video"),
    (b"\x00\x00\x01\xba", "an MPEG program stream"),
    (b"G", "perhaps an MPEG transport stream"),
)


def kind_of(path: Path) -> str:
    """One of `MOVIES`, or a kind of frame file; else a refusal that says what it looks like."""
    refuse_name(path)
    if not path.is_file():
        raise InputError("FOOTAGE_MISSING", f"{named(path)} is no file", fix="upload it first")
    with path.open("rb") as file:
        start = file.read(64)
    if not start:
        raise InputError("FOOTAGE_DAMAGED", f"{named(path)} holds no bytes", fix=EXPORT_ANEW)
    for signature, kind in _SIGNATURES:
        if start.startswith(signature):
            return kind
    if start[4:8] in _ATOMS:
        return "mov"
    if start[:4] == b"RIFF" and start[8:12] == b"WEBP":
        return _webp(start, where=named(path))
    looks = [
        what for sign, what in _OTHERS if start.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(sign)
    ]
    raise InputError(
        "FOOTAGE_KIND",
        f"{named(path)} is {looks[0] if looks else 'of no kind that is read'}",
        fix="upload MP4, MOV, WebM, MXF, MKV or GIF, "
        "or frames as EXR, DPX, TIFF, PNG, JPEG or WebP",
    )


def _webp(start: bytes, *, where: str) -> str:
    """A still; of an animation only the first picture would be read, without a word."""
    if start[12:16] == b"VP8X" and start[20:21] and start[20] & _WEBP_MOVES:
        raise InputError(
            "FOOTAGE_KIND",
            f"{where} is an animated WebP",
            fix="save it as GIF, WebM or MP4, or each of its frames as a file",
        )
    return "webp"
