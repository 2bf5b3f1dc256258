"""Motion orders: which clips, what of them moves, and how it is to be made.

An order is one file. A mistake in it stops it, and the message names the line, the field and what
to write. A clip that was uploaded alone is an order of itself. What does not belong here: file
formats (`order_files`), what a field may hold (`motion_fields`), and making anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from maquette.batch.uploads import READY
from maquette.errors import InputError
from maquette.lines.motion_fields import ORDER_FIELDS, Subject
from maquette.lines.order_files import SUFFIXES
from maquette.lines.order_reading import read_told
from maquette.lines.prompt_fields import name_of


@dataclass(frozen=True)
class MotionOrder:
    """A whole order.

    Attributes:
        clips: relative paths of movies and folders, beside the order.
        model: relative path of a GLB beside it, to be moved instead of one made from the clip.
        subject: None is the one thing that stands out.
        steps: 0 leaves it to the mode.
        stride: takes every so many-th frame; 0 spreads them so that they fit.
        frames: the first and the last frame, counted from 0; None takes all.
    """

    name: str
    clips: tuple[str, ...]
    model: str = ""
    subject: Subject | None = None
    mode: str = "default"
    seed: int = 44
    steps: int = 0
    faces: int = 16_000
    stride: int = 0
    frames: tuple[int, int] | None = None
    commercial: bool = False
    project: str = ""
    client: str = ""
    priority: str = "normal"


@dataclass(frozen=True)
class OrderedClip:
    """One clip of an order: its name in the batch, its name for people, and where it lies."""

    item: str
    title: str
    path: str


def is_order(name: str) -> bool:
    """Whether a file is an order, by its ending, and not a clip."""
    return name.rpartition(".")[2].lower() in SUFFIXES


def order_of(key: str, data: bytes | None = None) -> MotionOrder:
    """The order that an upload stands for: what it says, or all defaults for a clip alone.

    Args:
        key: of the upload: an order, a movie, or the marker of a folder of frames.
        data: of an order.
    """
    folder, _, name = key.rpartition("/")
    if data is not None:
        return read_order(data, name=name)
    path = folder.rpartition("/")[2] if name == READY else name
    return MotionOrder(_stem(path), (path,))


def read_order(data: bytes, *, name: str) -> MotionOrder:
    """An order from an uploaded file; a mistake in it is an InputError.

    Args:
        data: the whole file.
        name: its file name: the ending tells the format, the stem names an order without a name.
    """
    told = read_told(data, name=name, known=ORDER_FIELDS)
    given = [label for label in ("clip", "clips") if label in told.said]
    if len(given) != 1:
        raise InputError(
            "ORDER_SOURCE",
            f"{told.lines[given[-1] if given else '']}: "
            + ("clip and clips are both given" if given else "it names no clip"),
            fix="write clip: dance.mp4, or clips: [walk.mp4, run.mp4], beside the order",
        )
    filled: dict[str, Any] = {"name": told.stem or "motion", **told.values}
    return MotionOrder(**filled)


def clips_of(order: MotionOrder) -> list[OrderedClip]:
    """Every clip of an order; one clip alone has the order's name, several have their own."""
    if len(order.clips) == 1:
        return [OrderedClip(name_of(order.name, otherwise="clip"), order.name, order.clips[0])]
    found: dict[str, OrderedClip] = {}
    for path in order.clips:
        plain = name_of(_stem(path), otherwise="clip")
        count, item = 1, plain
        while item in found:
            count += 1
            item = f"{plain}-{count}"
        found[item] = OrderedClip(item, _stem(path), path)
    return list(found.values())


def _stem(path: str) -> str:
    name = path.rpartition("/")[2]
    return name.rpartition(".")[0] or name
