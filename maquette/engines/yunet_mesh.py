"""Faces and their landmarks: YuNet finds boxes, MediaPipe's face mesh lays 478 points on each.

What belongs here: these two networks, and how far they bear each other out. What does not:
which face will do for an order (`maquette.pictures.face_checks`).

YuNet alone finds faces in dogs, and the mesh lays one on anything. A person's face stays where
it is when the picture is mirrored, and YuNet is surer of it once it is level and near: from these
two grows the score. Faces of dogs and drawings are handed out too, with a low one.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from maquette.engines.shelf import shelf_file, shelf_sums
from maquette.pictures import face_crops, face_points
from maquette.pictures.colours import over
from maquette.roles import EngineInfo, FaceFinder
from maquette.types import Bytes, Face, Floats, Picture

WHITE = (255, 255, 255)
# YuNet sees faces of some 30 to 500 px: it looks at the picture in two sizes, and in larger ones
# while it has seen no person.
LOOKS_PX = ((320, 640), (1280,), (2560,), (4096,))
SEEN_AT_LEAST = 0.5  # YuNet's own score
SAME_IOU = 0.4  # boxes that overlap more are one face
MOST_FACES = 12  # the largest: each takes 40 ms
MESH_PX = 256  # the mesh's one input size
MESH_ROOM = 1.5  # the square around a face by the face's longer side, as the mesh was taught
NEAR_PX, NEAR_ROOM = 320, 2.4  # what YuNet is shown of a face once that is level
LEAST_SIDE_PX = 8.0
# A dark photo is brightened for the eyes of both networks, its landmarks are the same.
BRIGHT, MOST_GAIN = 200, 8.0
# If the mesh's depth is believed, a level head looks down by so much: the median of 50 portraits.
NOD_OF_LEVEL_DEG = -6.0
# where people end and their look-alikes begin, and how soft that is; see `_score`
NEAR_OF_PERSON, NEAR_SPREAD = 0.908, 0.006
ASTRAY_OF_PERSON, ASTRAY_SPREAD = 0.045, 0.008
PERSON = 0.5


def make() -> FaceFinder:
    """The finder, its weights not yet read."""
    return YunetMesh()


@dataclass(frozen=True)
class Square:
    """A square that a face fills, in pixels of the picture."""

    centre_xy: tuple[float, float]
    side_px: float
    tilt_deg: float

    def into(self, out_px: int, *, room: float) -> face_crops.Transform:
        """The way to a level crop that has so many times the square's side."""
        scale = out_px / (self.side_px * room)
        level = face_crops.around(self.centre_xy, tilt_deg=self.tilt_deg, scale=scale)
        return face_crops.moved(level, (out_px / 2, out_px / 2))


class YunetMesh:
    """People, and whatever looks like them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loaded: _Networks | None = None

    @property
    def info(self) -> EngineInfo:
        """Facts about the engine; asking loads nothing."""
        return EngineInfo(
            "yunet-mesh",
            version="1",
            weights={**shelf_sums("yunet"), **shelf_sums("face-mesh")},
            licences=("MIT", "Apache-2.0"),
        )

    def find(self, picture: Picture) -> list[Face]:
        """Every face, the largest first; people score 0.5 and more, their look-alikes less.

        See-through pixels are seen on white.
        """
        with self._lock:  # an OpenCV network keeps its last input: one picture at a time
            if self._loaded is None:
                self._loaded = _Networks()
            return _found(picture, self._loaded)

    def close(self) -> None:
        """Free both networks; the next call loads them anew."""
        with self._lock:
            self._loaded = None


class _Networks:
    """The two networks, read from the shelf."""

    def __init__(self) -> None:
        boxes, points = shelf_file("yunet"), shelf_file("face-mesh")
        with quiet():
            self._boxes: Any = cv2.FaceDetectorYN.create(str(boxes), "", (NEAR_PX, NEAR_PX))
        self._boxes.setScoreThreshold(SEEN_AT_LEAST)
        # OpenCV's newer engine needs three runs for the three outputs of this net
        self._mesh: Any = cv2.dnn.readNetFromTFLite(str(points), cv2.dnn.ENGINE_CLASSIC)

    def detect(self, bgr: Bytes) -> Floats:
        """(N, 15): box x, y, width, height, five points, score."""
        height, width = bgr.shape[:2]
        self._boxes.setInputSize((width, height))
        found = self._boxes.detect(_brightened(bgr))[1]
        return np.zeros((0, 15), np.float32) if found is None else np.asarray(found, np.float32)

    def lay(self, bgr: Bytes) -> Floats:
        """(478, 3) in the pixels of a crop; z grows away from the viewer."""
        size_wh = (MESH_PX, MESH_PX)
        self._mesh.setInput(cv2.dnn.blobFromImage(_brightened(bgr), 1 / 255, size_wh, swapRB=True))
        return np.array(self._mesh.forward("Identity"), np.float32).reshape(478, 3)


@contextmanager
def quiet() -> Iterator[None]:
    """Without the warning about a target that OpenCV's readers of faces print; none was chosen."""
    level = cv2.utils.logging.getLogLevel()
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_ERROR)
    try:
        yield
    finally:
        cv2.utils.logging.setLogLevel(level)


