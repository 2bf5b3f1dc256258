"""What a picture file is made of, looked at before any decoder touches it.

Decoders are careful with pixels and careless with everything around them: Pillow copies every
EXIF and TIFF value a directory claims, so a file of 1 MB can ask for 60 GB, and it walks millions
of empty chunks in Python. Here sizes and counts are judged first and metadata is left behind;
what goes on to the decoder is pixels, palette and colour profile. What does not belong here:
decoding.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from maquette.errors import InputError

# Progressive JPEGs have about ten scans; each decodes the whole picture again, so thousands of
# them in a small file are hours of work.
MOST_JPEG_SCANS = 100
MOST_JPEG_SEGMENTS = 2_000
MOST_PNG_CHUNKS = 100_000
MOST_WEBP_CHUNKS = 2_000
MOST_TIFF_NUMBERS_BYTES = 4 * 2**20  # strip offsets of 20,000 rows are 80 kB

ORIENTATION = 0x0112
# directories inside directories, read by Pillow without being asked: EXIF, GPS, interop, sub-IFDs
_TIFF_LINKS = frozenset({0x8769, 0x8825, 0xA005, 0x014A})
_TIFF_TYPE_BYTES = {
    1: 1,
    2: 1,
    3: 2,
    4: 4,
    5: 8,
    6: 1,
    7: 1,
    8: 2,
    9: 4,
    10: 8,
    11: 4,
    12: 8,
    13: 4,
}
_PRIVATE_TAG = 65_000

# any marker but stuffed zeros, fill bytes and restarts, which stand inside coded data
_JPEG_MARKER = re.compile(rb"\xff+([^\x00\xff\xd0-\xd7])")
_EOI, _SOS, _APP0, _APP1, _APP2, _APP14 = 0xD9, 0xDA, 0xE0, 0xE1, 0xE2, 0xEE


@dataclass(frozen=True)
class Slim:
    """A file without its metadata, and the one fact of it that matters.

    Attributes:
        orientation: of EXIF 2.32, 4.6.4; 1 is upright, and what a damaged one counts as.
    """

    data: bytes
    orientation: int = 1


def slim(data: bytes, *, kind: str, where: str) -> Slim:
    """The file as far as a decoder needs it; raises InputError PICTURE_BOMB."""
    if kind == "JPEG":
        return _slim_jpeg(data, where=where)
    if kind == "TIFF":
        return _slim_tiff(data, where=where)
    if kind == "PNG":
        return Slim(data, orientation=_png_orientation(data, where=where))
    return Slim(data, orientation=_webp_orientation(data))


def webp_canvas_wh(data: bytes) -> tuple[int, int]:
    """The size a WebP header claims (RFC 9649, sections 2.5 to 2.7)."""
    head = data[12:30].ljust(18, b"\x00")
    if head[:4] == b"VP8X":
        width, height = head[12:15], head[15:18]
        return 1 + int.from_bytes(width, "little"), 1 + int.from_bytes(height, "little")
    if head[:4] == b"VP8L":
        bits = int.from_bytes(head[9:13], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    width, height = head[14:16], head[16:18]
    return int.from_bytes(width, "little") & 0x3FFF, int.from_bytes(height, "little") & 0x3FFF


def end_of(data: bytes, *, kind: str, where: str) -> int:
    """How many bytes are the picture itself; what hangs behind them is something else."""
    if kind == "JPEG":
        ends = [end for marker, _, end in _jpeg_segments(data) if marker == _EOI]
    elif kind == "PNG":
        ends = [end for name, _, end in _png_chunks(data, where=where) if name == b"IEND"]
    else:
        size = int.from_bytes(data[4:8], "little")
        ends = [8 + size + size % 2]
    return min([*ends, len(data)])


def frames_in(data: bytes, *, kind: str, where: str) -> int:
    """How many pictures a PNG or WebP says it shows one after another; 1 is a still."""
    if kind == "PNG":
        for name, start, _ in _png_chunks(data, where=where):
            if name == b"acTL":
                return max(1, int.from_bytes(data[start + 8 : start + 12], "big"))
    if kind == "WEBP":
        return max(1, sum(name == b"ANMF" for name, _, _ in _webp_chunks(data)))
    return 1


def _slim_jpeg(data: bytes, *, where: str) -> Slim:
    kept = [data[:2]]
    scans, orientation = 0, 1
    for count, (marker, start, end) in enumerate(_jpeg_segments(data)):
        scans += marker == _SOS
        if scans > MOST_JPEG_SCANS or count > MOST_JPEG_SEGMENTS:
            raise _bomb(where, f"more than {MOST_JPEG_SCANS} scans or {count:,} segments")
        body = data[start + 4 : start + 20]
        if marker == _APP1 and body.startswith(b"Exif\x00\x00") and orientation == 1:
            orientation = _exif_orientation(data[start + 10 : end])
        profile = marker == _APP2 and body.startswith(b"ICC_PROFILE\x00")
        comment = marker == 0xFE or _APP0 < marker <= 0xEF
        if not comment or profile or marker == _APP14:
            kept.append(data[start:end])
    return Slim(b"".join(kept), orientation)


def _jpeg_segments(data: bytes) -> Iterator[tuple[int, int, int]]:
    """(marker, start, end) of each segment, coded data counted to its scan, up to the end mark.

    What phones hang behind it (films, depth maps) is not looked at.
    """
    at = 2
    while found := _JPEG_MARKER.search(data, at):
        marker, start, at = found[1][0], found.end() - 2, found.end()
        if marker not in (0x01, 0xD8, _EOI):
            at += max(2, int.from_bytes(data[at : at + 2], "big"))
        if marker == _SOS:
            following = _JPEG_MARKER.search(data, at)
            at = following.start() if following else len(data)
        yield marker, start, min(at, len(data))
        if marker == _EOI:
            return


def _png_orientation(data: bytes, *, where: str) -> int:
    orientation = 1
    for kind, start, end in _png_chunks(data, where=where):
        if kind == b"eXIf":
            orientation = _exif_orientation(data[start + 8 : end - 4])
    return orientation


def _png_chunks(data: bytes, *, where: str) -> Iterator[tuple[bytes, int, int]]:
    """(kind, start, end) of each chunk, length and checksum counted to it, up to the end mark."""
    at = 8
    for _ in range(MOST_PNG_CHUNKS):
        if at + 8 > len(data):
            return
        size, kind = struct.unpack_from(">I4s", data, at)
        yield kind, at, at + 12 + size
        if kind == b"IEND":
            return
        at += 12 + size
    raise _bomb(where, f"more than {MOST_PNG_CHUNKS:,} chunks")


def _webp_orientation(data: bytes) -> int:
    for kind, start, end in _webp_chunks(data):
        if kind == b"EXIF":
            return _exif_orientation(data[start + 8 : end].removeprefix(b"Exif\x00\x00"))
    return 1


def _webp_chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """(kind, start, end) of the first chunks; ends without the byte that makes them even."""
    at = 12
    for _ in range(MOST_WEBP_CHUNKS):
        if at + 8 > len(data):
            return
        kind, size = struct.unpack_from("<4sI", data, at)
        yield kind, at, at + 8 + size
        at += 8 + size + size % 2


def _slim_tiff(data: bytes, *, where: str) -> Slim:
    """The first directory judged, its links to others renamed to tags that mean nothing."""
    slimmed = bytearray(data)
    order = "<" if data.startswith(b"II") else ">"
    numbers = texts = 0
    orientation = 1
    for at, tag, kind, count in _tiff_entries(data):
        size = count * _TIFF_TYPE_BYTES.get(kind, 0)
        numbers += size if kind not in (1, 2, 6, 7) else 0
        texts += size
        if numbers > MOST_TIFF_NUMBERS_BYTES or texts > 2 * len(data):
            raise _bomb(where, "tags that claim more values than the file can hold")
        if tag == ORIENTATION:
            orientation = _known_orientation(data, at, order)
        if tag == ORIENTATION or tag in _TIFF_LINKS:
            struct.pack_into(order + "H", slimmed, at, _PRIVATE_TAG)
    return Slim(bytes(slimmed), orientation)


def _exif_orientation(exif: bytes) -> int:
    order = "<" if exif.startswith(b"II") else ">"
    for at, tag, _, _ in _tiff_entries(exif):
        if tag == ORIENTATION:
            return _known_orientation(exif, at, order)
    return 1


def _tiff_entries(data: bytes) -> Iterator[tuple[int, int, int, int]]:
    """(place, tag, type, count) of the first directory's entries, as many as there are."""
    order = "<" if data.startswith(b"II") else ">"
    if len(data) < 8:
        return
    (start,) = struct.unpack_from(order + "I", data, 4)
    if start + 2 > len(data):
        return
    (many,) = struct.unpack_from(order + "H", data, start)
    for at in range(start + 2, min(start + 2 + 12 * many, len(data) - 11), 12):
        yield (at, *struct.unpack_from(order + "HHI", data, at))


def _known_orientation(data: bytes, at: int, order: str) -> int:
    (value,) = struct.unpack_from(order + "H", data, at + 8)
    return value if 1 <= value <= 8 else 1


def _bomb(where: str, what: str) -> InputError:
    return InputError(
        "PICTURE_BOMB", f"{where} has {what}", fix="save it again with any picture editor"
    )
