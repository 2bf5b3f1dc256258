"""From a photo to a portrait and on to the head alone."""

import cv2
import numpy as np
import pytest

from maquette.engines import make
from maquette.errors import InputError
from maquette.pictures import face_points, portraits
from maquette.roles import StyleRequest
from maquette.types import Picture
from tests import drawn_faces
from tests.faces import Finder, astronaut, cat, egg, photo


class Given:
    """A segmenter that knows the answer."""

    def __init__(self, person):
        self.person = person

    def segment(self, pictures, prompts):
        """The map it was given, whatever the picture."""
        del pictures, prompts
        return [self.person]


def around(face):
    """A segmenter that sees a round head a third larger than its face, on a neck."""
    person = np.zeros((768, 768), np.float32)
    least, most = face.landmarks[:, :2].min(axis=0), face.landmarks[:, :2].max(axis=0)
    x, y = (round(float(v)) for v in (least + most) / 2)
    wide, high = (round(float(v) * 0.66) for v in most - least)
    cv2.ellipse(person, (x, y), (wide, high), 0, 0, 360, 1.0, -1)
    cv2.rectangle(person, (x - wide // 2, y), (x + wide // 2, 767), 1.0, -1)
    return Given(person)


def portrait_of(face, picture=None):
    """The portrait and the face in it."""
    made = portraits.find_face(picture or photo(face), face_finder=Finder(face))
    return made.outputs["portrait"], made.outputs["face"], made


@pytest.mark.parametrize(
    "face",
    [
        pytest.param(egg(width_px=150), id="level"),
        pytest.param(egg(width_px=150, tilt_deg=33), id="leaned right"),
        pytest.param(egg(width_px=110, tilt_deg=-20, centre_xy=(120, 250)), id="leaned left"),
    ],
)
def test_eyes_come_to_lie_level_in_their_place(face):
    """However the head was held, the portrait is laid out the same."""
    portrait, laid, _ = portrait_of(face)
    left, right = face_points.eyes_xy(laid.landmarks)
    assert (768, 768) == portrait.size_wh
    assert left[1] == pytest.approx(right[1], abs=0.5)
    assert 0.52 * 768 == pytest.approx(left[1], abs=1)
    assert 768 / 2.15 == pytest.approx(face_points.height_px(laid.landmarks), abs=1)
    assert 384 == pytest.approx((left[0] + right[0]) / 2, abs=20)
    assert 0 == laid.tilt_deg


def test_landmarks_stay_on_what_they_mark():
    """The dark discs of the photo's eyes lie under the portrait's eye corners."""
    portrait, laid, _ = portrait_of(egg(width_px=120, tilt_deg=20))
    light = portrait.rgba[..., :3].mean(axis=2)
    for x, y in laid.landmarks[[33, 133, 263, 362], :2]:
        assert light[int(y), int(x)] < 80
    assert light[int(laid.landmarks[4, 1]), int(laid.landmarks[4, 0])] > 120


def test_where_the_photo_ends_nothing_is_made_up():
    """What the photo does not show is see-through, and what it shows is opaque."""
    portrait, _, _ = portrait_of(egg(width_px=150, centre_xy=(200, 100)))
    alpha = portrait.rgba[..., 3]
    assert 0 == alpha[:40].max()
    assert 255 == alpha[400:700, 200:600].min()


def test_a_small_face_is_said_to_be_enlarged():
    """A face that had to grow much is named in a note; a large one is not."""
    *_, small = portrait_of(egg(width_px=95))
    *_, large = portrait_of(egg(width_px=250))
    assert any("enlarged" in note for note in small.notes)
    assert not any("enlarged" in note for note in large.notes)


def test_black_and_white_photos_are_said_to_be():
    """A grey photo is fine, and named."""
    face = egg(width_px=150)
    rgba = photo(face).rgba.copy()
    rgba[..., :3] = rgba[..., 1:2]
    *_, grey = portrait_of(face, Picture(rgba))
    *_, coloured = portrait_of(face)
    assert any("black and white" in note for note in grey.notes)
    assert not any("black and white" in note for note in coloured.notes)


def test_people_in_the_background_are_said_to_be_left_out():
    """A far smaller face does not stop the one in front."""
    face, far = egg(width_px=200), egg(width_px=40, centre_xy=(40, 40))
    made = portraits.find_face(photo(face), face_finder=Finder(face, far))
    assert any("background" in note for note in made.notes)


def test_an_unusable_face_makes_no_portrait():
    """The checks' own code comes through."""
    with pytest.raises(InputError, match="FACE_SMALL"):
        portrait_of(egg(width_px=50))


def test_the_same_photo_gives_the_same_bytes():
    """Nothing in a portrait or a cut-out is left to chance."""
    face = egg(width_px=150)
    first, again = (portrait_of(face)[0].rgba for _ in range(2))
    np.testing.assert_array_equal(first, again)
    portrait, laid, _ = portrait_of(face)
    heads = [
        portraits.cut_head(portrait, laid, segmenter=around(laid)).outputs["cutout"].rgba
        for _ in range(2)
    ]
    np.testing.assert_array_equal(*heads)


@pytest.fixture(scope="module")
def finder():
    """The real networks."""
    return make("yunet-mesh", role="FaceFinder")


def wearing(glasses):
    """The astronaut with spectacles painted on: eyes at (205, 102) and (246, 104)."""
    rgba = astronaut().rgba.copy()
    for x, y in ((205, 105), (246, 107)):
        cv2.ellipse(rgba, (x, y), (17, 13), 3, 0, 360, (25, 22, 25, 255), glasses, cv2.LINE_AA)
    return Picture(rgba)


def part(rows, columns):
    """Some of the astronaut's pixels."""
    return Picture(np.ascontiguousarray(astronaut().rgba[rows, columns]))


@pytest.mark.parametrize(
    ("taken", "code"),
    [
        pytest.param(cat, "FACE_NONE", id="a cat"),
        pytest.param(lambda: drawn_faces.portrait()[0], "FACE_NONE", id="a drawing"),
        pytest.param(lambda: wearing(cv2.FILLED), "FACE_COVERED", id="sunglasses"),
        pytest.param(lambda: part(slice(None), slice(205, None)), "FACE_CUT_OFF", id="at the edge"),
        pytest.param(lambda: part(slice(0, 512, 2), slice(0, 512, 2)), "FACE_SMALL", id="far away"),
    ],
)
def test_what_is_no_usable_face_is_refused(finder, taken, code):
    """Animals, drawings, covered, cut and far faces: each has its code and figures."""
    with pytest.raises(InputError, match=code) as caught:
        portraits.find_face(taken(), face_finder=finder)
    assert caught.value.details


def test_ordinary_glasses_pass(finder):
    """Frames with clear lenses hide nobody."""
    portraits.find_face(wearing(2), face_finder=finder)


def test_a_cartoon_of_a_person_is_a_drawing(finder, head):
    """What our own stylist drew of a photo has a sure face, and no grain."""
    _, face, cut = head
    request = StyleRequest(cut.outputs["cutout"], face, "toon", 0)
    (drawn,) = make("toon", role="Stylist").stylise([request])
    with pytest.raises(InputError, match="FACE_NONE") as caught:
        portraits.find_face(drawn, face_finder=finder)
    assert caught.value.details["flat_share"] > 0.3


@pytest.fixture(scope="module")
def head(finder):
    """The astronaut's portrait, face and cut-out, by the real networks."""
    segmenter = make("modnet", role="Segmenter")
    found = portraits.find_face(astronaut(), face_finder=finder).outputs
    cut = portraits.cut_head(found["portrait"], found["face"], segmenter=segmenter)
    return found["portrait"], found["face"], cut


def inner(face):
    """Its landmarks without those along the rim, where a head may end."""
    marks = face.landmarks[:, :2]
    middle = marks.mean(axis=0)
    return (middle + 0.9 * (marks - middle)).astype(int)


def test_head_hair_and_neck_are_kept(head):
    """All of the face, the hair around it and the neck below the chin."""
    _, face, cut = head
    alpha = cut.outputs["cutout"].rgba[..., 3]
    marks = inner(face)
    assert alpha[marks[:, 1], marks[:, 0]].min() > 250
    high = face_points.height_px(face.landmarks)
    eyes = face_points.eyes_xy(face.landmarks).mean(axis=0)
    for across, up in ((0, 0.75), (-0.5, 0.45), (0.5, 0.45)):
        x, y = int(eyes[0] + across * high), int(eyes[1] - up * high)
        assert alpha[y, x] > 200, (across, up)
    x, y = face.landmarks[face_points.CHIN, :2]
    assert alpha[int(y + 0.04 * high), int(x)] > 200


def test_backdrop_and_clothes_are_gone(head):
    """No suit, no flag, no backdrop; nothing at the portrait's edges."""
    _, face, cut = head
    alpha = cut.outputs["cutout"].rgba[..., 3]
    high = face_points.height_px(face.landmarks)
    chin = face.landmarks[face_points.CHIN]
    assert 0 == alpha[int(chin[1] + 0.3 * high) :].max()
    assert 0 == alpha[int(chin[1]), : int(chin[0] - 0.5 * high)].max()
    assert 0 == alpha[int(chin[1]), int(chin[0] + 0.5 * high) :].max()
    assert 0 == max(alpha[:5].max(), alpha[:, :5].max(), alpha[:, -5:].max())


def test_a_head_that_melts_into_its_surroundings_is_refused():
    """Where the segmenter sees no person there is no head to cut."""
    portrait, face, _ = portrait_of(egg(width_px=150))
    with pytest.raises(InputError, match="HEAD_UNCLEAR"):
        portraits.cut_head(portrait, face, segmenter=Given(np.full((768, 768), 0.2, np.float32)))


def tight(margin_px):
    """A portrait that shows the face and so much around it, and the face."""
    portrait, face, _ = portrait_of(egg(width_px=150))
    rgba = np.zeros_like(portrait.rgba)
    left, top = (face.landmarks[:, :2].min(axis=0) - margin_px).astype(int)
    right, bottom = (face.landmarks[:, :2].max(axis=0) + margin_px).astype(int)
    rgba[top:bottom, left:right] = portrait.rgba[top:bottom, left:right]
    return Picture(rgba), face


def test_a_photo_that_ends_all_around_is_refused():
    """A passport booth's square of face has no shape of a head."""
    portrait, face = tight(20)
    with pytest.raises(InputError, match="FACE_CUT_OFF") as caught:
        portraits.cut_head(portrait, face, segmenter=around(face))
    assert caught.value.details["cut_share"] > caught.value.details["cut_share_at_most"]


def test_a_cut_through_the_hair_is_noted(head):
    """A head that is cut flat on top is made, and said to be."""
    portrait, face, whole = head
    rgba = portrait.rgba.copy()
    rgba[: int(face.landmarks[face_points.HAIRLINE, 1]) - 20] = 0
    person = Given(whole.outputs["cutout"].rgba[..., 3].astype(np.float32) / 255)
    cut = portraits.cut_head(Picture(rgba), face, segmenter=person)
    assert any("cuts off" in note for note in cut.notes)
    assert not whole.notes
