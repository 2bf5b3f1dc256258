"""Manifests: the tables assets hand to each other."""

import dataclasses
import io
import json
from datetime import UTC, datetime

import polars as pl
import pytest

from maquette.batch.manifests import (
    SCHEMA,
    Manifest,
    Row,
    commit,
    current,
    join,
    merged,
    read,
    scan,
)
from maquette.batch.records import ObjectRef
from maquette.errors import ToolError
from maquette.provenance import Provenance, Step

ROW = Row(
    item="cat",
    params={"prompt": "a 🐱", "seed": 2**63 - 1, "scale": 0.5, "nothing": None},
    objects=(ObjectRef("picture", "blobs/aa/a.png", "a" * 64, 12),),
    provenance=Provenance(prompt="a 🐱", seed=3, parents=("f",)).then(Step("draw", "1", "r1")),
    origin="made",
    stage="draw",
    recipe="r1",
    engine="painter",
    licences=("MIT",),
    seconds=1.5,
    engine_seconds=1.25,
    scores={"width_m": 0.1},
    notes=("looked at",),
)
BAD = Row(
    item="dog",
    stage="draw",
    recipe="r2",
    code="CODE",
    reason="why",
    fix="how",
    details={"size_px": [12, 8], "kind": "🐶"},
)
MANIFEST = Manifest("stickers", "sticker_images", "cats-1", (ROW, BAD))


def test_a_committed_manifest_comes_back_whole(store):
    """Every field of every row survives the table."""
    commit(store, MANIFEST)
    assert MANIFEST == current(store, asset="sticker_images", batch="cats-1")


def test_there_is_nothing_before_the_first_commit(store):
    """No pointer, no manifest."""
    assert current(store, asset="sticker_images", batch="cats-1") is None


def test_a_manifest_without_rows_keeps_its_names(store):
    """A batch of which everything was set aside hands an empty manifest of its own name on."""
    empty = Manifest("stickers", "sticker_masks", "cats-1", ())
    commit(store, empty)
    assert empty == current(store, asset="sticker_masks", batch="cats-1")


def test_the_last_commit_is_current_and_the_first_stays(store):
    """Manifests are never overwritten; the pointer moves."""
    first = commit(store, MANIFEST)
    second = commit(store, dataclasses.replace(MANIFEST, rows=(ROW,)))
    assert first != second
    assert (ROW,) == current(store, asset="sticker_images", batch="cats-1").rows
    assert MANIFEST == read(store.get(first))


class Dying:
    """A store whose n-th write never happens, as if the process had died before it."""

    def __init__(self, store, *, before_write):
        self._store, self._left = store, before_write

    def __getattr__(self, name):
        found = getattr(self._store, name)
        return self._counted(found) if name.startswith("put") else found

    def _counted(self, write):
        def wrapped(*args):
            if self._left == 0:
                raise ToolError("STORE_FAILED", "the process died")
            self._left -= 1
            return write(*args)

        return wrapped


@pytest.mark.parametrize("written", [0, 1])
def test_a_death_before_the_pointer_is_swapped_changes_nothing(store, written):
    """Whatever was written of a commit, the old manifest is the current one to its very end."""
    commit(store, MANIFEST)
    with pytest.raises(ToolError):
        commit(
            Dying(store, before_write=written),
            dataclasses.replace(MANIFEST, rows=(BAD,)),
        )
    assert MANIFEST == current(store, asset="sticker_images", batch="cats-1")
    tables = [e for e in store.list("manifests/") if e.key.endswith(".parquet")]
    assert 1 + written == len(tables)


def test_the_pointer_names_the_data_version(store):
    """Whoever reads the pointer knows the digest without the table."""
    key = commit(store, MANIFEST)
    pointer = json.loads(store.get("manifests/sticker_images/cats-1/current.json"))
    assert (key, MANIFEST.digest) == (pointer["manifest"], pointer["digest"])


def test_the_table_has_the_promised_schema():
    """Names, order and types of all columns, also with no rows."""
    assert SCHEMA == MANIFEST.frame().schema
    assert SCHEMA == Manifest("a", "b", "c", ()).frame().schema


