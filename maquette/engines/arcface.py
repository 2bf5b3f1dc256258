"""ArcFace and its kin, from an ONNX file of your own: faces to vectors of one person.

No weights of this family may be handed on freely, so none are on the shelf. What belongs here:
the one way published files are fed. What does not: SFace, which the shelf has
(`maquette.engines.sface`).
"""

from __future__ import annotations

import os
import threading
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime

from maquette.engines import face_vectors
from maquette.engines.exports import sum_of
from maquette.errors import EngineError
from maquette.roles import EngineInfo, FaceRecogniser
from maquette.types import Face, Floats, Picture

VARIABLE = "MAQUETTE_ARCFACE_WEIGHTS"
ORDERS = ("rgb", "bgr")
# insightface's files want -1..1; that of the ONNX model zoo scales by itself and wants 0..255
RANGES = ("signed", "bytes")


def make(weights: str = "", order: str = "rgb", values: str = "signed") -> FaceRecogniser:
    """The recogniser, its weights not yet read.

    Args:
        weights: the ONNX file; MAQUETTE_ARCFACE_WEIGHTS where it is not named.
        order: of the channels that the file wants: ``rgb`` or ``bgr``.
        values: what it wants white to be: ``signed`` is 1 and black -1, ``bytes`` is 255 and 0.
    """
    if order not in ORDERS or values not in RANGES:
        raise EngineError(
            "ENGINE_SETTINGS",
            f"arcface knows no order={order!r} with values={values!r}",
            fix=f"order is one of {ORDERS}, values one of {RANGES}",
        )
    named = weights or os.environ.get(VARIABLE, "")
    if not named or not Path(named).is_file():
        raise EngineError(
            "ENGINE_NOT_INSTALLED",
            f"arcface has no weights: {Path(named).name!r} is no file" if named else
            f"arcface has no weights: {VARIABLE} is unset",
            fix=f"name an ArcFace ONNX file in {VARIABLE}, or use sface",
        )  # fmt: skip
    return ArcFace(Path(named), order=order, values=values)


class ArcFace:
    """Whatever the file answers a face with, at length one."""

    def __init__(self, path: Path, *, order: str, values: str) -> None:
        self._path = path
        self._order, self._values = order, values
        self._lock = threading.Lock()
        self._session: Any = None

    @property
    def info(self) -> EngineInfo:
        """Facts about the engine; asking reads the file's bytes once, for their sum."""
        return EngineInfo(
            "arcface",
            version="1",
            weights={self._path.name: self._sum},
            licences=("LicenseRef-yours",),
            config={"order": self._order, "values": self._values},
        )

    def recognise(self, picture: Picture, face: Face) -> Floats:
        """(D,) float32, length one."""
        rgb = face_vectors.crop_112(picture, face)
        seen = rgb if self._order == "rgb" else rgb[..., ::-1]
        fed = np.ascontiguousarray(seen.transpose(2, 0, 1)[None], np.float32)
        if self._values == "signed":
            fed = (fed - 127.5) / 127.5
        session = self._load()
        (vector, *_) = session.run(None, {session.get_inputs()[0].name: fed})
        return face_vectors.unit(vector)

    def close(self) -> None:
        """Free the network; the next call loads it anew."""
        with self._lock:
            self._session = None

    @cached_property
    def _sum(self) -> str:
        return sum_of(self._path)

    def _load(self) -> Any:
        with self._lock:
            if self._session is None:
                self._session = _open(self._path)
            return self._session


def _open(path: Path) -> Any:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = int(os.environ.get("OMP_NUM_THREADS") or 1)
    try:
        session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    except Exception as trouble:  # onnxruntime's errors have no common base
        first = str(trouble).partition("\n")[0][:160]
        raise EngineError(
            "ENGINE_SETTINGS", f"{path.name} is no ONNX model: {first}", fix=f"check {VARIABLE}"
        ) from trouble
    shape = session.get_inputs()[0].shape
    fits = len(shape) in (0, 4) and all(
        not isinstance(side, int) or side == wanted
        for side, wanted in zip(shape, (1, 3, 112, 112), strict=False)
    )
    if len(session.get_inputs()) != 1 or not fits:
        raise EngineError(
            "ENGINE_SETTINGS",
            f"{path.name} wants {shape}, where ArcFace is shown (1, 3, 112, 112)",
            fix=f"name an ArcFace model in {VARIABLE}",
        )
    return session
