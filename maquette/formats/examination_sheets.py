"""The sheet of an examination: eight tiles, each showing where its number comes from.

What belongs here: pictures with the places coloured that a check is about. What does not: the
checks (`maquette.solids.examining`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from maquette.formats.check_words import OVERALL, TITLES, size_of, value_of
from maquette.formats.panels import (
    FAINT,
    INK,
    RULE,
    VERDICT_COLOURS,
    broken,
    paper,
    set_paragraph,
    set_tile,
    set_verdict,
)
from maquette.formats.print_diagrams import bed_from_above, weakest_side
from maquette.solids.balance import hanging, touching
from maquette.solids.examining import WALL_LINES, Check, Examination
from maquette.solids.previews import Sitter, View, tilt_of
from maquette.solids.printed import standing
from maquette.solids.walls import percentile_mm
from maquette.types import Bytes, Mesh, Picture
from maquette.video.lettering import Colour, dot, fitted, lay, width_of, write

TILE_PX, GAP_PX, MARGIN_PX, TEXT_PX = 320, 24, 28, 118
COLUMNS = 4
FINEST_PERCENT, ALIKE = 1.0, 1.02  # of the surface is shown as finest, with what is as fine
TITLE_SIZE, SAYS_SIZE, LEGEND_SIZE = 18, 14, 13
STONE = (206, 209, 216)
FINE = (128, 92, 200)
BODY_TINTS = ((206, 209, 216), (232, 190, 130), (140, 190, 220), (170, 208, 150), (220, 160, 180))
TURN_DEG, BELOW = -25.0, (-25.0, -30.0)  # turn, and tilt, of the camera
Legend = tuple[tuple[Colour, str], ...]


def examination_sheet(examination: Examination) -> Picture:
    """Draw all checks of an examination."""
    rows = -(-(1 + len(examination.checks)) // COLUMNS)
    step = (TILE_PX + GAP_PX, TILE_PX + TEXT_PX + GAP_PX)
    canvas = paper(
        2 * MARGIN_PX + COLUMNS * step[0] - GAP_PX, 2 * MARGIN_PX + rows * step[1] - GAP_PX
    )
    scene = _Scene(examination)
    for n, (pixels, words) in enumerate([(scene.whole(), _overall(examination)), *scene.tiles()]):
        at_xy = (MARGIN_PX + n % COLUMNS * step[0], MARGIN_PX + n // COLUMNS * step[1])
        set_tile(canvas, pixels, at_xy)
        _caption(canvas, words, (at_xy[0], at_xy[1] + TILE_PX))
    opaque = np.full(canvas.shape[:2], 255, np.uint8)
    return Picture(np.dstack([canvas, opaque]))


@dataclass(frozen=True)
class _Words:
    """What stands below a tile."""

    title: str
    value: str
    verdict: str
    says: str
    fix: str


def _overall(examination: Examination) -> _Words:
    facts = examination.facts()
    says = f"{size_of(facts['size_mm'])}, {facts['volume_cm3']:.1f} cm³, {facts['mass_g']:.0f} g"
    says += f" if solid, of {examination.printer.material}."
    count = sum(check.verdict != "ok" for check in examination.checks)
    fix = f"{count} of {len(examination.checks)} checks need a look." if count else ""
    return _Words(OVERALL[examination.verdict], "", examination.verdict, says, fix)


def _words(check: Check) -> _Words:
    return _Words(TITLES[check.name], value_of(check), check.verdict, check.says, check.fix)


def _caption(canvas: Bytes, words: _Words, at_xy: tuple[int, int]) -> None:
    left, top = at_xy
    set_verdict(canvas, words.verdict, (left + 7, top + 23))
    colour = VERDICT_COLOURS[words.verdict]
    write(canvas, words.title, at_xy=(left + 20, top + 29), look=(TITLE_SIZE, INK))
    at_end = (left + TILE_PX, top + 29)
    write(canvas, words.value, at_xy=at_end, look=(TITLE_SIZE, colour), align="right")
    canvas[top + 38, left : left + TILE_PX] = RULE
    says = broken(words.says, size_px=SAYS_SIZE, most_px=TILE_PX, most_lines=2)
    below = set_paragraph(canvas, says, at_xy=(left, top + 58), look=(SAYS_SIZE, FAINT))
    fix = broken(words.fix, size_px=SAYS_SIZE, most_px=TILE_PX, most_lines=2)
    set_paragraph(canvas, fix, at_xy=(left, below + 2), look=(SAYS_SIZE, colour))


@dataclass(frozen=True)
class _Scene:
    """The pictures of one examination; patches are shaded once and tinted anew for each."""

    examination: Examination

    @cached_property
    def _sitter(self) -> Sitter:
        corners = self.examination.patches.corners_mm
        if len(corners) == len(self._whole.surface.faces):
            return _apart(self._whole)
        x, y, z = corners.reshape(-1, 3).T / 1000
        points = np.stack([x, z, -y], axis=1).astype(np.float32)
        faces = np.arange(len(points), dtype=np.int32).reshape(-1, 3)
        colours = np.full((len(points), 4), 255, np.uint8)
        uv = np.zeros((len(points), 2), np.float32)
        return Sitter.of(Mesh(points, faces, uv, colours=colours))

    @cached_property
    def _above(self) -> tuple[float, float]:
        return TURN_DEG, tilt_of(self.examination.solid.mesh)

    @cached_property
    def _whole(self) -> Sitter:
        return Sitter.of(standing(self.examination.solid.mesh))

    def whole(self) -> Bytes:
        """The print in its own colours."""
        view = self._whole.view(*self._above)
        return self._whole.portrait(view, size_px=TILE_PX).rgba[..., :3]

    def tiles(self) -> list[tuple[Bytes, _Words]]:
        """One picture per check, with its words."""
        draw: dict[str, Callable[[], Bytes]] = {
            "closed": self._bodies,
            "walls": self._walls,
            "overhangs": self._overhangs,
            "bed": lambda: bed_from_above(self.examination, TILE_PX),
            "stands": lambda: weakest_side(self.examination, TILE_PX),
            "contact": self._contact,
            "details": self._details,
        }
        return [(draw[check.name](), _words(check)) for check in self.examination.checks]

    def _bodies(self) -> Bytes:
        tints = np.array(BODY_TINTS, np.uint8)
        return self._tinted(tints[self.examination.patches.body % len(tints)], self._above, ())

    def _walls(self) -> Bytes:
        line_mm = self.examination.printer.nozzle_mm
        wall_mm = WALL_LINES * line_mm
        thick = self.examination.thick_mm
        tints = self._stone()
        tints[thick < wall_mm] = VERDICT_COLOURS["look"]
        tints[thick < line_mm] = VERDICT_COLOURS["bad"]
        legend = (
            (VERDICT_COLOURS["bad"], f"under {line_mm:g} mm"),
            (VERDICT_COLOURS["look"], f"under {wall_mm:g} mm"),
        )
        return self._tinted(tints, self._above, legend)

    def _overhangs(self) -> Bytes:
        tints = self._stone()
        tints[hanging(self.examination.patches)] = VERDICT_COLOURS["look"]
        return self._tinted(tints, BELOW, ((VERDICT_COLOURS["look"], "over 45°, from below"),))

    def _contact(self) -> Bytes:
        tints = self._stone()
        tints[touching(self.examination.patches)] = VERDICT_COLOURS["ok"]
        legend = ((VERDICT_COLOURS["ok"], "on the bed, from below"),)
        return self._tinted(tints, (BELOW[0], -62.0), legend)

    def _details(self) -> Bytes:
        pieces, thick = self.examination.patches, self.examination.thick_mm
        finest_mm = percentile_mm(thick, pieces.areas_mm2, FINEST_PERCENT) * ALIKE
        tints = self._stone()
        tints[thick <= finest_mm] = FINE
        return self._tinted(tints, self._above, ((FINE, f"up to {finest_mm:.2f} mm thick"),))

    def _stone(self) -> Bytes:
        return np.full((len(self.examination.thick_mm), 3), STONE, np.uint8)

    def _tinted(self, tints: Bytes, camera: tuple[float, float], legend: Legend) -> Bytes:
        """The print from one side with a tint on each patch, and what the tints mean."""
        opaque = np.full((len(tints), 1), 255, np.uint8)
        # patches share no corners, and shading keeps their order
        colours = np.repeat(np.hstack([tints, opaque]), 3, axis=0)
        surface = replace(self._sitter.surface, colours=colours)
        sitter = replace(self._sitter, surface=surface)
        view: View = sitter.view(*camera)
        drawn = sitter.portrait(view, size_px=TILE_PX, floor=camera[1] > 0).rgba[..., :3].copy()
        _set_legend(drawn, legend)
        return drawn


def _apart(sitter: Sitter) -> Sitter:
    """A sitter whose faces share no corners, blank: no face was cut, so its shading holds."""
    old = sitter.surface
    corners = old.faces.ravel()
    faces = np.arange(len(corners), dtype=np.int32).reshape(-1, 3)
    surface = replace(
        old, points=old.points[corners], normals=old.normals[corners], uv=old.uv[corners]
    )
    blank = np.full((2, 2, 4), 255, np.uint8)
    return Sitter(replace(surface, faces=faces), blank, None)


def _set_legend(drawn: Bytes, legend: Legend) -> None:
    x, y = 14.0, drawn.shape[0] - 14
    for colour, text in legend:
        sign = dot(4.5)
        half = sign.shape[0] // 2
        lay(drawn, sign, at_xy=(round(x + 4) - half, y - 5 - half), colour=colour)
        short = fitted(text, size_px=LEGEND_SIZE, most_px=drawn.shape[1] - x - 30)
        write(drawn, short, at_xy=(x + 14, y), look=(LEGEND_SIZE, INK))
        x += 14 + width_of(short, size_px=LEGEND_SIZE) + 18
