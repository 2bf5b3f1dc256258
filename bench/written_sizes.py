"""Whether a print is as large as it was ordered, in every format, for every reader.

What belongs here: sizes ordered, written and read again. What does not: the shape of anything.
"""

from __future__ import annotations

import io
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.figures import Figure
from maquette.formats.models import read_model
from maquette.formats.print_files import write_print
from maquette.roles import Mender
from maquette.solids.normalising import normalise
from maquette.solids.sizing import size_up
from maquette.types import File, Mesh
from tests import damage
from tests.judges.slicers import PRUSA, prusa_info

FORMATS = ["stl", "3mf", "glb", "obj"]
BOUND_MM = 0.01
INCH_MM = 25.4


@dataclass(frozen=True)
class Ordered:
    """A size in an order, and the sides that it fixes."""

    name: str
    asked: Mapping[str, Any]
    sides_mm: Mapping[str, float] = field(default_factory=dict[str, float])
    factor: float = 0.0


ORDERS = (
    Ordered("as it is", {}, factor=1.0),
    Ordered("2.5 times", {"scale_factor": 2.5}, factor=2.5),
    Ordered("a hundredth", {"scale_factor": 0.01}, factor=0.01),
    Ordered("x 80", {"target_mm": {"x": 80.0}}, {"x": 80.0}),
    Ordered("z 3 in", {"target_mm": {"z": 3 * INCH_MM}}, {"z": 3 * INCH_MM}),
    Ordered("y 1/3", {"target_mm": {"y": 1 / 3}}, {"y": 1 / 3}),
    Ordered(
        "x 60 y 33.3 z 90",
        {"target_mm": {"x": 60.0, "y": 33.3, "z": 90.0}, "proportions": "stretch"},
        {"x": 60.0, "y": 33.3, "z": 90.0},
    ),
    Ordered("x 1234.567", {"target_mm": {"x": 1234.567}}, {"x": 1234.567}),
)


def size_rows(mender: Mender) -> Iterator[Figure]:
    """The largest error of each reader of each format, over all orders and solids."""
    del mender
    worst: dict[str, tuple[float, str]] = {}
    for name, solid in damage.good_ones().items():
        standard = normalise(solid)
        model_mm = standard.params["model_mm"]
        for order in ORDERS:
            made = size_up(standard.outputs["solid"], model_mm=model_mm, **order.asked)
            wanted = order.sides_mm or {
                side: length * order.factor for side, length in zip("xyz", model_mm, strict=True)
            }
            for reader, size in sizes(made.outputs["print"]):
                error = max(abs(size["xyz".index(side)] - mm) for side, mm in wanted.items())
                if error >= worst.get(reader, (-1.0, ""))[0]:
                    worst[reader] = (error, f"worst: {name}, {order.name}")
    for reader, (error, note) in worst.items():
        yield Figure(f"size_{reader}", round(float(error), 6), "mm", BOUND_MM, note=note)


def sizes(sized: Mesh) -> Iterator[tuple[str, NDArray[np.float64]]]:
    """Reader and format -> x, y, z in print axes, as read again from each file."""
    files = write_print(sized, formats=FORMATS, title="size").outputs
    for ending in FORMATS:
        data = files[f"file/{ending}"].data
        again = read_model(File(data, ending), model_name=f"print.{ending}").outputs["model"]
        yield f"{ending}_own", np.ptp(again.points, axis=0)[[0, 2, 1]].astype(float) * 1000
        if ending != "3mf":
            yield f"{ending}_trimesh", _trimesh_mm(data, ending)
        if ending != "glb" and shutil.which(PRUSA):
            yield f"{ending}_prusa", _prusa_mm(data, ending)


def _trimesh_mm(data: bytes, ending: str) -> NDArray[np.float64]:
    """GLB is in metres and y up; the others are as they are printed."""
    import trimesh

    read = trimesh.load(io.BytesIO(data), file_type=ending, force="mesh", process=False)
    extents = np.asarray(read.extents, float)
    return extents[[0, 2, 1]] * 1000 if ending == "glb" else extents


def _prusa_mm(data: bytes, ending: str) -> NDArray[np.float64]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"print.{ending}"
        path.write_bytes(data)
        return np.array(prusa_info(path).size_mm)
