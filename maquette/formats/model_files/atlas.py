"""One texture out of several: pictures side by side, with a margin, on one PNG.

What belongs here: opening the pictures of a model and laying them out. What does not: faces.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from maquette.errors import InputError
from maquette.formats.model_files.parts import Wide
from maquette.pictures.opening import Limits, open_picture
from maquette.solids.textures import encode_png
from maquette.types import Bytes

SIDE_PX = 4096  # viewers and slicers read no more
MARGIN_PX = 4  # what filtering may reach over an edge
PLAIN_PX = 8
LIMITS = Limits(most_pixels=8192 * 8192, longest_px=16_384)


@dataclass(frozen=True)
class Pictures:
    """What goes onto the texture.

    Attributes:
        rgb: (H, W, 3) each.
        repeats: how often each is laid side by side, across and down.
    """

    rgb: tuple[Bytes, ...]
    repeats: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Atlas:
    """The common texture and where each picture lies on it.

    Attributes:
        places: per picture x, y, width and height of *one* repeat, as shares of the texture.
        shrunk: pictures were made smaller to fit.
    """

    png: bytes
    places: tuple[tuple[float, float, float, float], ...]
    shrunk: bool = False

    def placed(self, picture: int, uv: Wide) -> Wide:
        """Coordinates of one picture as coordinates of the whole texture."""
        x, y, width, height = self.places[picture]
        return uv * np.array([width, height]) + np.array([x, y])


def share_px(count: int) -> int:
    """How large each of so many pictures may be, so that all fit on one texture."""
    return max(PLAIN_PX, int(SIDE_PX / max(count, 1) ** 0.5))


def opened(data: bytes, *, side_px: int) -> Bytes:
    """(H, W, 3) of a packed picture, no larger than this: PNG, JPEG, WebP or TIFF, with limits."""
    picture = open_picture(data, name="a texture of the model", limits=LIMITS)
    return _no_larger(np.ascontiguousarray(picture.rgba[..., :3]), side_px)


def _no_larger(rgb: Bytes, side_px: int) -> Bytes:
    import cv2

    shrink = side_px / max(rgb.shape[:2])
    if shrink >= 1:
        return rgb
    size_wh = (max(1, int(rgb.shape[1] * shrink)), max(1, int(rgb.shape[0] * shrink)))
    return np.asarray(cv2.resize(rgb, size_wh, interpolation=cv2.INTER_AREA), np.uint8)


def plain(colour: tuple[int, ...]) -> Bytes:
    """(H, W, 3) of one colour, for a part that has no picture."""
    return np.full((PLAIN_PX, PLAIN_PX, 3), colour, np.uint8)


def tinted(rgb: Bytes, colour: tuple[int, ...]) -> Bytes:
    """A picture multiplied with a colour."""
    if colour == (255, 255, 255):
        return rgb
    return np.rint(rgb * (np.array(colour, np.float32) / 255)).astype(np.uint8)


def laid_out(pictures: Pictures) -> Atlas:
    """Lay pictures out on the smallest texture; one alone, used once, stays as it is."""
    if len(pictures.rgb) == 1 and pictures.repeats[0] == (1, 1):
        return Atlas(encode_png(pictures.rgb[0]), ((0.0, 0.0, 1.0, 1.0),))
    large = share_px(sum(max(rgb.shape[:2]) > PLAIN_PX for rgb in pictures.rgb))
    pairs = zip(pictures.rgb, pictures.repeats, strict=True)
    tiles = [_repeated(rgb, repeats, large) for rgb, repeats in pairs]
    shrunk = False
    while (corners := _shelves([tile.shape[:2] for tile in tiles])) is None:
        shrunk = True
        tiles = [_no_larger(tile, max(PLAIN_PX, int(max(tile.shape[:2]) * 0.8))) for tile in tiles]
        if max(max(tile.shape[:2]) for tile in tiles) <= PLAIN_PX:
            raise InputError("MESH_FILE_DAMAGED", "its textures do not fit on one")
    return _drawn(tiles, corners, pictures, shrunk=shrunk)


def _repeated(rgb: Bytes, repeats: tuple[int, int], side_px: int) -> Bytes:
    across, down = repeats
    if repeats != (1, 1):
        rgb = _no_larger(rgb, max(PLAIN_PX, side_px // max(across, down)))
    return np.tile(rgb, (down, across, 1))


def _shelves(shapes: list[tuple[int, int]]) -> list[tuple[int, int]] | None:
    """Top left corners (y, x) of tiles in rows, the tallest first; None where they do not fit."""
    padded = [(height + 2 * MARGIN_PX, width + 2 * MARGIN_PX) for height, width in shapes]
    area = sum(height * width for height, width in padded)
    side = max(*(width for _, width in padded), min(SIDE_PX, int(area**0.5 * 1.1)))
    corners = [(0, 0)] * len(padded)
    x = y = row_height = 0
    for number in sorted(range(len(padded)), key=lambda n: (-padded[n][0], n)):
        height, width = padded[number]
        if x + width > side:
            x, y, row_height = 0, y + row_height, 0
        corners[number] = (y + MARGIN_PX, x + MARGIN_PX)
        x += width
        row_height = max(row_height, height)
    fits = side <= SIDE_PX and y + row_height <= SIDE_PX
    return corners if fits else None


def _drawn(
    tiles: list[Bytes], corners: list[tuple[int, int]], pictures: Pictures, *, shrunk: bool
) -> Atlas:
    ends = [(y + t.shape[0], x + t.shape[1]) for t, (y, x) in zip(tiles, corners, strict=True)]
    height = max(end for end, _ in ends) + MARGIN_PX
    width = max(end for _, end in ends) + MARGIN_PX
    canvas = np.full((height, width, 3), 255, np.uint8)
    places: list[tuple[float, float, float, float]] = []
    margin = ((MARGIN_PX,) * 2, (MARGIN_PX,) * 2, (0, 0))
    for tile, (y, x), (across, down) in zip(tiles, corners, pictures.repeats, strict=True):
        edged = np.pad(tile, margin, mode="edge")
        canvas[y - MARGIN_PX :, x - MARGIN_PX :][: edged.shape[0], : edged.shape[1]] = edged
        one_wide, one_high = tile.shape[1] / across, tile.shape[0] / down
        places.append((x / width, y / height, one_wide / width, one_high / height))
    return Atlas(encode_png(canvas), tuple(places), shrunk)
