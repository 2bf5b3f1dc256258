"""MobileSAM: points and boxes to masks on a CPU, without torch.

What belongs here: the factory named in the table of engines. What does not: the nets (`nets`),
the engine over them (`engine`), and making the files (`making` starts it, `export` is run beside
a torch).
"""

from __future__ import annotations

from maquette.engines.mobile_sam.engine import PointedSegmenter
from maquette.engines.mobile_sam.nets import MobileSamNets
from maquette.roles import EngineInfo, Segmenter


def make() -> Segmenter:
    """The segmenter, its weights not yet read."""
    nets = MobileSamNets()
    info = EngineInfo("mobile-sam", "1", weights=nets.weights, licences=("Apache-2.0",))
    return PointedSegmenter(nets, info=info)
