"""PNG: pictures, masks and mattes as bytes, with their imprint in text chunks and XMP.

Pixels are packed by OpenCV, which is fast; the chunks are set in by hand, because it writes
none. What belongs here: writing, and reading back our own files. What does not: opening what
people upload (`maquette.pictures.opening`), which needs limits.
"""

from __future__ import annotations

import struct
import zlib

import numpy as np

from maquette.errors import FormatError
from maquette.formats.imprint import imprint, xmp
from maquette.provenance import Provenance
from maquette.solids.textures import decode_png, encode_png
from maquette.types import Bytes, Mask, Matte, Picture

SIGNATURE = b"\x89PNG\r\n\x1a\n"
_HEAD_BYTES = len(SIGNATURE) + 25  # signature and IHDR, which must come first


def write_picture(picture: Picture, provenance: Provenance) -> bytes:
    """A picture as PNG, without an alpha channel where nothing is see-through."""
    pixels = np.ascontiguousarray(picture.rgba[..., :3]) if picture.is_opaque else picture.rgba
    return imprinted(encode_png(pixels), provenance)


def imprinted(png: bytes, provenance: Provenance) -> bytes:
    """The same picture with text chunks and an XMP packet that say what made it."""
    chunks = [_text_chunk(keyword, text) for keyword, text in imprint(provenance).items()]
    chunks.append(_text_chunk("XML:com.adobe.xmp", xmp(provenance)))
    return b"".join([png[:_HEAD_BYTES], *chunks, png[_HEAD_BYTES:]])


def _text_chunk(keyword: str, text: str) -> bytes:
    # iTXt: keyword NUL, not compressed (two bytes), no language, no translated keyword
    return chunk(b"iTXt", keyword.encode("latin-1") + b"\0\0\0\0\0" + text.encode())


def chunk(kind: bytes, body: bytes) -> bytes:
    """One PNG chunk: length, kind, body, checksum of kind and body."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def read_picture(data: bytes) -> Picture:
    """The picture in PNG bytes that we wrote."""
    return Picture(_decoded(data))


def write_mask(mask: Mask, provenance: Provenance) -> bytes:
    """A mask as one bit per pixel; it is an intermediate and carries no imprint."""
    del provenance
    import cv2

    grey = mask.inside.astype(np.uint8) * 255
    return bytes(cv2.imencode(".png", grey, [cv2.IMWRITE_PNG_BILEVEL, 1])[1])


def read_mask(data: bytes) -> Mask:
    """The mask in PNG bytes that we wrote."""
    return Mask(_decoded(data)[..., 0] > 127)


def write_matte(matte: Matte, provenance: Provenance) -> bytes:
    """A matte as 8-bit grey; it is an intermediate and carries no imprint."""
    del provenance
    return encode_png(np.rint(np.clip(matte.alpha, 0, 1) * 255).astype(np.uint8))


def read_matte(data: bytes) -> Matte:
    """The matte in PNG bytes that we wrote, in steps of 1/255."""
    return Matte(_decoded(data)[..., 0].astype(np.float32) / np.float32(255))


def _decoded(data: bytes) -> Bytes:
    if not data.startswith(SIGNATURE):
        raise FormatError("PNG_UNREADABLE", f"{len(data)} bytes do not begin as a PNG does")
    return decode_png(data)
