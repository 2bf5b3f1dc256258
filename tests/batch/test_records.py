"""Recipes and records: what names an item's work, and what came of it."""

import dataclasses
import json

import pytest

from maquette.batch.records import (
    ObjectRef,
    Record,
    blob_key,
    canonical,
    checked_blob,
    fingerprint,
    read_record,
    recipe_of,
    record_key,
    set_aside,
    write_record,
)
from maquette.batch.stages import map_stage
from maquette.errors import InputError, ToolError
from maquette.provenance import Provenance, Step
from maquette.roles import EngineInfo
from tests import toys

ENGINE = EngineInfo(
    "painter", "1", weights={"brush": "b" * 64}, licences=("CC0-1.0",), config={"steps": 4}
)
PARTS = {
    "engine": ENGINE,
    "options": {"prompt": "a cat", "seed": 7},
    "inputs": {"picture": "a" * 64},
    "provenance": Provenance(prompt="a cat", seed=7, parents=("f" * 64,)),
}


def recipe(stage=toys.paint, **changes):
    """The recipe of everything above, but for the changes."""
    return recipe_of(stage, **{**PARTS, **changes})


def test_the_recipe_is_what_it_was():
    """Golden digest: to make recipes in another way would orphan every record ever written."""
    assert recipe() == "c9c727b7575e18b1b9181fc89ec9b55c9553aeb3"


def other_stage(*, version="1", name="paint"):
    """The stage of that name and version."""

    def nothing(*, prompt: str) -> None:
        """Makes nothing."""

    nothing.__name__ = name
    return map_stage(version=version, makes="picture")(nothing)


