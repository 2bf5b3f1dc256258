"""The crop all recognisers share."""

import numpy as np

from maquette.engines import face_vectors
from tests.faces import egg, photo


def test_five_places_land_where_recognisers_look():
    """However a face is leaned and sized, its five places come near the template's."""
    for face in (egg(), egg(width_px=180, tilt_deg=20), egg(width_px=60, tilt_deg=-35)):
        from maquette.pictures import face_crops

        five = face_vectors.five_xy(face)
        into = face_crops.fitted(five, face_vectors.FIVE_XY)
        there = face_crops.placed(np.pad(five, ((0, 0), (0, 1))), into)[:, :2]
        assert np.abs(there - face_vectors.FIVE_XY).max() < 8


def test_a_leaned_face_gives_the_crop_of_a_level_one():
    """The crop of a tilted face is upright."""
    level, leaned = egg(width_px=150), egg(width_px=150, tilt_deg=30)
    one = face_vectors.crop_112(photo(level), level).astype(int)
    other = face_vectors.crop_112(photo(leaned), leaned).astype(int)
    assert (112, 112, 3) == one.shape
    assert np.abs(one - other).mean() < 12


def test_vectors_have_length_one():
    """A vector of any size is brought to length one; nothing stays nothing."""
    np.testing.assert_allclose([0.6, 0.8], face_vectors.unit(np.array([[3, 4]], np.float32)))
    assert 0 == face_vectors.unit(np.zeros(3, np.float32)).max()
