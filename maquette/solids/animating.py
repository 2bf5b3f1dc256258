"""Animating: the frames of a clip become one moving mesh, by whatever engine plays the part.

What belongs here: the stage, and how well a mesh covers what it was made from. What does not:
any way to do it: `maquette.engines`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import overload

import numpy as np
from numpy.typing import NDArray

from maquette.batch.stages import Made, Members, gather_stage
from maquette.roles import AnimateRequest, Animator
from maquette.solids.inflation_cutouts import HALF_OPAQUE
from maquette.solids.previews import silhouette
from maquette.types import Animation, Bools, Camera, Mesh, Picture

JUDGED_PX = 512  # of the long side: finer differences are not the mesh's


@gather_stage(version="1")
def animate(
    members: Members,
    *,
    rate: float,
    seed: int,
    mode: str,
    steps: int,
    faces_at_most: int,
    animator: Animator,
) -> Made:
    """Make a moving mesh of a clip, or move the model that came with it.

    Args:
        members: its frames in order, each with a `cutout`; the first may have a `model`.
        rate: frames per second.
        seed: of engines that guess.
        mode: ``default``, ``fast``, ``low_ram`` or ``fast_low_ram``.
        steps: of engines that work in steps; 0 leaves it to the mode.
        faces_at_most: of a mesh that is made.
        animator: how.

    Raises InputError CLIP_SUBJECT_MISSING, or whatever the engine says of this clip.
    """
    cutouts = Cutouts(members)
    model = members[0].load("model", Mesh) if "model" in members[0].files else None
    request = AnimateRequest(cutouts, rate, seed, mode, faces_at_most, steps, model)
    made = animator.animate(request)
    covered = follows(made.animation, cutouts)
    scores = dict(made.scores)
    params: dict[str, float] = {
        "faces": len(made.animation.mesh.faces),
        "frames": len(made.animation.points),
    }
    if covered:
        scores |= {"follows": float(np.mean(covered)), "follows_least": min(covered)}
        params["follows"] = round(scores["follows"], 3)
    return Made({"animation": made.animation}, scores=scores, notes=made.notes, params=params)


class Cutouts(Sequence[Picture]):
    """The cut-outs of a clip, each decoded when it is asked for and not kept."""

    def __init__(self, members: Members) -> None:
        self._members = members

    def __len__(self) -> int:
        return len(self._members)

    @overload
    def __getitem__(self, n: int) -> Picture: ...

    @overload
    def __getitem__(self, n: slice) -> Cutouts: ...

    def __getitem__(self, n: int | slice) -> Picture | Cutouts:
        if isinstance(n, slice):
            return Cutouts(self._members[n])
        found: Picture = self._members[n].load("cutout", Picture)
        return found


def follows(animation: Animation, cutouts: Sequence[Picture]) -> list[float]:
    """Intersection over union of the mesh's front view and each cut-out that shows something.

    Nothing where the animation does not tell how the clip saw it.
    """
    if animation.camera is None:
        return []
    found: list[float] = []
    for n in range(min(len(cutouts), len(animation.points))):
        inside = _small(cutouts[n])
        if not inside.any():
            continue
        shrink = inside.shape[1] / cutouts[n].size_wh[0]
        seen = front_view(animation.posed(n), animation.camera, inside.shape, shrink=shrink)
        found.append(float((seen & inside).sum() / (seen | inside).sum()))
    return found


def front_view(mesh: Mesh, camera: Camera, shape: tuple[int, ...], *, shrink: float) -> Bools:
    """(H, W) what a mesh covers of the picture that it was made from, made so much smaller."""
    scale = np.array([camera.px_per_m, -camera.px_per_m]) * shrink
    at_px = mesh.points[:, :2] * scale + np.array(camera.origin_xy) * shrink
    corners: NDArray[np.float64] = at_px[mesh.faces].astype(np.float64)
    return silhouette(corners, max(shape))[: shape[0], : shape[1]] > 0


def _small(cutout: Picture) -> Bools:
    import cv2

    alpha = np.ascontiguousarray(cutout.rgba[..., 3])
    shrink = min(1.0, JUDGED_PX / max(alpha.shape))
    wide, high = (max(1, round(side * shrink)) for side in cutout.size_wh)
    return np.asarray(cv2.resize(alpha, (wide, high), interpolation=cv2.INTER_AREA)) >= HALF_OPAQUE
