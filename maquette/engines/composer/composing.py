"""The group: subject, face, parts and props put together, tilted, and fitted into the frame.

What belongs here: which layers there are and in which order. What does not: where one part goes
on the subject (`placing`) and how layers become paint (`painting`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from maquette.engines.composer import faces, lexicon, wardrobe
from maquette.engines.composer.art import LOOK_PX, Art, Layer, Look, Matrix
from maquette.engines.composer.looking import (
    Eyes,
    face_spot,
    find_eyes,
    is_dark_at,
    is_frontal,
    skin_at_eyes,
)
from maquette.engines.composer.parsing import Part, Plan
from maquette.engines.composer.pixels import distance_outside
from maquette.engines.composer.placing import (
    SLOT_PLACERS,
    Figure,
    Spot,
    centred,
    place,
)

PROP_UNITS = 150.0
KEEPS_UPRIGHT = ("birthday-cake", "shortcake")  # a mirrored candle row reads as a mistake
_WORN = {"hat", "halo", "brow", "eyes", "one_eye", "lip", "ears", "helmet"}

_CLOTHES = _WORN | {"neck", "body", "back"}


@dataclass(frozen=True)
class Pose:
    """How the finished group sits in the frame."""

    tilt_deg: float
    is_mirrored: bool
    share: float  # of the frame that its larger side takes


def choose_set(plan: Plan, art: Art, *, wanted: Sequence[str]) -> str:
    """The art set for the subject: the style's own, unless a worn part needs a face to sit on."""
    have = [which for which in wanted if which in art.sets_of(plan.subject)]
    if not have:
        return wanted[0]
    if not any(wardrobe.SLOTS.get(part.name) in _WORN for part in plan.parts):
        return have[0]

    def fitness(which: str) -> tuple[int, int]:
        look = art.look(plan.subject, which)
        facing = 2 * is_frontal(look) + (find_eyes(look) is not None)
        return facing, -have.index(which)

    return max(have, key=fitness)


def compose(plan: Plan, art: Art, *, which: str, rng: np.random.Generator) -> list[Layer]:
    """The layers of a plan from bottom to top, in units about the subject's middle."""
    look = art.look(plan.subject, which)
    found = find_eyes(look)
    figure = Figure(look, which, found, False, is_frontal(look) or found is None)
    side = 1 if rng.random() < 0.7 else -1
    layers = [place(look, Spot(0, 0, 560.0), role="main")]
    if plan.pose:
        layers.append(_limbs(figure, plan.pose))
    figure, face = _with_face(figure, plan)
    layers += face
    layers += _parts(figure, plan.parts, art, side=side, rng=rng)
    layers += _props(figure, plan, art, side=side, rng=rng)
    return sorted(layers, key=lambda layer: layer.z)


def _limbs(figure: Figure, pose: str) -> Layer:
    look = figure.look
    colour = look.rgba[look.rgba[..., 3] > 0.8][:, :3].mean(0) * 0.55
    code = "#" + "".join(f"{round(float(v) * 255):02x}" for v in colour)
    drawing = faces.limbs(pose, size_wh=figure.size_wh, colour=code)
    return replace(centred(drawing, 0, 0, reach=faces.LIMBS_UNITS / 2), role="limb", z=-1)


def _with_face(figure: Figure, plan: Plan) -> tuple[Figure, list[Layer]]:
    """A face drawn on a thing, or a mood over an animal's own eyes."""
    look, eyes = figure.look, figure.eyes
    if plan.has_face:
        x_px, y_px, radius_px = face_spot(look)
        mood = plan.mood or ("calm" if plan.pose == "yoga" else "happy")
        drawing = faces.face(mood, dark=is_dark_at(look, x_px, y_px))
        reach = radius_px * figure.scale * faces.FACE_REACH
        drawn = Eyes(x_px, y_px, radius_px * 0.92, radius_px * 0.17)
        new = replace(figure, eyes=drawn, has_drawn_face=True)
        return new, [centred(drawing, *figure.at(x_px, y_px), reach=reach)]
    has_own_mood = plan.subject in wardrobe.SIBLINGS.values()
    if not plan.mood or not eyes or not eyes.gap_px or has_own_mood:
        return figure, []
    drawing = faces.mood_over_eyes(
        plan.mood, radius=eyes.radius_px / eyes.gap_px, skin=skin_at_eyes(look, eyes)
    )
    if drawing is None:
        return figure, []
    reach = eyes.gap_px * figure.scale * faces.EYES_REACH
    return figure, [centred(drawing, *figure.at(eyes.x_px, eyes.y_px), reach=reach)]


def _parts(
    figure: Figure, parts: Sequence[Part], art: Art, *, side: int, rng: np.random.Generator
) -> list[Layer]:
    layers: list[Layer] = []
    held = 0
    for part in parts:
        look = art.look(wardrobe.WORN_AS.get(part.name, part.name), figure.which)
        slot = wardrobe.SLOTS.get(part.name, "")
        if slot in SLOT_PLACERS:
            layer = SLOT_PLACERS[slot](figure, look, part.name, rng)
        elif part.relation in ("in", "inside") and part.name in wardrobe.VESSELS:
            layer = _in_vessel(figure, look)
        elif part.name in wardrobe.FLOORS or part.relation in lexicon.RIDING:
            layer = _on_floor(figure, look)
        elif part.relation in lexicon.CONSUMING:
            layer = _before(figure, look, side=side)
        else:
            hand = side if held % 2 == 0 else -side
            layer = _beside(figure, look, part, hand=hand, turn_deg=float(rng.uniform(-10, 10)))
            held += 1
        layers.append(replace(layer, tint_deg=part.tint_deg, is_worn=slot in _CLOTHES))
    return layers


