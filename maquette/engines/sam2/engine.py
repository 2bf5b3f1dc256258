"""The SAM 2 engine: pictures and prompts to confidence maps, whichever back end holds the model.

What belongs here: batching, turning what a person pointed at into prompts, and choosing
among masks. What does not: the model (`backends`), scaling (`views`), guessing a subject
(`salient`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from maquette.engines import devices
from maquette.engines.sam2 import salient
from maquette.engines.sam2.backends import Backend, Settings, check, load
from maquette.engines.sam2.model import Model
from maquette.engines.sam2.views import over_white, square
from maquette.errors import EngineError, InputError
from maquette.roles import EngineInfo, Prompts
from maquette.types import Bytes, Floats, Picture

KEEP, LEAVE_OUT, TOP_LEFT, BOTTOM_RIGHT = 1, 0, 2, 3


class _Pointed(NamedTuple):
    """What was pointed at for one object: positions in pixels and a label for each."""

    points_xy: tuple[tuple[float, float], ...]
    labels: tuple[int, ...]


class Sam2:
    """A Segmenter; loads on first use."""

    def __init__(self, settings: Settings, *, loader: Callable[[], Backend] | None = None) -> None:
        self._settings = check(settings)
        # float16: measured by others at IoU 0.9997 of float32, three times as fast.
        self._model = Model[Backend](
            self._settings,
            half="float16",
            load=loader or (lambda: load(settings, source=self._model.source)),
        )

    @cached_property
    def info(self) -> EngineInfo:
        """Facts about the engine; reads headers of a local model, loads nothing."""
        return self._model.info("sam2", batch_size=self._settings.batch_size)

    def segment(self, pictures: Sequence[Picture], prompts: Sequence[Prompts]) -> list[Floats]:
        """One (H, W) float32 map in 0..1 per picture.

        A box and the keep-points inside it are one object, as are all keep-points outside every
        box; leave-out points hold for all objects, and the map is the union of the objects.
        Without any prompt it is the salient subject (see `salient`).
        """
        jobs = [(over_white(p), objects_in(q)) for p, q in zip(pictures, prompts, strict=True)]
        backend = self._model.loaded()

        def work(batch: Sequence[tuple[Bytes, list[_Pointed]]]) -> list[Floats]:
            return self._segment(backend, batch)

        found: list[Floats] = []
        with devices.told_plainly("sam2 could not segment"):
            for answer in devices.in_halves(
                jobs, at_once=self._settings.batch_size, device=self._model.on.device, work=work
            ):
                if isinstance(answer, EngineError):
                    raise answer
                found.append(answer)
        return found

    def _segment(
        self, backend: Backend, batch: Sequence[tuple[Bytes, list[_Pointed]]]
    ) -> list[Floats]:
        import torch

        with torch.inference_mode(), self._model.on.autocast():
            size_px, device = backend.size_px, self._model.on.device
            pixels = torch.stack([square(rgb, size_px=size_px, device=device) for rgb, _ in batch])
            levels = backend.encode(pixels)
            return [
                self._answer(backend, [level[i : i + 1] for level in levels], rgb, objects)
                for i, (rgb, objects) in enumerate(batch)
            ]

    def _answer(
        self, backend: Backend, levels: list[Any], rgb: Bytes, objects: list[_Pointed]
    ) -> Floats:
        import torch
        from torch.nn.functional import interpolate

        if objects:
            found = [self._mask_of(backend, levels, rgb, pointed) for pointed in objects]
            logits = torch.stack(found).amax(dim=0)
        else:
            logits = self._subject(backend, levels, rgb)
        whole = interpolate(logits.float()[None, None], size=rgb.shape[:2], mode="bilinear")
        return whole[0, 0].sigmoid().cpu().numpy().astype(np.float32)

    def _mask_of(self, backend: Backend, levels: list[Any], rgb: Bytes, pointed: _Pointed) -> Any:
        """(h, w) logits of one object."""
        scale = backend.size_px / np.array([rgb.shape[1], rgb.shape[0]])
        # One click may mean a button, a shirt or a person: three masks are weighed. More
        # prompts leave no doubt, and the model's single mask is then the better one.
        logits, quality = backend.decode(
            levels,
            points=self._sent(np.array(pointed.points_xy) * scale)[None],
            labels=self._sent(np.array(pointed.labels), whole=True)[None],
            several=len(pointed.labels) == 1,
        )
        return logits[0, int(quality[0].argmax())]

    def _subject(self, backend: Backend, levels: list[Any], rgb: Bytes) -> Any:
        """(h, w) logits of the salient subject."""
        import torch

        points = self._sent(salient.grid_points() * backend.size_px)[:, None]
        labels = self._sent(np.full((len(points), 1), KEEP), whole=True)
        asked = [backend.decode(levels, points=points, labels=labels, several=True)]
        seen = salient.backdrop(rgb)
        if seen is not None:
            corners = self._sent(np.array(seen.box).reshape(1, 2, 2) * backend.size_px)
            labels = self._sent(np.array([[TOP_LEFT, BOTTOM_RIGHT]]), whole=True)
            asked.append(backend.decode(levels, points=corners, labels=labels, several=False))
        logits = torch.cat([found.flatten(0, 1) for found, _ in asked])
        quality = torch.cat([found.flatten() for _, found in asked])
        ranked = (found.float().cpu().numpy() for found in (logits, quality))
        return logits[salient.best(*ranked, seen=seen)]

    def _sent(self, values: Any, *, whole: bool = False) -> Any:
        import torch

        return torch.as_tensor(values, dtype=torch.int32 if whole else torch.float32).to(
            self._model.on.device
        )

    def close(self) -> None:
        """Free the model; the next call loads it anew."""
        self._model.close()


def objects_in(prompts: Prompts) -> list[_Pointed]:
    """What was pointed at, one entry per object; empty if nothing was."""
    if len(prompts.points_xy) != len(prompts.labels):
        raise InputError(
            "PROMPT_LABELS",
            f"{len(prompts.points_xy)} points have {len(prompts.labels)} labels",
            fix="give one label per point: 1 keep, 0 leave out",
        )
    marked = list(zip(prompts.points_xy, prompts.labels, strict=True))
    left_out = [mark for mark in marked if mark[1] == LEAVE_OUT]
    kept = [mark for mark in marked if mark[1] == KEEP]
    objects: list[_Pointed] = []
    for x0, y0, x1, y1 in prompts.boxes_xyxy:
        here = [m for m in kept if x0 <= m[0][0] <= x1 and y0 <= m[0][1] <= y1]
        corners = [((x0, y0), TOP_LEFT), ((x1, y1), BOTTOM_RIGHT)]
        objects.append(_pointed(corners + here + left_out))
        kept = [m for m in kept if m not in here]
    if kept:
        objects.append(_pointed(kept + left_out))
    if marked and not objects:
        raise InputError(
            "PROMPT_NOTHING_KEPT", "every point says leave out", fix="add a point to keep, or a box"
        )
    return objects


def _pointed(marks: list[tuple[tuple[float, float], int]]) -> _Pointed:
    return _Pointed(tuple(xy for xy, _ in marks), tuple(label for _, label in marks))
