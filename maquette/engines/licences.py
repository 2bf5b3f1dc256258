"""Which licences forbid earning with what they cover, and refusing those for work that is sold.

Licences are told by name: SPDX's where there is one, ``LicenseRef-...`` where there is none, with
``NC`` in it where the terms are not for commercial use. What belongs here: judging names. What
does not: which engine is under which licence (each says so itself), and orders.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from maquette.errors import InputError

# Creative Commons' NC, PolyForm's Noncommercial, and what research labs write into names
_SAYS_SO = re.compile(
    r"(?<![a-z])nc(?![a-z])|non-?commercial|research-only|academic", re.IGNORECASE
)
# licences whose names do not say it
_NON_COMMERCIAL = frozenset(
    {
        "Aladdin",  # old Ghostscript: no fee for copies
        "NCGL-UK-2.0",  # British government works
        "LicenseRef-S-Lab-1.0",  # MatAnyone
        "LicenseRef-FLUX-dev",  # FLUX [dev] and klein 9B
        "LicenseRef-Stability-Community",  # free below a revenue only, which we cannot know
    }
)


def forbids_sale(licence: str) -> bool:
    """Whether what is under this licence, by its name, may not be used to earn."""
    parts = (part.strip("() ") for part in re.split(r"\bAND\b|,", licence))
    return any(part in _NON_COMMERCIAL or bool(_SAYS_SO.search(part)) for part in parts)


def refuse_non_commercial(parts: Mapping[str, Iterable[str]]) -> None:
    """Refuse work that is to be sold if a part of it may not be.

    Args:
        parts: what has a part in the work, as a person knows it -> names of its licences, such
            as an engine's ``info.licences``, or a delivered item's ``provenance.licences``.

    Raises InputError LICENCE_NON_COMMERCIAL that names the first such part and its licences.
    """
    for part, licences in parts.items():
        forbidding = [name for name in licences if forbids_sale(name)]
        if forbidding:
            raise InputError(
                "LICENCE_NON_COMMERCIAL",
                f"{part} is under {', '.join(forbidding)}, not for commercial use",
                fix="choose another engine or model, or leave out `commercial`",
            )