def _in_vessel(figure: Figure, look: Look) -> Layer:
    """The vessel's rim just under the eyes, in front."""
    gaze_y = figure.gaze_px[1]
    _, y0, _, y1 = figure.look.box_xyxy
    _, y = figure.at(0, gaze_y + 0.18 * (y1 - y0))
    return place(look, Spot(0, y, figure.size_wh[0] * 0.92, "w", 0, (0.5, 0.12)), z=4)


def _on_floor(figure: Figure, look: Look) -> Layer:
    w, h = figure.size_wh
    return place(look, Spot(0, h / 2, w * 1.1, "max", 0, (0.5, 0.22)), z=-1)


def _before(figure: Figure, look: Look, *, side: int) -> Layer:
    w, h = figure.size_wh
    x0, y0, x1, y1 = look.box_xyxy
    width = w * (0.6 if x1 - x0 >= 0.8 * (y1 - y0) else 0.42)
    return place(look, Spot(side * w * 0.12, h * 0.53, width, "w", 0, (0.5, 0.45)), z=4)


def _beside(figure: Figure, look: Look, part: Part, *, hand: int, turn_deg: float) -> Layer:
    """Held at the lower side; a companion ("and") stands there, larger."""
    w, h = figure.size_wh
    if part.relation in ("and", "near", "by", "next", "beside"):
        return place(look, Spot(hand * w * 0.56, h * 0.5, h * 0.56, "h", 0, (0.5, 1)), z=4)
    size = max(w * 0.46, min(w, h) * 0.5)
    return place(look, Spot(hand * w * 0.46, h * 0.31, size, "max", turn_deg), z=4)


def _props(
    figure: Figure, plan: Plan, art: Art, *, side: int, rng: np.random.Generator
) -> list[Layer]:
    layers: list[Layer] = []
    name = wardrobe.PROPS.get(plan.mood, "")
    if not name and not plan.parts and rng.random() < 0.6:
        name = "sparkles"
    worn = {wardrobe.SLOTS.get(part.name) for part in plan.parts}
    if name and name in art.index and not plan.pose and "helmet" not in worn:
        x, y = _clear_spot(figure, side=side, angle=float(rng.uniform(35, 62)))
        spot = Spot(x, y, PROP_UNITS, turn_deg=float(rng.uniform(-15, 15)))
        layers.append(place(art.look(name, figure.which), spot, role="prop", z=5))
    if plan.backdrop == "night" and {"ringed-planet", "glowing-star"} <= art.index.keys():
        w, h = figure.size_wh
        planet = Spot(-side * w * 0.72, h * 0.48, 190, turn_deg=-10)
        star = Spot(side * w * 0.72, -h * 0.55, 130, turn_deg=12)
        layers.append(place(art.look("ringed-planet", figure.which), planet, role="prop", z=5))
        layers.append(place(art.look("glowing-star", figure.which), star, role="prop", z=-3))
    return layers


def _clear_spot(figure: Figure, *, side: int, angle: float) -> tuple[float, float]:
    """Walk outwards on a ray until a prop clears the subject."""
    w, h = figure.size_wh
    far = distance_outside(np.pad(figure.look.rgba[..., 3], LOOK_PX // 2))
    x0, y0, x1, y1 = figure.look.box_xyxy
    turn = np.deg2rad(angle)
    x = y = 0.0
    for step in range(0, 600, 12):
        x = -side * float(np.cos(turn)) * (w * 0.3 + step)
        y = -float(np.sin(turn)) * (h * 0.3 + step)
        u = int(x / figure.scale + (x0 + x1) / 2) + LOOK_PX // 2
        v = int(y / figure.scale + (y0 + y1) / 2) + LOOK_PX // 2
        if not (0 <= u < 2 * LOOK_PX and 0 <= v < 2 * LOOK_PX):
            break
        if far[v, u] * figure.scale > PROP_UNITS / 2:
            break
    return x, y


# --- into the frame -----------------------------------------------------------------------------
def fitted(layers: Sequence[Layer], *, pose: Pose, size_px: int) -> list[Layer]:
    """The group tilted, mirrored, and fitted into the middle of the frame."""
    turn = np.deg2rad(pose.tilt_deg)
    rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    if pose.is_mirrored:
        rotation = rotation @ np.diag([-1.0, 1.0])
    turned = [replace(layer, matrix=rotation @ layer.matrix) for layer in layers]
    points = np.concatenate([outline_points(layer) for layer in turned])
    low, high = points.min(0), points.max(0)
    scale = size_px * pose.share / max(float((high - low).max()), 1e-6)
    middle = (low + high) / 2

    def settled(layer: Layer) -> Layer:
        shift = (layer.matrix[:, 2] - middle) * scale + size_px / 2
        return replace(layer, matrix=np.column_stack([layer.matrix[:, :2] * scale, shift]))

    return [settled(layer) for layer in turned]


def outline_points(layer: Layer) -> Matrix:
    """Corners of the hull of what a layer draws, where its matrix takes them: (N, 2)."""
    alpha = layer.look.rgba[..., 3]
    ys, xs = np.nonzero(alpha > 0.1)
    if not len(xs):
        return layer.matrix[:, 2:].T
    hull = cv2.convexHull(np.column_stack([xs, ys]).astype(np.int32))[:, 0, :]
    units = (hull + 0.5) * (layer.drawing.units / LOOK_PX)
    return units @ layer.matrix[:, :2].T + layer.matrix[:, 2]