def test_the_table_is_what_people_may_query():
    """Status, position, seed and time are columns of their own."""
    at = datetime(2026, 11, 20, tzinfo=UTC)
    table = MANIFEST.frame(at)
    assert table["status"].to_list() == ["ok", "quarantined"]
    assert table["position"].to_list() == [0, 1]
    assert table["seed"].to_list() == [2**63 - 1, None]
    assert table["made_at"].to_list() == [at, at]


VOLATILE = {"origin": "reused", "seconds": 9.0, "engine_seconds": 9.0}
# every other field of a row, and another value for it
CHANGED = {
    "item": "hen",
    "params": {"prompt": "b"},
    "objects": (),
    "provenance": Provenance(),
    "stage": "x",
    "recipe": "x",
    "engine": "x",
    "licences": (),
    "scores": {"width_m": 0.2},
    "notes": (),
    "code": "X",
    "reason": "x",
    "fix": "x",
    "details": {"size_px": 1},
}


def test_the_tables_of_this_test_know_every_field():
    """A new field must be put down as volatile or not."""
    assert {f.name for f in dataclasses.fields(Row)} == set(VOLATILE) | set(CHANGED)


@pytest.mark.parametrize("name", VOLATILE)
def test_times_and_reuse_do_not_change_the_digest(name):
    """A re-run that changes nothing has the same data version."""
    row = dataclasses.replace(ROW, **{name: VOLATILE[name]})
    assert MANIFEST.digest == dataclasses.replace(MANIFEST, rows=(row, BAD)).digest


@pytest.mark.parametrize("name", CHANGED)
def test_everything_else_changes_the_digest(name):
    """What an item is, is its data version."""
    row = dataclasses.replace(ROW, **{name: CHANGED[name]})
    assert MANIFEST.digest != dataclasses.replace(MANIFEST, rows=(row, BAD)).digest


@pytest.mark.parametrize(
    "change", [{"line": "x"}, {"asset": "x"}, {"batch": "x"}, {"rows": (BAD, ROW)}], ids=str
)
def test_names_and_order_change_the_digest(change):
    """So do the manifest's own names and the order of its rows."""
    assert MANIFEST.digest != dataclasses.replace(MANIFEST, **change).digest


def test_a_committed_manifest_has_the_digest_it_had(store):
    """What is read back is the same data version."""
    commit(store, MANIFEST)
    assert MANIFEST.digest == current(store, asset="sticker_images", batch="cats-1").digest


def test_scan_reads_all_batches_of_one_asset_or_of_all(store):
    """One table over everything ever committed."""
    for asset in ("sticker_images", "sticker_masks"):
        for batch in ("a", "b"):
            commit(store, Manifest("stickers", asset, batch, (ROW, BAD)))
    assert 8 == scan(store).height
    assert 4 == scan(store, asset="sticker_masks").height
    assert scan(store, asset="sticker").is_empty()


def test_scan_of_an_empty_store_has_the_schema(store):
    """No manifests, no rows, the same columns."""
    assert SCHEMA == scan(store).schema


def test_scan_takes_columns_in_any_order(store):
    """A table written with its columns in another order is read by name."""
    out = io.BytesIO()
    frame = MANIFEST.frame()
    frame.select(reversed(frame.columns)).write_parquet(out)
    store.put("manifests/sticker_images/cats-1/x.parquet", out.getvalue())
    assert scan(store)["item"].to_list() == ["cat", "dog"]


def other_version(frame):
    """A manifest's bytes as another version's table."""
    out = io.BytesIO()
    whose = {"line": "stickers", "asset": "sticker_images", "batch": "cats-1"}
    frame.write_parquet(out, metadata=whose)
    return out.getvalue()


@pytest.mark.parametrize("name", {**VOLATILE, **CHANGED})
def test_a_manifest_from_before_a_column_existed_is_read(name):
    """What was not written yet is as in a plain row; all else is kept."""
    data = other_version(MANIFEST.frame().drop(name))
    missing = {name: getattr(Row(""), name)}
    assert tuple(dataclasses.replace(row, **missing) for row in MANIFEST.rows) == read(data).rows


