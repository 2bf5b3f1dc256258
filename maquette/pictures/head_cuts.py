"""Which pixels of a portrait are head: hair, ears and neck, without shoulders and clothes.

What belongs here: alpha, from that of the person and the face's landmarks. What does not: telling
people from what is behind them, which is a `Segmenter`'s work (`engines`).

Nothing here knows what a collar is. Below the nose and outside the face, colours decide: what
looks like the chest under the neck rather than like the skin or the hair is clothing, and so is
whatever looks like neither of the two.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from maquette.pictures import face_points
from maquette.pictures.scaling import resized
from maquette.types import Bools, Bytes, Face, Floats, Picture

CLEAR_BELOW, SOLID_ABOVE = 0.08, 0.94  # the haze of a segmenter
WORK_PX = 256  # the side at which clothes are told
# Lengths by the face's height. The neck ends in an arc around the middle between the eyes.
NECK_DOWN = 0.25  # below the chin
NECK_WIDE = 0.75  # half the arc's width, where the head is not wider
NECK_WIDEST = 1.0  # beyond, a head reaches the portrait's sides
EDGE = 0.03  # how soft the arc is
RIM = 0.04  # of the mesh, which lies beside a turned head's far cheek
CHEST_DOWN = 0.32  # below the chin, and outside the arc: where clothes are looked for
CORE_WIDE, CORE_DOWN = 0.16, 0.06  # of the neck: what is darker than skin is a shadow there
LOCK_WIDE = 0.06  # hair beside the mouth that is as wide hangs down on a chest as well
EARS_OUT = 0.14  # outside the face; short hair and ears reach no farther below the nose
FEATURES = 0.16  # how wide eyes and brows, and the mouth, are taken out of the skin
SMOOTH, NOTCH = 0.02, 0.04  # a narrower notch in neck or hair is a shadow
THREAD, WISP = 0.03, 0.06  # what hangs by a thinner thread is gone; how far hair stands off
HOLE_SHARE = 0.01  # of the picture: smaller holes in hair are no backdrop
COLOURS = 4  # of skin, of hair, of the chest
LIKE_HAIR_LAB, NEAR_LAB = 12.0, 4.0  # what passes for hair; how much nearer counts
OWN_LAB = 16.0  # farther from skin and hair is neither
LOCKS_LAB = (
    6.0  # long hair mixes with skin, and a chest is seldom seen: it counts as so much nearer
)
FEW_PX = 40  # fewer show no colour
FAR_LAB = 300.0


@dataclass(frozen=True)
class _Frame:
    """Where things are, at one size of the portrait."""

    marks_xy: Floats
    high_px: float  # the face, from chin to hairline

    @property
    def chin_xy(self) -> Floats:
        return self.marks_xy[face_points.CHIN]

    @property
    def eyes_y(self) -> float:
        return float(face_points.eyes_xy(self.marks_xy)[:, 1].mean())

    @property
    def mouth_y(self) -> float:
        return float(self.marks_xy[[face_points.LEFT_MOUTH, face_points.RIGHT_MOUTH], 1].mean())

    @property
    def nose_y(self) -> float:
        return float(self.marks_xy[face_points.NOSE_TIP, 1])

    @property
    def neck_x(self) -> float:
        """Between the chin and the middle of the face: where a turned head's neck is."""
        x = self.marks_xy[:, 0]
        return float((self.chin_xy[0] + (x.min() + x.max()) / 2) / 2)


def head_alpha(portrait: Picture, face: Face, person: Floats) -> Floats:
    """(H, W) in 0..1: how much of each pixel is head.

    Args:
        portrait: level, with the face's landmarks in its pixels.
        face: all but its rim lies in the head, whatever the segmenter says of it.
        person: how much of each pixel belongs to a person.
    """
    shown: Floats = portrait.rgba[..., 3].astype(np.float32) / np.float32(255)
    frame = _Frame(face.landmarks[:, :2], face_points.height_px(face.landmarks))
    inside = _face(frame, person.shape, less=RIM)
    whole = np.maximum(_tidied(person), inside) * shown
    clothed = np.maximum(_without_clothes(portrait, frame, whole), inside)
    within = np.clip(0.5 - _beyond_arc(frame, whole) / EDGE, 0, 1).astype(np.float32)
    alpha = whole * clothed * within
    return _filled(alpha * _connected(alpha, frame), shown)


def _tidied(person: Floats) -> Floats:
    spread = (person - CLEAR_BELOW) / (SOLID_ABOVE - CLEAR_BELOW)
    return np.clip(spread, 0, 1).astype(np.float32)


