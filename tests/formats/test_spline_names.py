"""Names made fit for scripts and for single lines."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maquette.formats.spline_names import line, words
from tests.splined import HOSTILE


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["left arm", "left-arm", "Left_Arm"], ["left_arm", "left_arm_2", "Left_Arm_3"]),
        (["Zoë", "лиса", ""], ["Zoe", "x", "x_2"]),
        (["1st", "_a_", "[exec]"], ["x_1st", "a", "exec"]),
        (["a", "a_2", "a"], ["a", "a_2", "a_3"]),
    ],
    ids=["alike", "letters", "firsts", "numbered-already"],
)
def test_words(names, expected):
    """Words are what people would write, and no two are alike."""
    assert expected == words(names, otherwise="x")


@given(st.lists(st.one_of(st.text(), st.sampled_from(HOSTILE)), max_size=12))
def test_words_are_identifiers_and_apart(names):
    """Whatever people write, identifiers come out, one for each."""
    found = words(names, otherwise="shape")
    assert len(names) == len({word.lower() for word in found})
    assert all(re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{0,62}", word) for word in found)


@given(st.one_of(st.text(), st.sampled_from(HOSTILE)))
def test_lines_are_text(name):
    """A line can be encoded, has no ends of lines, and stays as it is."""
    told = line(name)
    assert told == line(told)
    assert [told] == (told.splitlines() or [""])
    assert told.encode().decode() == told
