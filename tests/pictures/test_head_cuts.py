"""Which pixels of a drawn portrait are head, where the answer is known."""

import cv2
import numpy as np
import pytest

from maquette.pictures import head_cuts
from maquette.types import Face, Picture
from tests.faces import egg


def test_long_hair_is_kept_beside_the_neck():
    """Locks of the hair's own colour stay where a collar goes."""
    face = laid_face()
    assert head_cuts.head_alpha(*drawn_head(face, locks=True))[520, 240] > 0.8
    assert head_cuts.head_alpha(*drawn_head(face, locks=False))[640, 250] < 0.2


@pytest.mark.parametrize(
    "suit", [pytest.param((25, 30, 60), id="dark"), pytest.param((240, 240, 245), id="white")]
)
def test_clothes_go_and_the_neck_stays(suit):
    """Beside the neck nothing is left, be the collar dark or as white as teeth."""
    alpha = head_cuts.head_alpha(*drawn_head(laid_face(), locks=False, suit=suit))
    assert alpha[650, 384] > 0.8
    assert max(alpha[690, 250], alpha[690, 520]) < 0.1


def test_hair_wider_than_the_arc_ends_without_a_step():
    """Where the arc under the neck begins it is as wide as the head."""
    portrait, face, person = drawn_head(laid_face(), locks=False)
    cv2.ellipse(person, (384, 400), (300, 220), 0, 0, 360, 1.0, -1)
    alpha = head_cuts.head_alpha(portrait, face, person)
    edges = [np.flatnonzero(row > 0.5)[0] for row in alpha[360:440]]
    assert max(abs(np.diff(edges))) < 6


def test_a_hole_in_the_hair_is_closed():
    """Through hair one sees a head; through the arms of a chair one does not."""
    portrait, face, person = drawn_head(laid_face(), locks=False)
    cv2.circle(person, (384, 230), 12, 0.0, -1)
    assert head_cuts.head_alpha(portrait, face, person)[230, 384] > 0.9


def test_what_hangs_by_a_thread_is_gone():
    """A speck of backdrop beside the hair is no head."""
    portrait, face, person = drawn_head(laid_face(), locks=False)
    cv2.circle(person, (660, 250), 25, 1.0, -1)
    cv2.line(person, (560, 280), (660, 250), 1.0, 3)
    assert 0 == head_cuts.head_alpha(portrait, face, person)[250, 660]


def test_where_the_photo_ends_there_is_no_head():
    """Nothing is made up beyond the photo, not even within the face."""
    portrait, face, person = drawn_head(laid_face(), locks=False)
    cut = portrait.rgba.copy()
    cut[:, 450:] = 0
    alpha = head_cuts.head_alpha(Picture(cut), face, person)
    assert (0, True) == (alpha[:, 450:].max(), bool(alpha[442, 384] > 0.9))


def laid_face() -> Face:
    """A face where portraits have it."""
    return egg(width_px=286, centre_xy=(384, 442))


def drawn_head(face, *, locks, suit=(25, 30, 60)):
    """A head of plain colours on a suit, its face, and where it is: with long hair, or short."""
    skin, hair = (215, 170, 140), (120, 60, 20)
    rgb = np.full((768, 768, 3), 240, np.uint8)
    person = np.zeros((768, 768), np.uint8)
    for canvas, one in ((rgb, suit), (person, 1)):
        cv2.ellipse(canvas, (384, 800), (330, 190), 0, 0, 360, one, -1)
    top, sides = (384, 340), (200, 190)
    for canvas, one in ((rgb, hair), (person, 1)):
        cv2.ellipse(canvas, top, sides, 0, 180, 360, one, -1)
        if locks:
            cv2.rectangle(canvas, (190, 340), (578, 640), one, -1)
    for canvas, one in ((rgb, skin), (person, 1)):
        cv2.rectangle(canvas, (330, 560), (438, 660), one, -1)
        hull = cv2.convexHull(np.rint(face.landmarks[:, :2]).astype(np.int32))
        cv2.fillConvexPoly(canvas, hull, one)
    opaque = np.full((768, 768), 255, np.uint8)
    return Picture(np.dstack([rgb, opaque])), face, person.astype(np.float32)
