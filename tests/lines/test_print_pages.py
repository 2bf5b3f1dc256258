"""The page of a batch of prints: what it shows, where its files lie, and hostile words."""

import json
import re
from dataclasses import replace

import pytest

from maquette.batch.manifests import Manifest, Row
from maquette.batch.store import FolderStore
from maquette.lines.print_pages import batch_page
from maquette.lines.showroom import kept
from maquette.provenance import Provenance, Step

FOUND = {
    "verdict": "look",
    "size_mm": {"x": 60.0, "y": 45.51, "z": 80.0},
    "volume_cm3": 51.234,
    "mass_g": 63.5,
    "printer": {"material": "PLA"},
    "checks": [{"name": "walls", "verdict": "look", "says": "Thin.", "fix": "Make it larger."}],
}
MADE = Provenance("a cat", 7, steps=(Step("draw", "1", "r", "composer", licences=("MIT",)),))


@pytest.fixture
def store(tmp_path):
    """An empty store."""
    return FolderStore(tmp_path)


def shown(store, *, notes=(), provenance=MADE, **params):
    """The page of one print, as text, with the paths beside it."""
    names = {"turntable": b"webp", "examination": json.dumps(FOUND).encode(), "print": b"glTF"}
    refs = {n: replace(kept(store, data, f"{n}.bin"), name=n) for n, data in names.items()}
    about = {"operation": "generate_model", "title": "Fair", "prompt": "a cat", **params}
    row = Row("cat", about, objects=tuple(refs.values()), provenance=provenance, notes=tuple(notes))
    paths = {"cat/turntable.webp": refs["turntable"], "cat/cat.stl": refs["print"]}
    lost = Row("dog", about, code="MASK_EMPTY", reason="no subject", fix="use another")
    history = [Manifest("prints", "print_files", "b", (row, lost))]
    files = batch_page(store, {"cat": (row, paths)}, history=history)
    return store.get(files["index.html"].key).decode(), files


def test_a_print_is_told_with_its_verdicts(store):
    """Size, mass, checks, engines, and what was not made."""
    page, _ = shown(store)
    for words in (
        *("Fair", "60 × 45.51 × 80 mm", "63.5 g of PLA", "1 × print with care"),
        *("Thin. Make it larger.", "composer", "MIT", "no subject", "To mend it: use another"),
    ):
        assert words in page, words


def test_what_has_no_weights_has_no_licence(store):
    """A model that was only mended: the page does not speak of weights and art."""
    mended = Provenance("", 7, steps=(Step("mend", "1", "r", "manifold", licences=("none",)),))
    page, _ = shown(store, provenance=mended)
    assert "eights and art" not in page


def test_every_link_leads_to_a_file(store):
    """Whatever the page names lies beside it: in the delivery, or with the page."""
    page, files = shown(store)
    named = set(re.findall(r'(?:href|src|data-viewer|data-model|data-glb)="([^"#]+)"', page))
    known = {*files, "cat/turntable.webp", "cat/cat.stl", "index.json"}
    assert set() == {name for name in named if not name.startswith("data:")} - known


def test_what_the_checks_say_stands_once(store):
    """A note that repeats a check is left out; others stay."""
    page, _ = shown(store, notes=["Thin. Make it larger.", "'kat' is drawn as cat"])
    assert (1, 1) == (page.count("Thin. Make it larger."), page.count("is drawn as cat"))


def test_hostile_words_stay_words(store):
    """Nothing that somebody orders becomes markup."""
    page, _ = shown(store, prompt="<script>alert(1)</script>", title='"><img src=x>')
    assert "<script>alert" not in page
    assert "<img src=x" not in page


def test_the_same_batch_has_the_same_page(store):
    """Byte for byte."""
    assert shown(store)[1] == shown(store)[1]
