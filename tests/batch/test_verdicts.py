"""Verdicts: pure judgements over manifests."""

import pytest

from maquette.batch.manifests import Manifest, Row
from maquette.batch.verdicts import judge_quarantine


def manifest(*, good=0, bad=0):
    """So many delivered, so many set aside."""
    rows = [Row(f"g{n}") for n in range(good)]
    rows += [Row(f"b{n}", code="CODE" if n else "OTHER") for n in range(bad)]
    return Manifest("stickers", "x", "b", tuple(rows))


@pytest.mark.parametrize(
    ("good", "bad", "passed", "severity"),
    [
        (4, 0, True, "WARN"),
        (3, 1, False, "WARN"),
        (2, 2, False, "WARN"),
        (1, 2, False, "ERROR"),
        (0, 1, False, "ERROR"),
        (0, 0, True, "WARN"),
    ],
    ids=["all", "some aside", "half aside", "most aside", "nothing left", "nothing at all"],
)
def test_the_ratio_decides(good, bad, passed, severity):
    """All is a pass, some warn, more than half or all of them is an error."""
    verdict = judge_quarantine(manifest(good=good, bad=bad))
    assert (passed, severity) == (verdict.passed, verdict.severity)


def test_the_bound_can_be_moved():
    """A stricter ratio makes an error of what only warned."""
    strict = judge_quarantine(manifest(good=3, bad=1), fail_above=0.2)
    assert strict.severity == "ERROR"


def test_figures_and_codes_are_told():
    """The text names each code with its count, most frequent first."""
    verdict = judge_quarantine(manifest(good=3, bad=3))
    assert verdict.text == "3 of 6 delivered; set aside: 2 x CODE, 1 x OTHER"
    assert verdict.figures == {
        "items": 6,
        "quarantined": 3,
        "ratio": 0.5,
        "CODE": 2,
        "OTHER": 1,
    }
