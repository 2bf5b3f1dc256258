"""What a check says: findings, each of one rule in one place, and the verdict they add up to.

What belongs here: the values. What does not: any rule, and how a terminal shows them.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Literal

Grade = Literal["ok", "warn", "fault"]


@dataclass(frozen=True)
class Finding:
    """What one rule found in one place.

    Attributes:
        rule: a stable word in capitals: ``STICKER_BYTES``.
        where: the file within what was checked, or a part of it.
        message: what was measured, and what is allowed.
    """

    rule: str
    where: str
    grade: Grade
    message: str


@dataclass(frozen=True)
class Verdict:
    """All that was found in one file or folder.

    Attributes:
        kind: what it is, told by its content: ``usdz``, ``glb``, ``bundle``, ``whatsapp``.
    """

    path: str
    kind: str
    findings: tuple[Finding, ...]

    @property
    def faults(self) -> tuple[Finding, ...]:
        """What must be mended."""
        return tuple(f for f in self.findings if f.grade == "fault")

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """What works, but not everywhere."""
        return tuple(f for f in self.findings if f.grade == "warn")

    @property
    def is_sound(self) -> bool:
        """Whether nothing must be mended."""
        return not self.faults

    def to_json(self) -> str:
        """The verdict as indented JSON."""
        return json.dumps({**asdict(self), "sound": self.is_sound}, indent=1, ensure_ascii=False)


def found(
    rule: str, where: str, holds: bool, message: str, *, otherwise: Grade = "fault"
) -> Finding:
    """A finding that is ok if the rule holds."""
    return Finding(rule, where, "ok" if holds else otherwise, message)


def fault(rule: str, where: str, message: str) -> Finding:
    """A finding of something that must be mended."""
    return Finding(rule, where, "fault", message)


def warn(rule: str, where: str, message: str) -> Finding:
    """A finding of something that works, but not everywhere."""
    return Finding(rule, where, "warn", message)
