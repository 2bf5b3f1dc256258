"""Prompt sets: reading, judging, counting out, writing."""

import io
import json
import time
from dataclasses import replace

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maquette.errors import InputError
from maquette.lines.prompt_fields import MOTION_NAMES, RESOLUTIONS_PX, STYLES
from maquette.lines.prompt_sets import (
    BadRow,
    PromptSet,
    StickerOrder,
    items_of,
    read_prompt_set,
    write_prompt_set,
)
from maquette.solids.motions import MOTIONS

TABLE = [
    {"id": "cat", "prompt": "a grumpy cat", "style": "cyberpunk", "count": 2, "scale": 0.5},
    {"id": "dog", "prompt": "a happy dog, jumping", "background_removal": False},
]
WANTED = (
    StickerOrder("cat", "a grumpy cat", style="cyberpunk", count=2, scale=0.5),
    StickerOrder("dog", "a happy dog, jumping", background_removal=False),
)


def rows(*rows: object) -> PromptSet:
    """The set that these rows make."""
    return read_prompt_set(json.dumps(rows).encode(), name="set.json")


def error(row: dict[str, object]) -> InputError:
    """What is wrong with this row."""
    (bad,) = rows(row).bad_rows
    return bad.error


def as_parquet(table: list[dict[str, object]]) -> bytes:
    """The table as Parquet."""
    held = io.BytesIO()
    pl.DataFrame(table).write_parquet(held)
    return held.getvalue()


CSV = (
    "id,prompt,style,count,scale,background_removal\n"
    "cat,a grumpy cat,cyberpunk,2,0.5,\n"
    'dog,"a happy dog, jumping",,,,no\n'
)
FILES = {
    "set.csv": CSV.encode(),
    "bom.csv": b"\xef\xbb\xbf" + CSV.encode(),
    "utf-16.csv": CSV.encode("utf-16"),
    "windows lines.csv": CSV.replace("\n", "\r\n").encode(),
    "semicolons.csv": b"id;prompt;Style;count;scale;Background removal\n"
    b"cat;a grumpy cat;Cyberpunk;2;0,5;yes\ndog;a happy dog, jumping;;;;NO\n",
    "set.json": json.dumps(TABLE).encode(),
    "nested.json": json.dumps({"name": "Pets", "stickers": TABLE}).encode(),
    "set.jsonl": b"\n".join(json.dumps(row).encode() for row in TABLE),
    "set.yaml": b"""
stickers:
  - {id: cat, prompt: a grumpy cat, style: cyberpunk, count: 2, scale: 0.5}
  - id: dog
    prompt: >-
      a happy dog,
      jumping
    background_removal: no
""",
    "set.parquet": as_parquet(TABLE),
}


@pytest.mark.parametrize("name", FILES)
def test_all_formats_say_the_same(name: str):
    """One table, written in every format and dialect, gives the same rows."""
    found = read_prompt_set(FILES[name], name=name)
    assert WANTED == found.rows
    assert () == found.bad_rows


@pytest.mark.parametrize(
    ("name", "data"),
    [
        pytest.param("pets.yaml", b"name: Pets\ntheme: fun\nlicense: CC0-1.0\nseed: 7\n"
                     b"stickers: [a cat]\n", id="yaml"),
        pytest.param("pets.csv", b"# name: Pets\n# theme: fun\n# Licence: CC0-1.0\n# seed: 7\n"
                     b"prompt\na cat\n", id="csv"),
        pytest.param("pets.jsonl", b'{"pack": {"name": "Pets", "theme": "fun", '
                     b'"licence": "CC0-1.0", "seed": 7}}\n"a cat"\n', id="jsonl"),
    ],
)  # fmt: skip
def test_reads_what_is_said_of_the_pack(name: str, data: bytes):
    """Name, theme, licence and seed come from the file's head."""
    found = read_prompt_set(data, name=name)
    assert ("Pets", "fun", "CC0-1.0", 7) == (
        found.name,
        found.theme,
        found.licence,
        found.seed,
    )
    assert 1 == len(found.rows)


def test_a_pack_without_a_name_is_called_by_its_file():
    """The file's stem names the pack."""
    assert "space cats" == read_prompt_set(b"prompt\na\n", name="in/space cats.csv").name


