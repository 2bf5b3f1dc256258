"""What the checks of a print are called on sheets and cards, and their numbers as people read them.

What belongs here: short words. What does not: the sentences, which the checks bring themselves.
"""

from __future__ import annotations

from maquette.solids.examining import OK, Check

TITLES = {
    "closed": "Closed",
    "walls": "Thin walls",
    "overhangs": "Overhangs",
    "bed": "Bed",
    "stands": "Stability",
    "contact": "First layer",
    "details": "Details",
}
OVERALL = {"ok": "Ready to print", "look": "Prints, with care", "bad": "Will not print well"}


def value_of(check: Check) -> str:
    """The number of a check, or the word that says as much."""
    value = check.value
    if check.name == "closed":
        return "yes" if check.verdict == OK else f"{value:,.0f} faults"
    if check.name == "bed":
        return f"{100 / max(value, 1e-9):.0f} % used"
    if check.name == "stands":
        return f"{value:.0f}°" if value > 0 else "falls"
    if check.name == "contact":
        return f"{value:,.0f} mm²"
    if check.unit == "%":
        return "none" if value == 0 else f"{value:.1f} %" if value >= 0.05 else "under 0.1 %"
    return f"{value:.1f} {check.unit}"


def size_of(size_mm: dict[str, float]) -> str:
    """Three sides in millimetres."""
    return " × ".join(f"{size_mm[axis]:.1f}" for axis in "xyz") + " mm"


def duration_of(seconds: float) -> str:
    """Hours and minutes."""
    minutes = max(1, round(seconds / 60))
    return f"{minutes // 60} h {minutes % 60:02d} min" if minutes >= 60 else f"{minutes} min"
