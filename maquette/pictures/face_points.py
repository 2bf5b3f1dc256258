"""Places on MediaPipe's face mesh by name, and lengths between them.

What belongs here: which of the 478 points mean what, and what is measured along them. What does
not: whether a face will do (`face_checks`). Left and right are the picture's, as its viewer sees
them.
"""

from __future__ import annotations

import numpy as np

from maquette.types import Floats

LEFT_EYE, RIGHT_EYE = (33, 133), (263, 362)  # corners, the outer first
NOSE_TIP, CHIN, HAIRLINE = 4, 152, 10
LEFT_MOUTH, RIGHT_MOUTH = 61, 291
LEFT_EAR, RIGHT_EAR = 234, 454  # where the cheek meets it
LEFT_CHEEK, RIGHT_CHEEK = (50, 101, 205), (280, 330, 425)
# points on the left with those that mirror them
MIRRORED = (
    *((33, 263), (133, 362), (61, 291), (234, 454), (127, 356), (58, 288), (172, 397), (50, 280)),
)
MIDDLE = (1, 4, 10, 152, 168)  # on the line that halves a face


def eyes_xy(landmarks: Floats) -> Floats:
    """(2, 2): the middle of the left eye, then of the right one."""
    return np.stack([landmarks[list(eye), :2].mean(axis=0) for eye in (LEFT_EYE, RIGHT_EYE)])


def tilt_deg(landmarks: Floats) -> float:
    """How far the line through the eyes leans, clockwise."""
    across, down = eyes_xy(landmarks)[1] - eyes_xy(landmarks)[0]
    return float(np.degrees(np.arctan2(down, across)))


def width_px(landmarks: Floats) -> float:
    """From ear to ear, with the depth between them: the same however a head is turned."""
    return float(np.linalg.norm(landmarks[RIGHT_EAR] - landmarks[LEFT_EAR]))


def height_px(landmarks: Floats) -> float:
    """From chin to hairline, with the depth between them."""
    return float(np.linalg.norm(landmarks[HAIRLINE] - landmarks[CHIN]))
