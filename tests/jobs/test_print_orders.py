"""Print orders from the launchpad: from a form to an upload that the line can read."""

import dagster as dg
import pytest

from jobs.orders import PrintForm, order_prints, print_upload
from maquette.batch.store import FolderStore
from maquette.errors import InputError
from maquette.lines.print_orders import read_order
from resources.store import StoreResource


@pytest.fixture
def store(tmp_path):
    """A store in a folder."""
    return FolderStore(tmp_path / "store")


def order(store, **form):
    """Launch the job as the launchpad does; the result and what lies in the inbox."""
    result = order_prints.execute_in_process(
        run_config={"ops": {"place_print_order": {"config": form}}},
        resources={"store": StoreResource(url=str(store.root))},
        raise_on_error=False,
    )
    return result, [entry.key for entry in store.list("inbox/")]


def said(**form):
    """The order that a form becomes."""
    return read_order(print_upload(PrintForm(**form)), name="order.yaml")


def test_the_empty_form_is_an_order(store):
    """Somebody who only presses launch gets a print."""
    result, (key,) = order(store)
    assert (True, "inbox/prints/my-print.yaml") == (result.success, key)
    assert "prompt" == read_order(store.get(key), name=key).source


def test_the_upload_says_what_the_form_said():
    """Words, form, sides, base, formats and owner all arrive."""
    found = said(
        prompt="a dog", form="relief", x_mm=40, z_mm=0, base_mm=2, formats=["obj"], client="Acme"
    )
    assert ("a dog", "relief", {"x": 40.0}, 2.0, ("obj",), "Acme") == (
        *(found.prompt, found.form, found.target.sides_mm),
        *(found.base_mm, found.formats, found.client),
    )


@pytest.mark.parametrize(
    ("form", "source", "operation"),
    [
        ({"model": "cats-1/cat"}, "delivered", "rescale_model"),
        ({"concept": "cats-1/cat"}, "concept", "generate_model"),
        ({"operation": "concept", "count": 3}, "prompt", "concept"),
    ],
    ids=["model", "concept", "concepts"],
)
def test_what_was_made_goes_before_words(form, source, operation):
    """The sample prompt of the form is left out where something else is named."""
    found = said(**form)
    assert (source, operation) == (found.source, found.operation)


BAD = {
    "no prompt": ({"prompt": ""}, "ORDER_SOURCE"),
    "no reference": ({"concept": "cats"}, "ORDER_REFERENCE"),
    "two references": ({"concept": "a-1/b", "model": "a-1/b"}, "ORDER_SOURCE"),
    "a format nobody writes": ({"formats": ["step"]}, "ORDER_CHOICE"),
}


@pytest.mark.parametrize(("form", "code"), BAD.values(), ids=BAD)
def test_a_bad_order_is_refused_and_leaves_no_upload(store, form, code):
    """Whoever is at the form hears it now."""
    with pytest.raises(InputError, match=code):
        print_upload(PrintForm(**form))
    result, inbox = order(store, **form)
    assert (False, []) == (result.success, inbox)


def test_the_form_itself_refuses_what_it_does_not_offer(store):
    """A choice that is not on the list cannot be launched."""
    with pytest.raises(dg.DagsterInvalidConfigError):
        order(store, form="hologram")
