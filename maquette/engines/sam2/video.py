"""SAM 2.1 as a tracker: masks on the keys of a span to masks on every frame between them.

What belongs here: the walk over frames, what is kept of them, and how sure the model is. What
does not: the model and its memory (`video_backends`), scaling (`views`), joining two passes
(`maquette.engines.blending`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from functools import cached_property
from typing import Any

import numpy as np

from maquette.engines import devices
from maquette.engines.blending import both_ways
from maquette.engines.sam2.backends import ModelSettings, check_model
from maquette.engines.sam2.model import Model
from maquette.engines.sam2.video_backends import Followed, Memory, VideoBackend, load_video
from maquette.engines.sam2.views import at_full_size, over_white, square, square_mask
from maquette.roles import EngineInfo, Tracked
from maquette.types import Mask, Picture

KEPT_FRAMES = 32  # features of a frame are 17 MB, half of that in half precision
PATIENCE = 8  # so many times as many frames may go by before a kept one is unused


def make(**settings: Any) -> Sam2Video:
    """SAM 2.1 for clips, not yet loaded; settings are the fields of `backends.ModelSettings`."""
    return Sam2Video(devices.settings_of(ModelSettings, settings))


class SeenFrames:
    """Features of a bounded number of frames, found again by what the frames show.

    Objects of a shot are tracked one after the other over the same frames, always in order. The
    first frames met are therefore kept and not the latest: of those, none would be left when the
    next object starts from the first. What nobody asked for in a long while makes room.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._asked = 0
        self._held: dict[bytes, tuple[int, Any]] = {}  # longest unused first: last use, features

    def __len__(self) -> int:
        return len(self._held)

    def features(self, picture: Picture, *, encode: Callable[[Picture], Any]) -> Any:
        """The picture's features, as kept or as encoded now."""
        self._asked += 1
        name = hashlib.sha256(repr(picture.size_wh).encode() + picture.rgba.tobytes()).digest()
        known = self._held.pop(name, None)
        found = known[1] if known else encode(picture)
        if self._has_room():
            self._held[name] = (self._asked, found)
        return found

    def _has_room(self) -> bool:
        """Whether one more may be kept, in place of one long unused if need be."""
        if len(self._held) == self._limit:
            oldest = next(iter(self._held))
            if self._asked - self._held[oldest][0] > PATIENCE * self._limit:
                del self._held[oldest]
        return len(self._held) < self._limit


class Sam2Video:
    """A Tracker; loads on first use. Its memory does not grow with the length of a clip."""

    def __init__(
        self, settings: ModelSettings, *, loader: Callable[[], VideoBackend] | None = None
    ) -> None:
        check_model(settings)
        # Published and measured in bfloat16: memories of float16 might overflow over a long clip.
        self._model = Model[VideoBackend](
            settings,
            half="bfloat16",
            load=loader or (lambda: load_video(settings, source=self._model.source)),
        )
        self._seen = SeenFrames(KEPT_FRAMES)

    @cached_property
    def info(self) -> EngineInfo:
        """Facts about the engine; reads headers of a local model, loads nothing."""
        return self._model.info("sam2-video")

    def track(self, frames: Sequence[Picture], keys: Mapping[int, Mask]) -> Iterator[Tracked]:
        """One answer per frame, see `roles.Tracker`; both keys guide either pass.

        Masks are a quarter of the model's 1024 pixels wide, enlarged: fine edges are a matter's.
        The confidence is the model's guess of the mask's IoU, times how sure it is that the
        object can be seen at all.
        """
        return both_ways(frames, keys, along=self._along)

    def _along(self, frames: Sequence[Picture], keys: Mapping[int, Mask]) -> Iterator[Tracked]:
        backend = self._model.loaded()
        memory = backend.begin()
        for n, key in sorted(keys.items()):
            self._learn(backend, memory, frames[n], n=n, key=key)
        for n in range(len(frames)):
            yield (
                Tracked(keys[n], 1.0)
                if n in keys
                else self._follow(backend, memory, frames[n], n=n)
            )

    def _learn(
        self, backend: VideoBackend, memory: Memory, frame: Picture, *, n: int, key: Mask
    ) -> None:
        with self._computing():
            features = self._features(backend, frame)
            inside = square_mask(key, size_px=backend.size_px, device=self._model.on.device)
            memory.learn(features, n=n, inside=inside)

    def _follow(self, backend: VideoBackend, memory: Memory, frame: Picture, *, n: int) -> Tracked:
        with self._computing():
            found = memory.follow(self._features(backend, frame), n=n)
            return _tracked(found, frame)

    def _features(self, backend: VideoBackend, frame: Picture) -> Any:
        def encode(picture: Picture) -> Any:
            rgb = over_white(picture)
            return backend.encode(
                square(rgb, size_px=backend.size_px, device=self._model.on.device)[None]
            )

        return self._seen.features(frame, encode=encode)

    def _computing(self) -> ExitStack:
        """Entered anew for each frame: what asks for the frames in between is none of torch's."""
        import torch

        stack = ExitStack()
        stack.enter_context(devices.told_plainly("sam2-video could not track"))
        stack.enter_context(torch.inference_mode())
        stack.enter_context(self._model.on.autocast())
        return stack

    def close(self) -> None:
        """Free the model; the next call loads it anew."""
        self._seen = SeenFrames(KEPT_FRAMES)
        self._model.close()


def _tracked(found: Followed, frame: Picture) -> Tracked:
    """The mask at the frame's own size; an object that cannot be seen has none."""
    width_px, height_px = frame.size_wh
    seen = float(found.presence.float().sigmoid())
    if seen <= 0.5:
        return Tracked(Mask(np.zeros((height_px, width_px), np.bool_)), 1 - seen)
    inside = at_full_size(found.logits, height_px=height_px, width_px=width_px)
    return Tracked(Mask(inside), seen * float(found.quality.float().clamp(0, 1)))
