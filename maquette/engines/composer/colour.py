"""Colour by eye: OKLab and its polar form, and repainting a drawing without spoiling it.

What belongs here: conversions and recolouring of one layer. What does not: which colour is
wanted (`parsing`), or a style's own palette (the styles).
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from maquette.types import Floats

# Björn Ottosson's OKLab: linear sRGB -> cone responses -> lightness and two opponent axes
_TO_CONES = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)
_FROM_CONES = np.linalg.inv(_TO_CONES)
_FROM_LAB = np.linalg.inv(_TO_LAB)
GAMMA = 2.2

Ramp = NDArray[np.floating]


def oklab(rgb: Floats) -> Floats:
    """(H, W, 3) straight RGB in 0..1 to OKLab: L 0..1, a and b about -0.3..0.3."""
    linear = cv2.pow(np.ascontiguousarray(rgb), GAMMA)
    cones = cv2.transform(linear, _TO_CONES)
    return np.asarray(cv2.transform(cv2.pow(cones, 1 / 3), _TO_LAB), np.float32)


def srgb(lab: Floats) -> Floats:
    """(H, W, 3) OKLab back to RGB, clipped to what a screen can show."""
    cones = np.maximum(cv2.transform(np.ascontiguousarray(lab), _FROM_LAB), 0)
    linear = np.clip(cv2.transform(cv2.pow(cones, 3.0), _FROM_CONES), 0, 1)
    return np.asarray(cv2.pow(linear, 1 / GAMMA), np.float32)


def polar(lab: Floats) -> tuple[Floats, Floats]:
    """Chroma, and hue in degrees 0..360."""
    chroma, hue = cv2.cartToPolar(
        np.ascontiguousarray(lab[..., 1]), np.ascontiguousarray(lab[..., 2]), angleInDegrees=True
    )
    return np.asarray(chroma, np.float32), np.asarray(hue, np.float32)


def from_polar(lightness: Ramp, chroma: Ramp | float, hue_deg: Ramp | float) -> Floats:
    """Lightness, chroma and hue (broadcast against each other) to RGB."""
    angle = np.deg2rad(hue_deg)
    parts = np.broadcast_arrays(lightness, chroma * np.cos(angle), chroma * np.sin(angle))
    lab = np.stack(parts, -1).astype(np.float32)
    return srgb(lab)


def swatch(lightness: float, chroma: float, hue_deg: float) -> tuple[float, float, float]:
    """One colour as RGB in 0..1."""
    rgb = from_polar(np.full((2, 2), lightness), chroma, hue_deg)[0, 0]
    return float(rgb[0]), float(rgb[1]), float(rgb[2])


def hex_code(lightness: float, chroma: float, hue_deg: float) -> str:
    """One colour as SVG writes it."""
    return "#" + "".join(f"{round(v * 255):02x}" for v in swatch(lightness, chroma, hue_deg))


def hue_gap(hue_deg: Floats, to_deg: Ramp | float) -> Floats:
    """The way round the circle from one hue to another, 0..180 degrees."""
    return np.abs((hue_deg - to_deg + 180) % 360 - 180)


def _commonest(
    lab: Floats, alpha: Floats, *, within_deg: float = 22
) -> tuple[Floats, Floats, Floats] | None:
    """Chroma, hue, and how much each pixel belongs to the drawing's commonest hue (0..1)."""
    chroma, hue = polar(lab)
    solid = alpha > 0.5
    seen = (chroma > 0.05) & solid & (lab[..., 0] > 0.33)
    if seen.sum() < 0.12 * solid.sum():
        return None  # grey by nature: nothing to repaint
    top = (int(np.histogram(hue[seen], 24, (0, 360))[0].argmax()) + 0.5) * 15
    near = np.clip(2 - hue_gap(hue, top) / within_deg, 0, 1) * np.clip((chroma - 0.04) * 25, 0, 1)
    return chroma, hue, near.astype(np.float32)


def _blend(rgba: Floats, new: Floats, share: Floats) -> Floats:
    out = rgba.copy()
    out[..., :3] += (new - out[..., :3]) * share[..., None]
    return out


def tinted(rgba: Floats, hue_deg: float) -> Floats:
    """Repaint the commonest hue; a grey drawing is dyed instead, except its darks and eyes."""
    lab = oklab(rgba[..., :3])
    found = _commonest(lab, rgba[..., 3], within_deg=55)
    if found is None:
        share = np.clip((lab[..., 0] - 0.38) * 5, 0, 1) * 0.85
        new = from_polar(np.minimum(lab[..., 0], 0.86), 0.14, hue_deg)
        return _blend(rgba, new, share)
    chroma, _, share = found
    new = from_polar(lab[..., 0], np.maximum(chroma, 0.13), hue_deg)
    return _blend(rgba, new, share)


def rainbowed(rgba: Floats) -> Floats:
    """The commonest hue becomes a rainbow from left to right; everything else stays."""
    lab, alpha = oklab(rgba[..., :3]), rgba[..., 3]
    found = _commonest(lab, alpha)
    share = np.clip((lab[..., 0] - 0.3) * 5, 0, 1) if found is None else found[2]
    chroma = np.full_like(alpha, 0.14) if found is None else np.maximum(found[0], 0.15)
    columns = np.nonzero(alpha.max(0) > 0.5)[0]
    if not len(columns):
        return rgba
    along = (np.arange(alpha.shape[1]) - columns[0]) / max(int(np.ptp(columns)), 1)
    hue = 20 + 310 * np.clip(along, 0, 1)[None, :]
    return _blend(rgba, from_polar(np.minimum(lab[..., 0], 0.86), chroma, hue), share)


def turned(rgba: Floats, by_deg: float) -> Floats:
    """The commonest hue moved round the circle, away from mud."""
    lab = oklab(rgba[..., :3])
    found = _commonest(lab, rgba[..., 3])
    if found is None:
        return rgba
    chroma, hue, share = found
    hue = (hue + by_deg) % 360
    # dark yellow and dark orange are olive and brown: skip over them
    hue = np.where((hue > 38) & (hue < 132) & (lab[..., 0] < 0.75), hue + 95, hue)
    return _blend(rgba, from_polar(lab[..., 0], chroma, hue), share)


def coated(rgba: Floats, *, lighter: float, chroma: float, turn_deg: float) -> Floats:
    """Another coat for an animal: fur gets a natural one, scales and feathers turn in hue.

    Grey, cream and dark coats only suit what is warm; a grey-green dragon looks ill.
    """
    lab = oklab(rgba[..., :3])
    solid = rgba[..., 3] > 0.8
    if not solid.any():
        return rgba
    middle = np.median(lab[solid], 0)
    if float(np.hypot(middle[1], middle[2])) < 0.05:
        return rgba
    hue_deg = float(np.rad2deg(np.arctan2(middle[2], middle[1])))
    if not -20 < hue_deg < 112:
        return turned(rgba, turn_deg)
    found = _commonest(lab, rgba[..., 3])
    if found is None:
        return rgba
    new = lab * np.array([1, chroma, chroma], np.float32)
    new[..., 0] += lighter
    return _blend(rgba, srgb(new), found[2])
