"""The QC movie and the contact sheet: what a supervisor looks at before opening anything else.

Four tiles (the plate, the objects tinted, their mattes, their outlines), the confidence strip
below. Arrays in, arrays out. What belongs here: the board, and which tile stands where. What
does not: tiles (tinting), lanes (qc_strip), encoding.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from maquette.errors import InputError
from maquette.types import Bytes, Floats, Picture
from maquette.video.lettering import Colour, dot, fitted, lay, plate, width_of, write
from maquette.video.qc_strip import DOUBTFUL, FAINT, GROUND, INK, WARNING, Followed, Strip
from maquette.video.tinting import fit, fit_matte, grey, outline, overlay

MOST_WH = (1920, 1080)  # what every screen shows and every browser plays
LEAST_WIDE_PX = 960  # below it names and numbers crowd each other
GAP_PX, HEADER_PX = 12, 44
TITLE_PX, CAPTION_PX = 20, 13
TILES = ("Plate", "Overlay", "Matte", "Outline")
SHEET_TILE_PX, SHEET_CAPTION_PX = 360, 26


@dataclass(frozen=True)
class QcFrame:
    """One frame to draw.

    Attributes:
        index: in the shot, from 0.
        view: (H, W, 3) uint8, the plate as a screen shows it.
        mattes: one per object of the board, in its order; (H, W) float32.
    """

    index: int
    view: Bytes
    mattes: tuple[Floats, ...]
    timecode: str = ""


@dataclass(frozen=True)
class Board:
    """What stays the same for a whole shot.

    Attributes:
        plate_wh: size of the shot's plates in pixels.
        objects: each with one confidence per frame of the shot; none where a contact sheet
            shows bare plates.
        first_frame: the plate number of frame 0.
        pixel_aspect: how wide a pixel is against its height; tiles are shown unsqueezed.
    """

    title: str
    plate_wh: tuple[int, int]
    objects: tuple[Followed, ...]
    first_frame: int = 1001
    pixel_aspect: float = 1

    def __post_init__(self) -> None:
        lengths = {len(followed.confidence) for followed in self.objects}
        if len(lengths) > 1 or 0 in lengths:
            raise InputError(
                "QC_BOARD", f"{self.title}: objects with {sorted(lengths)} frames share no board"
            )

    @property
    def frames(self) -> int:
        """How many the shot has."""
        return len(self.objects[0].confidence) if self.objects else 0

    @property
    def size_wh(self) -> tuple[int, int]:
        """Of a drawn frame: even, at most 1920 x 1080."""
        columns, (wide, high) = self._grid
        rows = len(TILES) // columns
        width = max(LEAST_WIDE_PX, columns * (wide + GAP_PX) + GAP_PX)
        return width, HEADER_PX + rows * (high + GAP_PX) + self._strip_px + GAP_PX

    @cached_property
    def _grid(self) -> tuple[int, tuple[int, int]]:
        """Columns and size of a tile: two by two, or four abreast where that shows more."""
        aspect = self.plate_wh[0] * self.pixel_aspect / self.plate_wh[1]
        grids = []
        for columns in (2, 4):
            rows = len(TILES) // columns
            most_wide = (MOST_WH[0] - GAP_PX) / columns - GAP_PX
            most_high = (MOST_WH[1] - HEADER_PX - GAP_PX - self._strip_px) / rows - GAP_PX
            high = min(most_high, most_wide / aspect)
            # even sides: video halves its colours
            grids.append((columns, (int(high * aspect) // 2 * 2, int(high) // 2 * 2)))
        columns, (wide, high) = max(grids, key=lambda grid: grid[1][0] * grid[1][1])
        return columns, (max(2, wide), max(2, high))

    @property
    def _strip_px(self) -> int:
        return -(-Strip(self.objects, self.first_frame, 0).height_px // 2) * 2

    @cached_property
    def strip(self) -> Strip:
        """The lanes below the tiles."""
        return Strip(self.objects, self.first_frame, self.size_wh[0] - 2 * GAP_PX)

    @property
    def tile_wh(self) -> tuple[int, int]:
        """Of each of the four pictures."""
        return self._grid[1]

    def corner_of(self, tile: int) -> tuple[int, int]:
        """Left and top of a tile; together they stand in the middle."""
        columns, (wide, high) = self._grid
        row, column = divmod(tile, columns)
        left = (self.size_wh[0] - columns * (wide + GAP_PX) + GAP_PX) // 2
        return left + column * (wide + GAP_PX), HEADER_PX + row * (high + GAP_PX)


def qc_frames(board: Board, frames: Iterable[QcFrame]) -> Iterator[Bytes]:
    """The frames of a QC movie, one by one: (H, W, 3) uint8 of the board's size."""
    for frame in frames:
        yield _drawn(board, frame)


