"""Usage: sums over all manifests."""

from datetime import UTC, datetime

import polars as pl

from maquette.batch.manifests import commit
from maquette.batch.usage import daily, usage
from tests import toys


def test_usage_counts_by_fate_and_sums_only_what_was_made(folder, monkeypatch):
    """Two runs of three items, one refused: what is reused costs nothing."""
    for _ in range(2):
        runner = toys.runner_on(folder, settings={"faults": {"c": "refused"}})
        made = runner.run(toys.paint, toys.asked("a", "b", "c"))
        commit(folder, made.named("sticker_images"))
    table = usage(folder)
    # an item that was refused used no engine that could be told
    by_engine = {row["engine"]: row for row in table.to_dicts()}
    painted = by_engine["painter"]
    assert (4, 2, 2, 0) == tuple(painted[n] for n in ("items", "made", "reused", "quarantined"))
    assert 2 * 64 == painted["bytes"]
    assert "CC0-1.0" == painted["licences"]
    assert painted["engine_seconds"] >= 0
    assert (2, 0, 0, 2) == tuple(
        by_engine[""][n] for n in ("items", "made", "reused", "quarantined")
    )
    assert [datetime.now(UTC).date()] == table["day"].unique().to_list()


def test_days_and_lines_add_up(folder):
    """The plot's table has the same sums as the long one."""
    commit(folder, toys.runner_on(folder).run(toys.write, toys.asked("a", "b")).named("texts"))
    table, plot = usage(folder), daily(usage(folder))
    assert 1 == plot.height
    for name in ("made", "reused", "quarantined", "bytes"):
        assert table[name].sum() == plot[name].sum()


def test_an_empty_store_has_an_empty_report(folder):
    """Nothing was made yet; the table still has its columns."""
    assert usage(folder).is_empty()
    assert daily(usage(folder)).is_empty()
    assert pl.Date == usage(folder).schema["day"]
