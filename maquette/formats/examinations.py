"""The stage that examines a print, and the JSON it leaves for machines.

What belongs here: the stage. What does not: the checks (`maquette.solids.examining`) and the
sheet for people (`examination_sheets`).
"""

from __future__ import annotations

import json
from typing import Any

from maquette.batch.stages import Made, map_stage
from maquette.formats.examination_sheets import examination_sheet
from maquette.solids.examining import examined
from maquette.solids.printed import printed
from maquette.solids.printers import printer_of
from maquette.types import File, Mesh


@map_stage(version="1")
def examine(print: Mesh, *, printer: dict[str, Any]) -> Made:  # noqa: A002 - the object's name
    """Find out whether a print can be printed, and show where not.

    Args:
        print: at its final size, in metres.
        printer: any of bed_mm, nozzle_mm, kind, material, density_g_cm3.
    """
    examination = examined(printed(print), printer_of(printer))
    facts = examination.facts()
    text = json.dumps(facts, indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False)
    outputs = {
        "examination": File(text.encode() + b"\n", "json"),
        "examination_sheet": examination_sheet(examination),
    }
    asked = [check for check in examination.checks if check.verdict != "ok"]
    notes = tuple(f"{check.says} {check.fix}" for check in asked)
    scores = {f"print_{check.name}": check.value for check in examination.checks}
    for name in ("volume_cm3", "mass_g"):
        scores[name] = facts[name]
    params = {
        "verdict": facts["verdict"],
        "verdicts": {check.name: check.verdict for check in examination.checks},
        "print_mm": [facts["size_mm"][side] for side in "xyz"],
    }
    return Made(outputs, scores=scores, notes=notes, params=params)
