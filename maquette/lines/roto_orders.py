"""Roto orders: which objects of which footage are cut out, and what points at them.

An order is read object by object and prompt by prompt; what cannot be used is set aside with its
error and the rest goes on. What does not belong here: file formats (`order_files`), what a field
may hold (`roto_fields`), opening the footage, and making anything.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from fractions import Fraction
from typing import Any, Literal, cast

from maquette.errors import InputError
from maquette.lines.order_fields import Field, mapping_of, read_fields
from maquette.lines.order_files import read_tree
from maquette.lines.order_places import Point
from maquette.lines.prompt_fields import clean_name, name_of, short_hash
from maquette.lines.roto_fields import OBJECT_FIELDS, ORDER_FIELDS, PROMPT_FIELDS
from maquette.roles import Prompts

MOST_OBJECTS = 100
MOST_PROMPTS = 2_000  # in one order; an alias of YAML may repeat a list for free
# Apart for people with any colour vision, and from skin, sky and grass as far as that goes.
PALETTE = (
    *("#ff8800", "#00b4ff", "#ff3fa4", "#37d67a", "#ffd400", "#8a63ff"),
    *("#ff4d3d", "#00d5c3", "#b4e100", "#c77dff", "#ff9fb2", "#5c8cff"),
)


@dataclass(frozen=True)
class Prompt:
    """What points at an object: clicks and a box, or a mask, or words; never two of them.

    Attributes:
        frame: plate number; None only where words are to be found on any plate.
        clicks_xy: points on the object, in pixels from the top left corner.
        clicks_off_xy: points that are not the object.
        mask: relative path of a PNG.
    """

    frame: int | None = None
    clicks_xy: tuple[Point, ...] = ()
    clicks_off_xy: tuple[Point, ...] = ()
    box_xyxy: tuple[float, float, float, float] | None = None
    mask: str = ""
    text: str = ""

    @property
    def pointed(self) -> Prompts:
        """Clicks and box as a segmenter takes them; empty for a mask or words."""
        labels = (1,) * len(self.clicks_xy) + (0,) * len(self.clicks_off_xy)
        boxes = () if self.box_xyxy is None else (self.box_xyxy,)
        return Prompts((*self.clicks_xy, *self.clicks_off_xy), labels, boxes)


@dataclass(frozen=True)
class RotoObject:
    """One thing to cut out.

    Attributes:
        slug: the name as file names have it; unique in its order.
        colour: ``#rrggbb``, of its overlay.
        edge_px: the matte differs from the mask only within this distance of its edge.
        prompts: at least one.
    """

    name: str
    slug: str
    label: str = ""
    colour: str = ""
    matte: Literal["soft", "none"] = "soft"
    edge_px: int = 12
    prompts: tuple[Prompt, ...] = ()


@dataclass(frozen=True)
class BadPart:
    """An object or a prompt that was set aside: the object's name, the prompt's number, why.

    Attributes:
        prompt: the first is 1; None where the whole object was set aside.
    """

    object: str
    prompt: int | None
    error: InputError


@dataclass(frozen=True)
class RotoOrder:
    """A whole order.

    Attributes:
        footage: relative path; empty means what lies beside the order under its own name.
        first_frame: plate number of the footage's first frame; None takes it from the files.
        frames: the first and last plate to deliver; None means all.
        handles: plates worked on before and after these, as far as there are any.
        colour: empty believes the file.
        points: of an object's splines on any frame, at most.
        closeness: overlap with the matte that every frame should keep.
        keyed: share of a spline's frames that may be keys.
        notes: plain sentences for whoever uploaded it.
    """

    name: str
    footage: str = ""
    first_frame: int | None = None
    frames: tuple[int, int] | None = None
    handles: int = 0
    rate: Fraction | None = None
    colour: str = ""
    priority: Literal["interactive", "normal", "background"] = "normal"
    project: str = ""
    client: str = ""
    edit: str = ""
    scenes: bool = False
    deliver: tuple[str, ...] = ("png", "exr", "shapes", "qc")
    points: int = 32
    closeness: float = 0.95
    keyed: float = 0.5
    objects: tuple[RotoObject, ...] = ()
    bad: tuple[BadPart, ...] = ()
    notes: tuple[str, ...] = ()


def read_order(data: bytes, *, name: str) -> RotoOrder:
    """An order from an uploaded file; bad objects are in it, a bad file is an InputError.

    Args:
        data: the whole file.
        name: its file name: the ending tells the format, the stem names an order without a name.
    """
    shown = clean_name(name)
    tree = read_tree(data, name=shown)
    written = tree.pop("objects", None)
    about = read_fields(tree, ORDER_FIELDS, shown, more=("objects",))
    if not isinstance(written, list) or not written:
        raise InputError(
            "ORDER_EMPTY",
            f"{shown}, field objects: is no list of objects",
            fix="write objects: and below it one '- name: …' per object",
        )
    objects = cast("list[Any]", written)
    if len(objects) > MOST_OBJECTS:
        raise _too_many(f"{shown}: {len(objects):,} objects", MOST_OBJECTS)
    reading = _Reading(file=shown)
    for number, one in enumerate(objects, start=1):
        reading.take(one, number=number)
    notes: tuple[str, ...] = ()
    if about.get("edit") and about.get("scenes"):
        notes = (f"{shown}: the edit list cuts the movie; scenes are not looked for",)
    stem = re.split(r"[\\/]", shown)[-1].rpartition(".")[0]
    filled: dict[str, Any] = {"name": stem or "shot", **about}
    return RotoOrder(
        **filled,
        objects=_coloured(reading.objects),
        bad=tuple(reading.bad),
        notes=notes,
    )


def write_order(order: RotoOrder) -> bytes:
    """The order as a YAML file that `read_order` reads back; defaults are left out."""
    import yaml

    tree = _said(order, ORDER_FIELDS)
    tree["objects"] = [
        {
            **_said(one, OBJECT_FIELDS),
            "prompts": [_said(prompt, PROMPT_FIELDS) for prompt in one.prompts],
        }
        for one in order.objects
    ]
    return yaml.safe_dump(tree, sort_keys=False, allow_unicode=True).encode()


class _Reading:
    """The objects of one file as they are judged, one after the other."""

    def __init__(self, *, file: str) -> None:
        self.file = file
        self.objects: list[RotoObject] = []
        self.bad: list[BadPart] = []
        self._names: set[str] = set()
        self._slugs: set[str] = set()
        self._prompts = 0

    def take(self, written: Any, *, number: int) -> None:
        """One more object, with those of its prompts that can be used, or a bad one."""
        where = f"{self.file} object {number}"
        name = f"object {number}"
        try:
            about = mapping_of(written, where)
            prompts = about.pop("prompts", None)
            facts = read_fields(about, OBJECT_FIELDS, where, more=("prompts",))
            name = self._named(facts, where)
            held = self._prompts_of(prompts, name, f"{where} ({name})")
            self.objects.append(RotoObject(**facts, slug=self._slug(name), prompts=held))
        except InputError as error:
            if error.code == "ORDER_TOO_MANY" and self._prompts > MOST_PROMPTS:
                raise
            self.bad.append(BadPart(name, None, error))

    def _named(self, facts: dict[str, Any], where: str) -> str:
        name = facts.get("name", "")
        if not name:
            raise InputError("ORDER_NAMELESS", f"{where}: has no name", fix="give it one")
        if name.casefold() in self._names:
            raise InputError(
                "ORDER_OBJECT_TWICE",
                f"{where}: another object is called {name!r}",
                fix="give each its own name, or put all prompts of one object together",
            )
        self._names.add(name.casefold())
        return name

    def _slug(self, name: str) -> str:
        plain = name_of(name, otherwise="object")
        slug, count = plain, 1
        while slug in self._slugs:
            count += 1
            slug = f"{plain}-{count}"
        self._slugs.add(slug)
        return slug

    def _prompts_of(self, written: Any, name: str, where: str) -> tuple[Prompt, ...]:
        listed = cast("list[Any]", written) if isinstance(written, list) else []
        self._prompts += len(listed)
        if self._prompts > MOST_PROMPTS:
            raise _too_many(f"{self.file}: {self._prompts:,} prompts", MOST_PROMPTS)
        prompts: list[Prompt] = []
        for number, one in enumerate(listed, start=1):
            spot = f"{where} prompt {number}"
            try:
                prompts.append(_prompt(one, spot, taken={p.frame for p in prompts}))
            except InputError as error:
                self.bad.append(BadPart(name, number, error))
        if not prompts:
            raise _promptless(where, given=len(listed))
        return tuple(prompts)


def _prompt(written: Any, where: str, *, taken: set[int | None]) -> Prompt:
    given = read_fields(mapping_of(written, where), PROMPT_FIELDS, where)
    prompt = Prompt(**given)
    points = bool(prompt.clicks_xy or prompt.clicks_off_xy or prompt.box_xyxy)
    kinds = [points, bool(prompt.mask), bool(prompt.text)]
    if kinds.count(True) != 1:
        raise InputError(
            "ORDER_PROMPT",
            f"{where}: points at {'two things at once' if any(kinds) else 'nothing'}",
            fix="give clicks and a box, or a mask, or a text",
        )
    if points and not prompt.clicks_xy and prompt.box_xyxy is None:
        raise InputError(
            "ORDER_PROMPT",
            f"{where}: says what is not the object, and nothing of what is",
            fix="add a click on the object, or a box",
        )
    if prompt.frame is None and not prompt.text:
        raise InputError(
            "ORDER_PROMPT", f"{where}: names no frame", fix="add frame: and a plate number"
        )
    if prompt.frame in taken:
        raise InputError(
            "ORDER_PROMPT_TWICE",
            f"{where}: an earlier prompt of this object is for the same frame",
            fix="put all clicks of one frame into one prompt",
        )
    return prompt


def _coloured(objects: list[RotoObject]) -> tuple[RotoObject, ...]:
    """Objects without a colour get one by their name, the next free one where it is taken."""
    taken = {one.colour for one in objects}
    found: list[RotoObject] = []
    for one in objects:
        if not one.colour:
            start = int(short_hash(one.name), 16)
            around = [PALETTE[(start + n) % len(PALETTE)] for n in range(len(PALETTE))]
            free = next((colour for colour in around if colour not in taken), around[0])
            taken.add(free)
            one = replace(one, colour=free)  # noqa: PLW2901
        found.append(one)
    return tuple(found)


_PLAIN: dict[type, Callable[[Any], Any]] = {
    Fraction: lambda rate: int(rate) if rate.denominator == 1 else str(rate),
    tuple: lambda held: [_plain(one) for one in held],
    float: lambda number: int(number) if number == int(number) else number,
}


def _plain(value: Any) -> Any:
    """A value as YAML has it."""
    plain = _PLAIN.get(type(value))
    return plain(value) if plain else value


def _said(held: Any, known: Mapping[str, Field]) -> dict[str, Any]:
    """What an order, object or prompt says beyond the defaults, by the names of its fields."""
    default = {f.name: f.default for f in fields(held)}
    said = {label: getattr(held, one.attribute) for label, one in known.items()}
    return {
        label: _plain(value)
        for label, value in said.items()
        if value != default[known[label].attribute]
    }


def _promptless(where: str, *, given: int) -> InputError:
    why = "none of its prompts can be used" if given else "it has no prompts"
    return InputError(
        "ORDER_NO_PROMPTS",
        f"{where}: {why}",
        fix="add at least one: '- {frame: 1001, clicks: [[640, 360]]}'",
    )


def _too_many(what: str, most: int) -> InputError:
    return InputError("ORDER_TOO_MANY", f"{what}, at most {most:,} are read", fix="split the order")
