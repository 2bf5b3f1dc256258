"""Filmed clips through the motion line, and how well the mesh covers the clip's subject.

What belongs here: running one clip and measuring it. What does not: bounds.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench.figures import stopwatch
from bench.motion_clips import masks_of
from bench.motion_run import Counted, made
from bench.moving_solids import drawn
from bench.solid_measures import iou
from maquette.batch.host import Host
from maquette.batch.manifests import Row
from maquette.batch.records import checked_blob
from maquette.batch.store import FolderStore
from maquette.formats.png import read_picture
from maquette.formats.vertices import read_vertices
from maquette.types import Animation, Bools


@dataclass(frozen=True)
class Try:
    """One clip and what was made of it, frame by frame as intersection over union."""

    to_cutouts: tuple[float, ...]  # the mesh, to the cut-outs it was made from
    to_truth: tuple[float, ...]  # the mesh, to the true masks
    cutouts_to_truth: tuple[float, ...]
    other_faces: int  # frames whose file has not the first one's faces
    note: str


def tried(folder: Path, upload: Path, clip: Path) -> Try:
    """Make a filmed clip and measure it.

    Args:
        folder: for the store.
        upload: its order.
        clip: where its true masks are.
    """
    store = FolderStore(folder / "store")
    place = Counted(Host(store))
    with stopwatch() as took:
        finished = made(store, upload, place=place)
    place.close()
    frames, clips, films = finished.manifests
    rows = _in_order(frames.delivered)
    cutouts = [_cutout(store, row) for row in rows]
    (whole,) = [row for row in clips.delivered if row.object("animation")]
    animation = _animation(store, whole)
    refs = [ref for row in films.delivered if (ref := row.object("mesh"))]
    meshes = [checked_blob(store, ref) for ref in refs]
    masks = masks_of(clip)
    truth = [masks[int(row.params["index"])] for row in rows]
    scores = ", ".join(f"{name} {value:.3g}" for name, value in sorted(whole.scores.items()))
    return Try(
        tuple(_overlaps(animation, cutouts)),
        tuple(_overlaps(animation, truth)),
        tuple(iou(one, other) for one, other in zip(cutouts, truth, strict=True)),
        _other_faces(meshes),
        f"{took[0]:.0f} s, {len(rows)} frames; {scores}; {'; '.join(whole.notes)}",
    )


def _overlaps(animation: Animation, masks: Sequence[Bools]) -> list[float]:
    """How much of mesh and mask together lies in both, frame by frame."""
    camera = animation.camera
    assert camera is not None, "the engine does not tell how the clip saw it"
    seen = (drawn(animation.posed(n), camera, mask.shape) for n, mask in enumerate(masks))
    return [iou(one, mask) for one, mask in zip(seen, masks, strict=True)]


def _other_faces(files: Sequence[bytes]) -> int:
    import trimesh

    first, *others = [
        trimesh.load_mesh(io.BytesIO(data), file_type="glb", process=False).faces for data in files
    ]
    return sum(not np.array_equal(first, other) for other in others)


def _in_order(rows: tuple[Row, ...]) -> list[Row]:
    return sorted(rows, key=lambda row: int(row.params["frame"]))


def _cutout(store: FolderStore, row: Row) -> Bools:
    ref = row.object("cutout")
    assert ref is not None, row.item
    return np.asarray(read_picture(checked_blob(store, ref)).rgba[..., 3] > 127)


def _animation(store: FolderStore, row: Row) -> Animation:
    ref = row.object("animation")
    assert ref is not None, row.item
    return read_vertices(checked_blob(store, ref))
