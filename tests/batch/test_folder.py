"""The store in a folder: links, leftovers, full disks, racing processes."""

import copy
import errno
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from maquette.batch.store import FolderStore, ObjectMissing, checked, open_store
from maquette.errors import InputError, ToolError

ODD_PARTS = st.sampled_from(["..", ".", "", "a", "~", "b.c", "\\", "\x00", " ", "é", "a" * 300])
ODD_KEYS = st.one_of(st.text(max_size=40), st.lists(ODD_PARTS, max_size=6).map("/".join))


def files_in(folder):
    """Every file below, temporary ones too."""
    return sorted(str(p.relative_to(folder)) for p in Path(folder).rglob("*") if p.is_file())


@given(key=ODD_KEYS)
def test_no_key_escapes_the_root(key):
    """A key is refused, or its path lies strictly below the root."""
    root = Path("/srv/store")
    try:
        path = Path(os.path.normpath(root / checked(key)))
    except InputError as refused:
        assert refused.code == "KEY_INVALID"
        return
    assert root in path.parents


@given(key=ODD_KEYS)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_key_is_kept_or_refused_with_a_code(tmp_path, key):
    """Whatever the name, either the bytes come back or the error has a code."""
    store = FolderStore(tmp_path / "store")
    try:
        store.delete(key)
        assert store.put_if_absent(key, b"1")
        assert store.get(key) == b"1"
        assert [key] == [e.key for e in store.list(key) if e.key == key]
        store.delete(key)
    except (InputError, ToolError) as refused:
        assert refused.code in ("KEY_INVALID", "STORE_FAILED")
    assert [p for p in tmp_path.iterdir() if p.name != "store"] == []


def test_links_are_not_followed_when_listing(folder, tmp_path):
    """A link in the inbox, to a file or to a folder, is not an upload."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.csv").write_text("x")
    folder.put("inbox/prompts/real.csv", b"1")
    inbox = folder.root / "inbox/prompts"
    (inbox / "file.csv").symlink_to(outside / "secret.csv")
    (inbox / "folder").symlink_to(outside)
    (inbox / "gone.csv").symlink_to(outside / "gone")
    assert [e.key for e in folder.list("inbox/")] == ["inbox/prompts/real.csv"]


def test_writing_over_a_link_leaves_what_it_points_to(folder, tmp_path):
    """`put` replaces the link itself."""
    outside = tmp_path / "outside"
    outside.write_text("precious")
    folder.put("a/x", b"1")
    (folder.root / "a/link").symlink_to(outside)
    folder.put("a/link", b"2")
    assert (outside.read_text(), folder.get("a/link")) == ("precious", b"2")


def test_nothing_temporary_is_left_or_listed(folder, tmp_path):
    """After writes of every kind, only the objects are there."""
    source = tmp_path / "source"
    source.write_bytes(b"3")
    folder.put("a", b"1")
    folder.put_if_absent("b", b"2")
    folder.put_if_absent("b", b"2")
    folder.put_file("c", source)
    folder.copy("c", "d")
    assert ["a", "b", "c", "d"] == files_in(folder.root) == [e.key for e in folder.list("")]


def test_what_a_killed_writer_left_is_never_listed(folder):
    """Half-made files of others are invisible and in nobody's way."""
    folder.put("a", b"1")
    half_made = next(p for p in folder.root.iterdir() if p.is_dir())
    (half_made / "tmpabc").write_bytes(b"half")
    folder.put("b", b"2")
    assert [entry.key for entry in folder.list("")] == ["a", "b"]


def test_old_leftovers_are_swept_and_young_ones_stay(folder):
    """A store that is opened anew frees what a killed writer left the day before."""
    folder.put("a", b"1")
    half_made = next(p for p in folder.root.iterdir() if p.is_dir())
    for name, age_s in (("old", 2 * 86_400), ("young", 60)):
        (half_made / name).write_bytes(b"half")
        then = (half_made / name).stat().st_mtime - age_s
        os.utime(half_made / name, (then, then))
    FolderStore(folder.root).put("b", b"2")
    assert [p.name for p in half_made.iterdir()] == ["young"]


@pytest.mark.parametrize("call", ["fsync", "link", "replace"])
@pytest.mark.parametrize("act", ["put", "put_if_absent", "put_file", "copy"])
def test_a_full_disk_says_so_and_leaves_nothing_half_written(
    folder, tmp_path, monkeypatch, call, act
):
    """Wherever space runs out, the error is STORE_FULL and every object is whole or absent."""
    folder.put("source", b"1")
    source = tmp_path / "source"
    source.write_bytes(b"1")
    writes = {
        "put": lambda: folder.put("new", b"1"),
        "put_if_absent": lambda: folder.put_if_absent("new", b"1"),
        "put_file": lambda: folder.put_file("new", source),
        "copy": lambda: folder.copy("source", "new"),
    }

    def full(*_, **__):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, call, full)
    try:
        writes[act]()
    except ToolError as trouble:
        assert (trouble.code, trouble.fix) == ("STORE_FULL", "free space, then run again")
        assert files_in(folder.root) == ["source"]
    else:
        assert files_in(folder.root) == ["new", "source"]


