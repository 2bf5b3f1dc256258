"""Spans: runs of frames between keys, and what a correction costs."""

import dataclasses

import pytest

from maquette.batch.manifests import Manifest, Row
from maquette.batch.spans import between_keys, run_spans
from maquette.provenance import Provenance
from tests import toys


def frames(store, *, keys=(), count=10, who="ball", changed=()):
    """Frames of one object: texts, some of them keys, some of them other than before."""
    return [
        Row(
            item=f"{who}-{n:03d}",
            params={"object": who, "frame": n, "key": n in keys},
            objects=(toys.kept(store, f"{who} {n}{'!' if n in changed else ''}"),),
        )
        for n in range(count)
    ]


def manifest(*rows):
    """A manifest of these frames."""
    return Manifest("roto", "frames", "shot", tuple(rows))


def numbers(store, **more):
    """Frame numbers of each span."""
    return [[row.params["frame"] for row in s] for s in between_keys(frames(store, **more))]


@pytest.mark.parametrize(
    ("keys", "spans"),
    [
        ((), [[0, 1, 2, 3, 4, 5]]),
        ((0, 5), [[0, 1, 2, 3, 4, 5]]),
        ((0, 3, 5), [[0, 1, 2, 3], [3, 4, 5]]),
        ((2,), [[0, 1, 2], [2, 3, 4, 5]]),
        ((2, 3), [[0, 1, 2], [2, 3], [3, 4, 5]]),
    ],
    ids=["no key", "both ends", "one between", "only one", "neighbours"],
)
def test_spans_reach_from_key_to_key(folder, keys, spans):
    """Both ends belong to a span; what lies outside of the keys is spans of its own."""
    assert spans == numbers(folder, keys=keys, count=6)


def test_one_frame_is_one_span(folder):
    """A still has no neighbours."""
    assert [[0]] == numbers(folder, count=1) == numbers(folder, count=1, keys=(0,))


def test_frames_come_back_in_order_each_with_its_own(folder):
    """One row per frame, and each holds what its span made of it."""
    runner = toys.runner_on(folder)
    asked = manifest(*frames(folder, keys=(0, 4, 9)))
    made = run_spans(runner, toys.smooth, asked)
    assert [row.item for row in asked.rows] == [row.item for row in made.rows]
    assert "ball 2@ball 0|ball 4-" == toys.read(folder, made.rows[2], "smooth")
    assert "ball 7@ball 4|ball 9-" == toys.read(folder, made.rows[7], "smooth")
    assert 2 == runner.tallies["smooth"].made


def test_frames_in_any_order_are_the_same_spans(folder):
    """Frames are ordered by their number; rows come back as they went in."""
    rows = frames(folder, keys=(0, 4, 9))
    first = run_spans(toys.runner_on(folder), toys.smooth, manifest(*rows))
    again = toys.runner_on(folder)
    second = run_spans(again, toys.smooth, manifest(*reversed(rows)))
    assert (0, 2) == (again.tallies["smooth"].made, again.tallies["smooth"].reused)
    there = {row.item: row.objects for row in first.rows}
    assert [(r.item, there[r.item]) for r in reversed(rows)] == [
        (r.item, r.objects) for r in second.rows
    ]


def test_a_correction_makes_the_two_spans_beside_it(folder):
    """A new key on a frame cuts its span in two; all other spans are reused."""
    run_spans(
        toys.runner_on(folder),
        toys.smooth,
        manifest(*frames(folder, keys=(0, 10, 20, 29), count=30)),
    )
    again = toys.runner_on(folder)
    corrected = frames(folder, keys=(0, 10, 15, 20, 29), count=30, changed=(15,))
    made = run_spans(again, toys.smooth, manifest(*corrected))
    assert (2, 2) == (again.tallies["smooth"].made, again.tallies["smooth"].reused)
    fresh = [row.params["frame"] for row in made.rows if row.origin == "made"]
    # frame 10 belongs to the span before it, which did not change
    assert list(range(11, 21)) == fresh


