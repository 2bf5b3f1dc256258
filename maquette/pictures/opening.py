"""The one place where pictures from outside are decoded.

Whatever the bytes are, `open_picture` ends in a `Picture` or in an `InputError` with a code that
can be acted on; nothing else escapes. Four formats are let in, told apart by content and never by
file name: PNG, JPEG, WebP, TIFF. Each further decoder is more surface for crafted files.
What does not belong here: reading pictures we wrote ourselves, and any writing of pictures.
"""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import Any

import numpy as np
from PIL import Image, ImageCms

from maquette.errors import InputError
from maquette.pictures.headers import slim, webp_canvas_wh
from maquette.types import Bytes, Picture

FORMATS = ("PNG", "JPEG", "WEBP", "TIFF")


@dataclass(frozen=True)
class Limits:
    """How much one picture may ask of the machine.

    Decoding needs about 12 bytes of memory per pixel for a moment: 600 MB at the default.
    """

    most_bytes: int = 64 * 2**20
    most_pixels: int = 50_000_000  # a 48-megapixel phone photo passes
    longest_px: int = 20_000


DEFAULT_LIMITS = Limits()

# Fax and exotic codecs inside TIFF are where its decoders break; photographs do not use them.
TIFF_COMPRESSIONS = frozenset({"raw", "tiff_lzw", "tiff_adobe_deflate", "packbits", "jpeg"})
MOST_PROFILE_BYTES = 4 * 2**20

_SIGNATURES = (
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"II*\x00", "TIFF"),
    (b"MM\x00*", "TIFF"),
)
# what people upload by mistake, so that the message can say it
_OTHERS = (
    (b"BM", "a BMP picture"),
    (b"GIF8", "a GIF picture"),
    (b"%PDF", "a PDF"),
    (b"PK\x03\x04", "a zip archive"),
    (b"8BPS", "a Photoshop document"),
    (b"<svg", "an SVG drawing"),
    (b"<?xml", "an XML or SVG file"),
    (b"<!DOCTYPE", "a web page"),
    (b"<html", "a web page"),
)

# what undoes each EXIF orientation; 1 is upright
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_TILE_WIDTH, _TILE_HEIGHT = 322, 323

_DIRECT_MODES = frozenset({"1", "L", "LA", "La", "P", "PA", "RGB", "RGBA", "RGBa", "RGBX"})
_DEEP_GREYS = frozenset({"I;16", "I;16L", "I;16B", "I;16N"})


def open_picture(data: bytes, *, name: str, limits: Limits = DEFAULT_LIMITS) -> Picture:
    """The first frame of a picture from outside: upright, 8-bit sRGB with straight alpha.

    Animations give their first frame, further pages are never looked at. A colour profile is
    converted to sRGB, all other metadata is left behind.

    Args:
        data: the whole file.
        name: what the user calls it, for messages only.
        limits: refuse what is larger, before decoding.
    """
    where = shown(name)
    kind = _known_format(data, where=where, limits=limits)
    try:
        if kind == "WEBP":
            # Pillow makes WebP's whole canvas while opening, so its size is read before.
            _refuse_size(webp_canvas_wh(data), where=where, limits=limits)
        file = slim(data, kind=kind, where=where)
        # formats= keeps every other decoder of Pillow out of reach
        with Image.open(BytesIO(file.data), formats=[kind]) as image:
            _refuse_size(image.size, where=where, limits=limits)
            _refuse_layout(image, where=where, limits=limits)
            image.load()
            turn = _UPRIGHT.get(file.orientation)
            return Picture(_rgba(image if turn is None else image.transpose(turn)))
    except InputError:
        raise
    except Exception as trouble:  # decoders raise nearly everything: struct, Syntax, zlib, Memory
        raise _refusal(trouble, kind=kind, where=where) from trouble


def shown(name: str) -> str:
    """A user's file name made fit for a message: printable, at most 80 characters."""
    printable = "".join(c if c.isprintable() else "?" for c in name)
    return printable if len(printable) <= 80 else f"{printable[:40]}…{printable[-39:]}"


def _known_format(data: bytes, *, where: str, limits: Limits) -> str:
    if not data:
        raise InputError("PICTURE_EMPTY", f"{where} holds no bytes", fix="upload it again")
    if len(data) > limits.most_bytes:
        raise InputError(
            "PICTURE_TOO_LARGE",
            f"{where} has {len(data):,} bytes, at most {limits.most_bytes:,} are read",
            fix="save it smaller or as JPEG",
        )
    if kind := kind_of(data):
        return kind
    raise InputError(
        "PICTURE_TYPE",
        f"{where} {likeness(data)}",
        fix="save it as PNG, JPEG, WebP or TIFF",
    )


def kind_of(data: bytes) -> str:
    """Which of `FORMATS` the first bytes are of, whatever the file's name; else nothing."""
    for signature, kind in _SIGNATURES:
        if data.startswith(signature):
            return kind
    return "WEBP" if data[:4] == b"RIFF" and data[8:12] == b"WEBP" else ""


def likeness(data: bytes) -> str:
    """What bytes that are no picture look like, to follow a file's name in a sentence."""
    if data[4:8] == b"ftyp":
        return f"is a {data[8:12].decode('ascii', 'replace').strip()} file (HEIC, AVIF or video)"
    looks = [what for signature, what in _OTHERS if data.lstrip()[:64].startswith(signature)]
    return f"is {looks[0]}" if looks else "does not begin like any known picture"