def test_a_file_that_may_not_grow_leaves_nothing(tmp_path):
    """A write that the system cuts short, as at a quota, leaves no object and no temporary."""
    code = textwrap.dedent("""
        import resource, sys
        from pathlib import Path
        from maquette.batch.store import FolderStore
        from maquette.errors import ToolError
        resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))
        store = FolderStore(Path(sys.argv[1]))
        store.put("small", b"x" * 1_000)
        try:
            store.put("large", b"x" * 1_000_000)
        except ToolError as trouble:
            sys.stdout.write(trouble.code)
    """)
    run = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True
    )
    assert run.stdout == "STORE_FAILED"
    assert files_in(tmp_path) == ["small"]


def test_exactly_one_of_several_processes_wins(folder):
    """Processes that race for forty keys win each key once, all together."""
    code = textwrap.dedent("""
        import sys
        from pathlib import Path
        from maquette.batch.store import FolderStore
        store = FolderStore(Path(sys.argv[1]))
        sys.stdin.readline()
        sys.stdout.write(" ".join(str(n) for n in range(40) if store.put_if_absent(f"k/{n}", b"1")))
    """)
    racers = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(folder.root)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    for racer in racers:
        racer.stdin.write("go\n")
        racer.stdin.flush()
    won = [racer.communicate()[0].split() for racer in racers]
    assert sorted(map(str, range(40))) == sorted(n for some in won for n in some)


def test_a_key_below_an_object_is_refused(folder):
    """A folder cannot hold ``a`` and ``a/b``; the second one is an error, never silence."""
    folder.put("a", b"1")
    for act in (folder.put, folder.put_if_absent):
        with pytest.raises(ToolError, match="STORE_FAILED"):
            act("a/b", b"2")


def test_a_folder_deleted_under_the_store_is_made_again(folder):
    """Somebody empties a folder between two writes; the store goes on."""
    folder.put("a/b", b"1")
    (folder.root / "a/b").unlink()
    (folder.root / "a").rmdir()
    folder.put("a/c", b"2")
    assert folder.get("a/c") == b"2"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_folder_nobody_may_read_is_told_with_a_code(folder):
    """A refused listing is STORE_FAILED with the reason, not a bare PermissionError."""
    folder.put("inbox/locked/a", b"1")
    (folder.root / "inbox/locked").chmod(0)
    try:
        with pytest.raises(ToolError, match="STORE_FAILED"):
            list(folder.list("inbox/"))
    finally:
        (folder.root / "inbox/locked").chmod(0o755)


def test_a_name_the_disk_cannot_hold_is_told_with_a_code(folder):
    """Names longer than a file system allows are STORE_FAILED whatever is asked of them."""
    folder.put("a/short", b"")
    key = "a/" + "b" * 300
    for act in (folder.get, folder.exists, folder.delete, lambda k: folder.put_if_absent(k, b"")):
        with pytest.raises(ToolError, match="STORE_FAILED"):
            act(key)


def test_an_edited_file_is_another_version(folder):
    """Bytes of the same length written in place by an editor change the modified time."""
    folder.put("inbox/a.csv", b"one")
    (before,) = folder.list("inbox/")
    path = folder.root / "inbox/a.csv"
    path.write_bytes(b"two")
    later = path.stat().st_mtime_ns + 1
    os.utime(path, ns=(later, later))
    (after,) = folder.list("inbox/")
    assert before.modified < after.modified


def test_a_file_url_is_a_folder(tmp_path):
    """Stores open by path and by ``file://`` alike."""
    open_store(str(tmp_path)).put("a", b"1")
    assert open_store(f"file://{tmp_path}").get("a") == b"1"


def test_missing_crosses_processes_with_its_key():
    """The error survives being taken apart and rebuilt, as it must between workers."""
    again = copy.copy(ObjectMissing("a/b"))  # by the same __reduce__
    assert (again.key, again.code) == ("a/b", "OBJECT_MISSING")


def test_erasing_leaves_no_empty_folder(folder):
    """A folder's name may tell of somebody; those in which something is left stay."""
    for key in ("private/anna/blobs/aa/x", "private/anna/records/y", "private/ben/z"):
        folder.put(key, b"1")
    folder.erase("private/anna/")
    assert ["ben"] == [path.name for path in (folder.root / "private").iterdir()]


def test_erasing_takes_what_a_killed_writer_left(folder):
    """Its half-made file goes with its key or with its folder; another's is left to its writer."""
    code = textwrap.dedent("""
        import os, signal, sys
        from pathlib import Path
        from maquette.batch.store import FolderStore
        store = FolderStore(Path(sys.argv[1]))
        os.fsync = lambda file: os.kill(os.getpid(), signal.SIGKILL)
        store.put(sys.argv[2], b"a face")
    """)
    written = ("private/anna/blobs/a.png", "inbox/anna.jpg", "inbox/anna.jpg2", "private/ben/a")
    for key in written:
        subprocess.run([sys.executable, "-c", code, str(folder.root), key], check=False)
    half_made = folder.root / ".half-made"
    assert 4 == len([path for path in half_made.iterdir() if path.read_bytes() == b"a face"])
    folder.erase("private/anna/")
    folder.erase("inbox/anna.jpg")
    left = sorted(path.name.rpartition(".")[0] for path in half_made.iterdir())
    assert ["inbox%anna.jpg2", "private%ben%a"] == left


def test_a_key_of_any_length_may_be_half_made(folder):
    """The name of its temporary file is cut, between letters."""
    key = "/".join(["Süße-Kätzchen-🐱" * 5] * 8)
    folder.put(key, b"1")
    assert b"1" == folder.get(key)
