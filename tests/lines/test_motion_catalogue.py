"""The catalogue of motion: how far each clip has come, and how close its mesh is."""

import pytest

from maquette.batch.manifests import Manifest, Row, commit
from maquette.batch.store import FolderStore
from maquette.lines.motion_catalogue import (
    ASSETS,
    catalogue,
    clips_told,
    judge_following,
    notes_of,
)

ABOUT = {"clip": "walk", "project": "Fair", "frames": 2}
FRAMES = [Row(f"walk.00{n}", ABOUT) for n in range(2)]
MADE = {"faces": 900, "rate": 12.5}
MESH = Row("walk", {**ABOUT, **MADE}, engine="silhouette", scores={"follows": 0.97})


@pytest.fixture
def store(tmp_path):
    """An empty store."""
    return FolderStore(tmp_path)


def put(store, batch, *rows):
    """A batch whose assets hold these rows, as many as there are."""
    store.put(f"batches/motion/{batch}.json", b"{}")
    for asset, held in zip(ASSETS, rows, strict=False):
        commit(store, Manifest("motion", asset, batch, tuple(held)))


def test_each_clip_has_a_row(store):
    """Delivered, with its frames only, lost on the way, and one of two lost."""
    lost = Row("run", {**ABOUT, "clip": "run"}, code="CLIP_TOO_SHORT", reason="9 frames")
    put(store, "a", FRAMES, [MESH], [*FRAMES, MESH])
    put(store, "b", FRAMES)
    put(store, "c", [lost], [], [])
    put(store, "d", [*FRAMES, lost], [MESH])
    found = catalogue(store).to_dicts()
    assert [("a", "walk", "delivered"), ("b", "walk", "frames"), ("c", "run", "set aside"),
            ("d", "run", "set aside"), ("d", "walk", "mesh")] == [
        (row["batch"], row["clip"], row["status"]) for row in found
    ]  # fmt: skip
    assert ("silhouette", 2, 900, 0.97, "deliveries/motion/a/walk/") == tuple(
        found[0][name] for name in ("engine", "frames", "faces", "follows", "delivery")
    )
    assert "CLIP_TOO_SHORT 9 frames" == found[2]["trouble"]


def test_an_empty_store_has_an_empty_catalogue(store):
    """Its columns are there."""
    assert (0, True) == (catalogue(store).height, "follows" in catalogue(store).columns)


def meshes(**follows):
    """A manifest of meshes that follow their clips so well; None is not known."""
    rows = [
        Row(name, {**ABOUT, **MADE}, scores={} if value is None else {"follows": value})
        for name, value in follows.items()
    ]
    return Manifest("motion", "motion_meshes", "a", tuple(rows))


@pytest.mark.parametrize(
    ("follows", "passed", "text"),
    [
        ({"a": 0.95, "b": 0.86}, True, "all follow their clips"),
        ({"a": 0.95, "b": 0.6}, False, "looks unlike its clip: b (0.60)"),
        ({"a": None}, True, "nothing arrived to judge"),
        ({}, True, "nothing arrived to judge"),
    ],
    ids=["close", "apart", "unknown", "none"],
)
def test_a_batch_is_judged_by_how_closely_it_follows(follows, passed, text):
    """What looks unlike its clip is named."""
    verdict = judge_following(meshes(**follows))
    assert (passed, text, "WARN") == (verdict.passed, verdict.text, verdict.severity)


def test_what_a_clip_took_stands_in_the_table():
    """Every step that an engine measured, under its own name."""
    scores = {"follows": 0.9731, "gpu_memory_gb": 7.53, "seconds_shape": 4.126}
    row = Row("walk", MESH.params, scores=scores, seconds=9.04)
    (told,) = clips_told(Manifest("motion", "motion_meshes", "a", (row,))).to_dicts()
    assert {
        **{"clip": "walk", "frames": 2, "faces": 900, "rate": 12.5, "seconds": 9.0},
        **{"follows": 0.973, "follows_least": None, "gpu_memory_gb": 7.53, "seconds_shape": 4.13},
    } == told


def test_a_note_is_told_once_for_each_clip():
    """However many frames have it."""
    rows = tuple(Row(row.item, row.params, notes=("it is short",)) for row in FRAMES)
    assert ("walk: it is short",) == notes_of(Manifest("motion", "motion_frames", "a", rows))
