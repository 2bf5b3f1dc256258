"""What recognisers of faces share: the level crop of 112 px they were all taught with.

What belongs here: five places of a face, and the crop they lead to. What does not: any network.
"""

from __future__ import annotations

import numpy as np

from maquette.engines.yunet_mesh import WHITE
from maquette.pictures import face_crops, face_points
from maquette.pictures.colours import over
from maquette.types import Bytes, Face, Floats, Picture

SIDE_PX = 112
# Where ArcFace's authors put both eyes, the nose and the corners of the mouth; SFace kept to it.
FIVE_XY = np.array(
    [
        (38.2946, 51.6963),
        (73.5318, 51.5014),
        (56.0252, 71.7366),
        (41.5493, 92.3655),
        (70.7299, 92.2041),
    ],
    np.float32,
)


def crop_112(picture: Picture, face: Face) -> Bytes:
    """(112, 112, 3) RGB; see-through pixels are seen on white."""
    into = face_crops.fitted(five_xy(face), FIVE_XY)
    return over(face_crops.cropped(picture, into, side_px=SIDE_PX), WHITE)


def five_xy(face: Face) -> Floats:
    """(5, 2): left eye, right eye, tip of the nose, left and right corner of the mouth."""
    singles = [face_points.NOSE_TIP, face_points.LEFT_MOUTH, face_points.RIGHT_MOUTH]
    return np.concatenate([face_points.eyes_xy(face.landmarks), face.landmarks[singles, :2]])


def unit(vector: Floats) -> Floats:
    """The vector at length one."""
    flat = np.asarray(vector, np.float32).ravel()
    return flat / max(float(np.linalg.norm(flat)), 1e-12)