def _found(picture: Picture, networks: _Networks) -> list[Face]:
    faces: list[Face] = []
    for sides_px in LOOKS_PX:
        if faces and min(sides_px) > max(picture.size_wh):
            break  # a larger look would see the same pixels again
        seen = [_look(picture, box, networks) for box in _boxes(picture, sides_px, networks)]
        faces = _apart([face for face in seen if face is not None])
        if any(face.score >= PERSON for face in faces):
            break
    return faces


def _apart(faces: list[Face]) -> list[Face]:
    """Each face once: the mesh may slide from two boxes onto one face."""
    kept: list[Face] = []
    for face in sorted(faces, key=lambda one: -one.score):
        middle = face.landmarks[:, :2].mean(axis=0)
        off = [np.linalg.norm(one.landmarks[:, :2].mean(axis=0) - middle) for one in kept]
        wide = [face_points.width_px(one.landmarks) for one in kept]
        if all(apart > half for apart, half in zip(off, np.array(wide) / 2, strict=True)):
            kept.append(face)
    return sorted(kept, key=lambda one: -face_points.width_px(one.landmarks))


def _boxes(picture: Picture, sides_px: Sequence[int], networks: _Networks) -> list[Square]:
    """Where YuNet sees faces, each once, the largest first."""
    rows: list[Floats] = []
    for side_px in sides_px:
        scale = min(1.0, side_px / max(picture.size_wh))
        size_wh = [max(1, round(length * scale)) for length in picture.size_wh]
        small = cv2.resize(picture.rgba, size_wh, interpolation=cv2.INTER_AREA)
        found = networks.detect(_bgr(Picture(np.asarray(small, np.uint8))))
        rows += [np.append(row[:14] / scale, row[14]) for row in found]
    kept: list[Floats] = []
    for row in sorted(rows, key=lambda row: -row[14]):
        if all(_overlap(row, other) < SAME_IOU for other in kept):
            kept.append(row)
    kept.sort(key=lambda row: -max(row[2], row[3]))
    return [_square_of_box(row) for row in kept[:MOST_FACES]]


def _overlap(one: Floats, other: Floats) -> float:
    wide = min(one[0] + one[2], other[0] + other[2]) - max(one[0], other[0])
    high = min(one[1] + one[3], other[1] + other[3]) - max(one[1], other[1])
    shared = max(float(wide), 0.0) * max(float(high), 0.0)
    return shared / float(one[2] * one[3] + other[2] * other[3] - shared)


def _square_of_box(row: Floats) -> Square:
    left, top, width, height = (float(value) for value in row[:4])
    across, down = (float(value) for value in row[6:8] - row[4:6])  # from eye to eye
    tilt_deg = math.degrees(math.atan2(down, across))
    return Square((left + width / 2, top + height / 2), max(width, height), tilt_deg)


def _square_of_points(landmarks: Floats) -> Square:
    tilt_deg = face_points.tilt_deg(landmarks)
    level = face_crops.around((0, 0), tilt_deg=tilt_deg, scale=1)
    upright = face_crops.placed(landmarks, level)[:, :2]
    least, most = upright.min(axis=0), upright.max(axis=0)
    x, y = face_crops.inverse(level)[:, :2] @ ((least + most) / 2)
    return Square((float(x), float(y)), float((most - least).max()), tilt_deg)


