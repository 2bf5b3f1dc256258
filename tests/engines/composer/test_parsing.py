"""Parsing: what a prompt holds, what is said about the rest, and prompts that mean harm."""

import time

import pytest

from maquette.engines.composer.parsing import parse
from maquette.errors import InputError


def parts(plan):
    """(name, relation) of every part."""
    return [(part.name, part.relation) for part in plan.parts]


@pytest.mark.parametrize(
    ("prompt", "subject", "expected"),
    [
        ("a cat wearing a top hat", "cat-face", [("top-hat", "wearing")]),
        (
            "Frog drinking coffee, in a box!",
            "frog",
            [("hot-beverage", "drinking"), ("package", "in")],
        ),
        ("cat with a taco and a rocket", "cat-face", [("taco", "with"), ("rocket", "and")]),
        ("pirate frog", "frog", [("pirate-hat", "hint"), ("eyepatch", "hint")]),
        ("space cat", "cat-face", [("space-helmet", "hint")]),
        ("🌮🚀", "taco", [("rocket", "and")]),
        ("a cat wearing a cat", "cat-face", []),
    ],
)
def test_subject_and_parts(words, prompt, subject, expected):
    """The first piece is the subject, every later piece a part with its relation."""
    plan = parse(prompt, words)
    assert subject == plan.subject
    assert expected == parts(plan)


def test_mood_takes_a_sibling_drawing(words):
    """A grumpy cat has a drawing of its own."""
    plan = parse("a grumpy cat", words)
    assert ("pouting-cat", "angry") == (plan.subject, plan.mood)


def test_a_colour_belongs_to_its_piece(words):
    """A red hat does not make a red frog."""
    plan = parse("blue frog wearing a red top hat", words)
    assert (255, 25) == (plan.tint_deg, plan.parts[0].tint_deg)


def test_a_colour_is_no_noun_unless_a_list_says_so(words):
    """A green frog is no green apple, but a green apple is."""
    assert "frog" == parse("green frog", words).subject
    apple = parse("green apple", words)
    assert ("green-apple", None) == (apple.subject, apple.tint_deg)


@pytest.mark.parametrize(
    ("prompt", "field", "value"),
    [
        ("rainbow taco", "is_rainbow", True),
        ("taco doing yoga", "pose", "yoga"),
        ("taco dancing", "pose", "wave"),
        ("retro rocket", "backdrop", "rays"),
        ("frog in the forest", "backdrop", "hills"),
        ("sleepy taco", "has_face", True),
        ("rocket", "has_face", False),
        ("frog", "is_animal", True),
    ],
)
def test_hints(words, prompt, field, value):
    """Adjectives, verbs and places become colour, pose, backdrop and face."""
    assert value == getattr(parse(prompt, words), field)


@pytest.mark.parametrize(
    ("prompt", "note"),
    [
        ("tabby", "'tabby' is drawn as cat"),
        ("zombie frog", "not drawn: zombie"),
        ("two frogs", "'two' is not drawn: a sticker has one subject"),
        ("3 frogs", "numbers are not drawn"),
        ("no frog", "'no' is not understood"),
        ("frog floating", "not drawn: floating"),
        ("frog 猫が", "the composer reads English; not read: '猫が'"),
    ],
)
def test_what_is_not_drawn_is_said(words, prompt, note):
    """Nothing of a prompt is dropped in silence."""
    assert note in parse(prompt, words).notes


def test_a_stand_in_is_approximate(words):
    """A kin drawing is flagged, the thing itself is not."""
    assert parse("tabby", words).is_approximate
    assert not parse("cat", words).is_approximate


def test_an_unknown_subject_names_the_nearest(words):
    """Below one half nothing is made: a wrong sticker is worse than a clear line."""
    with pytest.raises(
        InputError, match=r"knows no 'zzyzx'; nearest: [a-z ]+ \(0\.\d\d\)"
    ) as trouble:
        parse("zzyzx", words)
    assert "SUBJECT_UNKNOWN" == trouble.value.code
    assert trouble.value.lasting


HOSTILE = {
    "empty": "",
    "controls": "\x00\x1b[31m\x07",
    "no letters": "!!! 123 ???",
    "other script": "猫が好き",
    "100 kB of one word": "a" * 100_000,
    "only grammar": "wearing with in on under",
    "lone surrogate": "\ud800\udfff",
    "combining marks": "\u0301" * 5000,
}


@pytest.mark.parametrize("prompt", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_prompt_without_a_thing_is_refused(words, prompt):
    """The code is stable and the message short and printable."""
    with pytest.raises(InputError) as trouble:
        parse(prompt, words)
    assert "PROMPT_NO_SUBJECT" == trouble.value.code
    assert len(trouble.value.reason) < 200
    assert trouble.value.reason.isprintable()


@pytest.mark.parametrize(
    "prompt",
    ["frog " * 20_000, "<svg onload=alert(1)> frog", "frog" + "\u202e" * 100 + " wearing " * 999],
    ids=["100 kB of words", "markup", "bidi and grammar"],
)
def test_a_long_prompt_is_read_in_part_and_fast(words, prompt):
    """Only the first words count, whatever the length."""
    started = time.process_time()
    assert "frog" == parse(prompt, words).subject
    assert time.process_time() - started < 1.0
