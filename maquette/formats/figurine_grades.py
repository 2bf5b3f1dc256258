"""Grades: what is known of a figurine's quality, part by part, and whether it is handed over.

What belongs here: the parts with their numbers and marks, the overall figure, and the JSON that
machines read. What does not: measuring (`face_scores`, `figure_scores`, `examinations`).

Each part keeps the name of what measured it. A part that nobody measured is missing, is told so,
and no other part stands in for it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from maquette.batch.stages import Made, map_stage
from maquette.errors import InputError
from maquette.solids.examining import BAD, LOOK, WOBBLES_DEG
from maquette.types import File

FORMAT, VERSION = "maquette-figurine-quality", 1
LEAST = 0.6  # of ten usable faces the worst reaches 0.70; one part that fails wholly ends below
# marks count at least so much: one that fails cannot be made up for, nor hide how others are
FLOOR = 0.0004
NAMED = 3  # of the worst parts, where a figure is refused
POOR = 0.5  # marks below are named
LOOK_TROUBLE, BAD_TROUBLE = 1, 10
FIRM_DEG = 20.0  # a figure that bears so much is as firm as one can wish
STANDING = "stands"  # the check that is a part of its own
BED = "bed"  # too small a bed is no fault of the figure: there are larger ones

# cosines of a drawing and its photo: SFace says 0.37 to 0.60 of the same person and 0.30 at most
# of another. Of ArcFace its authors' threshold for photos is known, and nothing of drawings.
LIKENESS = {"sface": (0.28, 0.60), "arcface": (0.15, 0.60)}
LIKENESS_OF_OTHERS = LIKENESS["sface"]


@dataclass(frozen=True)
class Part:
    """One thing that makes a figurine good.

    Attributes:
        weight: how much it counts.
        none_at: the number that makes a mark of 0; beyond it none is less.
        full_at: the number that makes a mark of 1.
        missing: why there is no number, where there is none.
        fix: what to do where it is poor.
    """

    name: str
    unit: str
    weight: float
    none_at: float
    full_at: float
    missing: str
    fix: str

    def mark(self, number: float) -> float:
        """0..1, in a straight line between both ends."""
        return min(1.0, max(0.0, (number - self.none_at) / (self.full_at - self.none_at)))


NO_FACE = "no face was found again on the figure's front"
NOT_LOOKED = "nobody looked at the figure's face"
OTHER_PHOTO = "take a sharp photo from the front, in even light"
PARTS = (
    Part(
        *("identity", "cosine", 3, *LIKENESS_OF_OTHERS),
        missing="no recogniser compared the drawing with the photo",
        fix=f"{OTHER_PHOTO}, or choose another style",
    ),
    # by `flat-colours` smoothed photos reach 0.13, drawings 0.99 and more
    Part(
        *("style", "share", 2, 0.15, 1.0),
        missing="nobody judged the drawing's style",
        fix="choose another style, or the style judge that knows this one",
    ),
    Part(
        *("face_found_again", "of 1", 1, 0.0, 1.0),
        missing=NOT_LOOKED,
        fix=f"{OTHER_PHOTO}: no face can be made out on the figure",
    ),
    # 0.6 to 3.9 on ten faces
    Part(*("alignment", "% of head width", 2, 6.0, 0.0), missing=NO_FACE, fix=OTHER_PHOTO),
    Part(*("fit_residual", "% of head width", 1, 10.0, 0.0), missing=NOT_LOOKED, fix=OTHER_PHOTO),
    # 4 to 13 on ten faces
    Part(
        *("seam", "CIEDE2000", 1, 20.0, 0.0),
        missing="the drawing's border could not be seen on the head",
        fix="take a photo without coloured light or hard shadows",
    ),
    # 0.82 to 0.87 on ten faces; of another's drawing 0.3 at most
    Part(
        *("face_coverage", "share", 1, 0.5, 1.0),
        missing=NOT_LOOKED,
        fix="take a photo in which nothing covers the face",
    ),
    Part(
        *("printability", "points of trouble"),
        *(2, float(BAD_TROUBLE), 0.0),
        missing="the print was not examined",
        fix="make it larger, or choose another printer",
    ),
    Part(
        *("stability", "° of tilt", 2, WOBBLES_DEG, FIRM_DEG),
        missing="the print was not examined",
        fix="choose another template",
    ),
)


@dataclass(frozen=True)
class Measured:
    """A number, or None where there is none.

    Attributes:
        by: what measured it.
        fix: what it advises itself.
    """

    number: float | None
    by: str
    fix: str = ""


@dataclass(frozen=True)
class Graded:
    """A part with its number.

    Attributes:
        by: what measured it.
        fix: what to do where it is poor.
    """

    part: Part
    number: float
    by: str
    fix: str

    @property
    def mark(self) -> float:
        """0..1."""
        return self.part.mark(self.number)

    def facts(self) -> dict[str, Any]:
        """As plain data, for JSON."""
        part = self.part
        return {
            "name": part.name,
            "number": round(self.number, 4),
            "unit": part.unit,
            "by": self.by,
            "mark": round(self.mark, 4),
            "weight": part.weight,
            "none_at": part.none_at,
            "full_at": part.full_at,
            "says": f"{self.number:.3g} {part.unit}, by {self.by}",
        }


@map_stage(version="1")
def grade(
    examination: File,
    *,
    identity: float | None = None,
    identity_by: str = "",
    style_kept: float | None = None,
    style_by: str = "",
    face_found_again: float | None = None,
    alignment_percent: float | None = None,
    alignment_by: str = "",
    fit_residual_percent: float | None = None,
    seam_delta_e: float | None = None,
    face_coverage: float | None = None,
    quality: float = LEAST,
) -> Made:
    """Put all that is known of a figurine together, and refuse what is not good enough.

    Args:
        examination: of the print.
        identity: likeness of drawing and photo.
        identity_by: the recogniser's name.
        style_kept: how well the drawing keeps to its style.
        style_by: the style judge's name.
        face_found_again: 1 where the finder saw the face on the figure, 0 where it did not.
        alignment_percent: how far eyes and mouth are from their anchors.
        alignment_by: the finder's name.
        fit_residual_percent: what a similarity left over.
        seam_delta_e: between the colours on both sides of the drawing's border.
        face_coverage: share of the face that shows the drawing.
        quality: the least overall figure that is handed over.

    Raises InputError QUALITY_LOW, naming the worst parts.
    """
    numbers = {
        "identity": Measured(identity, identity_by),
        "style": Measured(style_kept, style_by),
        "face_found_again": Measured(face_found_again, alignment_by),
        "alignment": Measured(alignment_percent, alignment_by),
        "fit_residual": Measured(fit_residual_percent, "fitting"),
        "seam": Measured(seam_delta_e, "texture"),
        "face_coverage": Measured(face_coverage, "texture"),
        **_examined(examination),
    }
    graded, missing = _graded(numbers)
    figure = overall(graded)
    told = _told(graded, missing, overall=figure, least=quality)
    if figure < quality:
        raise _too_low(graded, told)
    text = json.dumps(told, indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False)
    return Made(
        outputs={"quality": File(text.encode() + b"\n", "json")},
        scores={
            "quality": told["overall"],
            **{f"quality_{one.part.name}": round(one.mark, 4) for one in graded},
        },
        notes=tuple(f"not measured: {part.name}: {part.missing}" for part in missing),
        params={"quality_overall": told["overall"]},
    )


def overall(graded: list[Graded]) -> float:
    """The weighted geometric mean of the marks, each at least `FLOOR`."""
    weight = sum(one.part.weight for one in graded)
    logs = sum(one.part.weight * math.log(max(one.mark, FLOOR)) for one in graded)
    return math.exp(logs / weight) if weight else 0.0


def _examined(examination: File) -> dict[str, Measured]:
    """Printability and stability, out of the checks of a print."""
    checks: list[dict[str, Any]] = json.loads(examination.data)["checks"]
    stands = [check for check in checks if check["name"] == STANDING]
    others = [check for check in checks if check["name"] != STANDING]
    bad = [check for check in others if check["verdict"] == BAD and check["name"] != BED]
    looks = sum(check["verdict"] in (LOOK, BAD) for check in others) - len(bad)
    trouble = LOOK_TROUBLE * looks + BAD_TROUBLE * len(bad)
    by, advice = "examination", " ".join(f"{check['says']} {check['fix']}" for check in bad)
    return {
        "printability": Measured(float(trouble) if others else None, by, advice),
        "stability": Measured(float(stands[0]["value"]) if stands else None, by),
    }


def _graded(numbers: Mapping[str, Measured]) -> tuple[list[Graded], list[Part]]:
    """The parts that were measured, and those that were not."""
    graded: list[Graded] = []
    missing: list[Part] = []
    for part in PARTS:
        found = numbers[part.name]
        if found.number is None:
            missing.append(part)
        else:
            named = _by_engine(part, found.by)
            graded.append(Graded(named, float(found.number), found.by, found.fix or part.fix))
    return graded, missing


def _by_engine(part: Part, by: str) -> Part:
    """The part with the ends that hold for the engine that measured it."""
    if part.name != "identity":
        return part
    none_at, full_at = LIKENESS.get(by, LIKENESS_OF_OTHERS)
    return replace(part, none_at=none_at, full_at=full_at)


def _told(
    graded: list[Graded], missing: list[Part], *, overall: float, least: float
) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "version": VERSION,
        "overall": round(overall, 4),
        "least": least,
        "parts": [one.facts() for one in graded],
        "missing": [{"name": part.name, "why": part.missing} for part in missing],
    }


def _too_low(graded: list[Graded], told: dict[str, Any]) -> InputError:
    """What is worst, and what to do about each."""
    worst = sorted(graded, key=lambda one: one.part.weight * math.log(max(one.mark, FLOOR)))
    named = [one for one in worst[:NAMED] if one.mark < POOR] or worst[:1]
    says = ", ".join(f"{one.part.name} {one.number:.3g} {one.part.unit}" for one in named)
    fixes = dict.fromkeys(one.fix for one in named)
    return InputError(
        "QUALITY_LOW",
        f"the figurine's quality is {told['overall']:.2f}, below {told['least']:g}; worst: {says}",
        fix="; ".join(fixes) + "; or lower `quality` in the order",
        details={
            **{name: told[name] for name in ("overall", "least")},
            "marks": {part["name"]: part["mark"] for part in told["parts"]},
            "missing": [part["name"] for part in told["missing"]],
        },
    )


def quality_schema() -> dict[str, Any]:
    """A JSON schema, draft 2020-12, of what `grade` makes."""
    names = [part.name for part in PARTS]
    share = {"type": "number", "minimum": 0, "maximum": 1}
    name = {"description": "what the part is", "enum": names}
    part = {
        "name": name,
        "number": {"description": "as it was measured", "type": "number"},
        "unit": {"description": "of the number", "type": "string"},
        "by": {"description": "the engine or step that measured it", "type": "string"},
        "mark": {"description": "of the number, between both ends", **share},
        "weight": {"description": "how much it counts", "type": "number", "exclusiveMinimum": 0},
        "none_at": {"description": "the number that makes a mark of 0", "type": "number"},
        "full_at": {"description": "the number that makes a mark of 1", "type": "number"},
        "says": {"description": "the number in words", "type": "string"},
    }
    gap = {"name": name, "why": {"description": "why it was not measured", "type": "string"}}
    fields = {
        "format": {"const": FORMAT},
        "version": {"const": VERSION},
        "overall": {"description": _MEAN, **share},
        "least": {"description": "what is handed over has at least so much", **share},
        "parts": {"description": "what was measured", "type": "array", "items": _mapping(part)},
        "missing": {"description": "what was not", "type": "array", "items": _mapping(gap)},
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Quality of a figurine",
        "description": "Each part under its own name; one that nobody measured is missing.",
        **_mapping(fields),
    }


_MEAN = f"weighted geometric mean of the marks, each counted as {FLOOR:g} at least"


def schema_text() -> str:
    """The schema as it stands in ``docs/schemas/figurine-quality.schema.json``."""
    return json.dumps(quality_schema(), indent=2, ensure_ascii=False) + "\n"


def _mapping(fields: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": fields,
        "required": list(fields),
        "additionalProperties": False,
    }
