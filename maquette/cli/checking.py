"""``maquette check``: verdicts as a person reads them, or as JSON.

What belongs here: the lines, and the table. What does not: any rule (`maquette.checks`).
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.table import Table

if TYPE_CHECKING:
    from maquette.checks import Finding, Verdict

STYLES = {"ok": "green", "warn": "yellow", "fault": "bold red"}
ORDER = ("fault", "warn", "ok")


def add_check(parser: argparse.ArgumentParser) -> None:
    """The options of ``maquette check``."""
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="file or folder")
    parser.add_argument("--verbose", action="store_true", help="show every rule, kept or broken")
    parser.add_argument("--json", action="store_true", help="print verdicts as JSON")
    parser.set_defaults(run=check)


def check(asked: argparse.Namespace) -> int:
    """Check files; 1 if any of them breaks a rule."""
    from maquette.checks import check_file

    verdicts = [check_file(path) for path in asked.files]
    if asked.json:
        told = [json.loads(verdict.to_json()) for verdict in verdicts]
        Console(soft_wrap=True).print_json(json.dumps(told), ensure_ascii=True)
    else:
        tell = show if asked.verbose else sum_up
        for verdict in verdicts:
            tell(verdict)
    return 0 if all(verdict.is_sound for verdict in verdicts) else 1


def sum_up(verdict: Verdict) -> None:
    """One line per file, and one per fault below it: what holds needs no reading."""
    console = Console(soft_wrap=True, highlight=False)  # a line stays a line, for grep too
    console.print(f"{_plain(verdict.path)}: {verdict.kind}, {_outcome(verdict)}")
    for fault in verdict.faults:
        grade = f"[{STYLES[fault.grade]}]{fault.grade}[/]"
        console.print(f"  {grade} {fault.rule} {_plain(fault.where)}: {_plain(fault.message)}")


def show(verdict: Verdict) -> None:
    """One table per file: what is wrong first, findings of one rule in one row."""
    table = Table("rule", "", "where", "found", title=f"{_plain(verdict.path)}: {verdict.kind}")
    for findings in _folded(verdict.findings):
        first, more = findings[0], len(findings) - 1
        where = _plain(first.where) + (f" [dim]and {more} more[/]" if more else "")
        grade = f"[{STYLES[first.grade]}]{first.grade}[/]"
        table.add_row(first.rule, grade, where, _plain(first.message))
    console = Console(highlight=False)
    console.print(table)
    held = len(verdict.findings) - len(verdict.faults) - len(verdict.warnings)
    console.print(f"{_outcome(verdict)}, {held} ok")


def _outcome(verdict: Verdict) -> str:
    """``sound``, or how many faults; and how many warnings, if any."""
    faults = _counted(len(verdict.faults), "fault")
    told = "[green]sound[/]" if verdict.is_sound else f"[bold red]{faults}[/]"
    if verdict.warnings:
        told += f", [yellow]{_counted(len(verdict.warnings), 'warning')}[/]"
    return told


def _counted(count: int, word: str) -> str:
    return f"{count} {word}" + ("s" if count != 1 else "")


def _plain(text: str) -> str:
    """Names come from foreign files: nothing in them may steer the terminal."""
    return escape("".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text))


def _folded(findings: Sequence[Finding]) -> list[list[Finding]]:
    """Findings by grade and rule; the faults of one rule stay apart, each has to be mended."""
    rows: dict[tuple[str, ...], list[Finding]] = {}
    for finding in findings:
        apart = finding.where + finding.message if finding.grade == "fault" else ""
        rows.setdefault((finding.grade, finding.rule, apart), []).append(finding)
    return sorted(rows.values(), key=lambda row: ORDER.index(row[0].grade))
