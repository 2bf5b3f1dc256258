"""Examining: can this be printed? One check per question, each with a number and a verdict.

A verdict is ``ok``, ``look`` (prints, with care) or ``bad`` (will fail or be lost), and whatever is
not ok has a sentence on what to do. What belongs here: the checks and their limits. What does
not: the geometry behind them (`walls`, `balance`, `printed`), and the sheet that shows them
(`maquette.formats.examinations`).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from maquette.solids.balance import Fit, Stance, bed_fit, hanging, stance, touching
from maquette.solids.printed import Printed
from maquette.solids.printers import Printer
from maquette.solids.walls import Patches, patches, percentile_mm, thicknesses_mm

OK, LOOK, BAD = "ok", "look", "bad"
WALL_LINES = 2.0  # a wall is two lines wide: one on each side
LOST_SHARE, THIN_SHARE = 0.01, 0.02  # of the area: less is the tip of an ear
HANGING_SHARE = 0.02
STANDS_DEG, WOBBLES_DEG = 12.0, 2.0
STICKS_SHARE = 0.06  # of the height squared must lie on the bed; a 60 mm print wants 216 mm²
STICKS_LEAST_MM2, LIES_LEAST_MM2 = 10.0, 1.0
FINEST_PERCENT = 0.5  # of the area: what is finer than that is noise of the mesh


@dataclass(frozen=True)
class Check:
    """The answer to one question.

    Attributes:
        name: what was asked: ``closed``, ``walls``, ``overhangs``, ``bed``, ``stands``,
            ``contact``, ``details``.
        value: the number that was judged.
        unit: of the number.
        says: what was found, in one plain sentence.
        fix: what to do about it; empty where all is well.
        numbers: what else was measured.
    """

    name: str
    value: float
    unit: str
    verdict: str
    says: str
    fix: str = ""
    numbers: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Examination:
    """All answers, and the places they are about, for whoever draws them."""

    solid: Printed
    printer: Printer
    checks: tuple[Check, ...]
    patches: Patches
    thick_mm: NDArray[np.float64]  # (P,) of the patches
    stance: Stance
    fit: Fit

    @property
    def verdict(self) -> str:
        """The worst of all."""
        found = {check.verdict for check in self.checks}
        return BAD if BAD in found else LOOK if LOOK in found else OK

    def facts(self) -> dict[str, Any]:
        """All of it as plain data, for JSON."""
        x, y, z = self.solid.size_mm.tolist()
        volume_cm3 = max(self.solid.volume_mm3, 0.0) / 1000
        return {
            "verdict": self.verdict,
            "size_mm": {"x": round(x, 3), "y": round(y, 3), "z": round(z, 3)},
            "volume_cm3": round(volume_cm3, 4),
            "mass_g": round(volume_cm3 * self.printer.density_g_cm3, 3),
            "area_cm2": round(float(self.solid.areas_mm2.sum()) / 100, 4),
            "faces": len(self.solid.corners_mm),
            "bodies": sum(body.volume_mm3 > 0 for body in self.solid.bodies),
            "hollows": sum(body.volume_mm3 < 0 for body in self.solid.bodies),
            "printer": {**asdict(self.printer), "bed_mm": list(self.printer.bed_mm)},
            "checks": [asdict(check) for check in self.checks],
        }


def examined(solid: Printed, printer: Printer) -> Examination:
    """Ask all questions."""
    pieces = patches(solid)
    thick = thicknesses_mm(solid, pieces)
    stands, fit = stance(solid, pieces), bed_fit(solid, printer.bed_mm)
    checks = (
        _closed(solid, printer),
        _walls(pieces, thick, printer),
        _overhangs(pieces, printer),
        _bed(solid, fit, printer),
        _stands(stands),
        _contact(solid, pieces, printer),
        _details(solid, percentile_mm(thick, pieces.areas_mm2, FINEST_PERCENT), printer),
    )
    return Examination(solid, printer, checks, pieces, thick, stands, fit)


def _closed(solid: Printed, printer: Printer) -> Check:
    found = solid.soundness
    counts = {name: count for name, count in found.troubles.items() if count}
    hollows = sum(body.volume_mm3 < 0 for body in solid.bodies)
    numbers: dict[str, Any] = {"troubles": counts, "bodies": found.bodies, "hollows": hollows}
    trouble = sum(counts.values())
    if not found.sound:
        names = ", ".join(f"{n:,} {name.replace('_', ' ')}" for name, n in counts.items())
        says = f"It is not a closed solid: {names or 'it is inside out'}."
        return Check("closed", trouble, "faults", BAD, says, "Have it mended.", numbers)
    says = f"It is closed: {_counted(found.bodies - hollows, 'body', 'bodies')}"
    says += f" with {_counted(hollows, 'closed hollow', 'closed hollows')}." if hollows else "."
    if hollows and printer.kind == "sla":
        fix = "Resin is caught in a closed hollow: give it drain holes."
        return Check("closed", 0, "faults", LOOK, says, fix, numbers)
    return Check("closed", 0, "faults", OK, says, "", numbers)


def _walls(pieces: Patches, thick_mm: NDArray[np.float64], printer: Printer) -> Check:
    line_mm, wall_mm = printer.nozzle_mm, WALL_LINES * printer.nozzle_mm
    lost, thin = pieces.share(thick_mm < line_mm), pieces.share(thick_mm < wall_mm)
    percents = (0.5, 1, 5, 50)
    measured = {f"{p:g} %": percentile_mm(thick_mm, pieces.areas_mm2, p) for p in percents}
    numbers = {
        "thinner_than_a_line": round(lost, 5),
        "thinner_than_two_lines": round(thin, 5),
        "percentiles_mm": {p: round(mm, 3) for p, mm in measured.items() if np.isfinite(mm)},
    }
    verdict = BAD if lost > LOST_SHARE else LOOK if thin > THIN_SHARE else OK
    limit_mm, share = (line_mm, lost) if verdict == BAD else (wall_mm, thin)
    says = f"{_percent(share)} of the surface is thinner than {limit_mm:g} mm.".capitalize()
    fix = f"Make it larger, or its walls at least {wall_mm:g} mm." if verdict != OK else ""
    return Check("walls", round(100 * share, 3), "%", verdict, says, fix, numbers)


def _overhangs(pieces: Patches, printer: Printer) -> Check:
    hangs = hanging(pieces)
    share = pieces.share(hangs)
    verdict = LOOK if share > HANGING_SHARE else OK
    says = f"{_percent(share)} of the surface hangs over beyond 45°.".capitalize()
    away = "or turn it so that less hangs" if printer.kind == "fdm" else "or tilt it by 30°"
    fix = f"Print with supports, {away}." if verdict != OK else ""
    numbers = {"area_mm2": round(float(pieces.areas_mm2[hangs].sum()), 2)}
    return Check("overhangs", round(100 * share, 3), "%", verdict, says, fix, numbers)


def _bed(solid: Printed, fit: Fit, printer: Printer) -> Check:
    size = " × ".join(f"{side:.1f}" for side in solid.size_mm)
    bed = " × ".join(f"{side:g}" for side in printer.bed_mm)
    numbers = {"turned_deg": fit.turned_deg, "largest_scale": round(fit.scale, 4)}
    if not fit.fits:
        # rounded down, so that doing what it says helps
        scale = int(fit.scale * 1000) / 1000
        says = f"{size} mm is too large for a bed of {bed} mm."
        fix = f"Scale it by {scale:g} or less, or cut it in parts."
        return Check("bed", round(fit.scale, 4), "of the bed", BAD, says, fix, numbers)
    says, fix = f"{size} mm fits on {bed} mm.", ""
    if fit.turned_deg:
        says = f"{size} mm fits on {bed} mm if it is turned."
        fix = f"Turn it by {fit.turned_deg:g}° about the vertical."
    verdict = LOOK if fit.turned_deg else OK
    return Check("bed", round(fit.scale, 4), "of the bed", verdict, says, fix, numbers)


def _stands(stands: Stance) -> Check:
    tilt = stands.tilt_deg
    verdict = OK if tilt >= STANDS_DEG else LOOK if tilt >= WOBBLES_DEG else BAD
    says = f"It stands until it is tilted by {tilt:.0f}°."
    if tilt < WOBBLES_DEG:
        says = "It falls over by itself." if tilt < 0 else "The least push makes it fall."
    fix = "Cut more off its foot (base_mm), or lay it down (stand: stable)."
    fix = "" if verdict == OK else fix
    numbers = {"margin_mm": round(stands.margin_mm, 3), "centre_mm": _rounded(stands.centre_mm)}
    return Check("stands", round(tilt, 2), "°", verdict, says, fix, numbers)


def _contact(solid: Printed, pieces: Patches, printer: Printer) -> Check:
    area_mm2 = float(pieces.areas_mm2[touching(pieces)].sum())
    wanted = max(STICKS_LEAST_MM2, STICKS_SHARE * float(solid.size_mm[2]) ** 2)
    verdict = OK if area_mm2 >= wanted or printer.kind == "sla" else LOOK
    if verdict == LOOK and area_mm2 < LIES_LEAST_MM2:
        verdict = BAD
    says = f"{area_mm2:,.0f} mm² lie on the bed."
    fix = ""
    if verdict != OK:
        says = f"{area_mm2:,.0f} mm² lie on the bed, {wanted:,.0f} mm² would hold it."
        fix = "Cut more off its foot (base_mm), or print it with a brim or a raft."
    numbers = {"wanted_mm2": round(wanted, 2)}
    return Check("contact", round(area_mm2, 2), "mm²", verdict, says, fix, numbers)


def _details(solid: Printed, finest_mm: float, printer: Printer) -> Check:
    bodies = [body for body in solid.bodies if body.volume_mm3 > 0]
    smallest_mm = min((max(body.size_mm) for body in bodies), default=0.0)
    finest_mm = min(finest_mm, smallest_mm)
    lost = sum(max(body.size_mm) < WALL_LINES * printer.nozzle_mm for body in bodies)
    verdict = LOOK if lost or finest_mm < printer.nozzle_mm else OK
    says = f"The finest detail is {finest_mm:.2f} mm, the smallest body {smallest_mm:.1f} mm."
    fix = ""
    if lost:
        fix = f"Leave out the {_counted(lost, 'speck', 'specks')} that cannot be printed."
    elif verdict != OK:
        fix = f"Details under {printer.nozzle_mm:g} mm are lost: make it larger, or accept that."
    numbers = {"smallest_body_mm": round(smallest_mm, 3), "bodies_lost": lost}
    return Check("details", round(finest_mm, 3), "mm", verdict, says, fix, numbers)


def _percent(share: float) -> str:
    percent = 100 * share
    if percent < 0.1:
        return "under 0.1 %" if percent else "none"
    return f"{percent:.0f} %" if percent >= 9.95 else f"{percent:.2g} %"


def _counted(count: int, one: str, many: str) -> str:
    return f"{count:,} {one if count == 1 else many}"


def _rounded(values: NDArray[np.float64]) -> list[float]:
    return [round(value, 3) for value in values.tolist()]
