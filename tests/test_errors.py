"""Errors a person can read, and machines too."""

import pickle

import pytest

from maquette.errors import EngineError, FormatError, InputError, MaquetteError, ToolError


@pytest.mark.parametrize("kind", [InputError, FormatError, EngineError, ToolError])
def test_an_error_crosses_process_borders_whole(kind: type[MaquetteError]):
    """Code, words, fix and figures arrive, and the class with them."""
    error = kind("FACE_SMALL", "40 px wide", fix="come nearer", details={"width_px": 40.0})
    again = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own words
    assert (kind, str(error)) == (type(again), str(again))
    assert ("FACE_SMALL", "40 px wide", "come nearer", {"width_px": 40.0}) == (
        again.code,
        again.reason,
        again.fix,
        again.details,
    )


def test_an_error_without_figures_has_none():
    """Details may be left out, and are no one else's table."""
    told = {"width_px": 40.0}
    first, second = InputError("A", "b", details=told), InputError("A", "b")
    told["width_px"] = 0
    assert ({"width_px": 40.0}, {}) == (first.details, second.details)
