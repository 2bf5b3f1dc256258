"""The catalogue of figurines: how far each has come, how good it is, and what may be shown."""

import pytest

from maquette.batch.manifests import Manifest, Row, commit
from maquette.batch.records import ObjectRef
from maquette.batch.store import FolderStore
from maquette.lines.figurine_catalogue import (
    ASSETS,
    catalogue,
    judge_likeness,
    parts_told,
    shown,
    weakest,
)

ASKED = {"project": "Fair", "client": "", "template": "bust", "height_mm": 80.0, "style": ""}
DRAWN = {**ASKED, "style": "toon"}
GRADED = {"quality": 0.8, "quality_identity": 0.7, "quality_seam": 0.9, "mass_g": 40.0}
LOW = {"code": "QUALITY_LOW", "reason": "identity is 0.10"}


@pytest.fixture
def store(tmp_path):
    """An empty store."""
    return FolderStore(tmp_path)


def put(store, batch, *rows):
    """A batch whose assets hold these rows, as many as there are."""
    store.put(f"batches/figurines/{batch}.json", b"{}")
    for asset, row in zip(ASSETS, rows, strict=False):
        commit(store, Manifest("figurines", asset, batch, (row,)))


def files(*rows):
    """The last manifest of a batch."""
    return Manifest("figurines", "figurine_files", "a", rows)


def test_each_order_has_a_row(store):
    """Delivered with its score, under way, not good enough, and refused from the start."""
    photo, styled = Row("zoe", ASKED), Row("zoe", DRAWN)
    put(store, "a", photo, styled, styled, Row("zoe", DRAWN, scores=GRADED))
    put(store, "b", photo, styled)
    put(store, "c", photo, styled, styled, Row("zoe", DRAWN, **LOW))
    put(store, "d", Row("zoe", {"title": "zoe"}, code="CONSENT_MISSING", reason="missing"))
    refused, *found = catalogue(store).to_dicts()  # a refused order names no project
    assert ["delivered", "style", "set aside"] == [row["status"] for row in found]
    assert (0.8, "identity", "toon", 80.0) == tuple(
        found[0][name] for name in ("quality", "weakest", "style", "height_mm")
    )
    assert [None, None] == [row["quality"] for row in found[1:]]
    assert ["deliveries/figurines/a/zoe/", "", ""] == [row["delivery"] for row in found]
    assert ("set aside", "CONSENT_MISSING missing") == (refused["status"], refused["trouble"])


def test_an_empty_store_has_an_empty_catalogue(store):
    """Its columns are there."""
    assert (0, True) == (catalogue(store).height, "weakest" in catalogue(store).columns)


def test_the_weakest_part_is_the_lowest():
    """Only parts count, not every score; before the grading there is none."""
    assert ("identity", "") == (weakest(GRADED), weakest({"mass_g": 0.0}))


def test_parts_are_told_by_name():
    """One row per figurine, the overall score first."""
    told = parts_told(files(Row("zoe", scores=GRADED)))
    assert [{"item": "zoe", "quality": 0.8, "identity": 0.7, "seam": 0.9}] == told.to_dicts()
    assert ["item"] == parts_told(files()).columns


@pytest.mark.parametrize(
    ("rows", "passed", "words"),
    [
        ([Row("zoe", scores=GRADED)], True, "good: 0.80 in all, the weakest part is identity"),
        ([Row("zoe", **LOW)], False, "not good enough: zoe: identity is 0.10"),
        ([Row("zoe", code="FACE_NONE")], True, "nothing arrived to judge"),
        ([], True, "nothing arrived to judge"),
    ],
    ids=["good", "poor", "lost before", "nothing"],
)
def test_likeness_is_judged_over_the_scores(rows, passed, words):
    """What was set aside for another reason is not a matter of quality."""
    verdict = judge_likeness(files(*rows))
    assert (passed, words) == (verdict.passed, verdict.text)


@pytest.mark.parametrize(
    ("agreed", "name", "expected"),
    [([True], "card", "card"), ([False], "card", ""), ([None], "card", ""), ([True], "other", "")],
    ids=["shown", "not shown", "nothing said", "no such picture"],
)
def test_no_face_is_shown_unless_its_order_agrees(agreed, name, expected):
    """Contact sheets are seen by others than who ordered."""
    card = ObjectRef("card", "blobs/aa/aa.png", "aa", 1)
    rows = [
        Row(f"p{n}", {} if said is None else {"show_face": said}, (card,))
        for n, said in enumerate(agreed)
    ]
    assert expected == shown(files(*rows), name)
