"""Where skin is: face, ears, neck and a bald crown, told from hair, hats and clothes.

What belongs here: that one map. What does not: its colours (`palettes`).
"""

from __future__ import annotations

import cv2
import numpy as np

from maquette.engines.toon.curves import cover, floats
from maquette.engines.toon.heads import Head, blur, without_crumbs
from maquette.engines.toon.landmarks import MIDDLE_OF_FACE, MOUTH_CORNERS, SIDES, SKIN
from maquette.types import Bools, Bytes, Floats

WORK_PX = 256  # the side at which colours are told apart
LIKE_CHEEKS = 20.0  # distance in Lab, lightness counted half
BALD_HUE, BALD_ROUGH = 8.0, 1.3  # hue as the cheeks', and hardly rougher
FOREHEAD_ROUGH = 2.0
ISLAND = 0.35  # the side of the smallest patch of skin
SPOT = 0.28  # and of the smallest patch of anything else in a face
BALD_SHARE, BALD_SMOOTH = 0.6, 1.11  # of a crown, to be all skin; gloss makes it paler
HAIR_DARKER = 18.0  # lightness, by which hair that is cut short differs from skin
SHADE_KEEPS, GLOSS_KEEPS = 0.8, 0.5  # of the cheeks' colour
BLACK_BELOW = 12.0  # lightness, below which colours say nothing
BORDER = 0.03  # how round the borders of skin are
GREY_BELOW = 6.0  # colour of cheeks, below which there is none to compare


def skin_share(head: Head, lit: Floats) -> Floats:
    """How much of each pixel is skin, (H, W) 0..1, with smooth borders.

    Args:
        head: as the photo shows it.
        lit: what `in_other_light` found.
    """
    grown = _grown_from_cheeks(head)
    crown = head.inside & (head.oval < 0.5) & (_rows(head) < _eyes_y(head) - head.px(0.35))
    if _is_bald(head, grown, crown):
        bare = crown & (head.smooth[..., 0] > cheek_colour(head)[0] - HAIR_DARKER)
        found = np.maximum(np.maximum(grown, lit), bare)
    else:
        found = np.maximum(grown, lit) * _likely(head, grown, lit)
    found = np.maximum(found, (1 - head.beside_features) * head.oval)  # drawn over anyway
    soft = np.clip((blur(floats(found), head.px(BORDER)) - 0.5) * 4 + 0.5, 0, 1)
    whole = without_crumbs(soft > 0.1, head.px(ISLAND) ** 2)
    soft = np.where(whole, soft, 0)
    # a crease at the mouth is as dark as a beard, and smaller
    other = soft < 0.9
    spots = other & ~without_crumbs(other, head.px(SPOT) ** 2) & (head.oval > 0.5)
    return floats(np.where(spots, 1, soft))


def _is_bald(head: Head, grown: Floats, crown: Bools) -> bool:
    """Whether the crown as a whole is smooth, light and coloured as skin is."""
    if crown.sum() < head.px(0.3) ** 2:
        return False
    cheeks = cheek_colour(head)
    light, a, b = (float(value) for value in np.median(head.smooth[crown], axis=0))
    chroma = float(np.hypot(cheeks[1], cheeks[2]))
    paler = 1 - float(np.hypot(a, b)) / chroma if chroma >= GREY_BELOW else 0.0
    return (
        float((grown > 0.5)[crown].mean()) > BALD_SHARE
        and float(np.median(head.rough[crown])) + max(paler, 0.0) < BALD_SMOOTH
        and light > float(cheeks[0]) - HAIR_DARKER
    )


def _rows(head: Head) -> Floats:
    return np.arange(head.size_wh[1], dtype=np.float32)[:, None]


def _eyes_y(head: Head) -> float:
    """The higher one's."""
    return float(head.at((SIDES[0].iris[0], SIDES[1].iris[0]))[:, 1].min())


def cheek_colour(head: Head) -> Floats:
    """The colour of cheeks, forehead and nose, Lab."""
    return floats(np.median(head.smooth[head.pixels_at(head.at(SKIN))], axis=0))


