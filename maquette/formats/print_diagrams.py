"""Drawings to scale of a print on its bed: from above, and from the side it falls to first.

What belongs here: flat drawings of an examination. What does not: pictures in perspective
(`maquette.solids.previews`), and the sheet they stand on (`examination_sheets`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from maquette.formats.panels import FAINT, INK, VERDICT_COLOURS
from maquette.solids.examining import Examination
from maquette.solids.previews import silhouette
from maquette.types import Bytes
from maquette.video.lettering import Colour, fitted, write

FINER = 3  # drawn so many times larger and averaged down
GROUND, BED, GRID = (236, 239, 244), (250, 251, 253), (222, 226, 234)
BODY = (164, 172, 188)
GRID_MM = 20.0
TEXT_PX = 13

Wide = NDArray[np.float64]


@dataclass
class _Board:
    """A square to draw on in millimetres: x right, y up, about a middle."""

    side_px: int
    middle_mm: Wide
    mm_per_px: float
    pixels: Bytes

    @classmethod
    def around(cls, low_mm: Wide, high_mm: Wide, side_px: int, *, margin: float) -> _Board:
        """A board that shows this box, with a margin as a share of its side."""
        mm = float((high_mm - low_mm).max()) / (1 - 2 * margin)
        pixels = np.full((side_px * FINER, side_px * FINER, 3), GROUND, np.uint8)
        return cls(side_px, (low_mm + high_mm) / 2, mm / (side_px * FINER), pixels)

    def places(self, xy_mm: Wide) -> Wide:
        """(..., 2) millimetres as pixels of the large drawing."""
        middle_px = self.side_px * FINER / 2
        return (xy_mm - self.middle_mm) * [1, -1] / self.mm_per_px + middle_px

    def fill(self, corners_mm: Wide, colour: Colour) -> None:
        """All that (F, 3, 2) faces of a closed mesh cover."""
        cover = silhouette(self.places(corners_mm), self.side_px * FINER) > 0
        self.pixels[cover] = colour

    def box(self, low_mm: Wide, high_mm: Wide, colour: Colour) -> None:
        """A filled rectangle."""
        (left, bottom), (right, top) = self.places(np.stack([low_mm, high_mm])).round().astype(int)
        self.pixels[max(top, 0) : max(bottom, 0), max(left, 0) : max(right, 0)] = colour

    def line(self, start_mm: Any, end_mm: Any, colour: Colour, *, wide_px: float = 1.5) -> None:
        """A straight line."""
        import cv2

        # cv2 takes sixteenths of pixels
        ends = np.rint(self.places(np.array([start_mm, end_mm], np.float64)) * 16).astype(int)
        a, b = (tuple(end) for end in ends.tolist())
        cv2.line(self.pixels, a, b, colour, max(1, round(wide_px * FINER)), cv2.LINE_AA, 4)

    def spot(self, at_mm: Any, colour: Colour, *, radius_px: float) -> None:
        """A disc with a light rim."""
        import cv2

        place = np.rint(self.places(np.array(at_mm, np.float64)) * 16).astype(int)
        x, y = place.tolist()
        for radius, paint in ((radius_px + 2, (255, 255, 255)), (radius_px, colour)):
            cv2.circle(self.pixels, (x, y), round(radius * FINER * 16), paint, -1, cv2.LINE_AA, 4)

    def done(self) -> Bytes:
        """The drawing at its own size."""
        import cv2

        size_wh = (self.side_px, self.side_px)
        return np.asarray(cv2.resize(self.pixels, size_wh, interpolation=cv2.INTER_AREA), np.uint8)


def bed_from_above(examination: Examination, side_px: int) -> Bytes:
    """The bed with the print's outline on it, turned as it fits."""
    fit, bed_mm = examination.fit, np.array(examination.printer.bed_mm)
    a = np.deg2rad(fit.turned_deg)
    turn = np.array([[np.cos(a), np.sin(a)], [-np.sin(a), np.cos(a)]])
    corners = examination.solid.corners_mm[..., :2] @ turn
    low, high = corners.min(axis=(0, 1)), corners.max(axis=(0, 1))
    corners = corners - (low + high) / 2
    half_bed, half = bed_mm[:2] / 2, (high - low) / 2
    reach = np.maximum(half_bed, half)
    board = _Board.around(-reach, reach, side_px, margin=0.10)
    board.box(-half_bed, half_bed, BED)
    for axis in (0, 1):
        for at in np.arange(GRID_MM, bed_mm[axis], GRID_MM) - half_bed[axis]:
            ends = np.stack([-half_bed, half_bed])
            ends[:, axis] = at
            board.line(ends[0], ends[1], GRID, wide_px=0.8)
    board.fill(corners, BODY if fit.fits else VERDICT_COLOURS["bad"])
    _frame(board, half_bed)
    drawn = board.done()
    height_mm = float(examination.solid.size_mm[2])
    _note(drawn, f"bed {bed_mm[0]:g} × {bed_mm[1]:g} mm, seen from above", top=True)
    _note(drawn, f"{height_mm:.1f} of {bed_mm[2]:g} mm in height", top=False)
    return drawn


def _frame(board: _Board, half_mm: Wide) -> None:
    x, y = half_mm.tolist()
    rim = [(-x, -y), (x, -y), (x, y), (-x, y)]
    for start, end in zip(rim, rim[1:] + rim[:1], strict=True):
        board.line(start, end, FAINT, wide_px=1.2)


def weakest_side(examination: Examination, side_px: int) -> Bytes:
    """The print from the side, its centre of mass, and what it stands on, in the weak direction."""
    solid, stands = examination.solid, examination.stance
    weak = stands.weak_xy
    across = solid.corners_mm[..., :2] @ weak
    corners = np.stack([across, solid.corners_mm[..., 2]], axis=2)
    low, high = corners.min(axis=(0, 1)), corners.max(axis=(0, 1))
    board = _Board.around(low, high, side_px, margin=0.16)
    floor = float(board.mm_per_px * board.side_px * FINER)
    board.box(np.array([-floor, -floor]), np.array([floor, 0]), BED)
    board.fill(corners, BODY)
    board.line((-floor, 0), (floor, 0), FAINT, wide_px=1.2)
    support = stands.support_xy @ weak
    colour = VERDICT_COLOURS["bad" if stands.margin_mm < 0 else "ok"]
    edge = float(support.max())
    board.line((float(support.min()), 0), (edge, 0), colour, wide_px=5)
    centre = (float(stands.centre_mm[:2] @ weak), float(stands.centre_mm[2]))
    board.line(centre, (centre[0], 0), INK, wide_px=1.5)
    board.line(centre, (edge, 0), colour, wide_px=1.5)
    board.spot(centre, INK, radius_px=5)
    drawn = board.done()
    _note(drawn, "from the side, with its centre of mass", top=True)
    _note(drawn, "it stands on the coloured line", top=False)
    return drawn


def _note(drawn: Bytes, text: str, *, top: bool) -> None:
    side_px = drawn.shape[0]
    y = 21 if top else side_px - 11
    short = fitted(text, size_px=TEXT_PX, most_px=side_px - 20)
    write(drawn, short, at_xy=(side_px / 2, y), look=(TEXT_PX, FAINT), align="middle")
