"""Whether a face will do for a figurine: alone, large, whole, sharp, lit, seen from the front.

What belongs here: what is measured on a face, the limits, and the words for what is wrong. What
does not: finding faces (`engines`) and cutting portraits (`portraits`).

The limits were measured on 45 faces and on the same faces blurred, darkened, brightened, made
smaller and given drawn sunglasses; what each separates stands beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from maquette.errors import InputError
from maquette.pictures import face_crops, face_points
from maquette.types import Bools, Face, Floats, Picture

PERSON = 0.5  # of the finder's score: people 0.83 and more, dogs 0.03, drawn people 0.23 at most
BACKGROUND_SHARE = 1 / 3  # of the largest face's width: a smaller one is somebody behind
# At 90 px the landmarks are within 0.5 % of where they are in the full photo, and SFace's vector
# within 0.01 of its own; the portrait shows a face three times as large, and no larger is wise.
WIDTH_AT_LEAST_PX = 90
TURN_MOST_DEG, NOD_MOST_DEG = 30.0, 25.0  # beyond, one cheek is not seen
OUTSIDE_MOST_SHARE = 0.02  # of the width, for what lies below the brows
# Detail by contrast, of a face shrunk to 90 px: photos 0.2 to 0.95; blurred by 2 % of the face's
# width 0.08 to 0.13, by 3 % at most 0.09.
SHARP_AT_LEAST = 0.1
# The face's brightest tenth, of 255: photos from 117 on, the same at a quarter of the light 52
# at most. And how much of a face is plain white: none in photos, half when overexposed by half.
BRIGHT_AT_LEAST, BLOWN_MOST_SHARE = 60.0, 0.3
# Of the face, in its four commonest colours and without any grain: photos 0.14 at most, however
# packed; flat drawings of those people 0.38 and more, as JPEG 0.21.
FLAT_MOST_SHARE = 0.2
# Skin around the better eye by that of the cheeks: 0.69 and more, behind tinted glasses 0.5;
# behind dark ones 0.39 at most. Mirrors that show the sky are as light as skin, and are not told.
EYES_LIGHT_AT_LEAST = 0.45
# Whoever is hidden by blur, darkness or dark glasses mostly scores that much; the dogs and drawings
# that do are sharp and have light eyes.
HIDDEN_AT_LEAST = 0.025

MEASURED_PX, ROOM_PX = WIDTH_AT_LEAST_PX, 144  # the face's width, and the square around it
LEFT_LIDS, RIGHT_LIDS = (
    (228, 229, 230, 231, 232, 27, 28, 29),
    (448, 449, 450, 451, 452, 257, 258, 259),
)
_BROWS = (70, 300)
_COMMONEST, _COLOUR_STEP, _LIT = 4, 4, 200.0  # colours counted, their width, the light they have
_GRAIN, _CLIPPED = 1.0, 250  # of 255


@dataclass(frozen=True)
class Figures:
    """What was measured of one face; see the limits above."""

    width_px: float
    outside_share: float
    sharpness: float
    brightness: float
    blown_share: float
    flat_share: float
    eyes_light: float


def the_face(faces: Sequence[Face], picture: Picture) -> Face:
    """The one usable face; raises InputError FACE_... for whatever is in the way."""
    people = [face for face in faces if face.score >= PERSON]
    if not people:
        raise _nobody(faces, picture)
    largest, *others = people
    near = len(others) - len(behind(people))
    if near:
        widths = [round(face_points.width_px(face.landmarks)) for face in people[: near + 1]]
        raise InputError(
            "FACE_SEVERAL",
            f"there are {near + 1} faces of like size, {', '.join(map(str, widths))} px wide",
            fix="crop the photo to the person who is meant",
            details={"faces": near + 1, "widths_px": widths},
        )
    check(largest, picture)
    return largest


def behind(people: Sequence[Face]) -> list[Face]:
    """Those among people, largest first, who are so small that they stand in the background."""
    width_px = face_points.width_px(people[0].landmarks)
    least_px = width_px * BACKGROUND_SHARE
    return [face for face in people[1:] if face_points.width_px(face.landmarks) < least_px]


def check(face: Face, picture: Picture) -> Figures:
    """What was measured; raises InputError FACE_... for what is worst about the face."""
    found = measured(face, picture)
    for trouble in (
        _cut_off(found),
        _small(found),
        _dark(found),
        _covered(found),
        _drawn(found),
        _blurred(found),
        _turned(face),
    ):
        if trouble:
            raise trouble
    return found


def _nobody(faces: Sequence[Face], picture: Picture) -> InputError:
    """Why no person was seen: the edge, light, glasses, blur or the angle may have."""
    best = max(faces, key=lambda face: face.score, default=None)
    if best is not None and best.score >= HIDDEN_AT_LEAST:
        found = measured(best, picture)
        hidden = _cut_off(found), _dark(found), _covered(found), _blurred(found), _turned(best)
        if trouble := next(filter(None, hidden), None):
            return trouble
    return _none(
        "no human face was found" + (", only something like one" if faces else ""),
        {"score": round(best.score, 3) if best else 0.0, "score_at_least": PERSON},
    )


def _none(reason: str, details: dict[str, float]) -> InputError:
    return InputError(
        "FACE_NONE",
        reason,
        fix="take a sharp photo of one person from the front, upright and in good light; animals "
        "and drawings are no faces here",
        details=details,
    )


def _drawn(found: Figures) -> InputError | None:
    if found.flat_share <= FLAT_MOST_SHARE:
        return None
    return _none(
        f"the face is drawn: {found.flat_share:.0%} of it is of four colours without any grain",
        {"flat_share": round(found.flat_share, 3), "flat_share_at_most": FLAT_MOST_SHARE},
    )


def _cut_off(found: Figures) -> InputError | None:
    if found.outside_share <= OUTSIDE_MOST_SHARE:
        return None
    return InputError(
        "FACE_CUT_OFF",
        f"the photo's edge cuts off {found.outside_share:.0%} of the face",
        fix="take a photo that shows the whole head and the neck",
        details={"outside_share": round(found.outside_share, 3)},
    )


def _small(found: Figures) -> InputError | None:
    if found.width_px >= WIDTH_AT_LEAST_PX:
        return None
    return InputError(
        "FACE_SMALL",
        f"the face is {found.width_px:.0f} px wide, at least {WIDTH_AT_LEAST_PX} are needed",
        fix="come nearer, or send the photo in its full size",
        details={"width_px": round(found.width_px, 1), "width_at_least_px": WIDTH_AT_LEAST_PX},
    )


def _dark(found: Figures) -> InputError | None:
    dark = found.brightness < BRIGHT_AT_LEAST
    if not dark and found.blown_share <= BLOWN_MOST_SHARE:
        return None
    return InputError(
        "FACE_DARK",
        f"the face is too dark: its light parts reach {found.brightness:.0f} of 255, at least "
        f"{BRIGHT_AT_LEAST:.0f} are needed"
        if dark
        else f"the face is overexposed: {found.blown_share:.0%} of it is plain white",
        fix="take the photo in even light",
        details={
            "brightness": round(found.brightness, 1),
            "brightness_at_least": BRIGHT_AT_LEAST,
            "blown_share": round(found.blown_share, 3),
            "blown_share_at_most": BLOWN_MOST_SHARE,
        },
    )


def _blurred(found: Figures) -> InputError | None:
    if found.sharpness >= SHARP_AT_LEAST:
        return None
    return InputError(
        "FACE_BLURRED",
        f"the face is blurred: its sharpness is {found.sharpness:.2f}, at least "
        f"{SHARP_AT_LEAST:.2f} is needed",
        fix="hold the camera still, and let it focus on the face",
        details={"sharpness": round(found.sharpness, 3), "sharpness_at_least": SHARP_AT_LEAST},
    )


def _turned(face: Face) -> InputError | None:
    if abs(face.turn_deg) <= TURN_MOST_DEG and abs(face.nod_deg) <= NOD_MOST_DEG:
        return None
    sideways = abs(face.turn_deg) > TURN_MOST_DEG
    angle, most = (face.turn_deg, TURN_MOST_DEG) if sideways else (face.nod_deg, NOD_MOST_DEG)
    way = "sideways" if sideways else "up" if angle > 0 else "down"
    return InputError(
        "FACE_TURNED",
        f"the face is turned {way} by {abs(angle):.0f}°, at most {most:.0f}° will do",
        fix="look into the camera",
        details={"turn_deg": round(face.turn_deg, 1), "nod_deg": round(face.nod_deg, 1)},
    )


def _covered(found: Figures) -> InputError | None:
    if found.eyes_light >= EYES_LIGHT_AT_LEAST:
        return None
    return InputError(
        "FACE_COVERED",
        f"both eyes are hidden: around them there is {found.eyes_light:.0%} of the cheeks' light",
        fix="take the sunglasses off",
        details={
            "eyes_light": round(found.eyes_light, 3),
            "eyes_light_at_least": EYES_LIGHT_AT_LEAST,
        },
    )


def measured(face: Face, picture: Picture) -> Figures:
    """The figures of one face, in a crop in which all faces are of one size."""
    import cv2

    into, marks = _to_measure(face)
    rgb = face_crops.cropped(picture, into, side_px=ROOM_PX).rgba[..., :3].astype(np.float32)
    light = (rgb @ np.array([0.2126, 0.7152, 0.0722], np.float32)).astype(np.float32)
    inside = _inside(marks)
    detail = np.asarray(cv2.Laplacian(light, cv2.CV_32F, ksize=1), np.float32)
    bright = float(np.percentile(light[inside], 90))
    return Figures(
        width_px=face_points.width_px(face.landmarks),
        outside_share=_outside_share(face.landmarks, picture),
        # a face without any contrast is no sharper for its noise
        sharpness=float(detail[inside].std() / max(float(light[inside].std()), 4.0)),
        brightness=bright,
        blown_share=float((rgb.min(axis=2)[inside] >= 250).mean()),
        flat_share=_flat_share(rgb, detail, inside, gain=_LIT / max(bright, 1.0)),
        eyes_light=_eyes_light(np.asarray(cv2.GaussianBlur(light, (0, 0), 1.5), np.float32), marks),
    )


def _flat_share(rgb: Floats, detail: Floats, inside: Bools, *, gain: float) -> float:
    """How much of a face is of its commonest colours, where there is no grain and no white."""
    flat = inside & (np.abs(detail) * gain < _GRAIN) & (rgb.max(axis=2) < _CLIPPED)
    colours = (rgb[flat] * (gain / _COLOUR_STEP)).astype(np.int64)
    _, counts = np.unique(colours @ (1 << 24, 1 << 12, 1), return_counts=True)
    return float(np.sort(counts)[-_COMMONEST:].sum() / inside.sum())


def _to_measure(face: Face) -> tuple[face_crops.Transform, Floats]:
    """The way into the crop, and the landmarks there."""
    marks = face.landmarks
    ends = marks[
        [face_points.LEFT_EAR, face_points.RIGHT_EAR, face_points.CHIN, face_points.HAIRLINE]
    ]
    x, y = (float(v) for v in ends[:, :2].mean(axis=0))
    scale = MEASURED_PX / max(face_points.width_px(marks), 1.0)
    level = face_crops.around((x, y), tilt_deg=face.tilt_deg, scale=scale)
    into = face_crops.moved(level, (ROOM_PX / 2, ROOM_PX / 2))
    return into, face_crops.placed(marks, into)


def _inside(marks: Floats) -> Bools:
    """The face without its rim, which is half hair and backdrop."""
    import cv2

    canvas = np.zeros((ROOM_PX, ROOM_PX), np.uint8)
    hull = cv2.convexHull(np.rint(marks[:, :2]).astype(np.int32))
    cv2.fillConvexPoly(canvas, hull, 1)
    rim = np.ones((7, 7), np.uint8)
    inside = np.asarray(cv2.erode(canvas, rim)) > 0
    inside[ROOM_PX // 2, ROOM_PX // 2] = True  # a collapsed mesh is measured at one pixel
    return inside


def _outside_share(marks: Floats, picture: Picture) -> float:
    """How far what lies below the brows reaches out of the picture, by the face's width."""
    low = marks[marks[:, 1] > marks[list(_BROWS), 1].min(), :2]
    far_px = np.concatenate([-low, low - picture.size_wh]).max()
    return max(0.0, float(far_px) / max(face_points.width_px(marks), 1.0))


def _eyes_light(light: Floats, marks: Floats) -> float:
    def at(names: Sequence[int]) -> float:
        x, y = marks[list(names), :2].T.astype(int).clip(0, ROOM_PX - 1)
        return float(np.median(light[y, x]))

    cheeks = max(at([*face_points.LEFT_CHEEK, *face_points.RIGHT_CHEEK]), 1.0)
    return max(at(LEFT_LIDS), at(RIGHT_LIDS)) / cheeks
