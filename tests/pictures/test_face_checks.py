"""What makes a face unusable, on faces that no model made."""

import cv2
import numpy as np
import pytest

from maquette.errors import InputError
from maquette.pictures import face_checks
from maquette.types import Picture
from tests.faces import egg, photo

FACE = egg(width_px=150)


def refused(faces, picture=None):
    """The error these faces end in."""
    with pytest.raises(InputError) as caught:
        face_checks.the_face(faces, picture or photo(faces[0]))
    return caught.value


def blurred(picture, sigma_px):
    """The picture out of focus."""
    return Picture(cv2.GaussianBlur(picture.rgba, (0, 0), sigma_px))


def painted(face):
    """Its photo in a few plain colours."""
    rgba = cv2.GaussianBlur(photo(face).rgba, (0, 0), 2)
    return Picture((rgba // 48 * 48 + 24).astype(np.uint8) | np.uint8([0, 0, 0, 255]))


def with_glasses(face):
    """Its photo, with two dark discs over the eyes."""
    rgba = photo(face).rgba.copy()
    for x, y in face.landmarks[[230, 450], :2]:
        cv2.circle(rgba, (round(float(x)), round(float(y))), 24, (20, 20, 25, 255), -1)
    return Picture(rgba)


def test_a_good_face_is_taken():
    """The one face comes back, whoever else is small in the background."""
    far = egg(width_px=40, centre_xy=(40, 40))
    assert FACE is face_checks.the_face([FACE, far], photo(FACE))
    assert [far] == face_checks.behind([FACE, far])


@pytest.mark.parametrize(
    ("faces", "picture", "code"),
    [
        pytest.param([FACE, egg(width_px=60)], None, "FACE_SEVERAL", id="two"),
        pytest.param([egg(width_px=89)], None, "FACE_SMALL", id="small"),
        pytest.param([FACE], photo(FACE, gain=0.2), "FACE_DARK", id="dark"),
        pytest.param([FACE], photo(FACE, gain=3), "FACE_DARK", id="overexposed"),
        pytest.param([FACE], blurred(photo(FACE), 6), "FACE_BLURRED", id="blurred"),
        pytest.param([egg(width_px=150, turn_deg=31)], None, "FACE_TURNED", id="to the right"),
        pytest.param([egg(width_px=150, turn_deg=-50)], None, "FACE_TURNED", id="to the left"),
        pytest.param([egg(width_px=150, nod_deg=26)], None, "FACE_TURNED", id="up"),
        pytest.param([FACE], with_glasses(FACE), "FACE_COVERED", id="sunglasses"),
        pytest.param([egg(width_px=150, centre_xy=(60, 200))], None, "FACE_CUT_OFF", id="left"),
        pytest.param([egg(width_px=150, centre_xy=(200, 320))], None, "FACE_CUT_OFF", id="chin"),
        pytest.param([egg(score=0.4)], None, "FACE_NONE", id="a dog"),
        pytest.param([FACE], painted(FACE), "FACE_NONE", id="a drawing"),
    ],
)
def test_each_trouble_has_its_code(faces, picture, code):
    """Whatever is wrong ends in its own code, a way out, and figures for machines."""
    error = refused(faces, picture)
    assert (code, True) == (error.code, bool(error.fix))
    assert error.details, "a face's trouble has figures"
    assert all(isinstance(value, int | float | list) for value in error.details.values())


def test_nobody_at_all():
    """Without any face there is nothing to measure."""
    error = refused([], photo(FACE))
    assert ("FACE_NONE", 0.0) == (error.code, error.details["score"])


@pytest.mark.parametrize(
    ("face", "picture", "code"),
    [
        pytest.param(egg(width_px=150, score=0.03), photo(FACE, gain=0.2), "FACE_DARK", id="dark"),
        pytest.param(
            egg(width_px=150, score=0.03), blurred(photo(FACE), 6), "FACE_BLURRED", id="blurred"
        ),
        pytest.param(
            egg(width_px=150, score=0.01), blurred(photo(FACE), 6), "FACE_NONE", id="blurred cow"
        ),
        pytest.param(
            egg(width_px=150, score=0.2), with_glasses(FACE), "FACE_COVERED", id="sunglasses"
        ),
        pytest.param(
            egg(width_px=150, score=0.2, turn_deg=60), photo(FACE), "FACE_TURNED", id="profile"
        ),
        pytest.param(
            egg(width_px=150, score=0.01, turn_deg=60), photo(FACE), "FACE_NONE", id="dog"
        ),
    ],
)
def test_what_hides_a_person_is_said(face, picture, code):
    """A face that nobody is sure of tells why, where the photo shows it."""
    assert code == refused([face], picture).code


def test_hair_may_be_cut_off():
    """A photo that ends above the brows shows the face whole."""
    high = egg(width_px=150, centre_xy=(200, 60))
    assert high.landmarks[:, 1].min() < 0
    face_checks.check(high, photo(high))


def test_sharpness_falls_with_blur_and_not_with_size():
    """The measure is about a face, not about pixels."""
    sharp = face_checks.measured(FACE, photo(FACE)).sharpness
    soft = [face_checks.measured(FACE, blurred(photo(FACE), s)).sharpness for s in (1.5, 3, 6)]
    assert sharp > soft[0] > soft[1] > soft[2]
    large = egg(width_px=450, centre_xy=(600, 600))
    wide = cv2.resize(photo(FACE).rgba, (1200, 1200), interpolation=cv2.INTER_CUBIC)
    assert sharp == pytest.approx(face_checks.measured(large, Picture(wide)).sharpness, rel=0.35)


def test_a_leaned_face_measures_the_same():
    """Tilt is taken away before anything is measured."""
    leaned = egg(width_px=150, tilt_deg=25)
    level, turned = (face_checks.measured(f, photo(f)) for f in (FACE, leaned))
    assert level.width_px == pytest.approx(turned.width_px, rel=1e-3)
    assert level.brightness == pytest.approx(turned.brightness, rel=0.03)


def test_a_collapsed_mesh_is_measured():
    """478 points in one place are no division by nought."""
    point = egg(width_px=1e-3)
    assert np.isfinite(face_checks.measured(point, photo(FACE)).sharpness)
