"""The codes of the pages are those of the source, both ways."""

import ast
import re
from collections import defaultdict

from maquette import errors
from tests.docs.pages import page, quoted, rows, section, sources

CLASSES = {
    name for name, found in vars(errors).items()
    if isinstance(found, type) and issubclass(found, errors.MaquetteError)
}  # fmt: skip
WIRING = ("sensors", "jobs", "pipeline_assets")
RUN_CODE = re.compile(r'(?:"code": |or )"([A-Z]+_[A-Z_]+)"')


def raised():
    """Code -> names of the classes it is raised with, from the source."""
    found = defaultdict(set)
    for path in sources():
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for code, kind in _raised_in(tree):
            found[code].add(kind)
    return dict(found)


def _raised_in(tree):
    """(code, class) of every error a module makes, codes that are passed in included."""
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            bases = [base.id for base in node.bases if isinstance(base, ast.Name)]
            for call in (n for n in ast.walk(node) if _is_super_init(n)):
                yield from (
                    (code, base)
                    for base in bases
                    if base in CLASSES
                    for code in _texts(call.args[0])
                )
        if not (isinstance(node, ast.Call) and _name(node.func) in CLASSES and node.args):
            continue
        code, kind = node.args[0], _name(node.func)
        if isinstance(code, ast.Name):
            within = [f for f in functions if f.lineno <= node.lineno <= f.end_lineno]
            yield from ((text, kind) for text in _values(code.id, within, tree))
        else:
            yield from ((text, kind) for text in _texts(code))


def _is_super_init(node):
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "__init__"
        and node.args
        and isinstance(node.func.value, ast.Call)
        and _name(node.func.value.func) == "super"
    )


def _values(name, within, tree):
    """What a name may hold: assigned in its function, or handed to it by callers in the module."""
    for function in within:
        for node in ast.walk(function):
            if isinstance(node, ast.Assign) and any(_name(t) == name for t in node.targets):
                yield from _texts(node.value)
        names = [argument.arg for argument in function.args.args]
        if name in names:
            place = names.index(name)
            for call in ast.walk(tree):
                if isinstance(call, ast.Call) and _name(call.func) == function.name:
                    yield from _texts(call.args[place])


def _texts(node):
    """The strings an expression may be: itself, or either side of a condition."""
    if isinstance(node, ast.IfExp):
        return [*_texts(node.body), *_texts(node.orelse)]
    is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
    return [node.value] if is_text else []


def _name(node):
    return getattr(node, "id", getattr(node, "attr", ""))


def documented():
    """Code -> classes, from the tables of errors.md."""
    table = [cells for cells in rows(page("errors.md")) if len(cells) == 4]
    codes = [quoted(cells[0])[0] for cells in table]
    assert len(set(codes)) == len(codes), "a code stands twice"
    return {code: set(cells[1].split(", ")) for code, cells in zip(codes, table, strict=True)}


def test_error_codes_are_those_of_the_source():
    """Every code that is raised is documented with its classes, and no other is."""
    assert raised() == documented()


def test_every_code_says_what_to_do():
    """No row of the error tables leaves its meaning or its remedy empty."""
    table = [cells for cells in rows(page("errors.md")) if len(cells) == 4]
    assert [] == [cells for cells in table if not all(cells)]


def test_codes_of_runs_are_those_of_the_source():
    """Codes that sensors and jobs make up, of runs rather than items, are documented."""
    texts = [p.read_text(encoding="utf-8") for p in sources() if p.parent.name in WIRING]
    told = {code for text in texts for code in RUN_CODE.findall(text)}
    assert told == {quoted(cells[0])[0] for cells in rows(section("errors.md", "Failed runs"))}


def test_ar_rules_are_those_of_the_source():
    """Every rule that an inspection can break is documented, and no other is."""
    found = set()
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and _name(node.func) == "Fault" and node.args:
                given = node.args[0]
                if isinstance(given, ast.Name):
                    found.update(_values(given.id, _functions_around(path, node), _tree(path)))
                found.update(_texts(given))
    assert found == {quoted(cells[0])[0] for cells in rows(section("formats.md", "AR rules"))}


def _tree(path):
    return ast.parse(path.read_text(encoding="utf-8"))


def _functions_around(path, node):
    functions = [n for n in ast.walk(_tree(path)) if isinstance(n, ast.FunctionDef)]
    return [f for f in functions if f.lineno <= node.lineno <= f.end_lineno]
