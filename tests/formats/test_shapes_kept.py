"""Shapes between stages: what is handed out as JSON is read back as it was."""

import numpy as np
import pytest

from maquette.errors import FormatError
from maquette.formats.shapes_kept import read_shapes, write_shapes
from maquette.provenance import Provenance
from maquette.splines.model import outline_at
from tests.splined import SHOTS


@pytest.mark.parametrize("name", SHOTS)
def test_shapes_come_back(name):
    """Frame by frame the same outlines, to a ten-thousandth of a pixel."""
    shot = SHOTS[name]
    back = read_shapes(write_shapes(shot, Provenance()))
    assert (shot.size_wh, shot.rate, shot.frames) == (back.size_wh, back.rate, back.frames)
    for one, other in zip(shot.shapes, back.shapes, strict=True):
        assert (one.keys, one.mode, one.seen) == (other.keys, other.mode, other.seen)
        for frame in (shot.frames[0], shot.frames[1] - 0.5):
            left, right = outline_at(one, frame), outline_at(other, frame)
            assert np.allclose(left.points_xy, right.points_xy, atol=1e-2)
            assert np.allclose(left.out_xy, right.out_xy, atol=1e-2)


@pytest.mark.parametrize(
    "data", [b"", b"{}", b'{"size": 3}', b"[1]"], ids=["empty", "bare", "wrong", "list"]
)
def test_what_is_no_shapes_is_told(data):
    """With one code, whatever is wrong with it."""
    with pytest.raises(FormatError) as refused:
        read_shapes(data)
    assert "SHAPES_UNREADABLE" == refused.value.code
