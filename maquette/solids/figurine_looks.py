"""Looks of figurines: a drawing parted into skin and hair, each whole, in few colours.

What belongs here: colours in the portrait's frame. What does not: where they come to lie on a
figure (`figurine_textures`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from maquette.solids.bodies.figures import RGB
from maquette.solids.heads.hair import Hair
from maquette.solids.heads.landmarks import LIPS, OVAL, SKIN
from maquette.solids.heads.making import Portrayed
from maquette.solids.textures import Layout, bled
from maquette.types import Bools, Bytes, Face, Floats, Picture

LEAST_PX = 50  # of hair
SHOWS = 200  # of 255: from here on a pixel has no colour of what was behind it
STRAY = 75  # percent of hair's pixels that its colours are taken from
TONE_APART = (5.0, 11.0)  # in L: how far dark and light are from the middle tone
OWN_HUE = 0.35  # how much of their own hue these keep
BEYOND = np.array([8, 5, 5], np.float32)  # in Lab: how far the drawing may leave hair's tones
RIM = 0.20  # of a face's height: towards its rim the face takes on the plain skin's tone
RIM_BLUR = 0.045  # likewise: what counts as tone there, rather than as lines
ASTRAY = np.array([24, 9, 9], np.float32)  # in Lab: how far ears and temples may be from skin
BEYOND_RIM = 0.05  # of a face's height: they begin so deep in the outline
ALIKE = (16.0, 34.0)  # in Lab: up to here rims are evened wholly, from there not at all


@dataclass(frozen=True)
class Looks:
    """A drawing made ready to be put on a head.

    Attributes:
        skin: (H, W, 3) the drawing with its skin carried on over hair and beyond its edge.
        hair: (H, W, 3) likewise its hair.
        skin_colour: of the face, neck and hands.
        hair_colours: dark, middle and light; empty for a bald head.
    """

    skin: Floats
    hair: Floats
    skin_colour: RGB
    hair_colours: tuple[RGB, ...]


def looks_of(styled: Picture, face: Face, portrayed: Portrayed) -> Looks:
    """Part a drawing into skin and hair, each carried on under the other."""
    import cv2

    square, broad = np.ones((5, 5), np.uint8), np.ones((15, 15), np.uint8)
    rgb = styled.rgba[..., :3]
    skin_colour = _skin(styled, face)
    # the very edge holds some of what was behind it
    narrow = cv2.erode((styled.rgba[..., 3] >= SHOWS).astype(np.uint8), square) > 0
    hair = _in_picture(portrayed.hair, styled, portrayed)
    inner = np.asarray(narrow & (cv2.erode(hair.astype(np.uint8), square) > 0))
    oval = _oval(face, hair.shape)
    # nor is a hairline where colours change to a pixel
    apart = cv2.dilate(hair.astype(np.uint8), broad) > 0
    bare = np.asarray(narrow & ~apart & ~_below(face, oval))
    skin = _carried(rgb, bare, skin_colour).astype(np.float32)
    skin = _evened(skin, oval, face, skin_colour)
    if inner.sum() < LEAST_PX:
        return Looks(skin, skin, skin_colour, ())
    tones = _tones(rgb[inner])
    colours = tuple(_rgb_of(tone) for tone in tones)
    strands = _within(_carried(rgb, inner, colours[1]), tones)
    return Looks(skin, strands, skin_colour, colours)


def _skin(styled: Picture, face: Face) -> RGB:
    """The drawing's colour at the places that are skin in most faces."""
    height, width = styled.rgba.shape[:2]
    spots = np.rint(face.landmarks[list(SKIN), :2]).astype(np.int64)
    spots = np.clip(spots, 3, [width - 4, height - 4])
    around = np.stack(np.meshgrid(np.arange(-3, 4), np.arange(-3, 4)), axis=-1).reshape(-1, 2)
    x, y = (spots[:, None] + around).reshape(-1, 2).T
    found = styled.rgba[y, x, :3].astype(np.float64)
    light = found.sum(axis=1)
    # the lighter half: shadows are no skin colour
    red, green, blue = np.median(found[light >= np.median(light)], axis=0)
    return round(float(red)), round(float(green)), round(float(blue))