def _face(frame: _Frame, shape: tuple[int, ...], *, less: float = 0.0) -> Floats:
    """1 within the landmarks' hull, softly where so much of the face's height is taken off."""
    import cv2

    canvas = np.zeros(shape[:2], np.float32)
    cv2.fillConvexPoly(canvas, cv2.convexHull(np.rint(frame.marks_xy).astype(np.int32)), 1)
    if not less:
        return canvas
    less_px = less * frame.high_px
    eroded = cv2.erode(canvas, _round_px(less_px))
    return np.asarray(cv2.GaussianBlur(eroded, (0, 0), less_px / 4), np.float32)


def _round_px(radius_px: float) -> Bytes:
    """The disc that shapes grow and shrink by."""
    import cv2

    reach = 2 * max(1, round(radius_px)) + 1
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach)), np.uint8)


def _beyond_arc(frame: _Frame, person: Floats) -> Floats:
    """How far a pixel lies beyond the arc under the neck, by the face's height; less is inside.

    At the eyes the arc is as wide as the head, so that no hair ends in a step.
    """
    y, x = _places(person)
    eyes = person[int(np.clip(frame.eyes_y, 0, person.shape[0] - 1))] > 0.5
    head_px = np.abs(x[0][eyes] - frame.neck_x).max(initial=0.0) + EDGE * frame.high_px
    wide_px = np.clip(head_px, NECK_WIDE * frame.high_px, NECK_WIDEST * frame.high_px)
    deep_px = float(frame.chin_xy[1]) - frame.eyes_y + NECK_DOWN * frame.high_px
    down = np.maximum(y - frame.eyes_y, 0) / deep_px
    reach = np.hypot((x - frame.neck_x) / wide_px, down)
    return np.where(down > 0, (reach - 1) * deep_px / frame.high_px, -1).astype(np.float32)


def _without_clothes(portrait: Picture, frame: _Frame, person: Floats) -> Floats:
    """1 where a person is head, 0 where clothes are, told at a small size."""
    import cv2

    scale = WORK_PX / portrait.rgba.shape[0]
    small = _Frame(frame.marks_xy * np.float32(scale), frame.high_px * scale)
    size_wh = (round(portrait.rgba.shape[1] * scale), WORK_PX)
    cover = resized(person, size_wh)
    rgb = resized(np.ascontiguousarray(portrait.rgba[..., :3]), size_wh)
    lab = _lab(np.asarray(cv2.GaussianBlur(rgb, (0, 0), 1.0), np.uint8))
    kept = _likely_head(lab, small, cover) * cover
    # a decision for a place, not for a pixel
    near_px = SMOOTH * small.high_px
    share = cv2.GaussianBlur(kept, (0, 0), near_px) / np.maximum(
        cv2.GaussianBlur(cover, (0, 0), near_px), 1e-3
    )
    wide = np.clip((np.asarray(share, np.float32) - 0.5) * 4 + 0.5, 0, 1)
    wide = cv2.morphologyEx(wide, cv2.MORPH_CLOSE, _round_px(NOTCH * small.high_px))
    # upwards of the nose there are no clothes
    y = np.arange(WORK_PX, dtype=np.float32)[:, None] + 0.5
    above = np.clip((small.nose_y - y) / (0.05 * small.high_px), 0, 1)
    return resized(np.maximum(wide, above).astype(np.float32), portrait.size_wh)


def _likely_head(lab: Floats, frame: _Frame, cover: Floats) -> Floats:
    """1 for face, hair and neck, 0 for clothes; between the two where colours cannot tell."""
    y, _ = _places(cover)
    person, face = cover > 0.7, _face(frame, cover.shape) > 0
    above, below = (person & ~face & part for part in (y < frame.mouth_y, y >= frame.mouth_y))
    skin = _skin(frame, cover.shape)
    skin_lab, hair_lab = _off(lab, skin), _off(lab, above)
    chest = below & (_beyond_arc(frame, cover) > EDGE)
    chest |= below & (y > frame.chin_xy[1] + CHEST_DOWN * frame.high_px)
    if _has_locks(hair_lab < LIKE_HAIR_LAB, above, frame):
        chest &= hair_lab >= LIKE_HAIR_LAB
        own_lab = np.minimum(hair_lab, skin_lab) - np.float32(LOCKS_LAB)
    else:
        own_lab = np.where(y < frame.mouth_y, np.minimum(hair_lab, skin_lab), skin_lab)
        own_lab = np.where(_beside_ears(frame, cover), np.float32(FAR_LAB), own_lab)
    likely = _step(_off(lab, chest) - own_lab) * _step(OWN_LAB - own_lab)
    sure = _shaded(lab, frame, skin) | (y < frame.nose_y)
    sure |= _face(frame, cover.shape, less=RIM) > 0.5
    return np.where(sure, np.float32(1), likely)


def _places(plane: Floats) -> Floats:
    """(2, H, W): y and x of each pixel's middle."""
    return np.mgrid[: plane.shape[0], : plane.shape[1]].astype(np.float32) + np.float32(0.5)


