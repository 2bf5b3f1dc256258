"""What may be sold: an order that says ``commercial`` takes no part that forbids it.

Asked of the engines before they work, and of what earlier batches made. What belongs here: which
parts an item has. What does not: judging a licence (`maquette.engines.licences`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from maquette.batch.manifests import Manifest, Row
from maquette.batch.runner import Runner
from maquette.engines.licences import refuse_non_commercial
from maquette.errors import InputError
from maquette.lines.print_sources import set_aside


def allowed(
    runner: Runner, manifest: Manifest, *, roles: Mapping[str, tuple[str, ...]]
) -> Manifest:
    """The manifest, with items set aside that are for sale and have a part that forbids it.

    Args:
        runner: knows the engines; they are asked who they are, and load nothing.
        manifest: rows with their own provenance so far.
        roles: source of a row -> the roles that will work on it.
    """
    rows = (_judged(runner, row, roles.get(row.params["source"], ())) for row in manifest.rows)
    return replace(manifest, rows=tuple(rows))


def _judged(runner: Runner, row: Row, roles: tuple[str, ...]) -> Row:
    if not row.ok or not row.params["commercial"]:
        return row
    parts = {f"what {row.item} is made of": row.provenance.licences}
    for role in roles:
        if role != "Shaper" or row.params["form"] == "figure":
            spec = runner.engines[role]
            parts[spec.name] = runner.place.info(spec).licences
    try:
        refuse_non_commercial(parts)
    except InputError as trouble:
        return set_aside(row, trouble)
    return row
