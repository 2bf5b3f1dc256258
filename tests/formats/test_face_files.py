"""Faces as JSON."""

import numpy as np
import pytest

from maquette.errors import FormatError
from maquette.formats import CODECS
from maquette.formats.face_files import read_face, write_face
from maquette.types import Face
from tests import zoo
from tests.faces import egg


def test_a_face_comes_back():
    """Landmarks to a hundredth of a pixel, angles and the score to four digits."""
    face = egg(score=0.98765, turn_deg=-12.5, nod_deg=3.25)
    again = read_face(write_face(face, zoo.provenance()))
    np.testing.assert_allclose(again.landmarks, face.landmarks, atol=0.006)
    assert (0.9877, -12.5, 3.25, 0.0) == (
        again.score,
        again.turn_deg,
        again.nod_deg,
        again.tilt_deg,
    )


def test_equal_faces_are_equal_bytes():
    """What was read writes the same file, and provenance leaves no mark."""
    first = write_face(egg(), zoo.provenance("one"))
    assert first == write_face(read_face(first), zoo.provenance("another"))


def test_the_store_keeps_faces():
    """The table of codecs knows the type."""
    assert "json" == CODECS[Face].suffix


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"[1, 2]", id="a list"),
        pytest.param(b'{"landmarks": [[1, 2, 3]], "score": 1}', id="one point"),
        pytest.param(b'{"score": 1}', id="no points"),
    ],
)
def test_other_bytes_are_refused(data):
    """What is no face of ours ends in a coded error."""
    with pytest.raises(FormatError, match="FACE_UNREADABLE"):
        read_face(data)
