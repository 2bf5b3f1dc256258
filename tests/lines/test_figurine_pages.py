"""The page of a figurine: what it shows, where its files lie, and hostile words."""

import json
import re
from dataclasses import replace

import pytest

from maquette.batch.manifests import Manifest, Row
from maquette.batch.store import FolderStore
from maquette.lines.figurine_pages import batch_page
from maquette.lines.showroom import kept
from maquette.provenance import Provenance, Step

FOUND = {
    "verdict": "look",
    "size_mm": {"x": 46.6, "y": 47.42, "z": 100.0},
    "mass_g": 78.53,
    "printer": {"material": "PLA"},
    "checks": [{"name": "walls", "verdict": "look", "says": "Thin.", "fix": "Make it larger."}],
}
QUALITY = {
    "overall": 0.7555,
    "parts": [
        {"name": "identity", "mark": 0.42, "says": "0.456 cosine, by sface"},
        {"name": "face_coverage", "mark": 0.7, "says": "0.858 share, by texture"},
    ],
}
SCORES = {"quality": 0.7555, "quality_identity": 0.42, "quality_face_coverage": 0.7, "mass_g": 1.0}
MADE = Provenance("", 7, steps=(Step("stylise", "1", "r", "toon", licences=("MIT",)),))
OBJECTS = {
    "file/glb": ("zoe/zoe.glb", b"glTF"),
    "file/3mf": ("zoe/zoe.3mf", b"PK"),
    "turntable": ("zoe/turntable.webp", b"webp"),
    "card": ("zoe/card.png", b"png"),
    "examination": ("zoe/examination.json", json.dumps(FOUND).encode()),
}
ASKED = {"title": "Zoë", "template": "bust", "style": "toon", "project": "Fair", "keep_days": 14}
LOST = Row("zoe", {"title": "Zoë"}, code="FACE_NONE", reason="no face", fix="take another photo")


@pytest.fixture
def store(tmp_path):
    """An empty store."""
    return FolderStore(tmp_path)


def shown(store, *, without=(), quality=QUALITY, notes=(), **params):
    """The page of one figurine, as text, with the paths beside it."""
    held = {**OBJECTS, "quality": ("zoe/quality.json", json.dumps(quality).encode())}
    refs = {
        name: replace(kept(store, data, path), name=name) for name, (path, data) in held.items()
    }
    row = Row("zoe", {**ASKED, **params}, tuple(refs.values()), MADE, scores=SCORES, notes=notes)
    paths = {held[name][0]: ref for name, ref in refs.items() if name not in without}
    history = [Manifest("figurines", "figurine_files", "b", (row,))]
    files = batch_page(store, {"zoe": (row, paths)}, history=history)
    return store.get(files["index.html"].key).decode(), {**paths, **files}


def test_a_figurine_is_told_with_its_quality(store):
    """Its size and mass, every part with its number, engines, and how long it is kept."""
    page, _ = shown(store)
    for words in (
        *("Zoë", "46.6 × 47.42 × 100 mm", "78.5 g of PLA", "drawn as toon", "print with care"),
        *("0.76", "identity", "0.456 cosine, by sface", "face coverage", "0.70"),
        *("Thin. Make it larger.", "toon", "MIT", "for 14 days", "Fair"),
    ):
        assert words in page, words


def test_bars_are_as_long_as_their_scores(store):
    """And the weakest part is marked as such."""
    page, _ = shown(store)
    assert ["75.5%", "42.0%", "70.0%"] == re.findall(r"inline-size: ([\d.]+%)", page)
    (weakest,) = re.findall(r'part weakest">\s*<dt>([^<]+)', page)
    assert "identity" == weakest


def test_without_grades_there_are_no_bars(store):
    """What was not measured is not shown as nothing."""
    page, _ = shown(store, quality={})
    assert "How good it is" not in page


@pytest.mark.parametrize("without", [(), ("file/glb",)], ids=["all files", "no GLB asked for"])
def test_every_link_leads_to_a_file(store, without):
    """Whatever the page names lies beside it."""
    page, files = shown(store, without=without)
    named = set(re.findall(r'(?:href|src|data-viewer|data-model|data-glb)="([^"#]+)"', page))
    known = {*files, "index.json"}
    assert set() == {name for name in named if not name.startswith("data:")} - known


def test_what_the_checks_say_stands_once(store):
    """A note that repeats a check is left out; others stay."""
    page, _ = shown(store, notes=("Thin. Make it larger.", "the face is small"))
    assert (1, 1) == (page.count("Thin. Make it larger."), page.count("the face is small"))


def test_hostile_names_stay_words(store):
    """Nothing that somebody orders becomes markup, in the title, in attributes, or elsewhere."""
    name = "</title><script>alert(1)</script>\"><img src=x onerror='a'>"
    page, _ = shown(store, title=name, project=name, notes=(name,))
    assert ("<script>alert" in page, "<img src=x" in page) == (False, False)
    assert "&lt;script&gt;alert(1)" in page


def test_an_order_that_came_to_nothing_is_told(store):
    """Its code and its way out, and no figure."""
    history = [Manifest("figurines", "face_photos", "b", (LOST,))]
    files = batch_page(store, {}, history=history)
    page = store.get(files["index.html"].key).decode()
    for words in ("Zoë", "no face", "FACE_NONE", "To mend it: take another photo"):
        assert words in page, words
    assert ("<dialog" in page, "page/page.js" in page) == (False, False)
