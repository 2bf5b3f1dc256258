"""flow-snap as a `Tracker`: what it says of itself, and what it holds.

What belongs here: the engine's face. What does not: following an object (`passes`), joining two
directions (`maquette.engines.blending`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from maquette.engines.blending import Pass, both_ways
from maquette.engines.flow_snap.colour_sight import ColourSight
from maquette.engines.flow_snap.likeness import Likeness
from maquette.engines.flow_snap.net_sight import NetSight
from maquette.engines.flow_snap.passes import follow, taught
from maquette.engines.flow_snap.sight import Sight
from maquette.engines.mobile_sam.nets import DEPTHS, MobileSamNets
from maquette.roles import EngineInfo, Tracked
from maquette.types import Mask, Picture


class FlowSnap:
    """Tracks one object between keys on the CPU."""

    def __init__(self, segmenter: str) -> None:
        self._segmenter = segmenter
        self._nets = MobileSamNets(long_side_px=NetSight.SEEN_PX, depths=DEPTHS)
        by_net = segmenter == "mobile-sam"
        self._sight: Sight = NetSight(self._nets) if by_net else ColourSight()

    @property
    def info(self) -> EngineInfo:
        """Facts about the engine; asking loads nothing."""
        by_net = self._segmenter == "mobile-sam"
        return EngineInfo(
            "flow-snap",
            version="1",
            weights=self._nets.weights if by_net else {},
            licences=("Apache-2.0",) if by_net else ("none",),
            config={"segmenter": self._segmenter},
        )

    def track(self, frames: Sequence[Picture], keys: Mapping[int, Mask]) -> Iterator[Tracked]:
        """One answer per frame, in order, each with a mask of the frame's own size.

        Two frames are held at a time, whatever their number. Confidence is how decided the mask is
        and how much what it holds looks like on the keys: 0.9 is a mask to keep, 0.5 one to look
        at. Raises InputError TRACK_KEYS or MASK_SIZE.
        """
        return both_ways(frames, keys, along=along_keys(self._sight))

    def close(self) -> None:
        """Free the nets; the next call loads them anew."""
        self._nets.close()


def along_keys(sight: Sight) -> Pass:
    """The pass of one span, in either direction: both share what the keys taught."""
    learnt: list[Likeness] = []

    def along(frames: Sequence[Picture], keys: Mapping[int, Mask]) -> Iterator[Tracked]:
        if not learnt:
            learnt.append(taught(frames, keys, sight))
        return follow(frames, keys[0], likeness=learnt[0].anew(), sight=sight)

    return along
