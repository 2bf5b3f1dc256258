"""Words: lists before nearness, and vectors kept beside the art."""

import numpy as np
import pytest

from maquette.engines.composer import lexicon, wardrobe
from maquette.engines.composer.art import own_part, rasterise
from maquette.engines.composer.words import Words
from tests.engines.composer.tiny_art import Letters


@pytest.mark.parametrize(
    ("phrase", "name", "how"),
    [
        ("taco", "taco", "name"),
        ("tacos", "taco", "name"),
        ("kitten", "cat-face", "same"),
        ("kitties", "cat-face", "same"),
        ("tabby", "cat-face", "kin"),
        ("wizard hat", "wizard-hat", "same"),
    ],
)
def test_lists_know_names_plurals_and_stand_ins(words, phrase, name, how):
    """A list's answer is exact, whatever the embedder would say."""
    match = words.listed(phrase)
    assert (name, how) == (match.name, match.how)


def test_a_list_does_not_guess(words):
    """What no list has is left to nearness."""
    assert words.listed("blorft") is None


def test_a_shared_keyword_lifts_the_score(words):
    """The word "toad" is a keyword of the frog: at least one half, and marked as such."""
    (match,) = words.near(["toad"])
    assert ("frog", "keyword") == (match.name, match.how)
    assert match.score >= 0.5


def test_near_answers_each_phrase_in_order(words):
    """One answer per phrase, none for none."""
    assert [] == words.near([])
    assert ["rocket", "package"] == [m.name for m in words.near(["rockets go", "packages"])]


def test_vectors_are_kept_and_read_again(art, tiny_path):
    """The second time the names are not embedded any more, and the answers are the same."""

    class Counting(Letters):
        texts = 0

        def embed(self, texts):
            Counting.texts += len(texts)
            return super().embed(texts)

    first = Words(art.index, embedder=Counting, beside=tiny_path)
    first.prepare()
    asked = Counting.texts
    second = Words(art.index, embedder=Counting, beside=tiny_path)
    second.prepare()
    assert asked == Counting.texts
    assert first.near(["roket"]) == second.near(["roket"])


def test_a_shelf_that_cannot_be_written_is_no_trouble(art, tmp_path):
    """The vectors are then computed each time."""
    found = Words(art.index, embedder=Letters, beside=tmp_path / "gone" / "art.zip")
    assert "taco" == found.near(["tacoo"])[0].name


def test_an_emoji_names_its_drawing(words):
    """An emoji in a prompt is as good as its name."""
    assert ("taco", "") == (words.named_by_emoji("🌮"), words.named_by_emoji("x"))


@pytest.mark.parametrize("name", wardrobe.OWN_PARTS)
def test_every_own_part_draws_something(name):
    """Each of our own drawings rasterises and fills some of its canvas."""
    alpha = rasterise(own_part(name), size_px=64)[..., 3]
    assert 0.03 < np.mean(alpha > 0) < 0.95


def test_every_own_part_of_the_tables_exists():
    """Slots and tables name own parts by their right names."""
    worn = set(wardrobe.WORN_AS.values())
    assert worn <= set(wardrobe.OWN_PARTS)
    named = set(lexicon.SAME.values()) | worn | {"straw-hat"}
    assert set(wardrobe.OWN_PARTS) <= named
