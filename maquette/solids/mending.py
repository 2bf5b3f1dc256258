"""Mending: the stage that makes a solid of any mesh, and tells what that took.

What belongs here: the stage and its report. What does not: how meshes are mended, which is the
engine's, by the rungs of `maquette.solids.ladder`.
"""

from __future__ import annotations

import json
from typing import Any

from maquette.batch.stages import Made, map_stage
from maquette.errors import EngineError
from maquette.roles import MendedMesh, Mender
from maquette.solids.deviation import Deviation, deviation_of
from maquette.solids.soundness import Soundness, soundness_of
from maquette.types import File, Mesh

UNMOVED = Deviation(added_share=0.0, lost_share=0.0, mean_share=0.0)
AS_IS = "as-is"


@map_stage(version="1")
def mend(model: Mesh, *, mender: Mender) -> Made:
    """Make a solid of a mesh: closed, manifold and oriented, as near to what it was as can be.

    Raises EngineError MESH_MENDER_UNSOUND where the engine's answer is no solid.
    """
    made = mender.mend(model)
    before = soundness_of(model.points, model.faces)
    after = soundness_of(made.mesh.points, made.mesh.faces)
    if not after.sound:
        wrong = ", ".join(f"{name} {count}" for name, count in after.troubles.items() if count)
        raise EngineError(
            "MESH_MENDER_UNSOUND",
            f"{mender.info.name} left the mesh open or without a volume: {wrong or 'no volume'}",
            fix="use another mender, or repair the mesh in a modelling program",
        )
    moved = UNMOVED if made.step == AS_IS else deviation_of(model, made.mesh)
    report = _report(made, before, after, moved)
    return Made(
        outputs={
            "mended": made.mesh,
            "mending": File(json.dumps(report, indent=2, sort_keys=True).encode() + b"\n", "json"),
        },
        scores={
            "mending_hausdorff_share": moved.share,
            "mending_volume_before_m3": before.volume,
            "mending_volume_after_m3": after.volume,
        },
        notes=_notes(made),
    )


def _notes(made: MendedMesh) -> tuple[str, ...]:
    if made.step == AS_IS:
        return ()
    done = "; ".join(made.done)
    return (f"mended ({made.step})" + (f": {done}" if done else ""),)


def _report(
    made: MendedMesh, before: Soundness, after: Soundness, moved: Deviation
) -> dict[str, Any]:
    """What was wrong, what was done, and how much of the shape that cost."""
    return {
        "step": made.step,
        "found": made.found,
        "done": list(made.done),
        "faces": {"before": before.faces, "after": after.faces},
        "bodies": {"before": before.bodies, "after": after.bodies},
        # of an open mesh this is what its faces happen to add up to
        "volume_m3": {"before": before.volume, "after": after.volume},
        "closed_before": before.sound,
        "distance_share_of_diagonal": {
            "added": moved.added_share,
            "lost": moved.lost_share,
            "hausdorff": moved.share,
            "mean": moved.mean_share,
        },
    }