def _refuse_size(size_wh: tuple[int, int], *, where: str, limits: Limits) -> None:
    width, height = size_wh
    if width <= 0 or height <= 0:
        raise InputError("PICTURE_EMPTY", f"{where} is {width} × {height} pixels")
    if width * height > limits.most_pixels or max(size_wh) > limits.longest_px:
        raise InputError(
            "PICTURE_TOO_MANY_PIXELS",
            f"{where} says it is {width} × {height} pixels; at most {limits.most_pixels:,} in all "
            f"and {limits.longest_px:,} along a side are decoded",
            fix="scale it down; 4096 pixels along the long side are plenty",
            details={"width_px": width, "height_px": height, "maximum_px": limits.most_pixels},
        )


def _refuse_layout(image: Image.Image, *, where: str, limits: Limits) -> None:
    """Refuse depths without an agreed white, and what a TIFF hides behind a small size."""
    if image.mode not in _DIRECT_MODES | _DEEP_GREYS | {"CMYK", "YCbCr"}:
        raise InputError(
            "PICTURE_DEPTH",
            f"{where} stores its pixels as {image.mode}, which has no agreed black and white",
            fix="save it with 8 or 16 bits per channel, as RGB or grey",
        )
    if image.format != "TIFF":
        return
    compression = str(image.info.get("compression", "raw"))
    if compression not in TIFF_COMPRESSIONS:
        raise InputError(
            "PICTURE_TYPE",
            f"{where} is a TIFF packed as {shown(compression)}",
            fix="save it with LZW, deflate or no compression",
        )
    tags: Any = getattr(image, "tag_v2", {})
    # one tile is unpacked whole, however little of it the picture shows
    tile_px = int(tags.get(_TILE_WIDTH, 1)) * int(tags.get(_TILE_HEIGHT, 1))
    if tile_px > limits.most_pixels:
        raise InputError("PICTURE_BOMB", f"{where} has tiles of {tile_px:,} pixels")


def _rgba(image: Image.Image) -> Bytes:
    """Pixels as (H, W, 4) uint8 sRGB with straight alpha."""
    profile = image.info.get("icc_profile")
    if image.mode in _DEEP_GREYS:
        return _from_deep_grey(image)
    if isinstance(profile, bytes) and 0 < len(profile) <= MOST_PROFILE_BYTES:
        image = _to_srgb(image, profile=profile)
    if image.mode in ("CMYK", "YCbCr", "RGBX"):
        image = image.convert("RGB")
    return np.array(image.convert("RGBA"))


def _from_deep_grey(image: Image.Image) -> Bytes:
    # Pillow clips 16-bit greys to 255 when it converts them; they are scaled here instead.
    deep = np.asarray(image).astype(np.uint16)
    grey = ((deep.astype(np.uint32) + 128) // 257).astype(np.uint8)
    clear = image.info.get("transparency")
    alpha = np.where(deep == clear, 0, 255) if isinstance(clear, int) else np.full_like(grey, 255)
    return np.dstack([grey, grey, grey, alpha.astype(np.uint8)])


def _to_srgb(image: Image.Image, *, profile: bytes) -> Image.Image:
    """Colours converted from the embedded profile; one that cannot be read counts as sRGB."""
    try:
        source = ImageCms.ImageCmsProfile(BytesIO(profile))
        if "srgb" in ImageCms.getProfileDescription(source).lower():
            return image  # a round trip would only shift values by rounding
        if image.mode in ("P", "PA", "1", "La", "RGBa", "LA", "YCbCr", "RGBX"):
            image = image.convert("RGBA" if image.has_transparency_data else "RGB")
        target = "RGBA" if image.mode == "RGBA" else "RGB"
        turned = ImageCms.profileToProfile(
            image, source, ImageCms.createProfile("sRGB"), outputMode=target
        )
    except Exception:  # a profile is metadata: a damaged one must not cost the picture
        return image
    return turned or image


_TRUNCATED = ("truncated", "end of file", "not enough", "eof", "buffer is not large enough")
_BOMBS = ("too large", "too much memory", "bomb", "exceeds limit")


def _refusal(trouble: Exception, *, kind: str, where: str) -> InputError:
    """A decoder's own words, turned into a code of ours."""
    words = " ".join(str(trouble).split())[:160]
    said = f"{type(trouble).__name__}: {words}" if words else type(trouble).__name__

    def speaks_of(signs: tuple[str, ...]) -> bool:
        return any(sign in words.lower() for sign in signs)

    if isinstance(trouble, Image.DecompressionBombError):
        return InputError("PICTURE_TOO_MANY_PIXELS", f"{where}: {said}", fix="scale it down")
    if isinstance(trouble, MemoryError) or speaks_of(_BOMBS):
        fix = "save it again with any picture editor, without its metadata"
        return InputError("PICTURE_BOMB", f"{where} unpacks to far too much: {said}", fix=fix)
    if isinstance(trouble, EOFError) or speaks_of(_TRUNCATED):
        return InputError("PICTURE_TRUNCATED", f"{where} ends too early: {said}", fix=_AGAIN)
    return InputError("PICTURE_DAMAGED", f"{where} is not a whole {kind}: {said}", fix=_AGAIN)


_AGAIN = "upload it again; if it does not open elsewhere either, export it anew"
