"""Prompt sets that are damaged, lying or hostile."""

import time
from pathlib import Path

import pytest

from maquette.errors import InputError
from maquette.lines.prompt_sets import items_of, read_prompt_set
from tests.hostile import hostile_prompt_sets

FILE_CODES = {
    "PROMPT_COLUMN_TWICE",
    "PROMPT_SET_BOMB",
    "PROMPT_SET_DAMAGED",
    "PROMPT_SET_EMPTY",
    "PROMPT_SET_ENCODING",
    "PROMPT_SET_SHAPE",
    "PROMPT_SET_TOO_LARGE",
    "PROMPT_SET_TOO_MANY_ROWS",
    "PROMPT_SET_TYPE",
    "PROMPT_CONTROL_CHARACTERS",  # in the pack's own name
    "PROMPT_TOO_LONG",
}
ROW_CODES = {
    "PICTURE_PATH",
    "PROMPT_ANCHOR_UNKNOWN",
    "PROMPT_CONFIDENCE_RANGE",
    "PROMPT_CONTROL_CHARACTERS",
    "PROMPT_COUNT_RANGE",
    "PROMPT_EMPTY",
    "PROMPT_FIELD_UNKNOWN",
    "PROMPT_GEOMETRY_UNKNOWN",
    "PROMPT_NOT_A_NUMBER",
    "PROMPT_NOT_TEXT",
    "PROMPT_NOT_YES_OR_NO",
    "PROMPT_RESOLUTION_UNKNOWN",
    "PROMPT_ROW_DAMAGED",
    "PROMPT_SCALE_RANGE",
    "PROMPT_SEED_RANGE",
    "PROMPT_STYLE_UNKNOWN",
    "PROMPT_TOO_LONG",
    "ROW_DUPLICATE",
    "ROW_ID_DUPLICATE",
}
SETS = list(hostile_prompt_sets())


def test_there_are_enough():
    """At least 80 different ones are made."""
    assert len(SETS) >= 80


@pytest.mark.parametrize(("name", "data"), SETS, ids=[ascii(name[:40]) for name, _ in SETS])
def test_is_read_or_refused_with_a_code(name: str, data: bytes):
    """Each is read, its bad rows set aside, or refused whole, with listed codes and in time."""
    started_s = time.process_time()  # other work on the machine does not count
    try:
        found = read_prompt_set(data, name=name)
        rows, codes = found.rows, {bad.error.code for bad in found.bad_rows}
        items = [item.item for item in items_of(found)]
        assert len(items) == len(set(items))
        assert all(set(item) <= set("abcdefghijklmnopqrstuvwxyz0123456789-") for item in items)
        assert all(bad.id not in items for bad in found.bad_rows)
        assert codes <= ROW_CODES
        assert rows or codes
    except InputError as refused:
        assert refused.code in FILE_CODES
        assert len(refused.reason) < 500
    assert time.process_time() - started_s < 2


def test_one_bad_row_leaves_the_others():
    """In a file with one bad row and a sound one, the sound one is delivered."""
    sets = [read_prompt_set(data, name=name) for name, data in SETS if b"a sound row" in data]
    assert len(sets) >= 25
    assert all("a sound row" == found.rows[-1].prompt for found in sets)
    assert all(bad.row == 1 and bad.error.reason for found in sets for bad in found.bad_rows)


def test_nothing_is_run():
    """A YAML file that calls the system is refused, and nothing was called."""
    trace = Path("/tmp/hacked")  # noqa: S108
    before = trace.exists()
    with pytest.raises(InputError, match="tag"):
        read_prompt_set(dict(SETS)["tag.yaml"], name="tag.yaml")
    assert before == trace.exists()
