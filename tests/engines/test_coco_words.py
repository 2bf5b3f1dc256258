"""What a text asks for: over a stand-in for the embedder, and over the real one where it is."""

import numpy as np
import pytest

from maquette.engines.coco_words import (
    LONGEST_TEXT,
    CocoWords,
    Sought,
    landmarks,
    names_in,
    numbers,
)
from maquette.engines.minilm import make as make_minilm
from maquette.engines.shelf import verify


class Letters:
    """Embeds a text by how often it has each pair of letters: alike is what is spelt alike."""

    def embed(self, texts):
        """(N, 729) float32, length one each."""
        vectors = np.zeros((len(texts), 27, 27), np.float32)
        for vector, text in zip(vectors, texts, strict=True):
            codes = [max(ord(c) - 96, 0) % 27 for c in f" {text} "]
            np.add.at(vector, (codes[:-1], codes[1:]), 1)
        flat = vectors.reshape(len(texts), -1)
        return flat / np.linalg.norm(flat, axis=1, keepdims=True)


@pytest.fixture(scope="module")
def words():
    """The list, measured by spelling."""
    return CocoWords(Letters())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("dog", ["dog"], id="one word"),
        pytest.param("The Black_Swan", ["black swan"], id="article and case"),
        pytest.param("a man and his dog", ["man", "dog"], id="two names"),
        pytest.param("car, car; bus", ["car", "bus"], id="each once"),
        pytest.param("man in a red jacket", ["man"], id="a description is no name"),
        pytest.param("a girl riding a horse, and a cat", ["girl", "cat"], id="nor is what it does"),
        pytest.param("the sandwich", ["sandwich"], id="a word within a word"),
        pytest.param(" ., the ", [], id="nothing"),
    ],
)
def test_names_are_found_in_a_text(text, expected):
    """What is named, without articles, descriptions and doubles."""
    assert expected == names_in(text)


def test_the_list_is_sound():
    """Eighty things under COCO's numbers, no word twice, and wider words of things there are."""
    words = [mark.word for mark in landmarks()]
    assert 80 == len(numbers())
    assert len(set(words)) == len(words)
    assert (1, 90) == (min(numbers()), max(numbers()))
    assert {t for mark in landmarks() for t in mark.things} == set(numbers().values())


def test_every_thing_is_understood_by_its_own_name(words):
    """The eighty names mean themselves, and nothing needs to be said about it."""
    for thing in numbers().values():
        understood = words.understand(thing)
        assert ((Sought(thing, (thing,)),), ()) == (understood.sought, understood.notes)


@pytest.mark.parametrize(
    ("text", "things"),
    [
        pytest.param("swan", ("bird",), id="a kind"),
        pytest.param("my old red car", ("car",), id="the last word counts"),
        pytest.param("hot dog", ("hot dog",), id="unless more are a thing of their own"),
        pytest.param("vehicle", ("car", "motorcycle", "bus", "truck"), id="a wider word"),
    ],
)
def test_a_name_means_its_nearest_landmark(words, text, things):
    """Kinds and wider words lead to things."""
    (sought,) = words.understand(text).sought
    assert things == sought.things


def test_a_kind_is_told(words):
    """What is taken as something else is said."""
    assert ("'swan' is taken as bird",) == words.understand("a swan").notes


def test_two_words_for_one_thing_are_one(words):
    """A thing is sought once, however often it is named."""
    assert [("bird",)] == [s.things for s in words.understand("swan, bird, duck").sought]


@pytest.mark.parametrize(
    "text", [pytest.param("camel", id="a stranger"), pytest.param("xyzzy", id="near to nothing")]
)
def test_what_it_does_not_know_is_said_and_not_sought(words, text):
    """A note names the word and the nearest thing that is known; the rest is still sought."""
    understood = words.understand(f"{text} and a dog")
    assert ("dog",) == understood.sought[0].things
    (note,) = understood.notes
    assert f"{text!r} is not among the 80 things" in note
    assert note.rpartition("nearest is ")[2].partition(" (")[0] in numbers().values()


def test_a_long_text_is_cut_and_told_so(words):
    """An upload's text may be a book."""
    understood = words.understand("dog, " * LONGEST_TEXT)
    assert (1, True) == (len(understood.sought), "only the first" in understood.notes[0])


def test_a_long_name_is_quoted_in_part(words):
    """A note stays readable whatever was typed."""
    (note,) = words.understand("q" * 400).notes
    assert f"'{'q' * 39}…' is not among" in note


needs_weights = pytest.mark.skipif(
    set(verify(["minilm"]).values()) != {"sound"},
    reason="minilm is not on the shelf: make shelf",
)


@pytest.fixture(scope="module")
def sense():
    """The list, measured by sense."""
    return CocoWords(make_minilm())


@needs_weights
@pytest.mark.parametrize(
    ("text", "thing"),
    [
        pytest.param("gentlemen", "person", id="plural of a word that is not listed"),
        pytest.param("a toddler", "person", id="toddler"),
        pytest.param("seagull", "bird", id="seagull"),
        pytest.param("german shepherd", "dog", id="shepherd"),
        pytest.param("sports car", "car", id="sports car"),
        pytest.param("rowing boat", "boat", id="rowing boat"),
        pytest.param("dump truck", "truck", id="dump truck"),
        pytest.param("coffee mug", "cup", id="mug"),
    ],
)
def test_real_net_understands_words_that_are_not_listed(sense, text, thing):
    """Kin of what is listed is understood."""
    assert [(thing,)] == [sought.things for sought in sense.understand(text).sought]


@needs_weights
@pytest.mark.parametrize(
    "text",
    ["camel", "alpaca", "reindeer", "palm tree", "skyscraper", "pistol", "trumpet", "waterfall"],
)
def test_real_net_knows_what_it_does_not_know(sense, text):
    """Strangers, and kin of strangers that are not listed, are sought nowhere."""
    assert () == sense.understand(text).sought
