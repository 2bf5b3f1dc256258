"""The house's own books: what was made, over all lines and batches."""

import base64

import dagster as dg
import polars as pl

from maquette.batch.usage import daily, usage
from maquette.lines.roto_catalogue import catalogue
from pipeline_assets.stages import table_of
from resources.store import StoreResource

ROWS_AT_MOST = 200
DAYS_SHOWN = 30


@dg.asset(
    group_name="housekeeping",
    kinds={"polars"},
    owners=["team:operations"],
    code_version="1",
    description="Items made, reused and set aside, engine seconds, bytes and licences per day.",
)
def usage_report(store: StoreResource) -> dg.MaterializeResult:
    """The table and a plot of the last days."""
    table = usage(store.open())
    days = daily(table)
    sums = {name: days[name].sum() for name in ("made", "reused", "quarantined")}
    return dg.MaterializeResult(
        metadata={
            "plot": dg.MetadataValue.md(_plot(days.tail(DAYS_SHOWN))),
            **{f"items_{name}": int(value or 0) for name, value in sums.items()},
            "engine_seconds": float(days["engine_seconds"].sum() or 0.0),
            "megabytes": round(float(days["bytes"].sum() or 0) / 1e6, 1),
            "table": dg.MetadataValue.table(_records(table), schema=_schema(table)),
        }
    )


@dg.asset(
    group_name="housekeeping",
    kinds={"polars"},
    owners=["team:roto"],
    code_version="1",
    description="Projects, shots and objects of roto, and how far each has come.",
)
def roto_catalogue(store: StoreResource) -> dg.MaterializeResult:
    """The catalogue as a table."""
    table = catalogue(store.open())
    counts = table.group_by("status").len().sort("status").to_dicts()
    return dg.MaterializeResult(
        metadata={
            "objects": table.height,
            **{f"objects {row['status']}": row["len"] for row in counts},
            "table": table_of(table.tail(ROWS_AT_MOST)),
        }
    )


def _records(table: pl.DataFrame) -> list[dg.TableRecord]:
    shown = table.tail(ROWS_AT_MOST).with_columns(pl.col("day").cast(pl.String))
    return [dg.TableRecord(row) for row in shown.to_dicts()]


def _schema(table: pl.DataFrame) -> dg.TableSchema:
    kinds = dict.fromkeys(("day", "line", "asset", "engine", "licences"), "string")
    return dg.TableSchema([dg.TableColumn(n, kinds.get(n, "float")) for n in table.columns])


def _plot(days: pl.DataFrame) -> str:
    """Stacked bars as an SVG picture inside Markdown."""
    colours = {"made": "#3b82f6", "reused": "#94a3b8", "quarantined": "#ef4444"}
    most = max([1, *(int(r["made"] + r["reused"] + r["quarantined"]) for r in days.to_dicts())])
    bars: list[str] = []
    for n, row in enumerate(days.to_dicts()):
        top = 130.0
        for name, colour in colours.items():
            height = 110 * row[name] / most
            top -= height
            bars.append(
                f'<rect x="{40 + n * 20}" y="{top:.1f}" width="14" height="{height:.1f}" '
                f'fill="{colour}"><title>{row["day"]} {name} {row[name]}</title></rect>'
            )
    words = "".join(
        f'<text x="{40 + 90 * n}" y="156" fill="{colour}">{name}</text>'
        for n, (name, colour) in enumerate(colours.items())
    )
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="680" height="168" '
        f'font-family="sans-serif" font-size="12"><text x="4" y="28">{most}</text>'
        f'{"".join(bars)}<path d="M38 130H670" stroke="#64748b"/>{words}</svg>'
    )
    return f"![usage](data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()})"
