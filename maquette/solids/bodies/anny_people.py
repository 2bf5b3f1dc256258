"""The far side of realistic bodies: asks the package `anny` for one person and writes it down.

It runs in a process of its own, because torch is heavy and would stay in a worker's memory:
``python anny_people.py < WISHES > PERSON``. What belongs here: anny's API and its axes. What does
not: what is made of the person (`realistic`).
"""

from __future__ import annotations

import io
import json
import sys
from math import cos, radians, sin
from typing import Any

JOINTS = (
    "upperarm01.L",
    "lowerarm01.L",
    "wrist.L",
    "upperleg01.L",
    "foot.L",
    "neck01",
    "neck03",
    "head",
    "spine05",
)
ARMS = ("upperarm", "lowerarm", "wrist", "finger", "metacarpal")


def person(wishes: dict[str, Any]) -> bytes:
    """A person's surface as a NumPy archive: y up, facing +z, in metres.

    Args:
        wishes: ``phenotype``: anny's sliders from 0 to 1; ``turns_deg``: for bones of the left
            side, how far they turn inwards and then backwards; the right side mirrors them.
    """
    import anny
    import numpy as np
    import torch

    torch.set_num_threads(1)  # sums in another order would give other bytes
    # its other way to move a skin compiles kernels for a minute
    model = anny.Anny(skinning_method="lbs")
    turns: dict[str, Any] = {}
    for bone, (inwards, backwards) in wishes["turns_deg"].items():
        turns[f"{bone}.L"] = _turn(inwards, backwards)
        turns[f"{bone}.R"] = _turn(-inwards, backwards)
    with torch.inference_mode():
        made = model(pose_parameters=turns, phenotype_kwargs=wishes["phenotype"])
    labels: list[str] = list(model.bone_labels)
    weights = model.vertex_bone_weights.numpy()
    strongest = np.take_along_axis(
        model.vertex_bone_indices.numpy(), weights.argmax(axis=1)[:, None], axis=1
    )[:, 0]
    is_arm = np.array([label.startswith(ARMS) for label in labels])
    poses = made["bone_poses"][0].numpy()
    written = io.BytesIO()
    np.savez(
        written,
        points=_upright(made["vertices"][0].numpy()),
        faces=model.get_triangular_faces().numpy().astype(np.int32),
        on_arm=is_arm[strongest],
        joints=_upright(np.stack([poses[labels.index(name), :3, 3] for name in JOINTS])),
    )
    return written.getvalue()


def _turn(about_y_deg: float, about_x_deg: float) -> Any:
    """(1, 4, 4) a turn about anny's y axis, which points backwards, then about its x axis."""
    import torch

    (c, s), (d, t) = ((cos(radians(a)), sin(radians(a))) for a in (about_y_deg, about_x_deg))
    about_y = torch.tensor([[c, 0, s, 0], [0, 1, 0, 0], [-s, 0, c, 0], [0, 0, 0, 1]])
    about_x = torch.tensor([[1, 0, 0, 0], [0, d, -t, 0], [0, t, d, 0], [0, 0, 0, 1]])
    return (about_x @ about_y)[None].to(torch.float32)


def _upright(points: Any) -> Any:
    """From z up and facing -y to y up and facing +z."""
    return points[:, [0, 2, 1]] * [1.0, 1.0, -1.0]


if __name__ == "__main__":
    answer = sys.stdout.buffer
    sys.stdout = sys.stderr  # whatever a library prints is no part of the answer
    answer.write(person(json.load(sys.stdin)))
