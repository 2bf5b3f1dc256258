"""Pruning: what goes, what stays, and in which order."""

import os
from datetime import UTC, datetime, timedelta

import pytest

from maquette.batch.manifests import Manifest, commit
from maquette.batch.private import private_store
from maquette.batch.pruning import Policy, carry_out, plan
from maquette.batch.runner import Runner
from tests import toys

NOW = datetime.now(UTC)


def age(store, *, days, keys=None):
    """Make everything (or these keys) look so many days older."""
    for entry in list(store.list("")):
        if keys is None or entry.key in keys:
            then = entry.time.timestamp() - days * 86_400
            os.utime(store.root / entry.key, (then, then))


def make(store, *words, batch="toys", stages=2) -> Manifest:
    """Run a small line and commit its manifests, as assets do."""
    runner: Runner = toys.runner_on(store)
    manifest = runner.run(toys.write, toys.asked(*words, batch=batch)).named("texts")
    commit(store, manifest)
    if stages > 1:
        manifest = runner.run(toys.double, manifest).named("doubles")
        commit(store, manifest)
    return manifest


def keys(store, prefix=""):
    """What is there."""
    return {entry.key for entry in store.list(prefix)}


def swept(store, *, now=NOW, **policy):
    """What a plan names."""
    return plan(store, policy=Policy(**policy), now=now).keys


def test_nothing_is_planned_for_a_young_store(folder):
    """Whatever names it or not, what is younger than a day stays."""
    make(folder, "a", "b")
    toys.kept(folder, "orphan")
    assert swept(folder, keep_days=1, history_days=1) == []


def test_orphans_older_than_a_day_go(folder):
    """A blob and a record no manifest names; everything named stays, however old."""
    make(folder, "a", "b")
    named = keys(folder)
    orphan = toys.kept(folder, "orphan").key
    toys.runner_on(folder).run(toys.write, toys.asked("never committed"))
    age(folder, days=30)
    gone = swept(folder)
    assert orphan in gone
    assert set(gone) == keys(folder) - named


def test_what_an_edit_left_behind_goes_and_the_edit_stays(folder):
    """Yesterday's prompt is pruned, today's survives, the shared one too."""
    make(folder, "a", "old")
    age(folder, days=2)
    make(folder, "a", "new")
    age(folder, days=2)
    carry_out(folder, plan(folder, policy=Policy(), now=NOW))
    again = toys.runner_on(folder)
    again.run(toys.write, toys.asked("a", "new"))
    assert 2 == again.tallies["write"].reused
    again.run(toys.write, toys.asked("old"))
    assert 1 == again.tallies["write"].made


def test_two_batches_that_share_an_item_keep_it(folder):
    """What another batch's current manifest names is kept when one batch drops it."""
    make(folder, "shared", batch="one")
    make(folder, "shared", batch="two")
    age(folder, days=2)
    make(folder, "other", batch="one")
    age(folder, days=2)
    carry_out(folder, plan(folder, policy=Policy(), now=NOW))
    again = toys.runner_on(folder)
    again.run(toys.write, toys.asked("shared"))
    assert 1 == again.tallies["write"].reused


def test_intermediates_go_after_their_time_and_deliveries_stay(folder):
    """With keep_days, records and blobs of current manifests go; readable copies do not."""
    manifest = make(folder, "a")
    folder.copy(manifest.rows[0].object("double").key, "deliveries/stickers/toys/a.txt")
    age(folder, days=10)
    assert swept(folder, keep_days=11) == []
    carry_out(folder, plan(folder, policy=Policy(keep_days=9), now=NOW))
    assert set() == keys(folder, "blobs/") | keys(folder, "records/")
    assert {"deliveries/stickers/toys/a.txt"} == keys(folder, "deliveries/")
    assert 2 * 2 == len(keys(folder, "manifests/"))


def test_what_was_pruned_is_made_anew(folder):
    """After a sweep of everything, the same line runs to the same end."""
    before = make(folder, "a", "b")
    age(folder, days=10)
    carry_out(folder, plan(folder, policy=Policy(keep_days=9), now=NOW))
    assert before.digest == make(folder, "a", "b").digest


def test_old_manifests_go_and_the_current_one_never(folder):
    """History is kept for reports as long as told; the pointer's manifest for ever."""
    make(folder, "a", stages=1)
    age(folder, days=400)
    make(folder, "b", stages=1)
    age(folder, days=400)
    assert swept(folder, history_days=1_000) != []  # the orphan of the first run
    gone = [key for key in swept(folder) if key.startswith("manifests/")]
    assert 1 == len(gone)
    carry_out(folder, plan(folder, policy=Policy(), now=NOW))
    assert 2 == len(keys(folder, "manifests/"))


def test_a_young_manifest_protects_what_it_names_though_not_current(folder):
    """A run that is under way may need what yesterday's manifest names."""
    make(folder, "first")
    make(folder, "second")
    age(folder, days=2, keys=keys(folder, "blobs/") | keys(folder, "records/"))
    assert swept(folder) == []


def test_manifests_then_records_then_blobs(folder):
    """Nothing that stays ever names something that is gone."""
    make(folder, "a", "b")
    age(folder, days=400)
    make(folder, "c", stages=1)
    order = [key.split("/")[0] for key in swept(folder, keep_days=1, history_days=1)]
    assert order == sorted(order, key=["manifests", "records", "blobs"].index)
    assert {"manifests", "records", "blobs"} == set(order)


@pytest.mark.parametrize("dead_after", [0, 1, 2, 3, 4])
def test_a_sweep_that_dies_harms_nobody(folder, dead_after):
    """Cut off after any deletion, a run afterwards ends as before."""
    before = make(folder, "a")
    age(folder, days=10)
    sweep = plan(folder, policy=Policy(keep_days=9), now=NOW)
    assert len(sweep.keys) >= 4
    for key in sweep.keys[:dead_after]:
        folder.delete(key)
    assert before.digest == make(folder, "a").digest


def test_inbox_tickets_and_reports_are_never_swept(folder):
    """Only what we make anew may go."""
    for key in ("inbox/prompts/a.csv", "batches/stickers/a.json", "alerts/x.json", "quarantine/a"):
        folder.put(key, b"1")
    age(folder, days=4_000)
    assert swept(folder, keep_days=1, history_days=1) == []


def test_the_sweep_counts_bytes(folder):
    """A person is told how much becomes free."""
    toys.kept(folder, "12345")
    age(folder, days=2)
    assert 5 == plan(folder, policy=Policy(), now=NOW + timedelta(0)).freed_bytes


def test_what_is_private_is_never_swept(folder):
    """Neither its orphans nor its intermediates: an order is kept or forgotten as a whole."""
    private = private_store(folder, "anna-1f3a9c02")
    make(private, "a", "b", batch="anna-1f3a9c02")
    toys.kept(private, "orphan")
    age(folder, days=4_000)
    before = keys(folder, "private/")
    gone = swept(folder, keep_days=1, history_days=1)
    assert [] == [key for key in gone if not key.startswith("manifests/")]
    assert before == keys(folder, "private/")
