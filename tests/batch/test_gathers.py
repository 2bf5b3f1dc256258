"""Gathers: groups of items, and what remakes a group."""

import dataclasses

import pytest

from maquette.batch.gathers import alike, at_most, run_gather
from maquette.batch.manifests import Manifest
from tests import toys


def pages(store, *words, edited=None):
    """Doubled texts as a gather takes them; `edited` changes the rows."""
    runner = toys.runner_on(store)
    doubles = runner.run(toys.double, runner.run(toys.write, toys.asked(*words)))
    rows = edited(list(doubles.rows)) if edited else doubles.rows
    return Manifest("stickers", "doubles", "toys", tuple(rows))


def params(group):
    """What each book is told."""
    return {"item": f"book-{group.number}", "number": group.number, "of": group.of}


def bind(store, manifest, *, group_size=2):
    """Bind and count: the manifest, and how many were made and reused."""
    runner = toys.runner_on(store)
    made = run_gather(runner, toys.bind, manifest, grouped=at_most(group_size), params=params)
    tally = runner.tallies["bind"]
    return made, (tally.made, tally.reused)


def test_groups_are_cut_in_order(folder):
    """Five pages by two make three books; each knows its number and how many there are."""
    made, counts = bind(folder, pages(folder, *"abcde"))
    assert ["book-1", "book-2", "book-3"] == [row.item for row in made.rows]
    assert (3, 0) == counts
    texts = [toys.read(folder, row, "book").splitlines() for row in made.rows]
    assert [3, 3, 2] == [len(text) for text in texts]
    assert ["book-3 3/3", "04-e"] == [texts[2][0], texts[2][1].partition("=")[0]]


def test_the_same_group_is_bound_once(folder):
    """Nothing changed, nothing made."""
    bind(folder, pages(folder, *"abcd"))
    assert (0, 2) == bind(folder, pages(folder, *"abcd"))[1]


def test_a_changed_member_remakes_its_group_alone(folder):
    """The other groups are reused."""
    bind(folder, pages(folder, *"abcdef"))
    assert (1, 2) == bind(folder, pages(folder, *"abXdef"))[1]


def row_changed(**changes):
    """An edit of the first row."""
    return lambda rows: [dataclasses.replace(rows[0], **changes), *rows[1:]]


EDITS = {
    "order of members": lambda rows: [rows[1], rows[0], *rows[2:]],
    "a score": row_changed(scores={"width_m": 0.5}),
    "a note": row_changed(notes=("a capybara is drawn as a hamster",)),
    "a parameter": row_changed(params={"prompt": "renamed"}),
    "how it was made": row_changed(provenance=toys.Provenance(prompt="a")),
}


@pytest.mark.parametrize("edited", EDITS.values(), ids=EDITS.keys())
def test_whatever_a_member_tells_remakes_its_group(folder, edited):
    """A pack repeats words, scores, provenance and order of its members: none may be stale."""
    bind(folder, pages(folder, *"abcd"))
    assert (1, 1) == bind(folder, pages(folder, *"abcd", edited=edited))[1]


def test_what_was_set_aside_is_not_in_a_group(folder, monkeypatch):
    """Groups are cut from what was delivered."""
    monkeypatch.setattr("maquette.batch.runner.time.sleep", lambda _: None)
    made, _ = bind(folder, pages(folder, "a", "refuse b", "c"))
    assert 1 == len(made.rows)
    assert "refuse" not in toys.read(folder, made.rows[0], "book")


def test_nothing_delivered_is_no_group(folder):
    """An empty batch gathers to an empty manifest."""
    assert ((), (0, 0)) == (bind(folder, pages(folder))[0].rows, bind(folder, pages(folder))[1])


def test_a_damaged_member_costs_its_group(folder, monkeypatch):
    """The group says what is damaged; the others are bound."""
    monkeypatch.setattr("maquette.batch.runner.time.sleep", lambda _: None)
    manifest = pages(folder, *"abcd")
    folder.put(manifest.rows[0].object("double").key, b"x")
    made, _ = bind(folder, manifest)
    assert ["BLOB_DAMAGED", ""] == [row.code for row in made.rows]


def test_a_group_keeps_the_uploads_it_grew_from(folder):
    """Parents of all members are told, each once: the frames of a movie share one."""
    made, _ = bind(folder, pages(folder, *"ab"))
    assert ("f" * 64,) == made.rows[0].provenance.parents


def test_extras_add_objects_where_they_delivered(folder):
    """What only some items have is added to those, and the others still take part."""
    manifest = pages(folder, "a", "b")
    extra = dataclasses.replace(
        manifest.rows[0],
        objects=(dataclasses.replace(manifest.rows[0].objects[0], name="extra"),),
    )
    extras = [Manifest("stickers", "extras", "toys", (extra,))]
    seen = []

    def told(group):
        seen.extend([ref.name for ref in row.objects] for row in group.rows)
        return params(group)

    runner = toys.runner_on(folder)
    made = run_gather(runner, toys.bind, manifest, grouped=at_most(2), params=told, extras=extras)
    assert [True] == [row.ok for row in made.rows]
    assert [True, False] == ["extra" in names for names in seen]


def test_groups_by_facts_keep_the_order_of_their_first(folder):
    """Rows that are alike stand together, wherever they stood."""
    manifest = pages(folder, "one", "two", "three", "four")
    kinds = {"one": "odd", "two": "even", "three": "odd", "four": "even"}
    rows = [
        dataclasses.replace(row, params={**row.params, "kind": kind})
        for row, kind in zip(manifest.rows, kinds.values(), strict=True)
    ]
    grouped = alike("kind")(rows)
    assert [[rows[0], rows[2]], [rows[1], rows[3]]] == grouped
