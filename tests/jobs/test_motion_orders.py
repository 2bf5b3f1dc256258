"""Motion orders from the launchpad: from a form to an upload that the line can read."""

import dagster as dg
import pytest

from jobs.orders import MotionForm, motion_upload, order_motion
from maquette.batch.store import FolderStore
from maquette.errors import InputError
from maquette.lines.motion_fields import Subject
from maquette.lines.motion_orders import MotionOrder, read_order
from resources.store import StoreResource


@pytest.fixture
def store(tmp_path):
    """A store in a folder."""
    return FolderStore(tmp_path / "store")


def order(store, **form):
    """Launch the job as the launchpad does; the result and what lies in the inbox."""
    result = order_motion.execute_in_process(
        run_config={"ops": {"place_motion_order": {"config": form}}},
        resources={"store": StoreResource(url=str(store.root))},
        raise_on_error=False,
    )
    return result, [entry.key for entry in store.list("inbox/")]


def said(**form):
    """The order that a form becomes."""
    name, data = motion_upload(MotionForm(**form))
    return read_order(data, name=name)


def test_a_clip_is_all_that_a_form_needs(store):
    """Called after the clip; people at the launchpad are not kept waiting."""
    result, (key,) = order(store, clip="takes/Dance.mp4")
    assert (True, "inbox/motion/dance.yaml") == (result.success, key)
    wanted = MotionOrder("Dance", ("takes/Dance.mp4",), priority="interactive")
    assert wanted == read_order(store.get(key), name=key)


def test_the_upload_says_what_the_form_said():
    """Every field arrives."""
    found = said(
        clip="dance/", subject="a bear", model="bear.glb", mode="low_ram", seed=3, steps=9,
        faces=800, stride=2, frames=[2, 40], commercial=True, priority="normal",
        project="Tales", client="Acme",
    )  # fmt: skip
    wanted = MotionOrder(
        name="dance", clips=("dance",), model="bear.glb", subject=Subject(text="a bear"),
        mode="low_ram", seed=3, steps=9, faces=800, stride=2, frames=(2, 40), commercial=True,
        project="Tales", client="Acme",
    )  # fmt: skip
    assert wanted == found


BAD = {
    "another kind": ({"clip": "a.avi"}, "ORDER_PATH"),
    "a range of one": ({"clip": "a.mp4", "frames": [3]}, "ORDER_RANGE"),
    "another model": ({"clip": "a.mp4", "model": "a.obj"}, "ORDER_PATH"),
}


@pytest.mark.parametrize(("form", "code"), BAD.values(), ids=BAD)
def test_a_bad_order_is_refused_and_leaves_no_upload(store, form, code):
    """Whoever is at the form hears it now."""
    with pytest.raises(InputError, match=code):
        motion_upload(MotionForm(**form))
    result, inbox = order(store, **form)
    assert (False, []) == (result.success, inbox)


def test_the_form_itself_refuses_what_it_does_not_offer(store):
    """A choice that is not on the list cannot be launched."""
    with pytest.raises(dg.DagsterInvalidConfigError):
        order(store, clip="a.mp4", mode="faster")
