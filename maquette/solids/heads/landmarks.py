"""Landmarks: which of a face mesh's 478 points a head is made by.

What belongs here: the numbers of MediaPipe's mesh and the places they give. What does not:
finding them. Left and right are the person's own, so left is on the right side of a picture.
"""

from __future__ import annotations

import numpy as np

from maquette.types import Floats

GROUPS = {
    "left_eye": (263, 362),
    "right_eye": (33, 133),
    "nose_tip": (4,),
    "left_mouth_corner": (291,),
    "right_mouth_corner": (61,),
    "chin": (152,),
}
TOP, CHIN = 10, 152
SIDES = (454, 234)  # where the cheeks meet the ears, the left one first
BROWS = (105, 334)
LIPS = (13, 14)
OVAL = (
    *(10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377),
    *(152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109),
)
SKIN = (50, 101, 118, 205, 36, 280, 330, 347, 425, 266, 9, 151, 108, 337, 5, 195)  # of most faces
FACE_POINTS = 468  # the irises come after them
# outlines: the right one first; eyes from their outer corners over the upper lids
EYES = (
    (33, 246, 161, 160, 159, 158, 157, 173, 133, 155, 154, 153, 145, 144, 163, 7),
    (263, 466, 388, 387, 386, 385, 384, 398, 362, 382, 381, 380, 374, 373, 390, 249),
)
IRISES = ((468, 469, 470, 471, 472), (473, 474, 475, 476, 477))  # the middle first
BROW_OUTLINES = (
    (70, 63, 105, 66, 107, 55, 65, 52, 53, 46),
    (300, 293, 334, 296, 336, 285, 295, 282, 283, 276),
)
# below the eyes, beside the nose, above the lines to the mouth
CHEEKS = ((117, 118, 119, 100, 36, 205, 187, 123), (346, 347, 348, 329, 266, 425, 411, 352))
NOSE = (168, 188, 198, 129, 98, 2, 327, 358, 420, 412)  # from its root down its right side
# from the right corner over the upper lip
MOUTH = (
    *(61, 185, 40, 39, 37, 0, 267, 269, 270, 409),
    *(291, 375, 321, 405, 314, 17, 84, 181, 91, 146),
)
MOUTH_INNER = (
    *(78, 191, 80, 81, 82, 13, 312, 311, 310, 415),
    *(308, 324, 318, 402, 317, 14, 87, 178, 88, 95),
)


def places(landmarks: Floats) -> Floats:
    """(6, D) one place for each of `GROUPS`, in their order."""
    rows = [landmarks[list(which)].mean(axis=0) for which in GROUPS.values()]
    return np.stack(rows).astype(np.float32)
