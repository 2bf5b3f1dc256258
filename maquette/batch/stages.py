"""Stages in three shapes: *map* (item to item), *span* (a run of frames), *gather* (many to one).

A stage is a plain function with a decorator. Its signature is its contract, and the runner reads
it: positional parameters name the objects it is handed (``picture``, ``mask``), a keyword-only
parameter typed by a role protocol is its engine, every other keyword-only parameter is an option
looked up in the item's own parameters. What is not in the signature is not in the recipe.
"""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property, update_wrapper
from types import NoneType
from typing import Any, TypeVar

from maquette import roles
from maquette.provenance import Provenance

T = TypeVar("T")
Batch = list  # in a batched stage every item-wise argument is a Batch of what is written here

Shape = typing.Literal["map", "span", "gather"]


@dataclass(frozen=True)
class Made:
    """What a stage made of one item, with more to say than the value alone.

    Attributes:
        outputs: object name -> value; a bare value from a stage is its ``makes``.
        scores: numbers worth plotting or checking.
        notes: plain sentences for the person who asked.
        params: new or changed item parameters for the stages that follow.
        source_type: IPTC digital source type, where the stage decides it.
    """

    outputs: dict[str, Any] = field(default_factory=dict)
    scores: dict[str, float] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    params: dict[str, Any] = field(default_factory=dict)
    source_type: str = ""


@dataclass(frozen=True)
class Member:
    """One item as a gather stage sees it: facts at hand, objects opened only when asked for."""

    item: str
    params: dict[str, Any]
    provenance: Provenance
    notes: tuple[str, ...]
    scores: dict[str, float]
    files: dict[str, tuple[str, int]]  # object name -> suffix, bytes
    read: Callable[[str], bytes]  # object name -> its bytes
    load: Callable[[str, type], Any]  # object name, type -> its value


@dataclass(frozen=True)
class Input:
    """One positional parameter: an object the stage is handed."""

    name: str
    kind: type
    optional: bool


class Stage:
    """A function with its shape, version and contract; calling it calls the function."""

    def __init__(
        self,
        function: Callable[..., Any],
        *,
        shape: Shape,
        version: str,
        makes: str,
        batched: bool = False,
    ) -> None:
        update_wrapper(self, function)
        self.function = function
        self.name: str = function.__name__
        self.path = f"{function.__module__}:{function.__name__}"
        self.shape: Shape = shape
        self.version = version
        self.makes = makes
        self.batched = batched
        self.prepare: Callable[[], None] | None = None

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the plain function: no recipe, no record."""
        return self.function(*args, **kwargs)

    def __reduce__(self) -> tuple[object, ...]:
        return (find, (self.path,))

    def __repr__(self) -> str:
        return f"<{self.shape} stage {self.name} v{self.version}>"

    @cached_property
    def _hints(self) -> dict[str, Any]:
        return typing.get_type_hints(self.function)

    @cached_property
    def _keywords(self) -> dict[str, inspect.Parameter]:
        found = inspect.signature(self.function).parameters
        return {n: p for n, p in found.items() if p.kind is inspect.Parameter.KEYWORD_ONLY}

    @cached_property
    def inputs(self) -> tuple[Input, ...]:
        """The objects it is handed, in order; a gather stage is handed members instead."""
        if self.shape == "gather":
            return ()
        found = inspect.signature(self.function).parameters
        names = [n for n, p in found.items() if p.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD]
        return tuple(self._input(name) for name in names)

    def _input(self, name: str) -> Input:
        hint = self._hints[name]
        if self.batched or self.shape == "span":
            (hint,) = typing.get_args(hint)
        kinds = [k for k in typing.get_args(hint) or (hint,) if k is not NoneType]
        return Input(name, kinds[0], optional=NoneType in typing.get_args(hint))

    @cached_property
    def engines(self) -> dict[str, str]:
        """Keyword -> role, for the keywords typed by a role protocol (at most one)."""
        return {
            name: self._hints[name].__name__
            for name in self._keywords
            if isinstance(self._hints[name], type)
            and self._hints[name].__module__ == roles.__name__
        }

    @cached_property
    def options(self) -> dict[str, Any]:
        """Keyword -> default (`inspect.Parameter.empty` where it must be given)."""
        return {n: p.default for n, p in self._keywords.items() if n not in self.engines}


def map_stage(
    *,
    version: str,
    makes: str = "",
    batched: bool = False,
    prepare: Callable[[], None] | None = None,
) -> Callable[[Callable[..., Any]], Stage]:
    """Item to item. Raise version when the bytes it makes change: old records are then unused.

    Args:
        version: part of every recipe.
        makes: name of its one output; leave empty where it returns `Made` with named outputs,
            or only judges (the item's objects pass through unchanged).
        batched: every item-wise argument and the result are lists, one entry per item; an
            exception in the result marks that item alone.
        prepare: called where it will run before any thread is started for it; may be called
            again. For libraries whose loading must not meet that of others.
    """

    def made(function: Callable[..., Any]) -> Stage:
        stage = Stage(function, shape="map", version=version, makes=makes, batched=batched)
        stage.prepare = prepare
        return stage

    return made


def span_stage(*, version: str, makes: str) -> Callable[[Callable[..., Any]], Stage]:
    """An ordered run of frames of one object between two keys; returns one value per frame."""
    return lambda f: Stage(f, shape="span", version=version, makes=makes)


def gather_stage(*, version: str, makes: str = "") -> Callable[[Callable[..., Any]], Stage]:
    """Many items to one: its first parameter is ``members: Sequence[Member]``."""
    return lambda f: Stage(f, shape="gather", version=version, makes=makes)


def version_of(*stages: Stage) -> str:
    """The code version of an asset that runs these stages: ``soften.1+trim.2``."""
    return "+".join(f"{stage.name}.{stage.version}" for stage in stages)


def find(path: str) -> Stage:
    """The stage at ``package.module:name``, as it is named across processes."""
    import importlib

    module, _, name = path.partition(":")
    stage = getattr(importlib.import_module(module), name)
    assert isinstance(stage, Stage), f"{path} is not a stage"
    return stage


Members = Sequence[Member]
