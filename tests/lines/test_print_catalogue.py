"""The catalogue of prints: how far each has come, and whether it prints."""

import pytest

from maquette.batch.manifests import Manifest, Row, commit
from maquette.batch.store import FolderStore
from maquette.lines.print_catalogue import ASSETS, catalogue, examinations, judge_prints

LOST = {"code": "MESH_EMPTY", "reason": "no faces"}
SIZED = {"verdict": "look", "print_mm": [60.0, 45.51, 80.0], "verdicts": {"walls": "look"}}


@pytest.fixture
def store(tmp_path):
    """An empty store."""
    return FolderStore(tmp_path)


def put(store, batch, *rows):
    """A batch whose assets hold these rows, as many as there are."""
    store.put(f"batches/prints/{batch}.json", b"{}")
    for asset, held in zip(ASSETS, rows, strict=False):
        commit(store, Manifest("prints", asset, batch, tuple(held)))


def test_each_print_has_a_row(store):
    """Delivered, under way, set aside, and pictures alone."""
    ask = {"project": "Fair", "operation": "generate_model", "form": "figure"}
    cat = Row("cat", ask)
    put(store, "a", [cat], [cat], [cat], [Row("cat", {**ask, **SIZED})])
    put(store, "b", [cat], [cat])
    put(store, "c", [cat], [Row("cat", ask, **LOST)])
    put(store, "d", [Row("cat", {**ask, "operation": "concept"})], [], [], [])
    found = catalogue(store).to_dicts()
    assert ["delivered", "model", "set aside", "delivered"] == [row["status"] for row in found]
    assert ("60 x 45.51 x 80", "look") == (found[0]["size_mm"], found[0]["verdict"])
    assert "MESH_EMPTY no faces" == found[2]["trouble"]
    assert ["deliveries/prints/a/cat/", "", "", "deliveries/prints/d/cat/"] == [
        row["delivery"] for row in found
    ]


def test_an_empty_store_has_an_empty_catalogue(store):
    """Its columns are there."""
    assert (0, True) == (catalogue(store).height, "verdict" in catalogue(store).columns)


def files(*verdicts):
    """The last manifest of a batch of prints with these verdicts."""
    rows = [Row(f"p{n}", {**SIZED, "verdict": v}) for n, v in enumerate(verdicts)]
    return Manifest("prints", "print_files", "a", tuple(rows))


@pytest.mark.parametrize(
    ("verdicts", "passed", "text"),
    [
        (["ok", "ok"], True, "all print well"),
        (["ok", "look"], True, "print with care: p1"),
        (["bad", "look"], False, "will not print: p0"),
        ([], True, "nothing arrived to judge"),
    ],
    ids=["ok", "look", "bad", "none"],
)
def test_a_batch_is_judged_by_its_worst_print(verdicts, passed, text):
    """What will fail is named; what needs care is a pass."""
    verdict = judge_prints(files(*verdicts))
    assert (passed, text) == (verdict.passed, verdict.text)


def test_examinations_are_a_table():
    """One row per print, with the verdict of every check."""
    (row,) = examinations(files("look")).to_dicts()
    assert {"item": "p0", "size_mm": "60 x 45.51 x 80", "verdict": "look", "walls": "look"} == row
