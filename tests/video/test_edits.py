"""Edit lists to cuts."""

from fractions import Fraction

import pytest

from maquette.errors import InputError
from maquette.video.edits import MOST_BYTES, Cut, read_edit
from tests.video import edit_lists

FILM, PAL, NTSC = Fraction(24), Fraction(25), Fraction(30000, 1001)
CLIP = edit_lists.clip("a", at=(0, 9), taken=0)
pytest.importorskip("opentimelineio")


def refused(data, *, name, rate=FILM):
    """The error a list is refused with."""
    with pytest.raises(InputError) as error:
        read_edit(data, name=name, rate=rate)
    return error.value


@pytest.mark.parametrize("rate", [FILM, Fraction(24000, 1001)], ids=["24", "23.976"])
def test_edl_is_read(rate):
    """An EDL gives its events in frames, source and record side, with names and reels."""
    assert (
        Cut("walk", 86_501, 86_532, 86_400, "TAPE1"),
        Cut("run", 172_820, 172_828, 86_448, "TAPE2"),
    ) == read_edit(edit_lists.PLAIN, name="cut.edl", rate=rate)


def test_record_side_is_as_long_as_the_source():
    """A cut ends in the edit as many frames behind its beginning as it takes from its source."""
    assert [86_431, 86_456] == [
        cut.record_out for cut in read_edit(edit_lists.PLAIN, name="cut.EDL", rate=FILM)
    ]


def test_dissolve_is_told_and_kept_together():
    """Both sides tell of the dissolve, and what follows it without a cut belongs to it."""
    assert (
        Cut("A", 86_501, 86_510, 86_400, "TAPE1", ("ends in a dissolve of 10 frames",)),
        Cut("B", 86_600, 86_616, 86_409, "TAPE2", ("begins with a dissolve of 10 frames",)),
    ) == read_edit(edit_lists.DISSOLVE, name="cut.edl", rate=FILM)


def test_changed_speed_is_told():
    """A frozen frame and a speed change are as long as in the edit, with a note."""
    still, quick = read_edit(edit_lists.FROZEN, name="cut.edl", rate=FILM)
    assert (17, ("a frozen frame",)) == (still.source_out - still.source_in, still.notes)
    assert (36, 1) == (quick.source_out - quick.source_in, len(quick.notes))
    assert "198 %" in quick.notes[0]


def test_layers_are_resolved():
    """Upper tracks hide lower ones, titles hide nothing, and hidden parts are told."""
    hidden = ("partly hidden by a layer above",)
    under = edit_lists.clip("a", at=(0, 50), taken=10) + edit_lists.clip(
        "b", at=(50, 100), taken=20
    )
    over = edit_lists.clip("c", at=(40, 60), taken=0)
    data = edit_lists.fcp7(under, over, edit_lists.title(at=(0, 100)))
    assert (
        Cut("a", 10, 50, 0, "a.mov", hidden),
        Cut("c", 0, 20, 40, "c.mov"),
        Cut("b", 30, 70, 60, "b.mov", hidden),
    ) == read_edit(data, name="cut.xml", rate=FILM)


def test_clip_of_another_rate_is_counted_in_the_movies_frames():
    """The tenth frame of a source of fifteen a second is the twentieth of thirty."""
    slow = edit_lists.clip("slow", at=(0, 50), taken=10, timebase=15)
    (cut,) = read_edit(edit_lists.fcp7(slow, timebase=30), name="cut.xml", rate=Fraction(30))
    assert (20, 70) == (cut.source_in, cut.source_out)


def test_fcpxml_is_read():
    """A Final Cut Pro X list of one project is read."""
    assert (
        Cut("walk", 10, 50, 0, "cam.mov"),
        Cut("run", 80, 140, 40, "cam.mov"),
    ) == read_edit(edit_lists.fcpxml(), name="cut.fcpxml", rate=PAL)


