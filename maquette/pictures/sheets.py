"""Small pictures for people: contact sheets, thumbnails, previews that keep a byte limit.

What belongs here: what is looked at and thrown away. What does not: anything that is delivered
as a product.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from io import BytesIO

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from maquette.batch.stages import Made, Members, gather_stage
from maquette.errors import InputError
from maquette.pictures.colours import over, shrunk
from maquette.pictures.opening import open_picture
from maquette.types import Bytes, File, Picture

PAPER = (250, 250, 251)
TILE_LIGHT, TILE_DARK = (240, 240, 243), (228, 228, 233)  # the checkerboard behind transparency
INK = (70, 72, 80)
GAP_SHARE, CORNER_SHARE, CHECK_SHARE = 0.07, 0.09, 0.0625  # of a tile's side
JPEG_QUALITIES = (88, 80, 70, 60, 50)
LEAST_LONG_PX = 48


@gather_stage(version="1", makes="sheet")
def overview(members: Members, *, shown: str) -> Made:
    """A contact sheet small enough for an event log that is never pruned: 50 KB as base64.

    Args:
        members: the items, in order.
        shown: name of the picture object each of them has.
    """
    pictures = [open_picture(member.read(shown), name=member.item) for member in members]
    sheet = contact_sheet(pictures, [member.item for member in members], tile_px=160)
    return Made({"sheet": File(small_jpeg(sheet), "jpg")})


def contact_sheet(
    pictures: Sequence[Picture],
    captions: Sequence[str] | None = None,
    *,
    columns: int = 4,
    tile_px: int = 192,
) -> Picture:
    """All pictures on one light sheet, each fitted into a rounded chequered tile.

    Args:
        pictures: in reading order; at least one.
        captions: one per picture; long ones end in an ellipsis.
        columns: how many stand side by side at most.
        tile_px: side of a tile.
    """
    if not pictures:
        raise InputError("SHEET_EMPTY", "a contact sheet needs at least one picture")
    across = max(1, min(columns, len(pictures)))
    down = -(-len(pictures) // across)
    gap_px = max(2, round(tile_px * GAP_SHARE))
    text_px = max(11, tile_px // 13)
    caption_px = text_px + gap_px // 2 if captions else 0
    step_xy = tile_px + gap_px, tile_px + gap_px + caption_px
    sheet = Image.new("RGB", (across * step_xy[0] + gap_px, down * step_xy[1] + gap_px), PAPER)
    font = ImageFont.load_default(text_px)
    corners = _rounded(tile_px)
    for index, picture in enumerate(pictures):
        left, top = (
            gap_px + index % across * step_xy[0],
            gap_px + index // across * step_xy[1],
        )
        sheet.paste(Image.fromarray(_tile(picture, tile_px=tile_px)), (left, top), corners)
        if captions:
            text = _fitted(captions[index], font=font, most_px=tile_px)
            at_xy = (left + tile_px / 2, top + tile_px + gap_px // 3)
            ImageDraw.Draw(sheet).text(at_xy, text, fill=INK, font=font, anchor="ma")
    return Picture(np.array(sheet.convert("RGBA")))


def small_jpeg(picture: Picture, *, at_most_bytes: int = 37_500) -> bytes:
    """The picture as the best JPEG that keeps a byte limit; transparency becomes paper.

    Quality falls first, then size. 37,500 bytes are 50,000 as base64. Raises InputError
    PREVIEW_LIMIT for a limit that not even a stamp of 48 px keeps.
    """
    longest_px = max(picture.size_wh)
    while True:
        pixels = Image.fromarray(over(shrunk(picture, longest_px=longest_px), PAPER))
        jpeg = b""
        for quality in JPEG_QUALITIES:
            held = BytesIO()
            pixels.save(held, "JPEG", quality=quality, optimize=True)
            jpeg = held.getvalue()
            if len(jpeg) <= at_most_bytes:
                return jpeg
        if longest_px <= LEAST_LONG_PX:
            break
        # bytes grow about with area: one step lands near the limit, at most halving the side
        excess = len(jpeg) / at_most_bytes
        longest_px = max(LEAST_LONG_PX, int(longest_px * max(0.5, 0.95 / excess**0.5)))
    raise InputError(
        "PREVIEW_LIMIT", f"no preview fits in {at_most_bytes} bytes", fix="allow 2,000 or more"
    )


def _tile(picture: Picture, *, tile_px: int) -> Bytes:
    """The picture in the middle of a chequered square: (tile_px, tile_px, 3) uint8."""
    check_px = max(4, round(tile_px * CHECK_SHARE))
    rows, columns = np.indices((tile_px, tile_px)) // check_px
    dark = (rows + columns) % 2 == 1
    board = np.where(dark[..., None], TILE_DARK, TILE_LIGHT).astype(np.float32)
    fitted = shrunk(picture, longest_px=tile_px)
    width, height = fitted.size_wh
    left, top = (tile_px - width) // 2, (tile_px - height) // 2
    cover = fitted.rgba[..., 3:].astype(np.float32) / np.float32(255)
    under = board[top : top + height, left : left + width]
    under[:] = fitted.rgba[..., :3] * cover + under * (1 - cover)
    return (board + 0.5).astype(np.uint8)


def _rounded(tile_px: int) -> Image.Image:
    """A mask with round corners, drawn large and averaged down for a smooth edge."""
    large = Image.new("L", (tile_px * 4, tile_px * 4), 0)
    box = (0, 0, tile_px * 4 - 1, tile_px * 4 - 1)
    ImageDraw.Draw(large).rounded_rectangle(box, radius=tile_px * 4 * CORNER_SHARE, fill=255)
    return large.resize((tile_px, tile_px), Image.Resampling.BOX)


def _fitted(
    text: str, *, font: ImageFont.FreeTypeFont | ImageFont.ImageFont, most_px: float
) -> str:
    """The text on one line, its end given up for an ellipsis where it is too long."""
    # Pillow's built-in font knows ASCII only: accents are dropped rather than drawn as boxes
    plain = unicodedata.normalize("NFKD", text.replace("ß", "ss"))
    line = " ".join(plain.encode("ascii", "ignore").decode().split())[:200]
    if font.getlength(line) <= most_px:
        return line
    while line and font.getlength(line + "…") > most_px:
        line = line[:-1]
    return line.rstrip() + "…"