def test_bare_prompts_are_rows():
    """A list of sentences is a set, every field at its default."""
    found = rows("a cat", "a dog")
    assert ["a cat", "a dog"] == [row.prompt for row in found.rows]
    assert replace(found.rows[0], id="", prompt="") == StickerOrder(id="")


@pytest.mark.parametrize(
    ("field", "written", "meant"),
    [
        ("style", "Art Style", "art_style"),
        ("style", "art-style", "art_style"),
        ("count", "3", 3),
        ("count", 3.0, 3),
        ("resolution", "1024px", 1024),
        ("resolution", "1024 px", 1024),
        ("scale", "0,5", 0.5),
        ("scale", "1.5x", 1.5),
        ("seed", "9223372036854775807", 2**63 - 1),
        ("background_removal", "No", False),
        ("background_removal", 0, False),
        ("smooth_edges", "off", False),
        ("confidence_threshold", "0.95", 0.95),
        ("anchor_type", "World", "world"),
        ("geometry", "Die cut", "die_cut"),
        ("motion", " Spin ", "spin"),
        ("picture", "photos/cat.jpg", "photos/cat.jpg"),
        ("prompt", "  a \t cat\n with\u200b a hat ", "a cat with a hat"),
        ("prompt", "cafe\u0301", "café"),
        ("prompt", "👩\u200d🚀", "👩\u200d🚀"),
        ("prompt", 42, "42"),
        ("id", "Space Cat #1", "space-cat-1"),
    ],
)
def test_understands_how_people_write(field: str, written: object, meant: object):
    """Units, commas, cases and words are understood at this edge."""
    found = rows({"prompt": "a cat", field: written})
    assert () == found.bad_rows
    assert meant == getattr(found.rows[0], field)


def test_motions_are_those_that_cards_know():
    """Every motion that can be ordered can be made, and the other way round."""
    assert ("still", *MOTIONS) == MOTION_NAMES


def test_a_motion_changes_neither_seed_nor_name():
    """The same sticker, moving, is the same picture under the same name."""
    still, moving = (
        items_of(PromptSet("p", rows=rows({"id": "cat", "prompt": "a cat", **more}).rows))[0]
        for more in ({}, {"motion": "bob"})
    )
    assert (still.item, still.params["seed"]) == (moving.item, moving.params["seed"])
    assert {"still", "bob"} == {still.params["motion"], moving.params["motion"]}


@pytest.mark.parametrize(
    ("row", "code", "fix"),
    [
        ({"prompt": "a", "style": "gothic"}, "PROMPT_STYLE_UNKNOWN", STYLES[0]),
        ({"prompt": "a", "motion": "levitate"}, "PROMPT_MOTION_UNKNOWN", "still, bob, spin"),
        ({"prompt": "a", "count": 0}, "PROMPT_COUNT_RANGE", ""),
        ({"prompt": "a", "count": "many"}, "PROMPT_NOT_A_NUMBER", ""),
        ({"prompt": "a", "resolution": 500}, "PROMPT_RESOLUTION_UNKNOWN", str(RESOLUTIONS_PX[0])),
        ({"prompt": "a", "scale": 2.01}, "PROMPT_SCALE_RANGE", ""),
        ({"prompt": "a", "smooth_edges": "maybe"}, "PROMPT_NOT_YES_OR_NO", ""),
        ({"prompt": "a", "styl": "cartoon"}, "PROMPT_FIELD_UNKNOWN", "did you mean style"),
        ({"prompt": "a" * 1001}, "PROMPT_TOO_LONG", "shorter"),
        ({"picture": "../x.png"}, "PICTURE_PATH", "photos/cat.jpg"),
        ({"picture": "a/./x.png"}, "PICTURE_PATH", ""),
    ],
)
def test_errors_name_file_row_and_field(row: dict, code: str, fix: str):
    """A bad value says where it stands and what to do."""
    found = error(row)
    assert code == found.code
    assert "set.json row 1" in found.reason
    assert next((key for key in row if key != "prompt"), "prompt") in found.reason
    assert fix in found.fix


