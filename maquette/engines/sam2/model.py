"""The model of either SAM 2 engine as it is held: found, told of, loaded on first use, freed.

What belongs here: what the segmenter and the tracker do alike with their model. What does not:
the model (`backends`, `video_backends`), and what is asked of it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any, Generic, Protocol, TypeVar

from maquette.engines import devices, hub
from maquette.engines.sam2.backends import SIZES, ModelSettings
from maquette.roles import EngineInfo


class Movable(Protocol):
    """What can be taken to a device."""

    def to(self, device: str) -> None: ...  # noqa: D102


Held = TypeVar("Held", bound=Movable)


class Model(Generic[Held]):
    """One model of an engine.

    Args:
        settings: of the engine.
        half: the number format that auto means on a GPU.
        load: makes it.
    """

    def __init__(self, settings: ModelSettings, *, half: str, load: Callable[[], Held]) -> None:
        self._settings = settings
        self._load = load
        self._held: Held | None = None
        self.on = devices.Computing(settings.device, settings.dtype, half=half)

    @cached_property
    def source(self) -> hub.Source:
        """Where its weights lie."""
        return hub.locate(self._settings.model or SIZES[self._settings.size].model)

    def info(self, name: str, **more: Any) -> EngineInfo:
        """What an engine of that name says of itself; reads headers, loads nothing."""
        settings = self._settings
        return EngineInfo(
            name=name,
            version="1",
            weights={"model": settings.sha256 or hub.identity(self.source)},
            licences=("Apache-2.0",),
            config={
                "size": settings.size,
                "backend": settings.backend,
                "device": self.on.kind,
                "dtype": self.on.precision,
            },
            **more,
        )

    def loaded(self) -> Held:
        """The model, on its device."""
        if self._held is None:
            held = self._load()
            held.to(self.on.device)
            self._held = held
        return self._held

    def close(self) -> None:
        """Free it; the next call loads it anew."""
        if self._held is not None:
            self._held = None
            devices.release(self.on.device)
