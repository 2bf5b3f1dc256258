"""XML as plain elements, read with care: nothing is declared, fetched or expanded.

What belongs here: the tree. What does not: what any element means.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from maquette.checks.shapes.outlines import Unreadable

MOST_DEPTH = 64
MOST_ELEMENTS = 2_000_000


@dataclass
class Element:
    """One element; `text` is all that stands in it directly."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict[str, str])
    children: list[Element] = field(default_factory=list["Element"])
    text: str = ""

    def all(self, tag: str) -> Iterator[Element]:
        """Its children of this tag."""
        return (child for child in self.children if child.tag == tag)

    def first(self, tag: str) -> Element:
        """Its first child of this tag."""
        found = next(self.all(tag), None)
        if found is None:
            raise Unreadable(f"{self.tag} has no {tag}")
        return found

    def anywhere(self, tag: str) -> Iterator[Element]:
        """All elements of this tag in it, in the order of the file."""
        for child in self.children:
            if child.tag == tag:
                yield child
            yield from child.anywhere(tag)


class _Builder:
    """Elements as they open and close."""

    def __init__(self) -> None:
        self.top = Element("")
        self.open = [self.top]
        self.count = 0

    def opened(self, tag: str, attributes: dict[str, str]) -> None:
        self.count += 1
        if len(self.open) > MOST_DEPTH or self.count > MOST_ELEMENTS:
            raise Unreadable("the XML is deeper or longer than any such file")
        element = Element(tag, attributes)
        self.open[-1].children.append(element)
        self.open.append(element)

    def closed(self, tag: str) -> None:
        del tag
        self.open.pop()

    def text(self, text: str) -> None:
        self.open[-1].text += text

    def refuse(self, *declared: object) -> None:
        del declared
        raise Unreadable("the XML declares something of its own")


def read_xml(data: bytes) -> Element:
    """The root element."""
    builder = _Builder()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = builder.opened
    parser.EndElementHandler = builder.closed
    parser.CharacterDataHandler = builder.text
    parser.StartDoctypeDeclHandler = builder.refuse
    parser.EntityDeclHandler = builder.refuse
    try:
        parser.Parse(data, True)
    except expat.ExpatError as trouble:
        raise Unreadable(f"it is not XML: {trouble}") from trouble
    return builder.top.children[0]