def contact_sheet(board: Board, frames: Sequence[QcFrame], *, columns: int = 4) -> Picture:
    """Some frames of a shot with its objects tinted, each with its number and worst confidence.

    Args:
        board: the shot.
        frames: at least one; `spread` chooses them.
        columns: how many stand side by side at most.
    """
    across = min(columns, len(frames))
    aspect = board.plate_wh[0] * board.pixel_aspect / board.plate_wh[1]
    wide, high = SHEET_TILE_PX, max(2, round(SHEET_TILE_PX / aspect))
    if aspect < 1:  # upright shots would make a tower
        wide, high = max(2, round(SHEET_TILE_PX * aspect)), SHEET_TILE_PX
    step_xy = wide + GAP_PX, high + SHEET_CAPTION_PX + GAP_PX
    down = -(-len(frames) // across)
    size_wh = across * step_xy[0] + GAP_PX, HEADER_PX + down * step_xy[1]
    sheet = np.full((size_wh[1], size_wh[0], 3), GROUND, np.uint8)
    _header(sheet, board, said=f"{board.frames} frames" if board.objects else "")
    _legend(sheet, board)
    for place, frame in enumerate(frames):
        left = GAP_PX + place % across * step_xy[0]
        top = HEADER_PX + place // across * step_xy[1]
        sheet[top : top + high, left : left + wide] = _tinted(board, frame, (wide, high))
        _sheet_caption(sheet, board, frame.index, at_xy=(left, top + high), wide_px=wide)
    opaque = np.full((*sheet.shape[:2], 1), 255, np.uint8)
    return Picture(np.concatenate([sheet, opaque], axis=2))


def spread(count: int, *, most: int) -> list[int]:
    """Evenly chosen numbers below `count`, the first and the last among them."""
    chosen = np.linspace(0, count - 1, min(count, most))
    return [round(float(number)) for number in chosen]


def _drawn(board: Board, frame: QcFrame) -> Bytes:
    if not board.objects or len(frame.mattes) != len(board.objects):
        raise InputError(
            "QC_BOARD",
            f"frame {frame.index} has {len(frame.mattes)} mattes for {len(board.objects)} objects",
        )
    width, height = board.size_wh
    canvas = np.full((height, width, 3), GROUND, np.uint8)
    number = f"{board.first_frame + frame.index}"
    _header(canvas, board, said=f"{number}    {frame.timecode}".strip())
    for place, tile in enumerate(_tiles(board, frame)):
        left, top = board.corner_of(place)
        canvas[top : top + tile.shape[0], left : left + tile.shape[1]] = tile
        _caption(canvas, TILES[place], at_xy=(left, top))
    strip = board.strip.at(frame.index)
    top = height - GAP_PX // 2 - strip.shape[0]
    canvas[top : top + strip.shape[0], GAP_PX : GAP_PX + strip.shape[1]] = strip
    return canvas


def _tiles(board: Board, frame: QcFrame) -> tuple[Bytes, ...]:
    picture = fit(frame.view, board.tile_wh)
    mattes = [fit_matte(alpha, board.tile_wh) for alpha in frame.mattes]
    colours = [followed.colour for followed in board.objects]
    names = [followed.name for followed in board.objects]
    return (
        picture,
        overlay(picture, mattes, colours),
        grey(mattes),
        outline(picture, mattes, colours, names),
    )


def _tinted(board: Board, frame: QcFrame, size_wh: tuple[int, int]) -> Bytes:
    mattes = [fit_matte(alpha, size_wh) for alpha in frame.mattes]
    return overlay(fit(frame.view, size_wh), mattes, [o.colour for o in board.objects])


def _header(canvas: Bytes, board: Board, *, said: str) -> None:
    """The shot's name on the left, what is said of this picture on the right."""
    width = canvas.shape[1]
    base = HEADER_PX - 15
    right = width_of(said, size_px=TITLE_PX)
    title = fitted(board.title, size_px=TITLE_PX, most_px=width - right - 6 * GAP_PX)
    write(canvas, title, at_xy=(GAP_PX + 2, base), look=(TITLE_PX, INK))
    write(canvas, said, at_xy=(width - GAP_PX - 2, base), look=(TITLE_PX, INK), align="right")


def _legend(sheet: Bytes, board: Board) -> None:
    """The objects' names and colours beside the title, as many as find room."""
    x = width_of(fitted(board.title, size_px=TITLE_PX, most_px=sheet.shape[1]), size_px=TITLE_PX)
    x += 4 * GAP_PX
    for followed in board.objects:
        name = fitted(followed.name, size_px=CAPTION_PX, most_px=160)
        wide = width_of(name, size_px=CAPTION_PX)
        if x + wide > sheet.shape[1] - 160:
            break
        base = HEADER_PX - 16
        lay(sheet, dot(4), at_xy=(x, base - 10), colour=followed.colour)
        write(sheet, name, at_xy=(x + 17, base), look=(CAPTION_PX, INK))
        x += wide + 40


def _caption(canvas: Bytes, text: str, *, at_xy: tuple[int, int]) -> None:
    left, top = at_xy[0] + 8, at_xy[1] + 8
    wide = width_of(text, size_px=CAPTION_PX) + 14
    lay(canvas, plate(wide, 21, corner_px=5), at_xy=(left, top), colour=GROUND, strength=0.7)
    write(canvas, text, at_xy=(left + 7, top + 15), look=(CAPTION_PX, INK))


def _sheet_caption(
    sheet: Bytes, board: Board, index: int, *, at_xy: tuple[int, int], wide_px: int
) -> None:
    """Frame number on the left; on the right a dot and a word for each object that is not sure."""
    left, base = at_xy[0], at_xy[1] + 18
    write(sheet, str(board.first_frame + index), at_xy=(left, base), look=(TITLE_PX - 6, INK))
    x = left + wide_px
    for followed in reversed(board.objects):
        word, colour = _state(followed, index)
        wide = width_of(word, size_px=CAPTION_PX)
        if x - wide - 18 < left + 60:
            break  # the rest finds no room; the movie's strip has them all
        write(sheet, word, at_xy=(x, base), look=(CAPTION_PX, colour), align="right")
        lay(sheet, dot(4), at_xy=(x - wide - 15, base - 10), colour=followed.colour)
        x -= wide + 28


def _state(followed: Followed, index: int) -> tuple[str, Colour]:
    if index in followed.keys:
        return "key", INK
    if index in followed.hidden:
        return "hidden", FAINT
    sure = followed.confidence[index]
    return f"{sure:.0%}", WARNING if sure < DOUBTFUL else FAINT