def _beside_ears(frame: _Frame, plane: Floats) -> Bools:
    """Farther out than ears and short hair are."""
    _, x = _places(plane)
    left, right = frame.marks_xy[:, 0].min(), frame.marks_xy[:, 0].max()
    return np.maximum(left - x, x - right) > EARS_OUT * frame.high_px


def _shaded(lab: Floats, frame: _Frame, skin: Bools) -> Bools:
    """The neck below the chin, where it is darker than the face."""
    y, x = _places(lab)
    core = np.abs(x - frame.neck_x) < CORE_WIDE * frame.high_px
    core &= y < frame.chin_xy[1] + CORE_DOWN * frame.high_px
    return core & (lab[..., 0] < (np.median(lab[skin][:, 0]) if skin.any() else FAR_LAB))


def _step(lab: Floats) -> Floats:
    return (1 / (1 + np.exp(np.clip(-lab / NEAR_LAB, -50, 50)))).astype(np.float32)


def _skin(frame: _Frame, shape: tuple[int, ...]) -> Bools:
    """The face without eyes, brows and mouth: teeth are as white as a collar."""
    import cv2

    canvas = _face(frame, shape, less=2 * RIM)
    thick_px = max(1, round(FEATURES * frame.high_px))
    pairs = (face_points.LEFT_EYE, face_points.RIGHT_EYE)
    for one, other in (*pairs, (face_points.LEFT_MOUTH, face_points.RIGHT_MOUTH)):
        ends = np.rint(frame.marks_xy[[one, other]]).astype(int).tolist()
        cv2.line(canvas, ends[0], ends[1], 0, thickness=thick_px)
    return canvas > 0.5


def _has_locks(like_hair: Bools, above: Bools, frame: _Frame) -> bool:
    """Whether hair comes down beside the mouth, on either side."""
    rows = slice(int(frame.mouth_y - 0.1 * frame.high_px), int(frame.mouth_y))
    beside = (like_hair & above)[rows]
    if not beside.size:
        return False
    middle = int(np.clip(frame.neck_x, 1, beside.shape[1] - 1))
    widths = (side.sum(axis=1).mean() for side in (beside[:, :middle], beside[:, middle:]))
    return max(float(width) for width in widths) > LOCK_WIDE * frame.high_px


def _lab(rgb: Bytes) -> Floats:
    """CIE L*a*b*; lightness counts half, since shadows fall across necks."""
    import cv2

    lab = cv2.cvtColor(rgb.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    return np.asarray(lab, np.float32) * np.array([0.5, 1, 1], np.float32)


def _off(lab: Floats, where: Bools) -> Floats:
    """How far each pixel's colour is from the nearest of the commonest there."""
    import cv2

    samples = lab[where]
    if len(samples) < FEW_PX:
        return np.full(lab.shape[:2], FAR_LAB, np.float32)
    cv2.setRNGSeed(0)  # the means start at random samples
    rule = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 20, 0.5)
    _, _, means = cv2.kmeans(samples, COLOURS, np.empty(0), rule, 1, cv2.KMEANS_PP_CENTERS)
    return np.min([np.linalg.norm(lab - mean, axis=2) for mean in means], axis=0)


def _connected(alpha: Floats, frame: _Frame) -> Floats:
    """1 on the part that holds the nose, and softly around it; 0 on whatever else was seen."""
    import cv2

    thread, wisp = (_round_px(share * frame.high_px) for share in (THREAD / 2, WISP))
    solid = cv2.morphologyEx((alpha > 0.5).astype(np.uint8), cv2.MORPH_OPEN, thread)
    labels = np.asarray(cv2.connectedComponents(solid)[1], np.int32)
    x, y = frame.marks_xy[face_points.NOSE_TIP].astype(int)
    nose = labels[min(max(y, 0), labels.shape[0] - 1), min(max(x, 0), labels.shape[1] - 1)]
    if nose == 0:
        return np.zeros_like(alpha)
    near = cv2.dilate((labels == nose).astype(np.uint8), wisp)
    apart = cv2.dilate(((labels != nose) & (labels > 0)).astype(np.uint8), wisp)
    kept = (np.asarray(near) > np.asarray(apart)) | (labels == nose)
    return kept.astype(np.float32)


def _filled(alpha: Floats, shown: Floats) -> Floats:
    """Alpha with small holes closed: through hair one sees the head."""
    import cv2

    _, found, figures, _ = cv2.connectedComponentsWithStats((alpha < 0.95 * shown).astype(np.uint8))
    small = figures[:, cv2.CC_STAT_AREA] < HOLE_SHARE * alpha.size
    small[0] = False  # the head itself
    holes = small[np.asarray(found, np.int32)]
    rim = np.asarray(cv2.dilate(holes.astype(np.uint8), np.ones((9, 9), np.uint8))) > 0
    return np.where(rim, np.maximum(alpha, shown), alpha)
