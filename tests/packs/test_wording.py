"""Texts for other people's forms: cleaned, measured as each platform measures, cut whole."""

import pytest

from maquette.packs.wording import characters, cleaned, cut, utf16_units, wide_units

FAMILY = "\U0001f469\u200d\U0001f469\u200d\U0001f467"  # one picture, five code points
SCOTLAND = "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f"
FLAG = "\U0001f1eb\U0001f1f7"
THUMB = "\U0001f44d\U0001f3fd"
ACCENT = "e\u0301"
HANGUL = "\u1112\u1161\u11ab"
WHOLE = {
    "family": FAMILY,
    "scotland": SCOTLAND,
    "flag": FLAG,
    "skin tone": THUMB,
    "accent": ACCENT,
    "hangul": HANGUL,
    "heart": "\u2764\ufe0f",
}


@pytest.mark.parametrize("character", WHOLE.values(), ids=WHOLE)
def test_a_character_is_never_split(character):
    """Two of it, cut anywhere, leave both, one or none; never a part."""
    text = character * 2
    left = {cut(text, most) for most in range(1, len(text) + 1)}
    assert left <= {text, character + "…", "…"}
    assert text in left


def test_characters_agree_with_unicode():
    """Boundaries are those of the regex package, over all sorts of text."""
    regex = pytest.importorskip("regex")
    text = "".join(WHOLE.values()) + "a b\u05e9\u05b8\u05dc" + FLAG * 3 + "\u0e01\u0e33" + "Zoë"
    text += "각" + HANGUL + "한국어" + THUMB + FAMILY
    assert regex.findall(r"\X", text) == list(characters(text))


def test_what_fits_stays():
    """A text at its limit is not touched."""
    assert "abc" == cut("abc", 3)
    assert "ab…" == cut("abcd", 3)


def test_measures_differ():
    """An emoji is one code point, two UTF-16 units and two places at LINE."""
    assert (1, 2, 2) == tuple(measure("\N{CAT FACE}") for measure in (len, utf16_units, wide_units))
    assert (2, 2, 4) == tuple(measure("日本") for measure in (len, utf16_units, wide_units))


@pytest.mark.parametrize("measure", [len, utf16_units, wide_units], ids=lambda m: m.__name__)
def test_a_long_text_keeps_its_limit(measure):
    """500 characters of any script are cut to the limit, by the platform's own measure."""
    for text in ("x" * 500, "日" * 500, FAMILY * 100, "\u05e9\u05dc" * 250):
        assert measure(cut(text, 30, measure=measure)) <= 30


def test_a_right_to_left_title_stays_but_overrides_go():
    """Hebrew is kept in its order; what would turn round the text behind it is dropped."""
    title = "\u05d7\u05ea\u05d5\u05dc\u05d9\u05dd"
    assert title == cleaned(f"\u202e{title}\u2066")


def test_control_characters_and_half_surrogates_go():
    """Line breaks become spaces; what no file can hold is dropped."""
    assert "a b c" == cleaned("a\n\tb\x00 \ud83dc\u2028")
