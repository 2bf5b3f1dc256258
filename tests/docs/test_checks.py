"""The page of checks has every rule of the source, and no other."""

import ast

from tests.docs.pages import HOME, page, quoted, rows

TELLERS = {"found", "fault", "warn", "Finding", "text_finding"}


def rules():
    """Every rule that a check names."""
    for path in (HOME / "maquette" / "checks").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in TELLERS:
                rule = node.args[0] if node.args else None
                if isinstance(rule, ast.Constant):
                    yield rule.value


def test_rules_are_those_of_the_source():
    """Every rule has its row, once."""
    told = [quoted(cells[0])[0] for cells in rows(page("checks.md"))]
    assert sorted(set(rules())) == sorted(told)
