"""From the published checkpoint to the two files the pipeline runs, made and compared.

What belongs here: starting the export where there is a torch, and letting the nets that come out
answer what the original was asked. What does not: the export itself (`export`).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from maquette.engines.exports import Report, sum_of
from maquette.engines.mobile_sam.nets import open_net
from maquette.engines.torch_python import run_beside_torch
from maquette.errors import EngineError

EXPORT = "maquette.engines.mobile_sam.export"
CHECK = "check.npz"
# of the largest value: float32 sums in another order differ by less, a wrong net by far more
DIFFERENCE_AT_MOST = 1e-3


def make(parts: Mapping[str, Path], folder: Path, report: Report) -> None:
    """Write encoder.onnx and decoder.onnx; see `maquette.engines.exports.Maker`."""
    checkpoint = parts["mobile_sam.pt"]
    run_beside_torch(
        EXPORT,
        [str(checkpoint), sum_of(checkpoint), str(folder)],
        instead="use the sam2-onnx engine, which needs none",
        report=report,
    )
    difference = compare(folder)
    report(f"mobile-sam: answers as the original does, to {difference:.0e}")


def compare(folder: Path) -> float:
    """The largest relative difference between the nets' answers and the original's.

    Raises EngineError MODEL_EXPORT where it is more than rounding.
    """
    with np.load(folder / CHECK) as check:
        told = dict(check)
    worst = 0.0
    for net in ("encoder", "decoder"):
        session = open_net(folder / f"{net}.onnx")
        feed = {i.name: told[i.name] for i in session.get_inputs()}
        for output, found in zip(session.get_outputs(), session.run(None, feed), strict=True):
            original = told[output.name]
            worst = max(worst, float(abs(found - original).max() / abs(original).max()))
    if not worst <= DIFFERENCE_AT_MOST:
        raise EngineError(
            "MODEL_EXPORT",
            f"the exported nets answer otherwise than the checkpoint, by {worst:.0e}",
            fix="name a Python with another torch in MAQUETTE_TORCH_PYTHON, or report it",
        )
    return worst
