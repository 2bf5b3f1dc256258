"""Learned engines that make a solid from one picture, each from a checkout of its own.

None of them is a package: a person names the checkout and the interpreter that has what it needs.
What belongs here: one function per engine. What does not: what differs between them (`families`),
asking them (`engine`), their own calls (`worker`).
"""

from __future__ import annotations

from typing import Any

from maquette.engines.shapers.engine import ForeignShaper
from maquette.engines.shapers.families import TRELLIS, TRELLIS2, TRIPOSG, TRIPOSR, surrounded


def make_trellis(**settings: Any) -> ForeignShaper:
    """TRELLIS, its process not yet started; settings are the fields of `families.Settings`."""
    return ForeignShaper(TRELLIS, surrounded(TRELLIS, settings))


def make_trellis2(**settings: Any) -> ForeignShaper:
    """TRELLIS.2, its process not yet started; settings as for `make_trellis`."""
    return ForeignShaper(TRELLIS2, surrounded(TRELLIS2, settings))


def make_triposr(**settings: Any) -> ForeignShaper:
    """TripoSR, its process not yet started; settings as for `make_trellis`."""
    return ForeignShaper(TRIPOSR, surrounded(TRIPOSR, settings))


def make_triposg(**settings: Any) -> ForeignShaper:
    """TripoSG, its process not yet started; settings as for `make_trellis`."""
    return ForeignShaper(TRIPOSG, surrounded(TRIPOSG, settings))
