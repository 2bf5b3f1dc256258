"""Figurine orders from the launchpad: from a form to an upload that the line can read."""

import dagster as dg
import pytest

from jobs.orders import FigurineForm, figurine_upload, order_figurines
from jobs.traces import runs_of
from maquette.batch.store import FolderStore
from maquette.batch.uploads import batch_of
from maquette.errors import InputError
from maquette.lines.figurine_orders import FigurineOrder, read_order
from maquette.solids.bodies.templates import EVERY_TEMPLATE
from resources.store import StoreResource

AGREED = {"photo": "fair/Anna.jpg", "consent": True}


@pytest.fixture
def store(tmp_path):
    """A store in a folder."""
    return FolderStore(tmp_path / "store")


def order(store, **form):
    """Launch the job as the launchpad does; the result and what lies in the inbox."""
    result = order_figurines.execute_in_process(
        run_config={"ops": {"place_figurine_order": {"config": form}}},
        resources={"store": StoreResource(url=str(store.root))},
        raise_on_error=False,
    )
    return result, [entry.key for entry in store.list("inbox/")]


def said(**form):
    """The order that a form becomes."""
    name, data = figurine_upload(FigurineForm(**form))
    return read_order(data, name=name)


def test_a_photo_and_consent_are_all_that_a_form_needs(store):
    """Called after the photo; people at the launchpad are not kept waiting."""
    result, (key,) = order(store, **AGREED)
    assert (True, "inbox/faces/anna.yaml") == (result.success, key)
    wanted = FigurineOrder("Anna", "fair/Anna.jpg", consent=True, priority="interactive")
    assert wanted == read_order(store.get(key), name=key)


def test_the_run_of_an_order_is_forgotten_with_it(store):
    """It holds the words of the form, so it is told to be of the order's partition."""
    with dg.DagsterInstance.ephemeral() as instance:
        result = order_figurines.execute_in_process(
            run_config={"ops": {"place_figurine_order": {"config": AGREED}}},
            resources={"store": StoreResource(url=str(store.root))},
            instance=instance,
        )
        (key,) = (entry.key for entry in store.list("inbox/"))
        (run,) = runs_of(instance, batch_of(key))
        assert result.run_id == run.run_id


def test_the_upload_says_what_the_form_said():
    """Every field arrives."""
    found = said(
        **AGREED, name="Hero", template="superhero", height_mm=80, style="ink", head_share=0.4,
        text="ANNA", seed=3, show_face=True, keep_days=9, formats=["stl"], commercial=True,
        priority="normal", project="Fair", client="Acme",
    )  # fmt: skip
    wanted = FigurineOrder(
        "Hero", "fair/Anna.jpg", consent=True, template="superhero", height_mm=80.0, style="ink",
        head_share=0.4, text="ANNA", seed=3, show_face=True, keep_days=9, formats=("stl",),
        commercial=True, project="Fair", client="Acme",
    )  # fmt: skip
    assert wanted == found


BAD = {
    "no consent": ({"photo": "anna.jpg"}, "CONSENT_MISSING"),
    "no photo": ({"photo": "anna.mp4", "consent": True}, "ORDER_PATH"),
    "too many letters": ({**AGREED, "text": "A" * 25}, "BASE_TEXT_LONG"),
    "a format nobody writes": ({**AGREED, "formats": ["step"]}, "ORDER_CHOICE"),
}


@pytest.mark.parametrize(("form", "code"), BAD.values(), ids=BAD)
def test_a_bad_order_is_refused_and_leaves_no_upload(store, form, code):
    """Whoever is at the form hears it now."""
    with pytest.raises(InputError, match=code):
        figurine_upload(FigurineForm(**form))
    result, inbox = order(store, **form)
    assert (False, []) == (result.success, inbox)


@pytest.mark.parametrize("template", EVERY_TEMPLATE)
def test_every_body_is_on_the_form(template):
    """What an order may name can be chosen."""
    assert template == said(**AGREED, template=template).template


def test_the_form_itself_refuses_what_it_does_not_offer(store):
    """A choice that is not on the list cannot be launched."""
    with pytest.raises(dg.DagsterInvalidConfigError):
        order(store, **AGREED, template="flying")