def test_aaf_is_read(tmp_path):
    """An AAF, as its own writer makes it, is read."""
    path = tmp_path / "cut.aaf"
    edit_lists.write_aaf(path)
    assert [("walk", 10, 50, 0), ("run", 80, 140, 40)] == [
        (cut.name, cut.source_in, cut.source_out, cut.record_in)
        for cut in read_edit(path.read_bytes(), name="cut.aaf", rate=FILM)
    ]


@pytest.mark.parametrize(
    ("data", "name", "rate"),
    [
        pytest.param(edit_lists.fcp7(CLIP), "a.xml", PAL, id="fcp7"),
        pytest.param(edit_lists.fcpxml(), "a.fcpxml", FILM, id="fcpxml"),
        pytest.param(
            edit_lists.fcp7(CLIP, timebase=30, ntsc=True), "a.xml", Fraction(30), id="ntsc-not-30"
        ),
    ],
)
def test_list_of_another_rate_is_refused(data, name, rate):
    """A list that says another rate than the movie's would cut it elsewhere."""
    assert "EDIT_RATE" == refused(data, name=name, rate=rate).code


def test_rate_of_ntsc_lists_is_understood():
    """Lists that write 29.97 mean 30000/1001."""
    data = edit_lists.fcp7(CLIP, timebase=30, ntsc=True)
    assert 1 == len(read_edit(data, name="a.xml", rate=NTSC))


ENTITY = '<!DOCTYPE xmeml [<!ENTITY a "aaaa">]>'
EMPTY_AAF = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(4000)
ELSEWHERE = '<!DOCTYPE xmeml SYSTEM "http://example.org/x.dtd">'
DEEP = b"<xmeml>" + b"<a>" * 100 + b"</a>" * 100 + b"</xmeml>"


@pytest.mark.parametrize(
    ("data", "name", "code"),
    [
        pytest.param(b"x", "cut.otio", "EDIT_TYPE", id="ending"),
        pytest.param(b"x", "cut", "EDIT_TYPE", id="no-ending"),
        pytest.param(b"x" * (MOST_BYTES["edl"] + 1), "a.edl", "EDIT_TOO_LARGE", id="large"),
        pytest.param(edit_lists.SOUND, "a.edl", "EDIT_EMPTY", id="sound-alone"),
        pytest.param(b"", "a.edl", "EDIT_EMPTY", id="nothing"),
        pytest.param(b"\x00\x01", "a.edl", "EDIT_DAMAGED", id="not-text"),
        pytest.param(b"walk the dog", "a.edl", "EDIT_DAMAGED", id="prose"),
        pytest.param(edit_lists.fcpxml(projects=2), "a.fcpxml", "EDIT_SEVERAL", id="two-projects"),
        pytest.param(edit_lists.fcpxml(projects=0), "a.fcpxml", "EDIT_EMPTY", id="no-project"),
        pytest.param(b"<xmeml>", "a.xml", "EDIT_DAMAGED", id="open-xml"),
        pytest.param(b"<other/>", "a.xml", "EDIT_DAMAGED", id="other-xml"),
        pytest.param(edit_lists.fcp7(CLIP, doctype=ENTITY), "a.xml", "EDIT_UNSAFE", id="entity"),
        pytest.param(
            edit_lists.fcp7(CLIP, doctype=ELSEWHERE), "a.xml", "EDIT_UNSAFE", id="points-elsewhere"
        ),
        pytest.param(DEEP, "a.xml", "EDIT_UNSAFE", id="deep"),
        pytest.param(b"not one", "a.aaf", "EDIT_DAMAGED", id="no-aaf"),
        pytest.param(EMPTY_AAF, "a.aaf", "EDIT_DAMAGED", id="empty-aaf"),
    ],
)
def test_bad_lists_are_refused(data, name, code):
    """What cannot or must not be read is refused with a code that says why."""
    assert code == refused(data, name=name).code


def test_names_of_another_code_page_do_not_matter():
    """An EDL with clip names in an old code page is cut all the same."""
    data = edit_lists.PLAIN.replace(b"walk", b"stra\xdfe")
    assert "straße" == read_edit(data, name="cut.edl", rate=FILM)[0].name
