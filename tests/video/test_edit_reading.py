"""Edit lists read apart."""

import sys
from fractions import Fraction

import pytest

from maquette.errors import ToolError
from maquette.video.edit_reading import Piece, pieces_apart, read_pieces
from tests.video import edit_lists


def test_child_and_parent_read_the_same():
    """What comes back from the child is what it read."""
    pytest.importorskip("opentimelineio")
    told = read_pieces(edit_lists.DISSOLVE, suffix="edl", rate=Fraction(24))
    apart = pieces_apart(edit_lists.DISSOLVE, name="a.edl", suffix="edl", rate=Fraction(24))
    assert told == apart
    assert Piece("B", 86_409, 10, 86_600, "TAPE2", 10, False, told[1].notes) == told[1]


def test_missing_reader_says_what_to_install(monkeypatch):
    """Without OpenTimelineIO an edit list is refused with the extra that brings it."""
    monkeypatch.setitem(sys.modules, "opentimelineio", None)
    with pytest.raises(ToolError) as refused:
        read_pieces(edit_lists.PLAIN, suffix="edl", rate=Fraction(24))
    assert "EDIT_READER_NOT_INSTALLED" == refused.value.code
    assert "maquette[roto]" in refused.value.fix