def _look(picture: Picture, box: Square, networks: _Networks) -> Face | None:
    """The face in a box, or None where the mesh collapses."""
    rough, _ = _landmarks(picture, box, networks, mirrored=False)
    square = _square_of_points(rough)
    if square.side_px < LEAST_SIDE_PX:
        return None
    landmarks, astray = _landmarks(picture, square, networks, mirrored=True)
    near = _near(picture, square, networks)
    turn_deg, nod_deg = _turn_and_nod_deg(landmarks)
    score = _score(near=near, astray=astray)
    return Face(landmarks, score, turn_deg, nod_deg, face_points.tilt_deg(landmarks))


def _landmarks(
    picture: Picture, square: Square, networks: _Networks, *, mirrored: bool
) -> tuple[Floats, float]:
    """The mesh's points in the picture; and how far they stray in a mirror, by the face's width."""
    into = square.into(MESH_PX, room=MESH_ROOM)
    crop = _bgr(face_crops.cropped(picture, into, side_px=MESH_PX))
    points = networks.lay(crop)
    astray = 0.0
    if mirrored:
        astray = _astray(points, networks.lay(np.ascontiguousarray(crop[:, ::-1])))
    points[:, 2] *= -1  # the mesh counts away from the viewer
    return face_crops.placed(points, face_crops.inverse(into)), astray


def _astray(points: Floats, in_mirror: Floats) -> float:
    left, right = np.array(face_points.MIRRORED).T
    here = np.concatenate([left, right, face_points.MIDDLE])
    there = np.concatenate([right, left, face_points.MIDDLE])
    again = in_mirror[there, :2] * (-1, 1) + (MESH_PX, 0)
    apart_px = np.linalg.norm(points[here, :2] - again, axis=1).mean()
    return float(apart_px) / max(face_points.width_px(points), 1.0)


def _near(picture: Picture, square: Square, networks: _Networks) -> float:
    """YuNet's score of the face once it is level and of a good size."""
    into = square.into(NEAR_PX, room=NEAR_ROOM)
    found = networks.detect(_bgr(face_crops.cropped(picture, into, side_px=NEAR_PX)))
    off = np.hypot(*(found[:, :2] + found[:, 2:4] / 2 - NEAR_PX / 2).T)
    return float(found[off < NEAR_PX / NEAR_ROOM / 2, 14].max(initial=0.0))


def _bgr(picture: Picture) -> Bytes:
    return np.ascontiguousarray(over(picture, WHITE)[..., ::-1])


def _brightened(bgr: Bytes) -> Bytes:
    """The same with its brightest hundredth made bright, where it is dark."""
    gain = min(BRIGHT / max(float(np.percentile(bgr, 99)), 1.0), MOST_GAIN)
    return bgr if gain <= 1 else np.asarray(cv2.convertScaleAbs(bgr, alpha=gain), np.uint8)


def _turn_and_nod_deg(landmarks: Floats) -> tuple[float, float]:
    """Which way the face looks, from its landmarks' own depth."""
    upright = landmarks * (1, -1, 1)  # y up
    left, right = np.array(face_points.MIRRORED).T
    across = (upright[right] - upright[left]).mean(axis=0)
    up = upright[face_points.HAIRLINE] - upright[face_points.CHIN]
    x, y, z = np.cross(across, up)
    turn_deg = math.degrees(math.atan2(x, z))
    nod_deg = math.degrees(math.atan2(y, math.hypot(x, z))) - NOD_OF_LEVEL_DEG
    return turn_deg, nod_deg


def _score(*, near: float, astray: float) -> float:
    """0..1: how far the two networks agree that this is a person.

    Measured on 60 faces of people, sharp and lit, turned by up to 30 degrees: near 0.918 to
    0.949, astray at most 0.018. Of 20 dogs the best reaches 0.887 and 0.017, of 84 drawn people
    0.902 and 0.032.
    """
    return _step(near - NEAR_OF_PERSON, NEAR_SPREAD) * _step(
        ASTRAY_OF_PERSON - astray, ASTRAY_SPREAD
    )


def _step(beyond: float, spread: float) -> float:
    return 1 / (1 + math.exp(-beyond / spread))