def test_a_newer_versions_columns_are_left_alone():
    """Neither a new column nor a new field of an object keeps a manifest from being read."""
    size = pl.col("objects").list.eval(pl.element().struct.with_fields(pl.lit(7).alias("depth")))
    newer = MANIFEST.frame().with_columns(size, pl.lit("x").alias("reviewer"))
    assert MANIFEST == read(other_version(newer))


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda frame: frame.drop("licences", "made_at"), id="older"),
        pytest.param(lambda frame: frame.with_columns(pl.lit(1).alias("reviewer")), id="newer"),
        pytest.param(lambda frame: frame.head(0).drop("notes"), id="older and empty"),
    ],
)
def test_scan_puts_the_tables_of_all_versions_together(store, change):
    """One schema, whoever wrote the tables."""
    commit(store, MANIFEST)
    other = change(MANIFEST.frame())
    store.put("manifests/sticker_images/cats-1/x.parquet", other_version(other))
    found = scan(store)
    assert (SCHEMA, 2 + other.height) == (found.schema, found.height)


def row(item, *objects, code="", steps=(), **more):
    """A row with objects of these names."""
    refs = tuple(ObjectRef(name, f"blobs/{name}", name, 1) for name in objects)
    provenance = Provenance(steps=tuple(Step(s, "1", s) for s in steps))
    return Row(item=item, objects=refs, code=code, provenance=provenance, **more)


def manifest(*rows, asset="x"):
    """A manifest of these rows."""
    return Manifest("stickers", asset, "b", rows)


def test_join_keeps_what_all_delivered_in_the_first_order():
    """An item any manifest set aside or lacks is left out."""
    first = manifest(row("a"), row("b"), row("c"), row("d"))
    second = manifest(row("d"), row("c"), row("b", code="X"), row("e"))
    assert [r.item for r in join(first, second)] == ["c", "d"]


def test_join_puts_objects_together_and_the_latest_wins():
    """The later manifest's object of the same name stands."""
    first = manifest(row("a", "picture", "mask"))
    second = manifest(Row("a", objects=(ObjectRef("mask", "new", "new", 1),)))
    (joined,) = join(first, second)
    assert ("new", "blobs/picture") == (joined.object("mask").key, joined.object("picture").key)


def test_join_takes_the_provenance_that_is_furthest_along():
    """Whatever the order of the inputs."""
    near, far = manifest(row("a", steps=("s",))), manifest(row("a", steps=("s", "t")))
    for pair in ((near, far), (far, near)):
        (joined,) = join(*pair)
        assert ["s", "t"] == [step.stage for step in joined.provenance.steps]


def test_join_gathers_params_scores_and_notes():
    """The later manifest's parameters win; each note is told once."""
    first = manifest(row("a", params={"x": 1, "y": 1}, scores={"s": 1.0}, notes=("n", "o")))
    second = manifest(row("a", params={"y": 2}, scores={"t": 2.0}, notes=("o", "p")))
    (joined,) = join(first, second)
    assert ({"x": 1, "y": 2}, {"s": 1.0, "t": 2.0}) == (joined.params, joined.scores)
    assert ("n", "o", "p") == joined.notes


def test_merged_tells_each_item_once_as_it_ended():
    """Several stages in one asset: set aside where it was first set aside, else put together."""
    first = manifest(row("a", "usdz"), row("b", "usdz"), row("c", code="FIRST"))
    second = manifest(
        row("a", "preview", stage="portray", engine="e"), row("b", code="SECOND"), asset="y"
    )
    whole = merged(first, second)
    assert [("a", ""), ("b", "SECOND"), ("c", "FIRST")] == [(r.item, r.code) for r in whole.rows]
    assert ["usdz", "preview"] == [o.name for o in whole.rows[0].objects]
    assert ("portray", "e", "y") == (whole.rows[0].stage, whole.rows[0].engine, whole.asset)
