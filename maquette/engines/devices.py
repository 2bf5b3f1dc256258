"""What this machine offers a torch engine: packages, a device, a precision, enough memory.

What belongs here: choices that every torch engine makes alike. What does not: models, weights
(`maquette.engines.hub`), and any setting of one engine alone. torch is imported on use, so that
an engine can say what it is, or what is missing, without it.
"""

from __future__ import annotations

import gc
import importlib.util
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any, TypeVar

from maquette.errors import EngineError, MaquetteError

Item = TypeVar("Item")
Result = TypeVar("Result")
Settings = TypeVar("Settings")  # a dataclass

DEVICES = ("cuda", "mps", "cpu")
PRECISIONS = ("float32", "bfloat16", "float16")


def require(*packages: str, install: str = "maquette[gpu]") -> None:
    """Refuse early, and by name, what is not installed; nothing is imported."""
    missing = [name for name in packages if importlib.util.find_spec(name) is None]
    if missing:
        raise EngineError(
            "ENGINE_NOT_INSTALLED",
            f"the engine needs {', '.join(missing)}",
            fix=f"pip install '{install}'",
        )


def settings_of(kind: type[Settings], given: dict[str, Any]) -> Settings:
    """The engine's settings from what a user wrote, refusing names it does not know."""
    known = [field.name for field in fields(kind)]  # pyright: ignore[reportArgumentType]
    unknown = sorted(set(given).difference(known))
    if unknown:
        raise EngineError(
            "ENGINE_SETTINGS", f"{', '.join(unknown)} is no setting here", fix=f"use {known}"
        )
    return kind(**given)


def pick_device(wanted: str) -> str:
    """The device to use: the one named, or with ``auto`` the best there is."""
    import torch

    if wanted != "auto" and wanted.partition(":")[0] not in DEVICES:
        raise EngineError(
            "ENGINE_SETTINGS", f"device {wanted!r} is unknown", fix=f"use auto or one of {DEVICES}"
        )
    here = {
        "cuda": torch.cuda.is_available(),
        "mps": torch.backends.mps.is_available(),
        "cpu": True,
    }
    if wanted == "auto":
        return next(name for name in DEVICES if here[name])
    if not here[wanted.partition(":")[0]]:
        raise EngineError(
            "DEVICE_MISSING", f"this machine offers torch no {wanted} device", fix="use auto"
        )
    return wanted


def pick_precision(wanted: str, *, device: str, half: str) -> str:
    """The number format to compute in: ``half`` on a GPU unless another is named.

    On a CPU half precision is slower than float32, and unsupported by some layers.
    """
    if wanted == "auto":
        return "float32" if device == "cpu" else half
    if wanted not in PRECISIONS:
        raise EngineError(
            "ENGINE_SETTINGS",
            f"dtype {wanted!r} is unknown",
            fix=f"use auto or one of {PRECISIONS}",
        )
    return wanted


@dataclass(frozen=True)
class Computing:
    """On what an engine computes, and how finely: picked when it is asked, as that imports torch.

    Attributes:
        wanted: the device a user named, or auto.
        dtype: the number format a user named, or auto.
        half: the format that auto means on a GPU.
    """

    wanted: str
    dtype: str = "float32"
    half: str = "float16"

    @cached_property
    def device(self) -> str:
        """Where: ``cuda:0``."""
        return pick_device(self.wanted)

    @property
    def kind(self) -> str:
        """Its kind: ``cuda``."""
        return self.device.partition(":")[0]

    @cached_property
    def precision(self) -> str:
        """The number format."""
        return pick_precision(self.dtype, device=self.device, half=self.half)

    def autocast(self) -> Any:
        """A context in which torch computes in that format."""
        import torch

        return torch.autocast(
            self.kind,
            dtype=torch_dtype(self.precision),
            enabled=self.precision != "float32",
        )


def is_out_of_memory(error: BaseException) -> bool:
    """Whether the device, or the host, had no room; only CUDA has a class of its own for it."""
    return isinstance(error, MemoryError) or "out of memory" in str(error).lower()


def release(device: str) -> None:
    """Give cached memory back to the device, so that the next model finds it free."""
    import torch

    gc.collect()
    if device.startswith("cuda"):
        torch.cuda.empty_cache()
    elif device == "mps":
        torch.mps.empty_cache()


def in_halves(
    items: Sequence[Item],
    *,
    at_once: int,
    device: str,
    work: Callable[[Sequence[Item]], Sequence[Result]],
) -> Iterator[Result | EngineError]:
    """Work through items, ``at_once`` at a time; where memory runs out, go on with half as many.

    The smaller number is kept for the rest of the items. A single item that does not fit is
    answered with OUT_OF_MEMORY in its place, and the rest go on.
    """
    start = 0
    while start < len(items):
        batch = items[start : start + at_once]
        try:
            yield from work(batch)
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error):
                raise
        else:
            start += len(batch)
            continue
        # Outside the except block: the traceback no longer holds the failed tensors.
        release(device)
        if len(batch) == 1:
            yield _too_large(device)
            start += 1
        at_once = max(1, len(batch) // 2)


def _too_large(device: str) -> EngineError:
    return EngineError(
        "OUT_OF_MEMORY",
        f"one item alone does not fit into the memory of {device}",
        fix="ask for smaller pictures, close other programs, or use a smaller model",
    )


@contextmanager
def told_plainly(doing: str) -> Iterator[None]:
    """Turn what torch raises while `doing` something into an EngineError that says so."""
    try:
        yield
    except MaquetteError:
        raise
    except (RuntimeError, MemoryError) as error:
        code = "OUT_OF_MEMORY" if is_out_of_memory(error) else "ENGINE_FAILED"
        raise EngineError(code, f"{doing}: {first_line(error)}") from error


def first_line(error: BaseException) -> str:
    """What an outside library's error says, cut to a readable length."""
    text: str = next(iter(str(error).strip().splitlines()), "") or type(error).__name__
    return text[:300]


def torch_dtype(precision: str) -> Any:
    """The torch dtype of that name."""
    import torch

    return getattr(torch, precision)
