"""SFace: faces to vectors that lie close together for one person. On the CPU, without torch.

What belongs here: this one network. What does not: what likeness is enough, which its user says;
its makers call two photos one person's from a cosine of 0.363.
"""

from __future__ import annotations

import threading
from typing import Any

import cv2
import numpy as np

from maquette.engines import face_vectors
from maquette.engines.shelf import shelf_file, shelf_sums
from maquette.engines.yunet_mesh import quiet
from maquette.roles import EngineInfo, FaceRecogniser
from maquette.types import Face, Floats, Picture


def make() -> FaceRecogniser:
    """The recogniser, its weights not yet read."""
    return SFace()


class SFace:
    """128 numbers a face."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._network: Any = None

    @property
    def info(self) -> EngineInfo:
        """Facts about the engine; asking loads nothing."""
        return EngineInfo(
            "sface", version="1", weights=shelf_sums("sface"), licences=("Apache-2.0",)
        )

    def recognise(self, picture: Picture, face: Face) -> Floats:
        """(128,) float32, length one."""
        rgb = face_vectors.crop_112(picture, face)
        with self._lock:  # an OpenCV network keeps its last input: one face at a time
            if self._network is None:
                with quiet():
                    self._network = cv2.FaceRecognizerSF.create(str(shelf_file("sface")), "")
            return face_vectors.unit(self._network.feature(np.ascontiguousarray(rgb[..., ::-1])))

    def close(self) -> None:
        """Free the network; the next call loads it anew."""
        with self._lock:
            self._network = None
