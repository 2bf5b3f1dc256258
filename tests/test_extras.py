"""Extras: what is missing is said with the command that brings it."""

import sys

import pytest

from maquette.errors import ToolError
from maquette.extras import require_solids, video_library


def test_a_library_that_is_there_is_handed_out():
    """An import like any other."""
    assert video_library("json", use="words are read").dumps([1]) == "[1]"


def test_a_library_that_is_missing_is_named_with_its_extra():
    """What it is for, what is missing, what to install."""
    with pytest.raises(ToolError) as told:
        video_library("no_such_library", use="movies are read", extra="video")
    assert ("VIDEO_NOT_INSTALLED", "movies are read with no_such_library, which is missing") == (
        told.value.code,
        told.value.reason,
    )
    assert "maquette[video]" in told.value.fix


def test_solids_need_their_extra(monkeypatch):
    """Refused before anything is drawn or cut; with everything there, nothing is said."""
    pytest.importorskip("manifold3d")
    require_solids()
    monkeypatch.setattr(sys, "path", [])
    monkeypatch.delitem(sys.modules, "embreex", raising=False)
    with pytest.raises(ToolError) as told:
        require_solids()
    assert "PRINTS_NOT_INSTALLED" == told.value.code
    assert "embreex" in told.value.reason
