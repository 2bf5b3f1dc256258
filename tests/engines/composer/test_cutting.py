"""Cutting: what is kept, what is left out, and the same bytes each time."""

import json
import zipfile

import pytest

from maquette.engines.composer.art import Art
from maquette.engines.composer.cutting import cut, slug
from tests.engines.composer.tiny_art import THINGS, sources


def test_same_sources_same_bytes(tmp_path):
    """Two cuts of the same sources are equal to the byte: their checksum is published."""
    parts = sources(tmp_path)
    for name in ("one.zip", "two.zip"):
        cut(parts, tmp_path / name)
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()


def test_only_named_things_with_a_drawing_are_kept(tiny_path):
    """Flags, skin tones and names nobody drew are left out."""
    with zipfile.ZipFile(tiny_path) as archive:
        index = json.loads(archive.read("index.json"))
        entries = set(archive.namelist())
    assert set(THINGS) == set(index)
    assert {f"{s}/{n}.svg" for s in ("soft", "flat", "noto") for n in THINGS} == entries - {
        "index.json"
    }


@pytest.mark.parametrize("name", ["taco", "rocket"], ids=["alias", "person"])
def test_a_drawing_under_another_name_is_found(art, name):
    """Aliases and the person- prefix lead to the drawing; a mirrored alias is mirrored."""
    body = art.drawing(name, "noto").body
    assert ("scale(-1 1)" in body) == (name == "taco")
    assert 128.0 == art.drawing(name, "noto").units


def test_slug_is_how_icon_sets_spell_a_name():
    """Punctuation and case go, words are joined by hyphens."""
    assert "woman-s-hat-2" == slug("Woman's hat: 2")


def test_a_file_that_is_no_art_file_is_refused(tmp_path):
    """The message says what to fetch."""
    (tmp_path / "x.zip").write_bytes(b"not a zip")
    with pytest.raises(Exception, match=r"ART_UNREADABLE.*shelf fetch"):
        Art(tmp_path / "x.zip")
