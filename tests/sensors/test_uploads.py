"""The upload sensor: every version of every upload is launched once, whatever happens."""

import os
from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from maquette.batch.store import Entry, FolderStore
from maquette.batch.uploads import INBOX, Arrival, Version, batch_of, is_upload, upload_key
from resources.store import StoreResource
from sensors.uploads import (
    RUNS_AT_MOST,
    SETTLE_S,
    VERSION_TAG,
    new_faces,
    new_prompt_sets,
    plain_look,
    prompt_sets_among,
    request,
)
from sensors.uploads import decide as decide_among

START = datetime(2026, 11, 20, 12, 0, 0, tzinfo=UTC)
KEYS = [f"inbox/prompts/{n}" for n in ("a.csv", "b.csv", "c.yaml", "x/a.csv")]
PHOTOS = [f"inbox/prompts/{n}" for n in ("a.png", "b.JPEG", ".a.csv.swp", "a.csv.part")]


def entry(key, *, etag="e", at_s=0.0, digits="seconds"):
    """One listed object, uploaded so many seconds after the start."""
    modified = (START + timedelta(seconds=at_s)).isoformat(timespec=digits)
    return Entry(key, 1, etag, modified)


def decide(entries, **more):
    """What a tick of the prompt sets' inbox decides, whatever lies in it."""
    uploads, look = prompt_sets_among(None, entries)
    return decide_among(uploads, look=look, **more)


def ids(decision):
    """What a decision launches."""
    return [version.id for version in decision.versions]


def after(seconds):
    """So many seconds after the start."""
    return START + timedelta(seconds=seconds)


class Inbox(RuleBasedStateMachine):
    """People put, replace and delete uploads, in the same second or not, while ticks go on.

    The bucket knows whole seconds, as S3 does. Contents come from a small set, so that etags
    recur. A tick may die before what it decided was launched.
    """

    def __init__(self):
        super().__init__()
        self.now_s = 0
        self.listed = {}  # key -> (etag, second)
        self.launched = []
        self.ever = set()  # every version there was

    @rule(key=st.sampled_from(KEYS + PHOTOS), content=st.sampled_from("AB"))
    def put(self, key, content):
        """Upload or replace."""
        self.listed[key] = (content, self.now_s)
        self.ever.add(self.version(key).id)

    @rule(key=st.sampled_from(KEYS))
    def delete(self, key):
        """Take an upload away."""
        self.listed.pop(key, None)

    @rule(seconds=st.integers(0, 5))
    def wait(self, seconds):
        """Let time pass, or not."""
        self.now_s += seconds

    @rule(dies_after=st.one_of(st.none(), st.integers(0, 2)), at_most=st.integers(1, 3))
    def tick(self, dies_after, at_most):
        """Decide and launch; a tick that dies launched only the first few."""
        decision = self.decided(at_most)
        assert len(decision.versions) <= at_most
        assert all(self.now_s - self.listed[v.key][1] >= SETTLE_S for v in decision.versions)
        self.launched += ids(decision)[:dies_after]

    @precondition(lambda self: self.listed)
    @rule()
    def come_to_rest(self):
        """With nobody uploading and enough ticks, every version there is has been launched."""
        self.now_s += 60
        for _ in range(len(self.listed) + 1):
            self.launched += ids(self.decided(1))
        assert {self.version(k).id for k in self.listed if k in KEYS} <= set(self.launched)

    @invariant()
    def nothing_is_launched_twice_or_made_up(self):
        """Every launch is of a version that was there, and of each one only."""
        assert len(self.launched) == len(set(self.launched))
        assert set(self.launched) <= self.ever

    def version(self, key):
        """The version of a key that is there now."""
        etag, second = self.listed[key]
        return Version(key, etag, entry(key, at_s=second).modified)

    def decided(self, at_most):
        """What a tick decides now."""
        entries = [entry(k, etag=e, at_s=s) for k, (e, s) in sorted(self.listed.items())]
        return decide(
            entries, launched=set(self.launched), now=after(self.now_s), runs_at_most=at_most
        )


