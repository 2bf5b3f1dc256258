"""flow-snap, the embedded tracker: optical flow says where, a model learnt on the spot says what.

Written here because no package carries a tracker of masks that runs on a laptop without torch and
under a permissive licence. For every frame

* `motion` carries the last mask along dense optical flow: a guess of where the object is;
* a `Sight` looks at a `windows.Window` around it: MobileSAM's image encoder (`net_sight`), or
  colours and gradients where no net may be used (`colour_sight`);
* `likeness`, a linear model fitted to the masks on the keys and kept up with what was found since,
  says which cells of the window look like the object;
* both together prompt the sight's mask decoder, and `edges` brings what comes back to the edges
  of the picture.

`passes` strings these together along one direction; joining two directions is
`maquette.engines.blending`. What belongs here: nothing but making the engine.
"""

from __future__ import annotations

from maquette.engines.flow_snap.engine import FlowSnap
from maquette.errors import InputError
from maquette.roles import Tracker

SEGMENTERS = ("mobile-sam", "none")


def make(*, segmenter: str = "mobile-sam") -> Tracker:
    """The tracker, nothing loaded yet.

    Args:
        segmenter: `mobile-sam`, or `none` to track by colour and motion alone: ten times as fast,
            an assistant between keys that lie close together.

    Raises InputError ENGINE_SETTINGS for another word.
    """
    if segmenter not in SEGMENTERS:
        raise InputError(
            "ENGINE_SETTINGS",
            f"flow-snap knows no segmenter {segmenter!r}",
            fix=f"use one of {', '.join(SEGMENTERS)}",
        )
    return FlowSnap(segmenter)
