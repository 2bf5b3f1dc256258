"""SVG: what a renderer that knows no animation shows is the first plate."""

import cv2
import numpy as np
import pytest
import resvg_py

from maquette.formats.svg import write
from tests.splined import SHOTS, iou, truth


@pytest.mark.parametrize("name", ["plain", "turning", "parts", "wide-pixels"])
def test_first_plate_is_drawn(name):
    """Resvg draws what the shapes cover, holes cut, hidden parts left out, pixels stretched."""
    shapes = SHOTS[name]
    picture = cv2.imdecode(
        np.frombuffer(bytes(resvg_py.svg_to_bytes(svg_string=write(shapes).decode())), np.uint8),
        cv2.IMREAD_UNCHANGED,
    )
    wide, high = shapes.size_wh
    assert (high, wide * shapes.pixel_aspect) == picture.shape[:2]
    drawn = cv2.resize(picture[..., 3], (wide, high), interpolation=cv2.INTER_AREA) / 255
    expected = np.maximum.reduce(truth(shapes, shapes.frames[0]))
    assert iou(expected > 0.5, drawn > 0.5) >= 0.98  # 8 % of these pixels are edge