TestInbox = Inbox.TestCase
TestInbox.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)


@given(
    seconds=st.lists(st.integers(0, 3), min_size=1, max_size=8),
    now_s=st.integers(0, 10),
    at_most=st.integers(0, 4),
)
def test_new_uploads_are_launched_waiting_or_settling(seconds, now_s, at_most):
    """Nothing falls between: each new upload is counted exactly once."""
    entries = [entry(f"inbox/prompts/{n}.csv", at_s=s) for n, s in enumerate(seconds)]
    found = decide(entries, launched=set(), now=after(now_s), runs_at_most=at_most)
    assert len(seconds) == len(found.versions) + found.waiting + found.settling
    assert len(found.versions) <= at_most


def test_the_same_second_is_no_reason_to_miss_anything():
    """Ten uploads of one second, five of them launched: the other five are new."""
    entries = [entry(f"inbox/prompts/{n}.csv") for n in range(10)]
    first = decide(entries, launched=set(), now=after(9), runs_at_most=5)
    second = decide(entries, launched=set(ids(first)), now=after(9))
    assert 10 == len(set(ids(first)) | set(ids(second))) == len(ids(first)) + len(ids(second))


@pytest.mark.parametrize(
    "again",
    [
        {"etag": "other", "at_s": 0.0},
        {"etag": "e", "at_s": 1.0},
        {"etag": "other", "at_s": 1.0},
    ],
    ids=["same second", "same bytes later", "other bytes later"],
)
def test_uploading_again_is_another_version(again):
    """Other bytes in the same second, or the same bytes later (A, B, A): launched again."""
    before = decide([entry(KEYS[0])], launched=set(), now=after(9))
    found = decide([entry(KEYS[0], **again)], launched=set(ids(before)), now=after(9))
    assert 1 == len(found.versions)
    assert found.versions[0].batch == before.versions[0].batch


def test_what_was_deleted_is_not_launched():
    """An upload that is gone before its turn has no run."""
    assert () == decide([], launched=set(), now=after(9)).versions


def test_photos_and_half_copied_files_start_nothing():
    """What lies beside prompt sets is ignored, and counted nowhere."""
    found = decide([entry(key) for key in PHOTOS], launched=set(), now=after(9))
    assert ((), 0, 0) == (found.versions, found.waiting, found.settling)


@pytest.mark.parametrize(
    ("age_s", "settled"), [(0.0, False), (1.999, False), (2.0, True), (3600.0, True)]
)
def test_an_upload_settles(age_s, settled):
    """A file is left alone until it has been for two seconds."""
    found = decide(
        [entry(KEYS[0], at_s=0.0, digits="microseconds")], launched=set(), now=after(age_s)
    )
    assert (int(settled), int(not settled)) == (len(found.versions), found.settling)


@pytest.mark.parametrize(
    ("at_s", "settled"), [(8.5, False), (7.0, True), (3e7, True)], ids=["new", "old", "next year"]
)
def test_what_lies_beside_settles_too(at_s, settled):
    """A movie that is still being copied keeps the order beside it waiting, a wrong clock not."""
    movie = entry("inbox/shots/a.mov", at_s=at_s, digits="microseconds")
    found = decide_among(
        [entry("inbox/shots/a.yaml")],
        launched=set(),
        now=after(9),
        look=lambda version: Arrival(version, beside=(movie,)),
    )
    assert (int(settled), int(not settled)) == (len(found.versions), found.settling)


def test_a_clock_that_is_wrong_does_not_hold_an_upload_back():
    """A file from next year is launched now, not next year."""
    assert 1 == len(decide([entry(KEYS[0], at_s=3e7)], launched=set(), now=after(0)).versions)


def test_the_oldest_go_first():
    """Uploads are launched in the order they came, names deciding within a second."""
    entries = [
        entry("inbox/prompts/c", at_s=1),
        entry("inbox/prompts/b", at_s=0),
        entry("inbox/prompts/a", at_s=1),
    ]
    found = decide(entries, launched=set(), now=after(9))
    assert ["b", "a", "c"] == [version.key[-1] for version in found.versions]


