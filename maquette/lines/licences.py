"""What may be sold: an order that says ``commercial`` takes no part that forbids it.

Asked of the engines before they work, and of what earlier stages made. What belongs here: the
verdict on one item. What does not: which roles work on it (`print_licences`, `motion`), and
judging a licence (`maquette.engines.licences`).
"""

from __future__ import annotations

from dataclasses import replace

from maquette.batch.manifests import Row
from maquette.batch.runner import Runner
from maquette.engines.licences import refuse_non_commercial
from maquette.errors import InputError, MaquetteError


def judged(runner: Runner, row: Row, *, roles: tuple[str, ...]) -> Row:
    """The row, set aside if it is for sale and has a part that forbids it.

    Args:
        runner: knows the engines; they are asked who they are, and load nothing.
        row: an item with its provenance so far.
        roles: that will work on it.
    """
    if not row.ok or not row.params["commercial"]:
        return row
    parts = {f"what {row.item} is made of": row.provenance.licences}
    for role in roles:
        spec = runner.engines[role]
        parts[spec.name] = runner.place.info(spec).licences
    try:
        refuse_non_commercial(parts)
    except InputError as trouble:
        return set_aside(row, trouble)
    return row


def set_aside(row: Row, trouble: MaquetteError) -> Row:
    """The row as it goes no further."""
    lost = row.lost_to(trouble)
    return replace(lost, fix=lost.fix or "see the code")
