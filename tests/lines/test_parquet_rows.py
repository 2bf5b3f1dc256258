"""Parquet from outside, read apart."""

import pytest

from maquette.errors import InputError
from maquette.lines.parquet_rows import rows_apart
from tests.hostile import parquet

ROWS = [{"prompt": "a cat", "count": 2, "scale": 0.5, "smooth_edges": True, "seed": None}]


def test_gives_plain_values():
    """Text, numbers, yes/no and gaps come back as they were."""
    assert rows_apart(parquet(ROWS), name="a.parquet", most_rows=10) == ROWS


def test_counts_before_unpacking():
    """Too many rows are refused from the footer alone."""
    with pytest.raises(InputError) as refused:
        rows_apart(parquet(ROWS * 11), name="a.parquet", most_rows=10)
    assert refused.value.code == "PROMPT_SET_TOO_MANY_ROWS"
    assert "a.parquet" in refused.value.reason


def test_damage_is_an_input_error():
    """Whatever kills the child is an error of the file."""
    data = bytearray(parquet(ROWS))
    data[len(data) // 2 : -8] = bytes(len(data) - 8 - len(data) // 2)
    with pytest.raises(InputError) as refused:
        rows_apart(bytes(data), name="a.parquet", most_rows=10)
    assert refused.value.code == "PROMPT_SET_DAMAGED"
