"""The documents as data: their tables, code blocks and links.

What belongs here: reading Markdown as we write it. What does not: what the pages must say.
"""

import re
from dataclasses import dataclass
from pathlib import Path

HOME = Path(__file__).parents[2]
PAGES = sorted((HOME / "docs").glob("*.md"))
SOURCE_FOLDERS = ("maquette", "pipeline_assets", "resources", "sensors", "jobs", "scripts")
_FENCE = re.compile(r"^```(\w*)[^\n]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """One fenced block: where it stands, its language, what it holds."""

    page: str
    line: int
    language: str
    text: str

    @property
    def name(self) -> str:
        """For a test's id."""
        return f"{self.page}:{self.line}"


def page(name: str) -> str:
    """The text of a page."""
    return (HOME / "docs" / name).read_text(encoding="utf-8")


def readers() -> list[Path]:
    """Everything people read: the pages, and the README once there is one."""
    return [path for path in (HOME / "README.md", *PAGES) if path.is_file()]


def blocks(*languages: str, of: str = "") -> list[Block]:
    """Fenced blocks of these languages, of one page or of all."""
    return [
        Block(path.name, text[: match.start()].count("\n") + 1, match[1], match[2])
        for path in readers()
        if of in ("", path.name)
        for text in [path.read_text(encoding="utf-8")]
        for match in _FENCE.finditer(text)
        if match[1] in languages
    ]


def prose(text: str) -> str:
    """A page without its code blocks."""
    return _FENCE.sub("", text)


def section(name: str, heading: str) -> str:
    """What stands below a heading, up to the next of the same or a higher level."""
    text = page(name)
    start = re.search(rf"^(#+) {re.escape(heading)}$", text, re.MULTILINE)
    assert start, f"docs/{name} has no heading {heading!r}"
    rest = text[start.end() :]
    end = re.search(rf"^#{{1,{len(start[1])}}} ", prose_lines(rest), re.MULTILINE)
    return rest[: end.start()] if end else rest


def prose_lines(text: str) -> str:
    """The text with code blocks blanked out, every position kept."""
    return _FENCE.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)


def rows(text: str) -> list[list[str]]:
    """The cells of all tables in a text, headings and rules left out."""
    found: list[list[str]] = []
    lines = prose(text).splitlines()
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        is_heading = following.startswith("|--")
        if line.startswith("|") and not line.startswith("|--") and not is_heading:
            found.append([cell.strip() for cell in line[1:-1].split("|")])
    return found


def quoted(cell: str) -> list[str]:
    """What stands between backticks in a cell."""
    return re.findall(r"`([^`]+)`", cell)


def sources(*more: str) -> list[Path]:
    """Our own Python files, and those below further folders."""
    return [
        path
        for folder in (*SOURCE_FOLDERS, *more)
        for path in sorted((HOME / folder).rglob("*.py"))
        if "node_modules" not in path.parts
    ]