def _tones(rgb: Bytes) -> Floats:
    """(3, 3) hair's dark, middle and light tone in Lab, without what is strange to it."""
    lab = _lab(rgb[None].astype(np.float32))[0]
    middle = np.median(lab, axis=0)
    away = np.linalg.norm(lab - middle, axis=1)
    own = lab[away <= np.percentile(away, STRAY)]
    order = own[np.argsort(own[:, 0], kind="stable")]
    third = max(1, len(order) // 3)
    dark, light = (np.median(part, axis=0) for part in (order[:third], order[-third:]))
    least, most = TONE_APART
    tones = np.stack([dark, middle, light])
    # tones of one hue: what differs more is skin, backdrop or a ribbon
    tones[:, 1:] = middle[1:] + np.float32(OWN_HUE) * (tones[:, 1:] - middle[1:])
    tones[0, 0] = middle[0] - np.clip(middle[0] - dark[0], least, most)
    tones[2, 0] = middle[0] + np.clip(light[0] - middle[0], least, most)
    return np.clip(tones, [0, -128, -128], [100, 127, 127]).astype(np.float32)


def _within(rgb: Bytes, tones: Floats) -> Floats:
    """A drawing of hair without skin or backdrop: its colours stay near hair's own tones."""
    lab = _lab(rgb.astype(np.float32))
    held = np.clip(lab, tones.min(axis=0) - BEYOND, tones.max(axis=0) + BEYOND)
    return _back(held)


def _evened(skin: Floats, oval: Bools, face: Face, colour: RGB) -> Floats:
    """A face whose tone becomes the plain skin's towards its rim, so that no seam shows there."""
    import cv2

    height = float(np.ptp(face.landmarks[list(OVAL), 1]))
    deep = np.asarray(cv2.distanceTransform(oval.astype(np.uint8), cv2.DIST_L2, 5), np.float32)
    share = 1 - np.clip(deep / np.float32(RIM * height), 0, 1)
    share = share * share * (3 - 2 * share)
    tone = np.asarray(cv2.GaussianBlur(skin, (0, 0), RIM_BLUR * height), np.float32)
    plain = np.array(colour, np.float32)
    off = np.linalg.norm(_lab(tone) - _lab(plain[None, None]), axis=2)
    # a beard or a hat's shade is no tone of skin
    low, high = ALIKE
    share *= np.clip((high - off) / (high - low), 0, 1)
    even = np.clip(skin + share[..., None] * (plain - tone), 0, 255).astype(np.float32)
    # beside the face a cut-out's edge may have some of its backdrop left
    outside = np.clip(1 - deep / np.float32(BEYOND_RIM * height), 0, 1)[..., None]
    middle = _lab(plain[None, None])
    held = _back(np.clip(_lab(even), middle - ASTRAY, middle + ASTRAY))
    return (even + outside * (held - even)).astype(np.float32)


def _oval(face: Face, shape: tuple[int, ...]) -> Bools:
    import cv2

    oval = np.zeros(shape, np.uint8)
    cv2.fillPoly(oval, [np.rint(face.landmarks[list(OVAL), :2]).astype(np.int32)], 1)
    return oval > 0


def _below(face: Face, oval: Bools) -> Bools:
    """(H, W) neck and clothes: what is lower than the mouth and outside of the face."""
    rows = np.arange(oval.shape[0])[:, None]
    return ~oval & (rows > float(face.landmarks[list(LIPS), 1].mean()))


def _in_picture(hair: Hair, styled: Picture, portrayed: Portrayed) -> Bools:
    """(H, W) which pixels of the portrait are hair."""
    height, width = styled.rgba.shape[:2]
    x, y = np.meshgrid(np.arange(width) + 0.5, np.arange(height) + 0.5)
    px = np.stack([x.ravel(), y.ravel()], axis=1).astype(np.float32)
    depth = portrayed.head.plane.read(hair.depth, portrayed.fit.forth(px))
    return (depth > 0).reshape(height, width)


def _carried(rgb: Bytes, known: Bools, plain: RGB) -> Bytes:
    """Colours carried on from where they are known."""
    if not known.any():
        return np.broadcast_to(np.array(plain, np.uint8), rgb.shape).copy()
    height, width = known.shape
    side = max(height, width)
    rgba = np.dstack([rgb, np.where(known, 255, 0).astype(np.uint8)])
    return bled(Picture(rgba), Layout(side, 1.0, (0, 0)))[:height, :width, :3]


def _lab(rgb: Floats) -> Floats:
    """(H, W, 3) CIE Lab of colours in 0..255."""
    import cv2

    small: Any = (rgb / np.float32(255)).astype(np.float32)
    return np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2Lab), np.float32)


def _back(lab: Floats) -> Floats:
    import cv2

    rgb: Any = cv2.cvtColor(np.ascontiguousarray(lab, np.float32), cv2.COLOR_Lab2RGB)
    return np.clip(np.asarray(rgb, np.float32) * np.float32(255), 0, 255).astype(np.float32)


def _rgb_of(lab: Floats) -> RGB:
    red, green, blue = np.rint(_back(lab[None, None])[0, 0]).astype(int).tolist()
    return red, green, blue