def test_remark_columns_are_noted_not_refused():
    """A column that is nobody's misspelling is left unused, said once."""
    found = read_prompt_set(b"prompt,remarks\na,x\nb,y\n", name="a.csv")
    assert 2 == len(found.rows)
    assert 1 == len(found.notes)
    assert "remarks" in found.notes[0]


def test_thousands_of_unknown_fields_cost_nothing():
    """Comparing unknown names stops early, whatever a file holds."""
    started_s = time.process_time()
    found = rows(*({"prompt": "a", **{f"zz{n}q{k}": 1 for k in range(100)}} for n in range(2000)))
    assert time.process_time() - started_s < 2
    assert {"PROMPT_FIELD_UNKNOWN"} == {bad.error.code for bad in found.bad_rows}


Y = {"prompt": "y"}


@pytest.mark.parametrize(
    ("table", "code"),
    [
        ([{"id": "a", "prompt": "x"}, {"id": "A", "prompt": "y"}], "ROW_ID_DUPLICATE"),
        (
            [{"id": "a", "prompt": "x", "count": 3}, {"id": "a-3", "prompt": "y"}],
            "ROW_ID_DUPLICATE",
        ),
        ([{"prompt": "x"}, {"prompt": "x"}], "ROW_DUPLICATE"),
        ([{"prompt": "x"}, {"prompt": "x", "style": "cartoon"}], "ROW_DUPLICATE"),
    ],
    ids=["id", "copy's id", "same row", "same row, default written out"],
)
def test_second_of_a_kind_is_set_aside(table: list, code: str):
    """Ids stay unique, copies counted: the later row is set aside."""
    found = rows(*table)
    assert 1 == len(found.rows)
    assert [(2, code)] == [(bad.row, bad.error.code) for bad in found.bad_rows]


def test_an_unclosed_quote_is_said():
    """A quote that is never closed costs its row and says so."""
    found = read_prompt_set(b'prompt\na cat\n"a dog\na cow\n', name="a.csv")
    assert ["a cat"] == [row.prompt for row in found.rows]
    assert "never closed" in found.bad_rows[0].error.reason


def test_yaml_defaults_can_be_merged():
    """YAML's own way to share values works, with fields of the row winning."""
    text = b"x: &d {style: realistic, count: 2}\nrows:\n  - {<<: *d, prompt: a, count: 3}\n"
    (row,) = read_prompt_set(text, name="a.yaml").rows
    assert ("realistic", 3) == (row.style, row.count)


@pytest.mark.parametrize("prompt", ["no", "2024-01-01", "1:30", "null and void", "0x1F", "~ tilde"])
def test_yaml_prompts_stay_as_written(prompt: str):
    """YAML's ideas of dates, booleans and numbers do not touch a prompt."""
    (row,) = read_prompt_set(f"- prompt: {prompt}\n".encode(), name="a.yaml").rows
    assert prompt == row.prompt


def seeds(found: PromptSet) -> dict[str, int]:
    """Item id to seed."""
    return {item.item: item.params["seed"] for item in items_of(found)}


def test_counts_out_copies():
    """A row of three gives three items with different seeds and everything else alike."""
    items = items_of(rows({"id": "cat", "prompt": "a", "count": 3}))
    assert ["cat", "cat-2", "cat-3"] == [item.item for item in items]
    assert [0, 1, 2] == [item.params["copy"] for item in items]
    assert 3 == len({item.params["seed"] for item in items})
    assert all(0 <= item.params["seed"] < 2**63 for item in items)
    assert all({"prompt", "style", "resolution", "scale"} <= set(item.params) for item in items)


def test_position_does_not_matter():
    """Rows that come, go or change places leave the ids and seeds of all others alone."""
    table = [{"prompt": "a"}, {"prompt": "b", "count": 2}, {"id": "c", "prompt": "c"}]
    before = seeds(rows(*table))
    after = seeds(rows({"prompt": "new"}, *reversed(table)))
    assert before == {item: after[item] for item in before}


