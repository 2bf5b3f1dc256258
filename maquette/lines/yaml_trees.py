"""YAML from outside as plain mappings, lists and text, within limits.

PyYAML's own loaders recurse in C (deep nesting kills the process), resolve aliases without limit
and turn words such as ``no`` or ``2024-01-01`` into other things. Parser events have none of this,
and can be counted. What does not belong here: what a field means, and which file it stood in.
"""

from __future__ import annotations

from typing import Any, cast

MOST_MERGED = 32
_TAGS = tuple(f"tag:yaml.org,2002:{kind}" for kind in ("str", "map", "seq"))
_NOTHING = ("", "~", "null", "Null", "NULL")


class TreeTooLargeError(Exception):
    """More values or deeper nesting than the caller allows."""


def read_yaml_tree(text: str, *, most_values: int, most_depth: int) -> Any:
    """The first document, every scalar left as the text it was written as; None for no value.

    Raises ValueError for what is not YAML and TreeTooLargeError past the limits. Aliases give the
    same object again, never a copy: whoever walks the tree counts what it meets.
    """
    import yaml

    try:
        return _tree(text, most_values=most_values, most_depth=most_depth)
    except (yaml.YAMLError, RecursionError) as trouble:
        raise ValueError(str(trouble)) from trouble


def _tree(text: str, *, most_values: int, most_depth: int) -> Any:
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    root: list[Any] = []
    open_nodes: list[_Node] = [_Node(root)]
    anchors: dict[str, Any] = {}
    for count, event in enumerate(yaml.parse(text, Loader=loader)):
        if count > most_values or len(open_nodes) > most_depth:
            raise TreeTooLargeError(
                f"more than {most_values:,} values or {most_depth} levels of nesting"
            )
        if isinstance(event, (yaml.SequenceEndEvent, yaml.MappingEndEvent)):
            open_nodes.pop()
            continue
        if isinstance(event, yaml.DocumentEndEvent):
            break
        if not isinstance(event, yaml.NodeEvent):
            continue
        value = _value(event, anchors)
        open_nodes[-1].add(value)
        if not isinstance(event, yaml.AliasEvent):
            if event.anchor:
                anchors[event.anchor] = value
            if isinstance(event, yaml.CollectionStartEvent):
                open_nodes.append(_Node(value))
    return root[0] if root else None


class _Node:
    """A list or mapping that is being filled."""

    def __init__(self, holder: list[Any] | dict[Any, Any]) -> None:
        self.holder = holder
        self.key: Any = None
        self.has_key = False

    def add(self, value: Any) -> None:
        if isinstance(self.holder, list):
            self.holder.append(value)
        elif not self.has_key:
            if not isinstance(value, str):
                raise ValueError("a field's name must be a plain word")  # noqa: TRY004
            self.key, self.has_key = value, True
        else:
            self.has_key = False
            if self.key == "<<" and isinstance(value, dict):
                self._merge(cast("dict[Any, Any]", value))
            else:
                self.holder[self.key] = value

    def _merge(self, defaults: dict[Any, Any]) -> None:
        """YAML's ``<<: *defaults``; small ones only, so that copies of copies stay cheap."""
        assert isinstance(self.holder, dict)
        if len(defaults) > MOST_MERGED:
            raise ValueError(f"<< merges at most {MOST_MERGED} fields")
        for key, value in defaults.items():
            self.holder.setdefault(key, value)


def _value(event: Any, anchors: dict[str, Any]) -> Any:
    import yaml

    if isinstance(event, yaml.AliasEvent):
        if event.anchor not in anchors:
            raise ValueError(f"*{event.anchor} names nothing")
        return anchors[event.anchor]
    if event.tag not in (None, "!", *_TAGS):
        raise ValueError(f"tag {event.tag[:60]} is not read")
    if isinstance(event, yaml.MappingStartEvent):
        return {}
    if isinstance(event, yaml.SequenceStartEvent):
        return []
    return None if event.implicit[0] and event.value in _NOTHING else event.value
