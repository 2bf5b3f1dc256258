"""Print cards: one picture and one small JSON that say what a print is and what it takes.

What belongs here: the stage, and the picture's layout. What does not: where the figures come from
(`examinations`, `slicing`).
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from maquette.batch.stages import Made, map_stage
from maquette.formats.check_words import OVERALL, TITLES, duration_of, size_of, value_of
from maquette.formats.panels import (
    FAINT,
    INK,
    LINE_HEIGHT,
    RULE,
    VERDICT_COLOURS,
    broken,
    paper,
    set_paragraph,
    set_tile,
    set_verdict,
)
from maquette.solids.examining import Check
from maquette.solids.previews import render, tilt_of
from maquette.solids.printed import standing
from maquette.types import Bytes, File, Mesh, Picture
from maquette.video.lettering import fitted, write

WIDTH_PX, HERO_PX, MARGIN_PX = 1240, 640, 40
COLUMN_X, COLUMN_PX = 720, 480
TITLE_SIZE, VERDICT_SIZE, ROW_SIZE, CHECK_SIZE, SMALL_SIZE = 34, 20, 18, 16, 14
ROW_PX, CHECK_PX = 40, 30

Facts = dict[str, Any]


@map_stage(version="1")
def card_up(
    print: Mesh,  # noqa: A002 - the object's name
    examination: File,
    sliced: File | None = None,
    *,
    title: str,
) -> Made:
    """Sum a print up on a card.

    Args:
        print: at its final size.
        examination: what `examine` found.
        sliced: what `slice_print` found; without it the card says nothing of time.
        title: of the print.
    """
    facts = card_facts(title, json.loads(examination.data), sliced)
    text = json.dumps(facts, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
    upright = standing(print)
    hero = render(upright, size_px=HERO_PX, tilt_deg=tilt_of(upright)).rgba[..., :3]
    return Made({"card": _card(facts, hero), "card_facts": File(text.encode(), "json")})


def card_facts(title: str, examination: Facts, sliced: File | None) -> Facts:
    """What stands on the card, for machines."""
    kept = ("verdict", "size_mm", "volume_cm3", "mass_g", "faces", "bodies", "hollows", "printer")
    facts: Facts = {"title": title, **{name: examination[name] for name in kept}}
    said = ("name", "value", "unit", "verdict", "says", "fix")
    facts["checks"] = [{word: check[word] for word in said} for check in examination["checks"]]
    if sliced is not None:
        facts["estimate"] = json.loads(sliced.data)
    return facts


def _card(facts: Facts, hero: Bytes) -> Picture:
    canvas = paper(WIDTH_PX, HERO_PX + 2 * MARGIN_PX)
    set_tile(canvas, hero, (MARGIN_PX, MARGIN_PX))
    lines = broken(facts["title"], size_px=TITLE_SIZE, most_px=COLUMN_PX, most_lines=2)
    y = set_paragraph(canvas, lines, at_xy=(COLUMN_X, MARGIN_PX + 30), look=(TITLE_SIZE, INK))
    verdict = facts["verdict"]
    set_verdict(canvas, verdict, (COLUMN_X + 7, y - 17))
    colour = VERDICT_COLOURS[verdict]
    write(canvas, OVERALL[verdict], at_xy=(COLUMN_X + 22, y - 10), look=(VERDICT_SIZE, colour))
    y += 8
    for name, value in _rows(facts):
        y = _row(canvas, y, name, value)
    _checks(canvas, y + 24, [Check(**check) for check in facts["checks"]])
    _foot(canvas, facts)
    return Picture(np.dstack([canvas, np.full(canvas.shape[:2], 255, np.uint8)]))


def _rows(facts: Facts) -> list[tuple[str, str]]:
    hollows = facts["hollows"]
    rows = [
        ("Size", size_of(facts["size_mm"])),
        ("Volume", f"{_short(facts['volume_cm3'])} cm³"),
        ("Mass, if solid", f"{_short(facts['mass_g'])} g of {facts['printer']['material']}"),
        ("Bodies", f"{facts['bodies']:,}" + (f", {hollows:,} hollow inside" if hollows else "")),
        ("Faces", f"{facts['faces']:,}"),
    ]
    estimate = facts.get("estimate")
    if estimate is not None:
        supports = ", with supports" if estimate["supports"] else ""
        rows.append(("Print time", f"about {duration_of(estimate['seconds'])}{supports}"))
        rows.append(("Filament", f"about {_short(estimate['filament_g'])} g"))
    return rows


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 1 else f"{value:.2g}"


def _row(canvas: Bytes, y: float, name: str, value: str) -> float:
    """One line of the table below `y`; where the next one begins."""
    base = y + ROW_PX * 0.66
    write(canvas, name, at_xy=(COLUMN_X, base), look=(ROW_SIZE, FAINT))
    short = fitted(value, size_px=ROW_SIZE, most_px=COLUMN_PX - 150)
    write(canvas, short, at_xy=(COLUMN_X + COLUMN_PX, base), look=(ROW_SIZE, INK), align="right")
    canvas[round(y + ROW_PX) - 1, COLUMN_X : COLUMN_X + COLUMN_PX] = RULE
    return y + ROW_PX


def _checks(canvas: Bytes, y: float, checks: list[Check]) -> None:
    """Two columns of verdicts."""
    half = -(-len(checks) // 2)
    wide = (COLUMN_PX - 36) // 2
    for n, check in enumerate(checks):
        x, base = COLUMN_X + n // half * (wide + 36), y + n % half * CHECK_PX + 12
        set_verdict(canvas, check.verdict, (x + 7, base - 5))
        write(canvas, TITLES[check.name], at_xy=(x + 20, base), look=(CHECK_SIZE, INK))
        look = (CHECK_SIZE, VERDICT_COLOURS[check.verdict])
        write(canvas, value_of(check), at_xy=(x + wide, base), look=look, align="right")


def _foot(canvas: Bytes, facts: Facts) -> None:
    printer = facts["printer"]
    bed = " × ".join(f"{side:g}" for side in printer["bed_mm"])
    kind = {"fdm": "nozzle", "sla": "finest line"}[printer["kind"]]
    lines = [f"Examined for a bed of {bed} mm and a {kind} of {printer['nozzle_mm']:g} mm"]
    if "estimate" in facts:
        estimate = facts["estimate"]
        how = f"{estimate['fill_percent']} % filled, layers of {estimate['layer_mm']:g} mm"
        lines.append(f"Time and filament by {estimate['slicer']}: {how}")
    first_y = MARGIN_PX + HERO_PX - 3 - (len(lines) - 1) * SMALL_SIZE * LINE_HEIGHT
    set_paragraph(canvas, lines, at_xy=(COLUMN_X, first_y), look=(SMALL_SIZE, FAINT))
