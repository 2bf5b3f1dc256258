"""Usage: what was made, reused and set aside, over all manifests of all batches.

What belongs here: the sums. What does not: how they are shown.
"""

from __future__ import annotations

import polars as pl

from maquette.batch.manifests import scan
from maquette.batch.store import Store


def usage(store: Store) -> pl.DataFrame:
    """One row per day, line, asset and engine: items by fate, engine seconds, bytes, licences.

    Engine seconds and bytes are those of items made that day; what is reused costs nothing.
    """
    made = pl.col("origin") == "made"
    good = pl.col("status") == "ok"
    sizes = pl.col("objects").list.eval(pl.element().struct.field("size")).list.sum()
    return (
        scan(store)
        .with_columns(pl.col("made_at").dt.date().alias("day"), sizes.alias("bytes"))
        .group_by("day", "line", "asset", "engine")
        .agg(
            pl.len().alias("items"),
            (good & made).sum().alias("made"),
            (good & ~made).sum().alias("reused"),
            (~good).sum().alias("quarantined"),
            pl.col("engine_seconds").filter(made).sum().round(3),
            pl.col("bytes").filter(made & good).sum(),
            pl.col("licences").list.explode().drop_nulls().unique().sort().str.join(", "),
        )
        .sort("day", "line", "asset", "engine")
    )


def daily(table: pl.DataFrame) -> pl.DataFrame:
    """The same per day and line, for a plot; an item counts once, not at every asset it passes."""
    items, costs = ("made", "reused", "quarantined"), ("engine_seconds", "bytes")
    assets = table.group_by("day", "line", "asset").agg(pl.col(*items, *costs).sum())
    most = [pl.col("made", "reused").max(), pl.col("quarantined", *costs).sum()]
    return assets.group_by("day", "line").agg(*most).sort("day", "line")
