"""What may be sold: an order that says ``commercial`` takes no part that forbids it.

Asked of the engines before they work, and of what earlier batches made. What belongs here: which
engines work on a print. What does not: the verdict (`licences`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from maquette.batch.manifests import Manifest, Row
from maquette.batch.runner import Runner
from maquette.lines.licences import judged


def allowed(
    runner: Runner, manifest: Manifest, *, roles: Mapping[str, tuple[str, ...]]
) -> Manifest:
    """The manifest, with items set aside that are for sale and have a part that forbids it.

    Args:
        runner: knows the engines; they are asked who they are, and load nothing.
        manifest: rows with their own provenance so far.
        roles: source of a row -> the roles that will work on it.
    """
    rows = (judged(runner, row, roles=_roles(row, roles)) for row in manifest.rows)
    return replace(manifest, rows=tuple(rows))


def _roles(row: Row, roles: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Who will work on an item; what is pressed needs no shaper."""
    named = roles.get(row.params["source"], ())
    return tuple(r for r in named if r != "Shaper" or row.params["form"] == "figure")
