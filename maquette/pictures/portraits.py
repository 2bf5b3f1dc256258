"""From a photo to the head alone: the one usable face level and centred, then cut out.

What belongs here: these two stages and how a portrait is laid out. What does not: what makes a
face usable (`face_checks`), and finding it or the backdrop (`engines`).
"""

from __future__ import annotations

import numpy as np

from maquette.batch.stages import Made, map_stage
from maquette.errors import InputError
from maquette.pictures import colours, face_checks, face_crops, face_points, head_cuts
from maquette.roles import FaceFinder, Prompts, Segmenter
from maquette.types import Face, Floats, Picture

SIDE_PX = 768
# Above the eyes hair wants 1.1 times the face's height, below them chin and neck want 1.0.
FACE_SHARE = 1 / 2.15  # of the side
EYES_DOWN_SHARE = 0.52
ENLARGED_NOTE_AT = 1.5
FACE_SEEN_AT_LEAST = 0.7  # of the face, by the segmenter: less, and its hair is a guess
# How much of a head's outline may be the photo's edge, by the portrait's side: a cut through the
# hair takes 0.4; beyond 0.9 too little of the outline is a head's.
CUT_NOTE_AT, CUT_MOST = 0.02, 0.9
GREY_SPREAD = 6  # between a pixel's channels; JPEG alone makes 3 of a grey photo


@map_stage(version="1")
def find_face(picture: Picture, *, face_finder: FaceFinder) -> Made:
    """The portrait of the one person in a photo, and the face in it.

    Only turned, scaled and moved: where the photo ends the portrait is see-through.

    Args:
        picture: the photo, upright.
        face_finder: finds faces and lays landmarks on them.
    """
    found = face_finder.find(picture)
    face = face_checks.the_face(found, picture)
    into = into_portrait(face)
    portrait = face_crops.cropped(picture, into, side_px=SIDE_PX)
    laid = Face(
        face_crops.placed(face.landmarks, into), face.score, face.turn_deg, face.nod_deg, 0.0
    )
    people = [one for one in found if one.score >= face_checks.PERSON]
    figures = face_checks.measured(face, picture)
    return Made(
        outputs={"portrait": portrait, "face": laid},
        scores={
            "face_score": round(face.score, 4),
            "face_width_px": round(figures.width_px, 1),
            "sharpness": round(figures.sharpness, 4),
            "turn_deg": round(face.turn_deg, 1),
            "nod_deg": round(face.nod_deg, 1),
        },
        notes=_notes(portrait, enlarged=face_crops.scale_of(into), behind=len(people) - 1),
    )


def into_portrait(face: Face) -> face_crops.Transform:
    """The way from the photo: eyes level and in their place, the face as high as is laid down."""
    marks = face.landmarks
    scale = SIDE_PX * FACE_SHARE / max(face_points.height_px(marks), 1.0)
    level = face_crops.around((0, 0), tilt_deg=face_points.tilt_deg(marks), scale=scale)
    upright = face_crops.placed(marks, level)
    middle = (upright[:, 0].min() + upright[:, 0].max()) / 2
    eyes = face_points.eyes_xy(upright)[:, 1].mean()
    return face_crops.moved(
        level, (SIDE_PX / 2 - float(middle), SIDE_PX * EYES_DOWN_SHARE - float(eyes))
    )


def _notes(portrait: Picture, *, enlarged: float, behind: int) -> tuple[str, ...]:
    notes: list[str] = []
    if behind:
        notes.append(f"{behind} smaller face(s) in the background are left out")
    if enlarged > ENLARGED_NOTE_AT:
        notes.append(f"the face is small and was enlarged {enlarged:.1f} times: it may look soft")
    seen = portrait.rgba[portrait.rgba[..., 3] > 0]
    spread = seen[:, :3].max(axis=1).astype(int) - seen[:, :3].min(axis=1)
    if len(seen) and np.percentile(spread, 99) <= GREY_SPREAD:
        notes.append("the photo is black and white: so is the face")
    return tuple(notes)


@map_stage(version="1")
def cut_head(portrait: Picture, face: Face, *, segmenter: Segmenter) -> Made:
    """The head alone, in the portrait's frame: no backdrop, no clothes, the neck's end round.

    Args:
        portrait: level, as `find_face` makes it.
        face: its landmarks.
        segmenter: tells people from what is behind them.
    """
    (person,) = segmenter.segment([portrait], [Prompts()])
    seen = _face_share(face, person)
    if seen < FACE_SEEN_AT_LEAST:
        raise InputError(
            "HEAD_UNCLEAR",
            f"only {seen:.0%} of the face stands out from what is around it",
            fix="take the photo before a plain backdrop of another colour",
            details={"face_seen": round(seen, 3), "face_seen_at_least": FACE_SEEN_AT_LEAST},
        )
    alpha = head_cuts.head_alpha(portrait, face, person)
    rgb = colours.without_background(portrait.rgba[..., :3], alpha)
    rgba = np.dstack([rgb, (alpha * 255 + 0.5).astype(np.uint8)])
    cut_share = _cut_share(portrait, alpha)
    if cut_share > CUT_MOST:
        raise InputError(
            "FACE_CUT_OFF",
            "the photo ends all around the face: the shape of the head cannot be seen",
            fix="take a photo that shows the whole head and the neck",
            details={"cut_share": cut_share, "cut_share_at_most": CUT_MOST},
        )
    notes = ("the photo cuts off a part of the head",) if cut_share > CUT_NOTE_AT else ()
    return Made(
        outputs={"cutout": Picture(colours.bled(rgba))},
        scores={
            "head_share": round(float((alpha > 0.5).mean()), 4),
            "face_seen": round(seen, 4),
            "head_cut_share": cut_share,
        },
        notes=notes,
    )


def _face_share(face: Face, person: Floats) -> float:
    """How much of the face the segmenter takes for a person."""
    height, width = person.shape
    x, y = face.landmarks[:, :2].astype(int).T
    return float(person[y.clip(0, height - 1), x.clip(0, width - 1)].mean())


def _cut_share(portrait: Picture, alpha: Floats) -> float:
    """Along how much the head ends only because the photo or the portrait does, by its side."""
    import cv2

    shown = np.pad((portrait.rgba[..., 3] > 127).astype(np.uint8), 1)
    beside = cv2.dilate(1 - shown, np.ones((3, 3), np.uint8)) > 0
    rim = (beside & (shown > 0))[1:-1, 1:-1]
    return round(float((rim & (alpha > 0.5)).sum()) / portrait.rgba.shape[0], 3)