CHANGES = {
    "stage name": {"stage": other_stage(name="draw")},
    "stage version": {"stage": other_stage(version="2")},
    "no engine": {"engine": None},
    "engine name": {"engine": dataclasses.replace(ENGINE, name="sprayer")},
    "engine version": {"engine": dataclasses.replace(ENGINE, version="2")},
    "weights": {"engine": dataclasses.replace(ENGINE, weights={"brush": "c" * 64})},
    "engine settings": {"engine": dataclasses.replace(ENGINE, config={"steps": 8})},
    "an option": {"options": {"prompt": "a dog", "seed": 7}},
    "the seed": {"options": {"prompt": "a cat", "seed": 8}},
    "one option more": {"options": {"prompt": "a cat", "seed": 7, "style": "cartoon"}},
    "an input": {"inputs": {"picture": "b" * 64}},
    "the name of an input": {"inputs": {"mask": "a" * 64}},
    "several inputs": {"inputs": {"picture": ["a" * 64]}},
    "the words it grew from": {"provenance": Provenance(prompt="a dog", parents=("f" * 64,))},
    "the upload it grew from": {"provenance": Provenance(prompt="a cat", parents=("e" * 64,))},
    "a step before": {
        "provenance": dataclasses.replace(
            PARTS["provenance"], steps=(Step("write", "1", "r" * 40),)
        )
    },
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_each_part_of_a_recipe_changes_it(change):
    """Whatever decides the bytes decides the name."""
    assert recipe() != recipe(**change)


SAME = {
    "batch size": {"engine": dataclasses.replace(ENGINE, batch_size=9)},
    "threads": {"engine": dataclasses.replace(ENGINE, parallel=9)},
    "licence": {"engine": dataclasses.replace(ENGINE, licences=("MIT",))},
    "order of options": {"options": {"seed": 7, "prompt": "a cat"}},
    "where the function stands": {"stage": other_stage()},
}


@pytest.mark.parametrize("change", SAME.values(), ids=SAME.keys())
def test_what_does_not_decide_the_bytes_does_not_decide_the_name(change):
    """Speed, licences and order of mention are not part of a recipe."""
    assert recipe() == recipe(**change)


def test_the_engine_is_known_by_what_decides_its_results():
    """The fingerprint has no field for speed or licence."""
    assert sorted(fingerprint(ENGINE)) == ["config", "name", "version", "weights"]


def test_canonical_bytes_do_not_depend_on_order():
    """Equal values, equal bytes, also in depth."""
    assert canonical({"a": [1, {"c": 2, "b": 3}]}) == b'{"a":[1,{"b":3,"c":2}]}'
    assert canonical({"b": 1, "a": 2}) == canonical({"a": 2, "b": 1})


RECORD = Record(
    recipe="ab" * 20,
    stage="paint",
    version="1",
    engine="painter",
    licences=("CC0-1.0", "MIT"),
    seconds=1.25,
    engine_seconds=1.0,
    objects=(
        ObjectRef("picture", "blobs/aa/a.png", "a" * 64, 12),
        ObjectRef("mask", "b", "c", 0),
    ),
    params={"native_alpha": True, "size_m": [0.1, 0.2]},
    scores={"width_m": 0.1},
    notes=("'Käse' is drawn as cheese",),
    provenance=PARTS["provenance"].to_json(),
)


@pytest.mark.parametrize(
    "record",
    [RECORD, set_aside(toys.paint, "cd" * 20, InputError("CODE", "why 🐱", fix="how"))],
    ids=["made", "set aside"],
)
def test_a_record_comes_back_as_it_went(store, record):
    """Bytes and store both give back an equal record."""
    assert record == Record.from_bytes(record.to_bytes())
    assert record == write_record(store, record)
    assert record == read_record(store, stage="paint", recipe=record.recipe)


def test_a_record_that_set_aside_tells_code_reason_and_fix():
    """What was refused is told with all a person needs, and with the figures a machine needs."""
    trouble = InputError("CODE", "why", fix="how", details={"size_px": 12})
    record = Record.from_bytes(set_aside(toys.paint, "cd" * 20, trouble).to_bytes())
    assert ("CODE", "why", "how", ()) == (record.code, record.reason, record.fix, record.objects)
    assert {"size_px": 12} == record.details


def test_a_record_from_before_details_is_read():
    """What an older version wrote has none."""
    record = set_aside(toys.paint, "cd" * 20, InputError("CODE", "why"))
    older = {name: value for name, value in vars(record).items() if name != "details"}
    assert record == Record.from_bytes(json.dumps(older).encode())


def test_there_is_no_record_before_it_is_written(store):
    """An item that is not done has none."""
    assert read_record(store, stage="paint", recipe="ab" * 20) is None


def test_records_and_blobs_lie_where_the_design_says():
    """Keys are spread over 256 folders by their first two digits."""
    assert record_key("paint", "abcd") == "records/paint/ab/abcd.json"
    assert blob_key("cdef", "png") == "blobs/cd/cdef.png"


def whole(store, word, *, seconds=0.0):
    """A record of one text that is in the store."""
    ref = toys.kept(store, word)
    return Record("ab" * 20, "write", "1", objects=(ref,), seconds=seconds)


def test_the_first_writer_wins_and_the_second_is_told_what_stands(store):
    """Two runs that made one item both report what the first one wrote."""
    first = whole(store, "one", seconds=1.0)
    assert first == write_record(store, first)
    assert first == write_record(store, whole(store, "two", seconds=2.0))


def test_a_record_whose_blob_is_gone_gives_way(store):
    """An item made anew with other bytes is not tied to a record that lists a missing blob."""
    gone, again = whole(store, "one"), whole(store, "two")
    write_record(store, gone)
    store.delete(gone.objects[0].key)
    assert again == write_record(store, again)
    assert again == read_record(store, stage="write", recipe=again.recipe)


@pytest.mark.parametrize(
    "data", [b"", b'{"recipe": "ab', b"[]", b'{"future": 1}', b"\xff\xfe\x00"], ids=repr
)
def test_a_record_that_cannot_be_read_counts_as_none_and_gives_way(store, data):
    """A damaged record costs its item once more, never the batch."""
    record = whole(store, "one")
    store.put(record_key("write", record.recipe), data)
    assert read_record(store, stage="write", recipe=record.recipe) is None
    assert record == write_record(store, record)
    assert record == read_record(store, stage="write", recipe=record.recipe)


@pytest.mark.parametrize(
    "data", [b"", b"on", b"two", b"one\x00"], ids=["empty", "cut", "changed", "grown"]
)
def test_a_damaged_blob_is_told_with_a_code_and_a_way_out(store, data):
    """Bytes that are not those written are never handed on."""
    ref = toys.kept(store, "one")
    store.put(ref.key, data)
    with pytest.raises(ToolError, match="BLOB_DAMAGED") as told:
        checked_blob(store, ref)
    assert not told.value.lasting
    assert told.value.fix


def test_provenance_comes_back_as_it_went():
    """Every step with its engine, weights, licences and parameters survives JSON."""
    provenance = Provenance(prompt="a 🐱", seed=2**62, source_type="x", parents=("a", "b")).then(
        Step(
            "draw",
            "1",
            "r" * 40,
            engine="painter",
            weights={"brush": "b"},
            licences=("MIT", "CC0-1.0"),
            params={"size": [1, 2], "style": None},
        )
    )
    assert provenance == Provenance.from_json(provenance.to_json())
    assert ("MIT", "CC0-1.0") == provenance.licences
