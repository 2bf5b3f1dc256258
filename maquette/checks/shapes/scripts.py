"""Python scripts followed without being run: which calls they would make, and on what.

Loops over literals, calls and assignments are followed; every name that a script imports or finds
in its application is a stand-in that writes down what is asked of it. Whatever else a script
holds is refused. What belongs here: following. What does not: what any call means.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from maquette.checks.shapes.outlines import Unreadable

MOST_STEPS = 50_000_000


@dataclass(eq=False)
class Thing:
    """Something of the application's: where it came from.

    Attributes:
        owner: what it is a part or a result of; None for what stands by itself.
        name: of the attribute, index or call that gave it.
        given: the arguments of that call, in order.
        named: those with names.
    """

    owner: Thing | None
    name: Any
    given: tuple[Any, ...] = ()
    named: dict[str, Any] = field(default_factory=dict[str, Any])
    parts: dict[Any, Any] = field(default_factory=dict[Any, Any])

    def part(self, name: Any) -> Any:
        """An attribute or an item: what was set, or always the same stand-in."""
        if name not in self.parts:
            self.parts[name] = Thing(self, name)
        return self.parts[name]


@dataclass(frozen=True)
class Event:
    """One thing that a script does.

    Attributes:
        kind: ``call``, or ``set`` for an attribute that is given a value.
        target: on what.
        result: what a call gives back, or the value that is set.
    """

    kind: str
    target: Thing
    name: Any
    given: tuple[Any, ...]
    named: dict[str, Any]
    result: Any


def follow(source: str, *, known: Iterable[str] = ()) -> tuple[list[Event], dict[str, Any]]:
    """All that a script would do, in order, and its names at the end.

    Args:
        source: the script.
        known: names that stand in the application's console.
    """
    follower = _Follower({name: Thing(None, name) for name in known})
    follower.run(ast.parse(source).body)
    return follower.events, follower.names


class _Follower:
    """A script's names and what it has done so far."""

    def __init__(self, names: dict[str, Any]) -> None:
        self.names = names
        self.events: list[Event] = []
        self.steps = 0

    def run(self, body: list[ast.stmt]) -> None:
        for statement in body:
            found = _STATEMENTS.get(type(statement))
            if not found:
                raise Unreadable(f"line {statement.lineno}: {type(statement).__name__}")
            found(self, statement)

    def value(self, node: ast.expr) -> Any:
        self.steps += 1
        if self.steps > MOST_STEPS:
            raise Unreadable("the script does more than any such script")
        found = _VALUES.get(type(node))
        if not found:
            raise Unreadable(f"line {node.lineno}: {type(node).__name__}")
        return found(self, node)

    def assign(self, target: ast.expr, value: Any) -> None:
        if isinstance(target, ast.Name):
            self.names[target.id] = value
        elif isinstance(target, ast.Tuple | ast.List):
            for one, part in zip(target.elts, value, strict=True):
                self.assign(one, part)
        elif isinstance(target, ast.Attribute):
            thing = _thing(self.value(target.value), target)
            thing.parts[target.attr] = value
            self.events.append(Event("set", thing, target.attr, (), {}, value))
        else:
            raise Unreadable(f"line {target.lineno}: {type(target).__name__} is set")


def _thing(value: Any, node: ast.expr) -> Thing:
    if not isinstance(value, Thing):
        raise Unreadable(f"line {node.lineno}: reaches into {type(value).__name__}")
    return value


def _import(follower: _Follower, node: ast.Import) -> None:
    for alias in node.names:
        top, *inner = alias.name.split(".")
        module = follower.names.setdefault(top, Thing(None, top))
        for name in inner:
            module = module.part(name)
        if alias.asname:
            follower.names[alias.asname] = module


def _assign(follower: _Follower, node: ast.Assign) -> None:
    value = follower.value(node.value)
    for target in node.targets:
        follower.assign(target, value)


def _for(follower: _Follower, node: ast.For) -> None:
    for value in follower.value(node.iter):
        follower.assign(node.target, value)
        follower.run(node.body)


def _if(follower: _Follower, node: ast.If) -> None:
    value = follower.value(node.test)
    follower.run(node.body if isinstance(value, Thing) or value else node.orelse)


def _with(follower: _Follower, node: ast.With) -> None:
    for item in node.items:
        follower.value(item.context_expr)
    follower.run(node.body)


_STATEMENTS: dict[type[ast.stmt], Callable[[_Follower, Any], object]] = {
    ast.Import: _import,
    ast.Assign: _assign,
    ast.Expr: lambda follower, node: follower.value(node.value),
    ast.For: _for,
    ast.If: _if,
    ast.With: _with,
}


def _name(follower: _Follower, node: ast.Name) -> Any:
    if node.id not in follower.names:
        raise Unreadable(f"line {node.lineno}: nobody knows {node.id}")
    return follower.names[node.id]


def _call(follower: _Follower, node: ast.Call) -> Any:
    given = tuple(follower.value(one) for one in node.args)
    if isinstance(node.func, ast.Name):
        if node.func.id not in _FUNCTIONS or node.keywords:
            raise Unreadable(f"line {node.lineno}: calls {node.func.id}")
        return _FUNCTIONS[node.func.id](*given)
    function = _thing(follower.value(node.func), node)
    named = {one.arg or "**": follower.value(one.value) for one in node.keywords}
    target = function.owner or function
    result = Thing(target, function.name, given, named)
    follower.events.append(Event("call", target, function.name, given, named, result))
    return result


def _subscript(follower: _Follower, node: ast.Subscript) -> Any:
    value = follower.value(node.value)
    if isinstance(node.slice, ast.Slice):
        ends = (node.slice.lower, node.slice.upper)
        low, high = (None if one is None else follower.value(one) for one in ends)
        return value[low:high]
    place = follower.value(node.slice)
    return value.part(place) if isinstance(value, Thing) else value[place]


def _minus(follower: _Follower, node: ast.BinOp) -> Any:
    if not isinstance(node.op, ast.Sub):
        raise Unreadable(f"line {node.lineno}: {type(node.op).__name__}")
    return follower.value(node.left) - follower.value(node.right)


def _negative(follower: _Follower, node: ast.UnaryOp) -> Any:
    if not isinstance(node.op, ast.USub):
        raise Unreadable(f"line {node.lineno}: {type(node.op).__name__}")
    return -follower.value(node.operand)


def _mapping(follower: _Follower, node: ast.Dict) -> dict[Any, Any]:
    keys = (follower.value(key) for key in node.keys if key)
    return dict(zip(keys, map(follower.value, node.values), strict=True))


_FUNCTIONS: dict[str, Callable[..., Any]] = {"range": range, "len": len, "enumerate": enumerate}
_VALUES: dict[type[ast.expr], Callable[[_Follower, Any], Any]] = {
    ast.Name: _name,
    ast.Constant: lambda _, node: node.value,
    ast.Attribute: lambda follower, node: _thing(follower.value(node.value), node).part(node.attr),
    ast.Call: _call,
    ast.Subscript: _subscript,
    ast.BinOp: _minus,
    ast.UnaryOp: _negative,
    ast.Dict: _mapping,
    ast.List: lambda follower, node: [follower.value(one) for one in node.elts],
    ast.Tuple: lambda follower, node: tuple(follower.value(one) for one in node.elts),
}