def test_more_than_a_thousand_are_launched_tick_by_tick():
    """1,005 uploads: none lost, none twice, fifty at a time."""
    entries = [entry(f"inbox/prompts/{n:04d}.csv", at_s=n % 7) for n in range(1_005)]
    launched, sizes = set(), []
    while True:
        found = decide(entries, launched=launched, now=after(60))
        if not found.versions:
            break
        assert not launched & set(ids(found))
        launched |= set(ids(found))
        sizes.append(len(found.versions))
        assert 1_005 - len(launched) == found.waiting
    assert [RUNS_AT_MOST] * 20 + [5] == sizes


@pytest.mark.parametrize(
    ("key", "priority"),
    [
        ("inbox/prompts/nightly/a.yaml", "-10"),
        ("inbox/prompts/a.yaml", None),
        ("inbox/prompts/nightly.yaml", None),
    ],
    ids=["nightly", "by day", "a name like it"],
)
def test_nightly_orders_wait_behind_others(key, priority):
    """The folder decides, not the name."""
    assert priority == request(plain_look(Version(key, "e", "m"))).tags.get("dagster/priority")


# the sensor itself


@pytest.fixture
def store(tmp_path):
    """A store in a folder."""
    return FolderStore(tmp_path / "store")


@pytest.fixture
def instance(tmp_path):
    """A real instance on SQLite, as in the first minute of a user."""
    (tmp_path / "dagster").mkdir()
    with dg.DagsterInstance.local_temp(str(tmp_path / "dagster")) as made:
        yield made


def put(store, name, data=b"prompt\na cat\n", *, age_s=60):
    """An upload that has been there for a while."""
    key = INBOX["stickers"] + name
    store.put(key, data)
    then = datetime.now(UTC).timestamp() - age_s
    os.utime(store.root / key, (then, then))
    return key


def tick(store, instance):
    """What the sensor answers now."""
    context = dg.build_sensor_context(
        instance=instance, resources={"store": StoreResource(url=str(store.root))}
    )
    return new_prompt_sets(context)


def carry_out(result, instance, *, launch=True):
    """Do what the daemon does with an answer: partitions first, runs after, unless it dies."""
    for wish in result.dynamic_partitions_requests or []:
        instance.add_dynamic_partitions(wish.partitions_def_name, list(wish.partition_keys))
    for run in (result.run_requests or []) if launch else []:
        tags = {**run.tags, "dagster/partition": run.partition_key}
        instance.add_run(dg.DagsterRun(job_name="make_stickers", tags=tags))
    return result.run_requests or []


def test_an_upload_becomes_a_partition_a_ticket_and_a_run(store, instance):
    """All three name the batch, and the ticket leads back to the upload."""
    key = put(store, "Space Cats.csv")
    (run,) = carry_out(tick(store, instance), instance)
    assert batch_of(key) == run.partition_key
    assert [run.partition_key] == instance.get_dynamic_partitions("sticker_batches")
    assert key == upload_key(store, line="stickers", batch=run.partition_key)
    assert (run.run_key, key) == (run.tags[VERSION_TAG], run.tags["maquette/upload_key"])


def test_what_has_a_run_is_not_launched_again(store, instance):
    """The next tick finds nothing new, though its cursor is lost."""
    put(store, "a.csv")
    carry_out(tick(store, instance), instance)
    answer = tick(store, instance)
    assert not answer.run_requests
    assert "nothing new" in answer.skip_reason.skip_message


def test_a_death_between_partition_and_run_loses_nothing(store, instance):
    """The partition is there and no run is: the next tick launches it, under the same run key."""
    put(store, "a.csv")
    (dead,) = carry_out(tick(store, instance), instance, launch=False)
    assert 1 == len(instance.get_dynamic_partitions("sticker_batches"))
    (alive,) = carry_out(tick(store, instance), instance)
    assert dead.run_key == alive.run_key
    assert not tick(store, instance).run_requests


