"""The face finder with its real networks, on a public-domain photo and on drawings."""

import cv2
import numpy as np
import pytest

from maquette.engines import make
from maquette.errors import EngineError
from maquette.pictures import face_points
from maquette.types import Picture
from tests.engine_contract import check_engine
from tests.faces import astronaut


@pytest.fixture(scope="module")
def finder():
    """The engine, loaded once."""
    return make("yunet-mesh", role="FaceFinder")


@pytest.fixture(scope="module")
def face(finder):
    """The astronaut's face."""
    (found,) = finder.find(astronaut())
    return found


def opaque(rgb):
    """A picture without transparency."""
    return Picture(np.dstack([rgb, np.full(rgb.shape[:2], 255, np.uint8)]).astype(np.uint8))


def drawn():
    """Two eyes, a nose and a mouth in a disc: what a child draws."""
    canvas = np.full((400, 400, 3), 255, np.uint8)
    cv2.circle(canvas, (200, 200), 130, (250, 205, 170), -1)
    for x in (150, 250):
        cv2.circle(canvas, (x, 170), 16, (60, 40, 30), -1)
    cv2.ellipse(canvas, (200, 240), (60, 35), 0, 0, 180, (180, 60, 60), 6)
    return opaque(canvas)


def test_it_keeps_the_contract(finder):
    """The engine plays its role and says what it loads."""
    check_engine(finder, name="yunet-mesh")
    assert {"face_detection_yunet_2023mar.onnx", "face_landmarks_detector.tflite"} == set(
        finder.info.weights
    )


def test_missing_weights_say_what_to_run(tmp_path, monkeypatch):
    """On an empty shelf the first use fails with the command that fetches them."""
    monkeypatch.setenv("MAQUETTE_SHELF", str(tmp_path))
    with pytest.raises(EngineError, match=r"MODEL_MISSING.*maquette shelf fetch yunet"):
        make("yunet-mesh", role="FaceFinder").find(astronaut())


def test_one_person_is_found(face):
    """The face is sure, upright, and looks into the camera."""
    assert face.score > 0.9
    assert 85 < face_points.width_px(face.landmarks) < 97
    assert max(abs(face.turn_deg), abs(face.nod_deg), abs(face.tilt_deg)) < 15


def test_landmarks_lie_on_the_features(face):
    """Eyes, nose and mouth are where a person sees them in the photo."""
    left, right = face_points.eyes_xy(face.landmarks)
    np.testing.assert_allclose([left, right], [(205, 102), (246, 104)], atol=3)
    np.testing.assert_allclose(face.landmarks[face_points.NOSE_TIP, :2], (224, 127), atol=3)
    mouth = face.landmarks[[face_points.LEFT_MOUTH, face_points.RIGHT_MOUTH], :2]
    np.testing.assert_allclose(mouth[:, :2], [(203, 139), (245, 141)], atol=3)


def test_depth_grows_towards_the_viewer(face):
    """The tip of the nose is nearer than both ears."""
    z = face.landmarks[:, 2]
    assert z[face_points.NOSE_TIP] > max(z[face_points.LEFT_EAR], z[face_points.RIGHT_EAR]) + 20


def test_a_mirrored_photo_gives_mirrored_angles(finder, face):
    """Turn and tilt change their sign, the nod stays."""
    (other,) = finder.find(Picture(np.ascontiguousarray(astronaut().rgba[:, ::-1])))
    assert -face.turn_deg == pytest.approx(other.turn_deg, abs=3)
    assert -face.tilt_deg == pytest.approx(other.tilt_deg, abs=2)
    assert face.nod_deg == pytest.approx(other.nod_deg, abs=3)


@pytest.mark.parametrize("tilt_deg", [-30, 30])
def test_a_leaned_head_is_found_with_its_tilt(finder, face, tilt_deg):
    """A photo turned clockwise gives a face that leans clockwise."""
    turned = cv2.getRotationMatrix2D((225, 130), -tilt_deg, 1)
    (found,) = finder.find(Picture(cv2.warpAffine(astronaut().rgba, turned, (512, 512))))
    assert face.tilt_deg + tilt_deg == pytest.approx(found.tilt_deg, abs=3)
    assert found.score > 0.5


def test_size_does_not_matter(finder, face):
    """A face that fills its picture and a small one in a large photo are the same face."""
    close = Picture(np.ascontiguousarray(astronaut().rgba[50:180, 165:285]))
    large = cv2.resize(close.rgba, None, fx=6, fy=6, interpolation=cv2.INTER_CUBIC)
    far = np.full((1500, 2400, 4), 255, np.uint8)
    far[500:1012, 900:1412] = astronaut().rgba
    for picture, scale, corner in (
        (close, 1, (165, 50)),
        (Picture(large), 6, (165, 50)),
        (Picture(far), 1, (-900, -500)),
    ):
        (found,) = finder.find(picture)
        back = found.landmarks[:, :2] / scale + corner
        assert np.linalg.norm(back - face.landmarks[:, :2], axis=1).mean() < 2, picture.size_wh


def test_two_people_are_two_faces_the_larger_first(finder, face):
    """Faces beside each other are both found."""
    half = cv2.resize(astronaut().rgba, (384, 384), interpolation=cv2.INTER_AREA)
    both = np.full((512, 896, 4), 255, np.uint8)
    both[:384, :384], both[:, 384:] = half, astronaut().rgba
    first, second = finder.find(Picture(both))
    widths = [face_points.width_px(one.landmarks) for one in (first, second)]
    whole = face_points.width_px(face.landmarks)
    assert widths == pytest.approx([whole, 0.75 * whole], rel=0.04)


def test_light_does_not_matter_much(finder, face):
    """The same landmarks at a fifth of the light."""
    (found,) = finder.find(opaque(astronaut().rgba[..., :3] // 5))
    assert np.linalg.norm(found.landmarks - face.landmarks, axis=1).mean() < 2
    assert found.score > 0.5


def test_drawn_faces_score_low(finder):
    """A child's drawing is no person."""
    assert all(found.score < 0.5 for found in finder.find(drawn()))


@pytest.mark.parametrize(
    "picture",
    [
        pytest.param(opaque(np.full((64, 64, 3), 200)), id="blank"),
        pytest.param(opaque(np.zeros((40, 900, 3))), id="black strip"),
        pytest.param(Picture(np.zeros((1, 1, 4), np.uint8)), id="one clear pixel"),
    ],
)
def test_nothing_is_found_in_nothing(finder, picture):
    """Plain pictures of any shape hold no face, and are no error."""
    assert [] == finder.find(picture)


def test_see_through_pixels_are_seen_on_white(finder):
    """A face under full transparency is not there."""
    hidden = astronaut().rgba.copy()
    hidden[..., 3] = 0
    assert [] == finder.find(Picture(hidden))


def test_it_works_again_after_closing(finder, face):
    """Closing frees the networks; the next call gives the same bytes."""
    finder.close()
    (again,) = finder.find(astronaut())
    np.testing.assert_array_equal(face.landmarks, again.landmarks)
    assert face.score == again.score