def test_a_changed_key_makes_the_spans_it_bounds(folder):
    """A key that was moved again changes both its neighbours and no more."""
    keys = (0, 10, 20, 29)
    run_spans(toys.runner_on(folder), toys.smooth, manifest(*frames(folder, keys=keys, count=30)))
    again = toys.runner_on(folder)
    changed = frames(folder, keys=keys, count=30, changed=(10,))
    run_spans(again, toys.smooth, manifest(*changed))
    assert (2, 1) == (again.tallies["smooth"].made, again.tallies["smooth"].reused)


def test_objects_do_not_mix(folder):
    """Two objects in one shot have spans of their own, whatever the order of their frames."""
    balls, cats = frames(folder, keys=(0, 9)), frames(folder, keys=(0, 5, 9), who="cat")
    mixed = [row for pair in zip(balls, cats, strict=True) for row in pair]
    runner = toys.runner_on(folder)
    made = run_spans(runner, toys.smooth, manifest(*mixed))
    assert 3 == runner.tallies["smooth"].made
    assert [row.item for row in mixed] == [row.item for row in made.rows]
    assert "cat 7@cat 5|cat 9-" == toys.read(folder, made.rows[15], "smooth")


def test_a_span_with_an_answer_too_few_is_set_aside_whole(folder, monkeypatch):
    """Frames that cannot be matched to answers are told with a code; other objects go on."""
    monkeypatch.setattr("maquette.batch.runner.time.sleep", lambda _: None)
    bad = [
        Row(r.item, {**r.params, "short": True}, r.objects)
        for r in frames(folder, who="cat", count=3)
    ]
    made = run_spans(toys.runner_on(folder), toys.smooth, manifest(*bad, *frames(folder, count=3)))
    assert ["STAGE_OUTPUT"] * 3 + [""] * 3 == [row.code for row in made.rows]


def marked(store, *, keys=(0, 3), count=6):
    """Frames of which only keys have a mark."""
    return [
        dataclasses.replace(
            row,
            objects=(*row.objects, dataclasses.replace(toys.kept(store, f"m{n}"), name="mark")),
        )
        if n in keys
        else row
        for n, row in enumerate(frames(store, keys=keys, count=count))
    ]


def test_frames_without_an_object_are_handed_over_as_none(folder):
    """Only keys have a mask; the stage sees where."""
    made = run_spans(toys.runner_on(folder), toys.follow, manifest(*marked(folder)))
    assert "012:m0" == toys.read(folder, made.rows[2], "step")
    assert "34:m3" == toys.read(folder, made.rows[4], "step")


def test_every_frame_has_scores_and_parameters_of_its_own(folder):
    """What a stage says of one frame is not said of another."""
    made = run_spans(toys.runner_on(folder), toys.follow, manifest(*marked(folder, keys=(0,))))
    assert [{"far": n} for n in range(6)] == [row.scores for row in made.rows]
    assert [n > 2 for n in range(6)] == [row.params["lost"] for row in made.rows]
    assert [["step"]] * 6 == [[o.name for o in row.objects] for row in made.rows]


def test_frames_are_kept_as_they_come(folder):
    """A stage that ends half-way has kept what it made; without a record nobody takes it."""
    halting = [
        dataclasses.replace(row, params={**row.params, "halts_at": 2})
        for row in marked(folder, keys=(0,), count=4)
    ]
    lost = run_spans(toys.runner_on(folder), toys.follow, manifest(*halting))
    assert ["TOY_HALTED"] * 4 == [row.code for row in lost.rows]
    kept = {folder.get(entry.key) for entry in folder.list("b")}
    assert {b"0:m0", b"01:m0"} <= kept
    assert not folder.exists("records/follow")


def test_a_run_does_not_know_how_the_run_before_it_was_made(folder):
    """The frame two runs share carries the history of the first; the second must not."""
    rows = marked(folder, keys=(0, 3, 5))
    after = [
        dataclasses.replace(row, provenance=Provenance(prompt="made anew"))
        if row.params["frame"] <= 3
        else row
        for row in rows
    ]
    run_spans(toys.runner_on(folder), toys.follow, manifest(*rows))
    again = toys.runner_on(folder)
    run_spans(again, toys.follow, manifest(*after))
    assert (1, 1) == (again.tallies["follow"].made, again.tallies["follow"].reused)
