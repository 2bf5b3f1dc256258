"""Nuke scripts are Tcl: Tcl itself reads them as nothing but nodes and words."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maquette.formats import nuke
from tests.splined import HOSTILE, PARTS, SHOTS, ellipse, shot, spline

# A child interpreter in which only our nodes are commands: anything else fails.
WORLD = """
set found {}
proc note {kind {body {}} args} {if {$kind ne "version"} {lappend ::found [list $kind $body]}}
interp create -safe nk
foreach name [interp eval nk {info commands}] {
    if {$name ne "rename"} {interp eval nk [list rename $name {}]}
}
interp eval nk {rename rename {}}
foreach kind {version Root Roto Merge2} {interp alias nk $kind {} note $kind}
"""


def nodes(text):
    """(class, knobs) of every node that Tcl finds in a script."""
    tkinter = pytest.importorskip("tkinter")
    tcl = tkinter.Tcl()
    tcl.eval(WORLD)
    tcl.call("interp", "eval", "nk", text)
    found = tcl.splitlist(tcl.eval("set found"))
    pairs = (tcl.splitlist(one) for one in found)
    return [(kind, dict(_pairs(tcl.splitlist(body)))) for kind, body in pairs]


def _pairs(words):
    return zip(words[::2], words[1::2], strict=True)


def test_tcl_finds_the_nodes():
    """Holes come before what they are cut from: a merge takes its B from the top of the stack."""
    found = nodes(nuke.write(shot(*PARTS)).decode())
    told = [(kind, knobs.get("name", "")) for kind, knobs in found]
    assert told == [
        ("Root", ""), ("Roto", "hero_part3"), ("Roto", "hero_part2"), ("Roto", "hero_part1"),
        ("Merge2", "hero_merge1"), ("Merge2", "hero"), ("Roto", "fox"),
    ]  # fmt: skip
    assert ["stencil", "max"] == [k["operation"] for kind, k in found if kind == "Merge2"]


@settings(max_examples=30, deadline=None)
@given(st.one_of(st.sampled_from(HOSTILE), st.text(max_size=30)))
def test_no_name_is_carried_out(text):
    """Whatever shot, object and shape are called, Tcl finds one node with one plain name."""
    one = spline(text, {1: ellipse(50, 50, 20, 20)}, object=text)
    (_, root), (kind, roto) = nodes(nuke.write(shot(one, frames=(1, 1), name=text)).decode())
    assert "Roto" == kind
    assert re.fullmatch("[A-Za-z][A-Za-z0-9_]*", roto["name"])
    assert "192 108 0 0 192 108 1 roto_192x108" == root["format"]


def test_every_sample_is_tcl():
    """All samples are read whole."""
    for name, shapes in SHOTS.items():
        assert nodes(nuke.write(shapes).decode())[0][0] == "Root", name
