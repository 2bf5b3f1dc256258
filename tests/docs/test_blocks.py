"""Code in the pages runs: Python is executed, shell names only what exists, examples parse."""

import re
import shlex
from itertools import dropwhile, groupby

import dagster as dg
import pytest
import yaml

from jobs.forgetting import forget_faces
from jobs.housekeeping import prune
from jobs.orders import order_stickers
from maquette.cli import main
from maquette.lines.print_orders import read_order as read_print_order
from maquette.lines.prompt_fields import STYLES
from maquette.lines.prompt_files import SUFFIXES
from maquette.lines.prompt_sets import read_prompt_set
from maquette.lines.roto_orders import read_order
from pipeline_assets.definitions import build_defs
from tests.docs.pages import HOME, blocks, page, section

PYTHON = [(name, list(found)) for name, found in groupby(blocks("python"), lambda b: b.page)]
ORDINARY = {"cp", "export", "mkdir", "python3", "sh"}  # programs of every machine
MAKEFILE = (HOME / "Makefile").read_text(encoding="utf-8")


@pytest.mark.parametrize(("name", "found"), PYTHON, ids=[name for name, _ in PYTHON])
def test_python_runs(name, found, tmp_path, monkeypatch):
    """The Python blocks of a page run one after another, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MAQUETTE_STORE", raising=False)
    names = {"__name__": name}
    for block in found:
        code = compile("\n" * block.line + block.text, f"docs/{name}", "exec")
        exec(code, names)  # noqa: S102 - our own words, and running them is the test


def commands(block):
    """The commands of a shell block, comments and continuations taken out."""
    text = block.text.replace("\\\n", " ").replace(" && ", "\n")
    lines = (shlex.split(line, comments=True) for line in text.splitlines())
    bare = ([*dropwhile(re.compile(r"[A-Z_]+=").match, words)] for words in lines)
    return [words for words in bare if words]


SHELL = [(block, words) for block in blocks("sh") for words in commands(block)]


@pytest.mark.parametrize(
    ("block", "words"),
    SHELL,
    ids=[f"{block.page}:{' '.join(words)[:40]}" for block, words in SHELL],
)
def test_shell_names_what_exists(block, words):
    """A shell line starts with a make target, a subcommand or a program that exists."""
    program, *rest = words
    tool = program.removeprefix(".venv/bin/").removeprefix(".venv-gpu/bin/")
    if program == "make":
        assert re.search(rf"^{rest[0]}:", MAKEFILE, re.MULTILINE), f"make {rest[0]}"
    elif tool == "maquette":
        _expect_help(rest)
    elif tool != program:
        assert (HOME / ".venv" / "bin" / tool).exists(), program
    else:
        assert program in ORDINARY, program
    for word in rest:
        if re.match(r"(scripts|examples|docs|jobs)/|\w+\.yaml$", word):
            assert (HOME / word).exists(), word


def _expect_help(words):
    subcommands = [word for word in words if re.fullmatch(r"[a-z]+", word)][:2]
    if subcommands[0] != "shelf":
        subcommands = subcommands[:1]
    with pytest.raises(SystemExit) as left:
        main([*subcommands, "--help"])
    assert 0 == left.value.code, subcommands


CONFIG = re.compile(r"(ops|resources):")
ORDER = re.compile(r"^objects:", re.MULTILINE)
PRINT_ORDER = re.compile(r"^(prompt|pictures|concept|model):", re.MULTILINE)
FIGURINE_ORDER = re.compile(r"^photo:", re.MULTILINE)  # their own page's test reads them
ORDERS = [
    block
    for name in ("roto.md", "README.md")
    for block in blocks("yaml", of=name)
    if ORDER.search(block.text)
]
EXAMPLES = [
    block
    for name in ("stickers.md", "README.md")
    for block in blocks("csv", "yaml", "json", "jsonl", of=name)
    if not CONFIG.match(block.text)
    and not ORDER.search(block.text)
    and not PRINT_ORDER.search(block.text)
    and not FIGURINE_ORDER.search(block.text)
]
PRINT_ORDERS = [block for block in blocks("yaml", of="README.md") if PRINT_ORDER.search(block.text)]


@pytest.mark.parametrize("block", ORDERS, ids=lambda block: f"{block.page}:{block.language}")
def test_roto_orders_parse(block):
    """Every example of a roto order is read whole, with nothing set aside."""
    order = read_order(block.text.encode(), name="example.yaml")
    assert order.objects
    assert () == order.bad
    assert () == order.notes


@pytest.mark.parametrize("block", PRINT_ORDERS, ids=lambda block: f"{block.page}:{block.line}")
def test_print_orders_parse(block):
    """Every example of a print order is read; its own page has a test of its own."""
    assert read_print_order(block.text.encode(), name="example.yaml").source


@pytest.mark.parametrize("block", EXAMPLES, ids=lambda block: f"{block.page}:{block.language}")
def test_prompt_sets_parse(block):
    """Every example of a prompt set is read whole: no bad row, no remark, its own name."""
    order = read_prompt_set(block.text.encode(), name=f"example.{block.language}")
    assert order.rows
    assert () == order.bad_rows
    assert () == order.notes
    assert "example" != order.name


def test_all_formats_have_an_example():
    """Each format a prompt set may have is shown once; Parquet by the block that writes it."""
    shown = {block.language for block in EXAMPLES} | {"parquet"}
    assert set(SUFFIXES) - {"yml"} == shown
    assert ".parquet" in section("stickers.md", "Five formats")


def test_styles_sheet_can_be_made_again():
    """The prompt set behind the picture of styles has each prompt in each style, in order."""
    data = (HOME / "docs" / "pictures" / "styles.yaml").read_bytes()
    order = read_prompt_set(data, name="styles.yaml")
    assert list(STYLES) * 4 == [row.style for row in order.rows]
    assert 4 == len({row.prompt for row in order.rows})
    assert "maquette make stickers docs/pictures/styles.yaml" in page("stickers.md")


CONFIGS = [block for block in blocks("yaml") if CONFIG.match(block.text)]


@pytest.mark.parametrize("block", CONFIGS, ids=lambda block: block.name)
def test_run_configs_are_valid(block):
    """What a page says to write into a launchpad is accepted there."""
    config = yaml.safe_load(block.text)
    jobs = {"place_sticker_order": order_stickers, "sweep": prune, "forget_orders": forget_faces}
    if "ops" in config:
        (op,) = config["ops"]
        job = build_defs().resolve_job_def(jobs[op].name)
    else:
        job = build_defs().resolve_job_def("make_stickers")
    assert dg.validate_run_config(job, config)
