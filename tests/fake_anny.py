"""A stand-in for the packages `anny` and `torch`: one person made of capsules, in anny's axes.

It lets the process that asks for a person run where neither is installed. What belongs here: only
what `maquette.solids.bodies.anny_people` touches. What does not: anny itself, which
``tests/engines_torch`` asks where it is installed.
"""

from itertools import pairwise
from pathlib import Path

import numpy as np

from maquette.solids.bodies import fields
from maquette.solids.bodies.surfacing import surface_of

BONES = {  # y up, facing +z, metres
    "upperarm01.L": (0.18, 1.40, 0.0),
    "lowerarm01.L": (0.26, 1.12, 0.0),
    "wrist.L": (0.30, 0.88, 0.04),
    "upperleg01.L": (0.10, 0.92, 0.0),
    "foot.L": (0.14, 0.08, 0.0),
    "neck01": (0.0, 1.50, 0.0),
    "neck03": (0.0, 1.57, 0.02),
    "head": (0.0, 1.62, 0.03),
    "spine05": (0.0, 0.95, 0.0),
}
TORCH = """
from contextlib import nullcontext as inference_mode
import numpy as np

class Tensor(np.ndarray):
    def numpy(self):
        return np.asarray(self)

    def to(self, kind):
        return self.astype(kind)

float32 = np.float32
set_num_threads = print  # whatever is printed must not spoil the answer

def tensor(rows):
    return np.array(rows).view(Tensor)
"""
ANNY = """
from pathlib import Path
import numpy as np
import torch

class Anny:
    def __init__(self, skinning_method):
        assert skinning_method == "lbs"
        held = np.load(Path(__file__).with_name("person.npz"))
        self.held = {name: held[name].view(torch.Tensor) for name in held.files if name != "bones"}
        self.bone_labels = held["bones"].tolist()
        self.vertex_bone_indices = self.held["nearest"][:, None]
        self.vertex_bone_weights = np.ones_like(self.vertex_bone_indices, float).view(torch.Tensor)

    def get_triangular_faces(self):
        return self.held["faces"]

    def __call__(self, *, pose_parameters, phenotype_kwargs):
        assert all((4, 4) == turn.shape[1:] for turn in pose_parameters.values())
        assert all(0 <= value <= 1 for value in phenotype_kwargs.values())
        return {"vertices": self.held["points"][None], "bone_poses": self.held["poses"][None]}
"""


def install(folder: Path) -> None:
    """Put both packages into a folder that a test then puts on the path."""
    points, faces = surface_of(_person(), _around(), spacing=0.03)
    poses = np.tile(np.eye(4), (len(BONES), 1, 1))
    poses[:, :3, 3] = _as_annys(np.array(list(BONES.values())))
    hands = np.hypot(np.abs(points[:, 0]) - 0.24, points[:, 2]) < 0.11
    on_arm = (points[:, 1] < 1.42) & (points[:, 1] > 0.6) & hands & (np.abs(points[:, 0]) > 0.19)
    names = list(BONES)
    np.savez(
        folder / "person.npz",
        points=_as_annys(points),
        faces=faces,
        poses=poses,
        bones=np.array(names),
        nearest=np.where(on_arm, names.index("upperarm01.L"), names.index("spine05")),
    )
    (folder / "anny.py").write_text(ANNY)
    (folder / "torch.py").write_text(TORCH)


def _as_annys(points: np.ndarray) -> np.ndarray:
    """From y up and facing +z to z up and facing -y."""
    return points[:, [0, 2, 1]] * [1, -1, 1]


def _around() -> np.ndarray:
    return np.array([[-0.6, -0.1, -0.4], [0.6, 2.0, 0.5]], np.float32)


def _person() -> fields.Field:
    arm = [BONES[name] for name in ("upperarm01.L", "lowerarm01.L", "wrist.L")]
    limbs = [
        *((one, other, 0.05) for one, other in pairwise(arm)),
        ((0.30, 0.86, 0.04), (0.30, 0.76, 0.06), 0.03),
        (BONES["upperleg01.L"], (0.14, 0.07, 0.0), 0.07),
        ((0.14, 0.05, 0.0), (0.15, 0.05, 0.14), 0.05),
    ]
    sides = [
        fields.capsule(*(_of(side, place) for place in ends), radius, radius)
        for *ends, radius in limbs
        for side in (1, -1)
    ]
    trunk = fields.ellipsoid((0, 1.2, 0), (0.19, 0.36, 0.13))
    neck = fields.capsule((0, 1.45, 0), (0, 1.65, 0.02), 0.055, 0.055)
    return fields.joined(
        [trunk, neck, fields.ellipsoid((0, 1.72, 0.03), (0.08, 0.12, 0.1)), *sides]
    )


def _of(side: int, place: tuple[float, float, float]) -> tuple[float, float, float]:
    x, y, z = place
    return side * x, y, z
