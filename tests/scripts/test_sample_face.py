"""The sample order of figurines: readable, the same each time, of a photo that is not kept here."""

import pytest

from maquette.lines.figurine_orders import read_order
from scripts.sample_face import write_order


def test_the_sample_is_an_order_with_its_photo(tmp_path):
    """Both are written, and again in the same bytes."""
    pytest.importorskip("skimage")
    first = write_order(tmp_path / "one")
    order = read_order(first.read_bytes(), name=first.name)
    again = write_order(tmp_path / "two")
    assert ("waving", "Eileen") == (order.template, order.text)
    for name in (first.name, order.photo):
        assert (first.parent / name).read_bytes() == (again.parent / name).read_bytes()
