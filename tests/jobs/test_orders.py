"""Orders: from a form to an upload that any line can read."""

import dagster as dg
import pytest

from jobs.orders import ORDERS, StickerForm, order_stickers, sticker_upload
from maquette.batch.store import FolderStore
from maquette.errors import InputError
from maquette.lines.prompt_sets import items_of, read_prompt_set
from resources.store import StoreResource


@pytest.fixture
def store(tmp_path):
    """A store in a folder."""
    return FolderStore(tmp_path / "store")


def order(store, **form):
    """Launch the job as the launchpad does; the result and what lies in the inbox."""
    result = order_stickers.execute_in_process(
        run_config={"ops": {"place_sticker_order": {"config": form}}},
        resources={"store": StoreResource(url=str(store.root))},
        raise_on_error=False,
    )
    return result, [entry.key for entry in store.list("inbox/")]


def test_the_empty_form_is_an_order(store):
    """Somebody who only presses launch gets stickers."""
    result, (key,) = order(store)
    assert result.success
    assert key == "inbox/prompts/my-stickers.yaml"
    assert 2 == len(read_prompt_set(store.get(key), name=key).rows)


def test_the_upload_says_what_the_form_said(store):
    """Name, prompts, style, count, size, anchor, project and client all arrive."""
    _, (key,) = order(
        store,
        name="Café cats 🐱",
        prompts=["a cat: with, signs", "- a 'dog'"],
        style="cyberpunk",
        count=3,
        resolution=1024,
        anchor_type="world",
        project="p1",
        client="c1",
    )
    ordered = read_prompt_set(store.get(key), name=key)
    assert ("Café cats 🐱", "p1", "c1") == (ordered.name, ordered.project, ordered.client)
    assert ["a cat: with, signs", "- a 'dog'"] == [row.prompt for row in ordered.rows]
    assert {("cyberpunk", 3, 1024, "world")} == {
        (row.style, row.count, row.resolution, row.anchor_type) for row in ordered.rows
    }
    assert 6 == len(items_of(ordered))
    assert () == ordered.bad_rows


def test_the_run_tells_the_upload_and_the_batch(store):
    """Whoever ordered finds the batch from the run."""
    result, (key,) = order(store)
    (event,) = [e for e in result.all_events if e.event_type_value == "STEP_OUTPUT"]
    told = event.event_specific_data.metadata
    assert key == told["upload"].value
    assert told["batch"].value.startswith("my-stickers-")


BAD = {
    "no prompts": ({"prompts": []}, "PROMPT_SET_EMPTY"),
    "an empty prompt": ({"prompts": ["a cat", ""]}, "PROMPT_EMPTY"),
    "a size nobody makes": ({"resolution": 100}, "PROMPT_RESOLUTION_UNKNOWN"),
    "control characters": ({"prompts": ["a\x00b"]}, "PROMPT_CONTROL_CHARACTERS"),
    "a hundred kilobytes": ({"prompts": ["x" * 100_000]}, "PROMPT_TOO_LONG"),
    "a row twice": ({"prompts": ["a cat", "a cat"]}, "ROW_DUPLICATE"),
}


@pytest.mark.parametrize(("form", "code"), BAD.values(), ids=BAD.keys())
def test_a_bad_order_is_refused_with_its_code_and_leaves_no_upload(store, form, code):
    """Whoever is at the form hears it now, not from a batch with nothing in it."""
    result, inbox = order(store, **form)
    (failure,) = [e for e in result.all_events if e.is_step_failure]
    assert code in str(failure.step_failure_data.error.to_string())
    assert inbox == []


@pytest.mark.parametrize("form", [{"style": "baroque"}, {"anchor_type": "moon"}], ids=str)
def test_the_form_itself_refuses_what_it_does_not_offer(store, form):
    """A choice that is not on the list cannot be launched."""
    with pytest.raises(dg.DagsterInvalidConfigError):
        order(store, **form)
    assert list(store.list("")) == []


@pytest.mark.parametrize("count", [0, 9])
def test_a_number_out_of_range_fails_before_anything_is_written(store, count):
    """One to eight of each."""
    result, inbox = order(store, count=count)
    assert (False, []) == (result.success, inbox)


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("../../x", "inbox/prompts/x.yaml"),
        ("", "inbox/prompts/order.yaml"),
        ("/etc/passwd", "inbox/prompts/etc-passwd.yaml"),
        ("🐱", "inbox/prompts/untitled.yaml"),
    ],
    ids=["climbing", "empty", "absolute", "no letters"],
)
def test_a_name_never_becomes_a_path(store, name, key):
    """The key is ours, whatever was typed."""
    assert [key] == order(store, name=name)[1]


def test_the_same_order_twice_is_one_upload(store):
    """A double click starts nothing twice; another order of that name gets a number."""
    order(store, name="cats")
    assert ["inbox/prompts/cats.yaml"] == order(store, name="cats")[1]
    _, inbox = order(store, name="cats", style="realistic")
    assert {"inbox/prompts/cats.yaml", "inbox/prompts/cats-2.yaml"} == set(inbox)


def test_an_order_that_may_wait_lies_in_the_nightly_folder(store):
    """The sensor gives what lies there a low priority."""
    assert ["inbox/prompts/nightly/cats.yaml"] == order(store, name="cats", nightly=True)[1]


def test_an_upload_of_a_form_is_the_same_every_time():
    """Equal forms, equal bytes."""
    assert sticker_upload(StickerForm()) == sticker_upload(StickerForm())


def test_orders_are_named_after_their_lines():
    """``order_<line>`` for each line."""
    assert {f"order_{line}" for line in ORDERS} == {job.name for job in ORDERS.values()}


def test_a_refusal_has_a_way_out():
    """The error says what to do."""
    with pytest.raises(InputError) as told:
        sticker_upload(StickerForm(resolution=100))
    assert "512" in told.value.fix