@pytest.mark.parametrize(
    ("change", "kept"),
    [
        pytest.param({"scale": 1.5}, True, id="scale"),
        pytest.param({"anchor_type": "face"}, True, id="anchor"),
        pytest.param({"count": 5}, True, id="count"),
        pytest.param({"confidence_threshold": 0.7}, True, id="confidence"),
        pytest.param({"prompt": "another"}, False, id="prompt"),
        pytest.param({"style": "realistic"}, False, id="style"),
        pytest.param({"id": "named"}, False, id="id"),
    ],
)
def test_seed_follows_what_is_depicted(change: dict, kept: bool):
    """Only what changes the picture's content changes its seed."""
    before = next(iter(seeds(rows({"prompt": "a"})).values()))
    after = next(iter(seeds(rows({"prompt": "a", **change})).values()))
    assert kept == (before == after)


def test_a_given_seed_is_the_first_copys():
    """The seed somebody writes is used as it is; further copies get their own."""
    found = list(seeds(rows({"prompt": "a", "seed": 42, "count": 2})).values())
    assert 42 == found[0]
    assert 42 != found[1]


def test_the_sets_seed_changes_all():
    """Another set seed is another pack."""
    found = rows("a", "b")
    again = replace(found, seed=1)
    assert set(seeds(found).values()).isdisjoint(seeds(again).values())


def test_seeds_never_change():
    """These very seeds were given once; a change would remake every sticker of every user."""
    wanted = {
        "a-grumpy-cat-7ee8af24": 6492566464948732239,
        "a-grumpy-cat-7ee8af24-2": 2245334648580048097,
        "x": 2861835043203042405,
    }
    assert wanted == seeds(rows({"prompt": "a grumpy cat", "count": 2}, {"id": "x", "prompt": "y"}))


def test_bad_rows_never_take_the_name_of_an_item():
    """A sticker called like a bad row's stand-in keeps the two apart."""
    found = rows({"id": "bad-row-2", "prompt": "a"}, {"style": "cartoon"})
    assert "bad-row-2" != found.bad_rows[0].id
    assert isinstance(found.bad_rows[0], BadRow)


orders = st.builds(
    StickerOrder,
    id=st.from_regex(r"[a-z]{1,6}(-[a-z]{1,6})?", fullmatch=True),
    prompt=st.from_regex(r"[\w:#&*!'\"{}\[\],?|>@%`~-]{1,12}( [\w:#']{1,8})?", fullmatch=True),
    style=st.sampled_from(STYLES),
    count=st.integers(1, 8),
    resolution=st.sampled_from(RESOLUTIONS_PX),
    seed=st.none() | st.integers(0, 2**63 - 1),
    background_removal=st.booleans(),
    smooth_edges=st.booleans(),
    confidence_threshold=st.floats(0.5, 0.95),
    scale=st.floats(0.1, 2.0),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(orders, min_size=1, max_size=4, unique_by=lambda order: order.id))
def test_written_sets_read_back(orders: list[StickerOrder]):
    """What is written as YAML is read back as it was, whatever the prompts say."""
    import unicodedata

    clean = tuple(
        replace(o, prompt=" ".join(unicodedata.normalize("NFC", o.prompt).split())) for o in orders
    )
    wanted = PromptSet("Pets & Co: #1", theme="no", client="null", rows=clean)
    assert wanted == read_prompt_set(write_prompt_set(wanted), name="x.yaml")


@pytest.mark.parametrize("suffix", ["csv", "json", "jsonl", "yaml", "parquet"])
def test_ten_thousand_rows(suffix: str):
    """10,000 full rows are read and counted out within 2 s."""
    table = [
        {"id": f"cat {n}", "prompt": f"cat number {n} with a hat", "style": "cartoon", "scale": 1.0}
        for n in range(10_000)
    ]
    written = {
        "csv": lambda: pl.DataFrame(table).write_csv().encode(),
        "json": lambda: json.dumps(table).encode(),
        "jsonl": lambda: b"\n".join(json.dumps(row).encode() for row in table),
        "yaml": lambda: json.dumps(table, indent=1).encode(),
        "parquet": lambda: as_parquet(table),
    }[suffix]()
    started_s = time.process_time()
    found = read_prompt_set(written, name=f"a.{suffix}")
    assert 10_000 == len(items_of(found))
    assert time.process_time() - started_s < 2
