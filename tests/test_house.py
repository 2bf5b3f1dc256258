"""The rules of the house that no linter knows: sizes, docstrings, and the craft without Dagster.

Layers between modules are import-linter's, style and complexity are ruff's (``make lint``).
"""

import ast
from dataclasses import dataclass
from pathlib import Path

HOME = Path(__file__).parent.parent
SOURCE = ("maquette", "pipeline_assets", "resources", "sensors", "jobs", "scripts")
AROUND = ("tests", "bench", "examples")
FUNCTION_LINES_AT_MOST = 50
NINE_OF_TEN_AT_MOST = 25
MODULE_LINES_AT_MOST = 400
PARAMETERS_AT_MOST = 5
# Their parameters are a contract that others read: Dagster takes an asset's inputs from them, the
# runner a stage's objects and options, each of which is part of the recipe. An options class would
# hide both.
DECLARED = {"asset", "map_stage", "span_stage", "gather_stage"}


@dataclass(frozen=True)
class Module:
    """A Python file of the repository."""

    path: Path
    text: str
    tree: ast.Module

    @property
    def name(self):
        """Its path from the top."""
        return self.path.relative_to(HOME).as_posix()

    @property
    def functions(self):
        """All its functions and methods, inner ones too."""
        kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
        return [node for node in ast.walk(self.tree) if isinstance(node, kinds)]


def modules(*folders):
    """The Python files below these folders."""
    found = []
    for folder in folders:
        for path in sorted((HOME / folder).rglob("*.py")):
            if "node_modules" not in path.parts:
                text = path.read_text(encoding="utf-8")
                found.append(Module(path, text, ast.parse(text)))
    return found


OURS, OTHERS = modules(*SOURCE), modules(*AROUND)


def code_lines(module, function):
    """How many lines of a function hold code: neither blank nor comment nor docstring."""
    lines = module.text.splitlines()[function.lineno - 1 : function.end_lineno]
    held = sum(1 for line in lines if line.strip() and not line.strip().startswith("#"))
    if ast.get_docstring(function) is None:
        return held
    quote = function.body[0]
    told = module.text.splitlines()[quote.lineno - 1 : quote.end_lineno]
    return held - sum(1 for line in told if line.strip())


def parameters(function):
    """A function's parameters, the object it is called on left out."""
    given = function.args
    names = [a.arg for a in (*given.posonlyargs, *given.args, *given.kwonlyargs)]
    return [name for n, name in enumerate(names) if not (n == 0 and name in ("self", "cls"))]


def is_declared(function):
    """Whether a decorator reads the signature."""
    calls = [d.func if isinstance(d, ast.Call) else d for d in function.decorator_list]
    return any(getattr(c, "attr", getattr(c, "id", "")) in DECLARED for c in calls)


def test_modules_are_small():
    """A module has at most 400 lines."""
    lengths = {module.name: len(module.text.splitlines()) for module in OURS}
    assert {} == {name: n for name, n in lengths.items() if n > MODULE_LINES_AT_MOST}


def test_functions_are_small():
    """A function has at most 50 lines of code."""
    lengths = {f"{m.name}:{f.name}": code_lines(m, f) for m in OURS for f in m.functions}
    assert {} == {name: n for name, n in lengths.items() if n > FUNCTION_LINES_AT_MOST}


def test_nine_of_ten_functions_are_very_small():
    """Nine of ten functions have at most 25 lines of code."""
    lengths = sorted(code_lines(module, f) for module in OURS for f in module.functions)
    assert lengths[len(lengths) * 9 // 10] <= NINE_OF_TEN_AT_MOST


def test_functions_take_few_parameters():
    """A function takes at most 5 parameters; what Dagster or the runner reads is exempt."""
    given = {
        f"{module.name}:{f.name}": len(parameters(f))
        for module in OURS
        for f in module.functions
        if not is_declared(f)
    }
    assert {} == {name: n for name, n in given.items() if n > PARAMETERS_AT_MOST}


def test_exemptions_are_used():
    """Someone needs each exemption of the rule above, or it would be dropped."""
    used = [f.name for module in OURS for f in module.functions if is_declared(f)]
    assert any(name.startswith("sticker_") for name in used)
    assert "draw" in used


def test_modules_say_what_they_are():
    """Every module opens with a docstring."""
    assert [] == [m.name for m in (*OURS, *OTHERS) if not ast.get_docstring(m.tree)]


def test_tests_say_what_they_show():
    """Every test has a docstring."""
    silent = [
        f"{module.name}:{f.name}"
        for module in OTHERS
        for f in module.functions
        if f.name.startswith("test_") and not ast.get_docstring(f)
    ]
    assert [] == silent


def test_the_craft_knows_no_dagster():
    """No module of maquette imports Dagster, not even inside a function."""
    found = [
        f"{module.name}:{node.lineno}"
        for module in OURS
        if module.name.startswith("maquette/")
        for node in ast.walk(module.tree)
        for name in _imported(node)
        if name.partition(".")[0] in ("dagster", "dagster_aws")
    ]
    assert [] == found


def _imported(node):
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module or ""] if isinstance(node, ast.ImportFrom) else []


def test_measures_can_fail():
    """The measures count what they say: code without docstring, parameters without self."""
    words = '        """Words."""'
    text = f"class A:\n    def f(self, a, *, b):\n{words}\n\n        # why\n        return a\n"
    module = Module(HOME / "x.py", text, ast.parse(text))
    (function,) = module.functions
    assert 2 == code_lines(module, function)
    assert ["a", "b"] == parameters(function)
    assert not is_declared(function)
