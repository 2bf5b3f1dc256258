"""Verdicts: pure judgements over manifests, which asset checks only repeat.

What belongs here: what is good enough, in figures. What does not: Dagster.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Literal

from maquette.batch.manifests import Manifest

Severity = Literal["WARN", "ERROR"]


@dataclass(frozen=True)
class Verdict:
    """Whether something is good enough, and the figures it rests on."""

    passed: bool
    severity: Severity
    text: str
    figures: dict[str, float | int | str]


def judge_quarantine(manifest: Manifest, *, fail_above: float = 0.5) -> Verdict:
    """Every item delivered is a pass; some set aside warn; more than the ratio is an error.

    A batch of which nothing is left is an error where it was lost; after that nothing is left to
    judge.
    """
    total, bad = len(manifest.rows), len(manifest.quarantined)
    ratio = bad / total if total else 0.0
    codes = Counter(row.code for row in manifest.quarantined)
    severe = ratio > fail_above or 0 < bad == total
    text = f"{total - bad} of {total} delivered" if total else "nothing arrived to judge"
    if codes:
        text += "; set aside: " + ", ".join(f"{n} x {code}" for code, n in codes.most_common())
    return Verdict(
        passed=bad == 0,
        severity="ERROR" if severe else "WARN",
        text=text,
        figures={"items": total, "quarantined": bad, "ratio": round(ratio, 4), **codes},
    )