def test_uploading_again_is_another_run_of_the_same_batch(store, instance):
    """Even the very bytes of before: somebody wants them made."""
    put(store, "a.csv", b"A")
    (first,) = carry_out(tick(store, instance), instance)
    put(store, "a.csv", b"B", age_s=50)
    (second,) = carry_out(tick(store, instance), instance)
    put(store, "a.csv", b"A", age_s=40)
    (third,) = carry_out(tick(store, instance), instance)
    assert 1 == len({run.partition_key for run in (first, second, third)})
    assert 3 == len({run.run_key for run in (first, second, third)})


def test_a_deleted_upload_keeps_its_batch_and_starts_nothing(store, instance):
    """Taking a file away changes nothing that was made of it."""
    key = put(store, "a.csv")
    carry_out(tick(store, instance), instance)
    store.delete(key)
    assert not tick(store, instance).run_requests
    assert 1 == len(instance.get_dynamic_partitions("sticker_batches"))


def test_a_file_being_copied_is_left_alone(store, instance):
    """Too fresh: the tick says so and launches the others."""
    put(store, "fresh.csv", age_s=0)
    answer = tick(store, instance)
    assert "1 still settling" in answer.skip_reason.skip_message


def test_many_uploads_are_launched_over_several_ticks(store, instance):
    """Fifty at most a tick; the next one goes on where this one stopped."""
    for n in range(RUNS_AT_MOST + 5):
        put(store, f"{n:03d}.csv")
    first = carry_out(tick(store, instance), instance)
    second = carry_out(tick(store, instance), instance)
    assert (RUNS_AT_MOST, 5) == (len(first), len(second))
    assert not {run.run_key for run in first} & {run.run_key for run in second}


@pytest.mark.parametrize(
    "name",
    [b"\xff\xfe.csv", "K\u00e4tzchen \U0001f431.csv".encode(), b"new\nline.csv", b"x" * 250],
    ids=["no text at all", "letters of all kinds", "a newline", "as long as may be"],
)
def test_no_file_name_stops_the_sensor(store, instance, name):
    """Whatever lies in the inbox, it and everything beside it gets a run that can be stored."""
    put(store, "plain.csv")
    path = os.fsencode(store.root / INBOX["stickers"]) + b"/" + name
    with open(path, "wb") as odd:  # noqa: PTH123 - a name that is no text
        odd.write(b"prompt\na cat\n")
    then = datetime.now(UTC).timestamp() - 60
    os.utime(path, (then, then))
    assert 2 == len(carry_out(tick(store, instance), instance))
    assert not tick(store, instance).run_requests


def test_photos_beside_a_prompt_set_start_nothing(store, instance):
    """One run, for the set."""
    put(store, "cats.csv")
    put(store, "cats/one.png")
    assert 1 == len(carry_out(tick(store, instance), instance))


def test_an_empty_inbox_is_nothing_new(store, instance):
    """Not even a folder is needed."""
    assert "nothing new" in tick(store, instance).skip_reason.skip_message


def test_a_listed_upload_is_what_the_model_above_thinks_it_is():
    """The keys of the property test are uploads, its photos are not."""
    assert [True] * len(KEYS) == [is_upload(entry(key)) for key in KEYS]
    assert [False] * len(PHOTOS) == [is_upload(entry(key)) for key in PHOTOS]


def test_a_face_starts_nothing_until_somebody_orders(store, instance):
    """A photo is nobody's consent; an order and its photo are one run of its own partition."""
    then = datetime.now(UTC).timestamp() - 60
    context = dg.build_sensor_context(
        instance=instance, resources={"store": StoreResource(url=str(store.root))}
    )
    for name, data in (("anna.jpg", b"a photo"), ("anna.yaml", b"photo: anna.jpg\nconsent: yes\n")):
        assert not new_faces(context).run_requests
        store.put(INBOX["figurines"] + name, data)
        os.utime(store.root / INBOX["figurines"] / name, (then, then))
    answer = new_faces(context)
    (run,) = carry_out(answer, instance)
    assert [run.partition_key] == instance.get_dynamic_partitions("figurine_batches")
