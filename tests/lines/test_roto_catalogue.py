"""The catalogue's second table: how sure an object's masks are, and where to look first."""

from maquette.batch.manifests import Manifest, Row
from maquette.lines.roto_catalogue import LEAST_SURE, sureness


def mask(frame, confidence, **more):
    """The row of one mask."""
    params = {"object": "sh/hero", "frame": frame, **more}
    return Row(f"sh.hero.{frame}", params, scores={"confidence": confidence})


def rows_of(*rows):
    """The table of these rows."""
    return sureness(Manifest("roto", "roto_masks", "b", rows)).to_dicts()


def test_the_least_sure_plates_come_first():
    """Keys are what somebody pointed at: however unsure, there is nothing to look at."""
    (row,) = rows_of(mask(1, 0.1, key=True), mask(2, 0.9), mask(3, 0.5, hidden=True), mask(4, 0.7))
    assert "3 (50%), 4 (70%), 2 (90%)" == row["least_sure"]
    assert (4, "1", 1, 0.55) == tuple(row[n] for n in ("plates", "keys", "hidden", "sure"))


def test_only_a_few_plates_are_named():
    """As many as one looks at before the next correction."""
    (row,) = rows_of(*(mask(n, 0.5) for n in range(20)))
    assert LEAST_SURE == len(row["least_sure"].split(", "))


def test_what_was_set_aside_has_no_row():
    """Only objects with masks are judged."""
    assert [] == rows_of(Row("ghost", {"object": "sh/ghost"}, code="MASK_MISSING"))
