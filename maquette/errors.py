"""What can go wrong, in four classes. A message says what, where, and what to do.

Codes are stable words in capitals, listed in docs/errors.md (a test compares). What belongs here:
the classes. What does not: the texts, which stand where the trouble is found.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

SETUP = ("MODEL_", "ENGINE_NOT_INSTALLED", "ENGINE_UNKNOWN", "ENGINE_SETTINGS", "WEIGHTS_",
         "DEVICE_", "SHELF_", "SERVICE_REFUSED")  # fmt: skip


class MaquetteError(Exception):
    """Trouble a person can read: a stable code, what happened, and the way out.

    Attributes:
        code: stable, for machines: ``PICTURE_TOO_LARGE``.
        reason: what is wrong and where (file, row, field).
        fix: what to do about it, may be empty.
        details: the figures of the reason, for machines: plain JSON values by name.
        lasting: whether the same input can only fail again; a lasting failure is remembered in
            the item's record, a passing one is tried anew in the next run.
    """

    lasting = False

    @property
    def needs_setup(self) -> bool:
        """Whether something must be installed or configured first: no item can go well."""
        return self.code.startswith(SETUP)

    def __init__(
        self, code: str, reason: str, *, fix: str = "", details: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(f"{code}: {reason}" + (f" ({fix})" if fix else ""))
        self.code = code
        self.reason = reason
        self.fix = fix
        self.details: dict[str, Any] = dict(details or {})

    def __reduce__(self) -> tuple[object, ...]:
        # Exceptions cross process borders; the keyword-only argument needs help.
        return (_rebuild, (type(self), self.code, self.reason, self.fix, self.details))


def _rebuild(
    kind: type[MaquetteError], code: str, reason: str, fix: str, details: dict[str, Any]
) -> MaquetteError:
    return kind(code, reason, fix=fix, details=details)


class InputError(MaquetteError):
    """What was uploaded or asked for cannot be used; trying again cannot help."""

    lasting = True


class FormatError(MaquetteError):
    """A file breaks the rules of its format, as read or as we wrote it."""

    lasting = True


class EngineError(MaquetteError):
    """An engine failed: missing weights, a crash, a time-out, out of memory."""


class ToolError(MaquetteError):
    """An outside program or service failed: the store, a slicer, a browser."""
