"""Measures of animations that owe nothing to the code they judge.

What belongs here: how far a moving mesh is from the truth and from a flat card cut to the same
outline, how much its points jerk, how much its volume drifts, and what it covers from the front.
What does not: running anything that is measured (`bench.motion`).
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from bench.solid_measures import FINER, iou, sprinkled, volume
from maquette.types import Animation, Bools, Camera, Mesh, Picture
from tests.moving_solids import Moving

SAMPLES = 20_000

Wide = NDArray[np.float64]


def chamfers(animation: Animation, truth: Moving) -> tuple[list[float], list[float]]:
    """Per frame the Chamfer distance of the mesh and of a flat card to the truth.

    In shares of the truth's longest side on the first frame. The mesh is put where its camera
    says the clip saw it; the card lies in the truth's middle plane.
    """
    size = float(np.ptp(truth.points[0], axis=0).max())
    mine: list[float] = []
    card: list[float] = []
    for n in range(len(truth.points)):
        true = _samples(truth.truth(n))
        mine.append(_apart(_samples(_as_seen(animation, n, truth.camera)), true) / size)
        card.append(_apart(_card(truth, n), true) / size)
    return mine, card


def jerks(animation: Animation) -> float:
    """Mean vertex acceleration: |p(t+1) - 2 p(t) + p(t-1)|, in shares of the longest side.

    Over all points and frames. It holds the true motion's own.
    """
    return float(_accelerations(animation).mean())


def jerks_largest(animation: Animation) -> float:
    """The same at the 99th percentile."""
    return float(np.percentile(_accelerations(animation), 99))


def volume_drift(animation: Animation) -> float:
    """How far the volume goes from its mean over the clip: max |V(t) / mean V - 1|."""
    volumes = np.array([volume(animation.posed(n)) for n in range(len(animation.points))])
    return float(np.abs(volumes / volumes.mean() - 1).max())


def covers(animation: Animation, cutouts: Sequence[Picture]) -> list[float]:
    """Per frame intersection over union of the mesh seen from the front and the cut-out."""
    assert animation.camera is not None
    found: list[float] = []
    for n in range(len(animation.points)):
        inside = cutouts[n].rgba[..., 3] > 127
        if inside.any():
            found.append(iou(drawn(animation.posed(n), animation.camera, inside.shape), inside))
    return found


def drawn(mesh: Mesh, camera: Camera, shape: tuple[int, ...]) -> Bools:
    """(H, W) the pixels that a mesh covers, seen from +z."""
    at_px = mesh.points[:, :2] * (camera.px_per_m, -camera.px_per_m) + camera.origin_xy
    canvas = np.zeros([FINER * side for side in shape], np.uint8)
    fixed = np.rint((at_px * FINER - 0.5) * 256).astype(np.int32)
    for face in fixed[mesh.faces]:
        cv2.fillConvexPoly(canvas, face, 255, shift=8)
    return cv2.resize(canvas, shape[::-1], interpolation=cv2.INTER_AREA) > 127


def _accelerations(animation: Animation) -> Wide:
    points = animation.points.astype(np.float64)
    size = float(np.ptp(points[0], axis=0).max())
    return np.linalg.norm(points[2:] - 2 * points[1:-1] + points[:-2], axis=2) / size


def _as_seen(animation: Animation, frame: int, camera: Camera) -> Mesh:
    """The mesh in the truth's units: both cameras saw the same pictures."""
    own = animation.camera
    assert own is not None
    shrink = own.px_per_m / camera.px_per_m
    gap_px = np.array(own.origin_xy) - camera.origin_xy
    off = np.array([gap_px[0], -gap_px[1], 0.0]) / camera.px_per_m
    points = animation.points[frame].astype(np.float64) * shrink + off
    return Mesh(points.astype(np.float32), animation.mesh.faces, animation.mesh.uv)


def _card(truth: Moving, frame: int) -> Wide:
    """Places all over a flat card of the truth's outline."""
    inside = truth.cutout(frame).rgba[..., 3] > 127
    rows, columns = np.nonzero(inside)
    chosen = np.random.default_rng(1).integers(len(rows), size=SAMPLES)
    at_px = np.column_stack([columns[chosen] + 0.5, rows[chosen] + 0.5])
    camera = truth.camera
    flat = (at_px - camera.origin_xy) * [1, -1] / camera.px_per_m
    middle = float((truth.points[frame, :, 2].min() + truth.points[frame, :, 2].max()) / 2)
    return np.column_stack([flat, np.full(len(flat), middle)])


def _samples(mesh: Mesh) -> Wide:
    return sprinkled(mesh.points[mesh.faces].astype(np.float64), SAMPLES)[0]


def _apart(one: Wide, other: Wide) -> float:
    """Chamfer distance: the mean way to the other's nearest sample, there and back, halved."""
    there, _ = cKDTree(other).query(one)
    back, _ = cKDTree(one).query(other)
    return float((np.mean(there) + np.mean(back)) / 2)
