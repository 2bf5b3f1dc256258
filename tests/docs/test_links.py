"""Links in the pages and in the README lead somewhere."""

import re
from xml.etree import ElementTree as ET

import pytest

from tests.docs.pages import HOME, PAGES, page, prose, readers

MACHINE = re.compile(r"(?<![\w.$/-])/(?:work|opt|root|home)/|artifactory|jfrog")


def anchors(text):
    """The anchors that headings give, as GitHub makes them."""
    headings = re.findall(r"^#+ (.*)$", prose(text), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", h).strip().lower().replace(" ", "-") for h in headings}


def links(path):
    """(target, anchor) of every relative link of a page."""
    found = re.findall(r"\]\(([^)\s]+)\)", prose(path.read_text(encoding="utf-8")))
    return [
        (path.parent / target.partition("#")[0], target.partition("#")[2])
        for target in found
        if not re.match(r"[a-z]+:", target)
    ]


@pytest.mark.parametrize("path", readers(), ids=lambda path: path.name)
def test_links_resolve(path):
    """Every relative link names a file that exists, and its anchor a heading there."""
    for target, anchor in links(path):
        target = path if target == path.parent else target
        assert target.exists(), f"{path.name}: {target.name}"
        if anchor:
            assert anchor in anchors(target.read_text(encoding="utf-8")), f"#{anchor}"


def test_links_are_found():
    """The pages do link to each other, so the test above looks at something."""
    assert 10 < sum(len(links(path)) for path in PAGES)


def test_no_machine_is_named():
    """No page names a folder or a host of the machine it was written on."""
    assert {} == {
        p.name: MACHINE.findall(p.read_text("utf-8"))
        for p in readers()
        if MACHINE.search(p.read_text("utf-8"))
    }


def test_picture_is_a_picture():
    """The architecture is one well-formed SVG with words for those who cannot see it."""
    root = ET.fromstring((HOME / "docs" / "architecture.svg").read_bytes())  # noqa: S314 - our own
    assert "{http://www.w3.org/2000/svg}svg" == root.tag
    assert len(root.get("aria-label", "")) > 40


def test_contact_sheet_is_small():
    """The styles' sheet costs a reader at most 200 KB."""
    assert (HOME / "docs" / "pictures" / "styles.jpg").stat().st_size <= 200_000


def test_glossary_is_in_order():
    """The words of the glossary stand in alphabetical order, each once."""
    words = re.findall(r"^\| ([\w, -]+?) \| ", page("glossary.md"), re.MULTILINE)[1:]
    assert sorted(set(words), key=lambda word: word.replace("-", "").split(",")[0]) == words