def _grown_from_cheeks(head: Head) -> Floats:
    """What a mixture of colours learned in the middle of the face takes for skin."""
    scale = WORK_PX / max(head.size_wh)
    width, height = (max(8, round(length * scale)) for length in head.size_wh)
    small = floats(cv2.resize(head.lab, (width, height), interpolation=cv2.INTER_AREA))
    display = np.clip(cv2.cvtColor(small, cv2.COLOR_LAB2RGB), 0, 1)
    seen = (display * 255 + 0.5).astype(np.uint8)
    inside = cv2.resize(head.inside.astype(np.uint8), (width, height)) > 0
    marks = _marks(head, small, inside)
    cv2.setRNGSeed(0)  # the mixtures start at colours drawn by lot
    states, box = np.zeros((2, 1, 65)), (0, 0, 0, 0)
    cv2.grabCut(seen, marks, box, states[0], states[1], 1, cv2.GC_INIT_WITH_MASK)
    found = ((marks == cv2.GC_FGD) | (marks == cv2.GC_PR_FGD)) & inside
    soft = cv2.GaussianBlur(found.astype(np.float32), (0, 0), 1.2)
    wide = cv2.resize(soft, head.size_wh, interpolation=cv2.INTER_CUBIC)
    return floats(np.clip(wide, 0, 1))


def _marks(head: Head, small: Floats, inside: Bools) -> Bytes:
    """What is skin for certain, what may be, what may not, and what is no head at all."""
    height, width = inside.shape
    scale = floats([width / head.size_wh[0], height / head.size_wh[1]])
    off = small - cheek_colour(head)
    far = np.hypot(off[..., 1], off[..., 2]) + 0.5 * np.abs(off[..., 0])
    middle = cv2.convexHull(head.at(MIDDLE_OF_FACE) * scale)[:, 0]
    marks = np.full(inside.shape, cv2.GC_PR_BGD, np.uint8)
    marks[far < LIKE_CHEEKS] = cv2.GC_PR_FGD
    marks[~inside] = cv2.GC_BGD
    marks[cover(floats(middle), (width, height)) > 0.5] = cv2.GC_FGD
    if not (marks == cv2.GC_BGD).any():  # both sides need a pixel to learn from
        marks[0, 0] = cv2.GC_BGD
    return marks


def _likely(head: Head, grown: Floats, lit: Floats) -> Floats:
    """1 on face, ears and neck; beyond them only where colour and smoothness are the cheeks'.

    Fair and grey hair has the colour of skin, but it is rougher, and of another hue.
    """
    face = head.oval > 0.5
    ears = (blur(head.oval, head.px(0.1)) > 0.15) & (_rows(head) > _eyes_y(head) - head.px(0.2))
    neck = _rows(head) > head.at(MOUTH_CORNERS)[:, 1].max()
    certain = face | ears | neck
    cheeks = cheek_colour(head)
    hue = np.hypot(head.smooth[..., 1] - cheeks[1], head.smooth[..., 2] - cheeks[2])
    gloss = (head.smooth[..., 0] > cheeks[0]) & (lit > 0.5)
    bare = ((hue < BALD_HUE) | gloss) & (head.rough < BALD_ROUGH)
    forehead = blur(head.oval, head.px(0.25)) > 0.12  # up to where hair begins
    bare |= forehead & (grown > 0.5) & (hue < 2 * BALD_HUE) & (head.rough < FOREHEAD_ROUGH)
    closed = blur((certain | bare).astype(np.float32), head.px(0.12)) > 0.5
    return (certain | closed).astype(np.float32)


def in_other_light(head: Head) -> Floats:
    """Skin in shade or with gloss, (H, W) 0..1: on the face, its ears, and gloss on a bald crown.

    In shade skin keeps its hue and loses little colour, where hair is greyer or rougher. In a
    grey photo there is none to be told.
    """
    cheeks = cheek_colour(head)
    chroma = float(np.hypot(cheeks[1], cheeks[2]))
    if chroma < GREY_BELOW:
        return np.zeros_like(head.light)
    light, a, b = (head.smooth[..., n] for n in range(3))
    along = (a * cheeks[1] + b * cheeks[2]) / chroma  # colour of the cheeks' hue
    aside = np.abs(a * cheeks[2] - b * cheeks[1]) / chroma
    share = np.clip(light / max(float(cheeks[0]), 1.0), 0, 1)
    near = blur(head.oval, head.px(0.1)) > 0.15
    shade = (
        (along > SHADE_KEEPS * chroma * share) & (light > BLACK_BELOW) & near & (head.rough < 1.5)
    )
    gloss = (along > GLOSS_KEEPS * chroma) & (light > cheeks[0]) & (head.rough < 1.0)
    same = (shade | gloss) & (aside < 0.35 * along + 2) & head.inside
    # where shade begins it is rough as well: small gaps are closed
    return floats(np.clip(blur(same.astype(np.float32), head.px(0.07)) * 4 - 1.2, 0, 1))
