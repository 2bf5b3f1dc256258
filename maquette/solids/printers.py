"""Printers: the bed, the nozzle and the material that a print is examined for.

What belongs here: their figures, with what most people have as the default. What does not:
judging a print by them (`maquette.solids.examining`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from maquette.errors import InputError

KINDS = ("fdm", "sla")
# makers' data sheets, rounded: brands differ by a few percent
DENSITIES_G_CM3 = {
    "PLA": 1.24,
    "PETG": 1.27,
    "ABS": 1.04,
    "ASA": 1.07,
    "TPU": 1.21,
    "PA": 1.13,
    "PC": 1.20,
    "resin": 1.15,
}
COMMON_BED_MM = {"fdm": (220.0, 220.0, 250.0), "sla": (130.0, 80.0, 160.0)}
COMMON_MATERIAL = {"fdm": "PLA", "sla": "resin"}
# what a resin printer draws reliably; a filament printer is judged by its nozzle
SLA_LINE_MM = 0.25
COMMON_NOZZLE_MM = 0.4


@dataclass(frozen=True)
class Printer:
    """What a print is made on.

    Attributes:
        bed_mm: width, depth and height of what fits.
        nozzle_mm: the width of a line of filament; for resin, of the finest detail that stands.
        kind: ``fdm``, melted filament, or ``sla``, hardened resin.
        material: its name, for people.
    """

    bed_mm: tuple[float, float, float] = COMMON_BED_MM["fdm"]
    nozzle_mm: float = COMMON_NOZZLE_MM
    kind: str = "fdm"
    material: str = COMMON_MATERIAL["fdm"]
    density_g_cm3: float = DENSITIES_G_CM3["PLA"]


def printer_of(options: Mapping[str, Any]) -> Printer:
    """The printer of an order; what is not said is as most people have it.

    Args:
        options: any of bed_mm, nozzle_mm, kind, material, density_g_cm3.
    """
    kind = options.get("kind", "fdm")
    if kind not in KINDS:
        raise _refused("kind", kind, fix=f"use one of {', '.join(KINDS)}")
    material = str(options.get("material", COMMON_MATERIAL[kind]))
    # as its makers write it
    material = {name.lower(): name for name in DENSITIES_G_CM3}.get(material.lower(), material)
    density = DENSITIES_G_CM3.get(material, DENSITIES_G_CM3[COMMON_MATERIAL[kind]])
    line_mm = COMMON_NOZZLE_MM if kind == "fdm" else SLA_LINE_MM
    bed = options.get("bed_mm", COMMON_BED_MM[kind])
    if not isinstance(bed, (list, tuple)) or len(bed) != 3:
        raise _refused("bed_mm", bed, fix="give width, depth and height in mm")
    width, depth, height = (_positive("bed_mm", side) for side in bed)
    return Printer(
        (width, depth, height),
        _positive("nozzle_mm", options.get("nozzle_mm", line_mm)),
        kind,
        material,
        _positive("density_g_cm3", options.get("density_g_cm3", density)),
    )


def _positive(name: str, value: Any) -> float:
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not number or not 0 < value < math.inf:  # also refuses nan
        raise _refused(name, value, fix="give a number above 0")
    return float(value)


def _refused(name: str, value: Any, *, fix: str) -> InputError:
    return InputError("PRINTER_OPTION", f"printer: {name} is {value!r}"[:120], fix=fix)
