"""``maquette check``: what a person reads, what a program reads, and the exit status."""

import json

import pytest

from maquette.checks.verdicts import Verdict, fault, found, warn
from maquette.cli import main
from maquette.cli.checking import show, sum_up
from tests.checks import samples


@pytest.fixture
def files(tmp_path):
    """A good and a bad file."""
    good, bad = tmp_path / "good.glb", tmp_path / "bad.glb"
    good.write_bytes(samples.GLB)
    bad.write_bytes(samples.GLB[:-4])
    return good, bad


def test_a_sound_file_takes_one_line(files, capsys):
    """Rules that hold are not listed, and the status is 0."""
    assert 0 == main(["check", str(files[0])])
    assert f"{files[0]}: glb, sound" == capsys.readouterr().out.strip()


def test_one_bad_file_is_enough(files, capsys):
    """The status is 1, each file has its line, and the fault stands below its own."""
    assert 1 == main(["check", *map(str, files)])
    lines = capsys.readouterr().out.splitlines()
    assert [f"{files[0]}: glb, sound", f"{files[1]}: glb, 1 fault"] == lines[:2]
    assert ["fault", "GLB_FRAME", "bad.glb:"] == lines[2].split()[:3]
    assert 3 == len(lines)


def test_verbose_lists_every_rule(files, capsys):
    """The table has the measured figures of rules that hold, too, and ends with the outcome."""
    assert 0 == main(["check", "--verbose", str(files[0])])
    out = capsys.readouterr().out
    assert "GLB_TRIANGLES" in out
    assert out.splitlines()[-1].startswith("sound, ")


@pytest.mark.parametrize(
    ("findings", "told"),
    [
        pytest.param([], "a: glb, sound", id="nothing"),
        pytest.param([warn("W", "x", "")], "a: glb, sound, 1 warning", id="warned"),
        pytest.param(
            [fault("F", "x", ""), fault("F", "y", ""), warn("W", "x", ""), warn("W", "y", "")],
            "a: glb, 2 faults, 2 warnings",
            id="both",
        ),
    ],
)
def test_the_line_counts_what_does_not_hold(findings, told, capsys):
    """Warnings are counted and not listed: a file with warnings is sound."""
    sum_up(Verdict("a", "glb", tuple(findings)))
    out = capsys.readouterr().out
    assert told == out.splitlines()[0]
    assert "W x" not in out


def test_json_is_for_programs(files, capsys):
    """All verdicts as one list, and the same status."""
    assert 1 == main(["check", "--json", *map(str, files)])
    told = json.loads(capsys.readouterr().out)
    assert [True, False] == [verdict["sound"] for verdict in told]
    assert {"rule", "where", "grade", "message"} == set(told[0]["findings"][0])


def test_a_missing_file_has_a_code(tmp_path, capsys):
    """What is not there is told as other errors are."""
    assert 1 == main(["check", str(tmp_path / "none.glb")])
    assert "CHECK_MISSING" in capsys.readouterr().err


def test_findings_of_one_rule_share_a_row(capsys):
    """Thirty stickers that pass take one line; faults stay apart, worst first."""
    passed = [found("STICKER_BYTES", f"{n}.png", True, "small") for n in range(30)]
    spoiled = [fault("STICKER_SIZE", f"{n}.png", f"{n} px") for n in range(2)]
    show(Verdict("pack", "line", (*passed, *spoiled)))
    lines = capsys.readouterr().out.splitlines()
    rows = [line for line in lines if "STICKER" in line]
    assert ["SIZE", "SIZE", "BYTES"] == [row.split("STICKER_")[1].split()[0] for row in rows]
    assert "and 29 more" in rows[2]


@pytest.mark.parametrize("told_by", [show, sum_up])
def test_names_cannot_steer_the_terminal(told_by, capsys):
    """Escape sequences, markup and halves of characters in names are shown as they are."""
    told_by(Verdict("a", "bundle", (fault("ZIP_NAME", "\x1b[2J[red]\udc80", "x\x07"),)))
    out = capsys.readouterr().out
    assert "[red]" in out
    assert not {"\x1b", "\x07"} & set(out)
