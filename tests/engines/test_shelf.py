"""The shelf: its list, what lies on it, and how things get there."""

import hashlib
import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from maquette.engines import shelf
from maquette.engines.exports import Exported
from maquette.engines.registries import Expected, Source
from maquette.errors import EngineError, InputError
from tests.engines.local_registry import write_wheel

DATA = b"weights" * 1000
JOINING = """
import os

def cut(sources, out):
    out.write_bytes(sources["a"].read_bytes() + sources["b"].read_bytes())

def export(sources, folder, report):
    report("exporting")
    joined = sources["a"].read_bytes() + sources["b"].read_bytes()
    (folder / "net.onnx").write_bytes(joined + os.urandom(4))
    (folder / "left-over.txt").touch()
"""
# formats that can run code when they are loaded
RUNNABLE = (".pt", ".pth", ".bin", ".ckpt", ".pkl", ".pickle", ".npy")


@pytest.fixture(autouse=True)
def shelf_folder(tmp_path, monkeypatch):
    """An empty shelf of the test's own."""
    monkeypatch.setenv("MAQUETTE_SHELF", str(tmp_path / "shelf"))
    return tmp_path / "shelf"


def file_of(*sources, name="model.onnx", data=DATA):
    """A listed file with these sources."""
    expected = Expected(len(data), hashlib.sha256(data).hexdigest())
    return shelf.File(name, expected, tuple(sources))


def entry_of(*files, **fields):
    """An entry that is not in the list."""
    return shelf.Entry("thing", "about", "MIT", "https://example.org", files=files, **fields)


def fetch(*entries):
    """Fetch entries and return the lines reported."""
    lines = []
    shelf.fetch_entries(entries, report=lines.append)
    return lines


def kept(folder):
    """Every file on the shelf, hidden ones too."""
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def test_every_listed_file_is_pinned():
    """Each file and part has a name, a size and a whole sha256; parts and files have sources."""
    for found in shelf.entries().values():
        for file in (*found.files, *found.parts):
            assert re.fullmatch(r"[\w.-]+", file.name), found.name
            assert re.fullmatch(r"[0-9a-f]{64}", file.expected.sha256), file.name
            assert file.expected.size > 0, file.name
            assert file.sources or found.cut, file.name


def test_every_entry_comes_from_somewhere():
    """An entry is files, exported ones or a hub repository, and says its licence and home."""
    for found in shelf.entries().values():
        assert sum(map(bool, (found.files, found.exported, found.hub))) == 1, found.name
        assert bool(found.parts) == bool(found.cut or found.exported), found.name
        assert found.licence, found.name
        assert found.home.startswith("https://"), found.name


def test_nothing_listed_can_run_code():
    """No pickled weights are kept; one that is exported goes in pinned, and does not stay."""
    for found in shelf.entries().values():
        kept = found.exported.files if found.exported else [part.name for part in found.parts]
        names = [*kept, *(file.name for file in found.files), *found.hub_files]
        assert not [name for name in names if name.endswith(RUNNABLE)], found.name


def test_defaults_need_no_hub():
    """What the demo fetches is pinned, permissive, and under 60 MB."""
    chosen = [shelf.entry(name) for name in shelf.defaults()]
    names = {"u2netp", "minilm", "composer-art", "model-viewer"}
    assert names == {found.name for found in chosen}
    assert sum(found.size_bytes for found in chosen) < 60e6


def test_unknown_name_lists_the_known_ones():
    """A misspelt name is answered with what there is."""
    with pytest.raises(InputError, match=r"MODEL_UNKNOWN.*u2netp"):
        shelf.shelf_file("u2nett")


def test_unknown_name_stops_before_any_download(registry):
    """A fetch of one right and one wrong name fetches nothing."""
    with pytest.raises(InputError, match="MODEL_UNKNOWN"):
        shelf.fetch(["u2netp", "u2nett"], report=print)
    assert registry.asked == []


def test_missing_file_says_what_to_run():
    """An empty shelf answers with the command that fills it."""
    with pytest.raises(EngineError, match=r"MODEL_MISSING.*maquette shelf fetch minilm"):
        shelf.shelf_file("minilm", "tokenizer.json")


def test_sums_are_known_without_the_disk():
    """Weights are named by the list; a hub entry by its revision."""
    assert {"u2netp.onnx"} == set(shelf.shelf_sums("u2netp"))
    assert shelf.shelf_sums("flux-schnell") == {"black-forest-labs/FLUX.1-schnell": "main"}
    assert {"mobile_sam.pt"} == set(shelf.shelf_sums("mobile-sam"))


def test_rows_tell_what_is_here(shelf_folder):
    """The table sees a file as soon as it lies there."""
    assert not next(row.here for row in shelf.list_rows() if row.name == "u2netp")
    digest = shelf.shelf_sums("u2netp")["u2netp.onnx"]
    (shelf_folder / "u2netp").mkdir(parents=True)
    (shelf_folder / "u2netp" / f"{digest[:12]}-u2netp.onnx").write_bytes(b"")
    assert next(row.here for row in shelf.list_rows() if row.name == "u2netp")
    assert shelf.shelf_file("u2netp").is_file()
    assert shelf.verify(["u2netp"]) == {"u2netp/u2netp.onnx": "damaged"}


def test_rows_see_what_the_hubs_client_keeps(tmp_path, monkeypatch):
    """A model in the hub's own cache counts as here."""
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    assert not next(row.here for row in shelf.list_rows() if row.name == "sam2-tiny")
    (tmp_path / "models--facebook--sam2.1-hiera-tiny" / "snapshots").mkdir(parents=True)
    assert next(row.here for row in shelf.list_rows() if row.name == "sam2-tiny")


def test_hub_out_of_reach_is_said():
    """What the hub's client raises arrives as our error, naming the repository."""
    absent = shelf.Entry("thing", "about", "MIT", "https://example.org", hub="nobody/absent-thing")
    with pytest.raises(EngineError, match="MODEL_SOURCE_UNREACHABLE: hub nobody/absent-thing"):
        fetch(absent)


def test_second_source_is_used_when_the_first_fails(registry, shelf_folder):
    """A publisher out of reach is passed over, and the report says so."""
    write_wheel(registry.wheels, "carrier", version="1.0", members={"m.onnx": DATA})
    sources = Source("url", f"{registry.address}/gone"), Source("wheel", "carrier==1.0", "m.onnx")
    lines = fetch(entry_of(file_of(*sources)))
    assert [
        f"model.onnx: not from {registry.address}/gone",
        "model.onnx: 0.0 MB from wheel carrier==1.0",
    ] == [line.partition(", ")[0] for line in lines]
    assert len(kept(shelf_folder)) == 1


def test_wrong_bytes_leave_nothing_behind(registry, shelf_folder):
    """A file that fails its sum is neither kept nor left half-written."""
    registry.files["/model.onnx"] = b"another file"
    with pytest.raises(EngineError, match="MODEL_CHECKSUM"):
        fetch(entry_of(file_of(Source("url", f"{registry.address}/model.onnx"))))
    assert kept(shelf_folder) == []


def test_a_shelf_that_cannot_be_made_is_said(tmp_path, monkeypatch):
    """A path that is a file already cannot hold models; the way out is named."""
    (tmp_path / "file").touch()
    monkeypatch.setenv("MAQUETTE_SHELF", str(tmp_path / "file"))
    with pytest.raises(EngineError, match=r"SHELF_UNWRITABLE.*MAQUETTE_SHELF"):
        fetch(entry_of(file_of()))


def test_every_refusal_is_told(registry):
    """When no source delivers, the error names each and why."""
    sources = Source("url", f"{registry.address}/a"), Source("url", f"{registry.address}/b")
    with pytest.raises(EngineError, match="MODEL_SOURCE_UNREACHABLE") as caught:
        fetch(entry_of(file_of(*sources)))
    assert all(f"{registry.address}/{name}: HTTP Error 404" in caught.value.reason for name in "ab")


def test_what_is_sound_is_not_fetched_again(registry):
    """The second run asks nobody."""
    registry.files["/model.onnx"] = DATA
    found = entry_of(file_of(Source("url", f"{registry.address}/model.onnx")))
    fetch(found)
    assert fetch(found) == []
    assert registry.asked == ["/model.onnx"]
    assert shelf.verify_entries([found]) == {"thing/model.onnx": "sound"}


def test_a_damaged_file_is_replaced(registry, shelf_folder):
    """A flipped byte on the disk is found and mended."""
    registry.files["/model.onnx"] = DATA
    found = entry_of(file_of(Source("url", f"{registry.address}/model.onnx")))
    fetch(found)
    (path,) = shelf_folder.rglob("*.onnx")
    path.write_bytes(DATA[:-1] + b"?")
    assert shelf.verify_entries([found]) == {"thing/model.onnx": "damaged"}
    fetch(found)
    assert path.read_bytes() == DATA


def test_what_arrived_before_an_error_stays(registry, shelf_folder):
    """After a failure the next run fetches only what is lacking."""
    registry.files["/one"] = DATA
    one = file_of(Source("url", f"{registry.address}/one"), name="one")
    two = file_of(Source("url", f"{registry.address}/two"), name="two")
    with pytest.raises(EngineError):
        fetch(entry_of(one, two))
    registry.files["/two"] = DATA
    fetch(entry_of(one, two))
    assert sorted(registry.asked) == ["/one", "/two", "/two"]


def test_two_may_fetch_at_once(registry, shelf_folder):
    """Whoever comes second ends with the same whole file."""
    registry.files["/model.onnx"] = DATA
    found = entry_of(file_of(Source("url", f"{registry.address}/model.onnx")))
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: fetch(found), range(8)))
    (name,) = kept(shelf_folder)
    assert shelf.verify_entries([found]) == {"thing/model.onnx": "sound"}
    assert name.endswith("-model.onnx")


@pytest.fixture
def parts(registry, tmp_path, monkeypatch):
    """Two parts to be had from the registry, and a module that makes something of them."""
    (tmp_path / "joining_for_tests.py").write_text(JOINING)
    monkeypatch.syspath_prepend(tmp_path)
    registry.files |= {"/a": b"one", "/b": b"two"}
    return tuple(
        file_of(Source("url", f"{registry.address}/{name}"), name=name, data=data)
        for name, data in (("a", b"one"), ("b", b"two"))
    )


@pytest.fixture
def cut_entry(parts):
    """An entry made here: two parts, joined by a function."""

    def make(made):
        file = file_of(name="art.zip", data=made)
        return entry_of(file, parts=parts, cut="joining_for_tests:cut")

    return make


@pytest.fixture
def exported_entry(parts):
    """An entry whose bytes differ each time it is made."""

    def make(edition=1):
        exported = Exported("joining_for_tests:export", ("net.onnx",), 10, edition)
        return entry_of(parts=parts, exported=exported)

    return make


def test_art_is_made_of_its_parts(cut_entry, registry, shelf_folder):
    """Parts are fetched, joined and not kept; a second run asks nobody."""
    fetch(cut_entry(b"onetwo"))
    (path,) = shelf_folder.rglob("*.zip")
    assert path.read_bytes() == b"onetwo"
    assert [path.name] == kept(shelf_folder)
    assert fetch(cut_entry(b"onetwo")) == []


def test_art_made_otherwise_is_refused(cut_entry, shelf_folder):
    """A cut that makes other bytes than the list expects is not put on the shelf."""
    with pytest.raises(EngineError, match=r"MODEL_CHECKSUM.*joining_for_tests:cut made"):
        fetch(cut_entry(b"something else"))
    assert kept(shelf_folder) == []


def test_altered_part_stops_the_cut(cut_entry, registry, shelf_folder):
    """A part is checked before anything is made of it."""
    registry.files["/b"] = b"TWO"
    with pytest.raises(EngineError, match="MODEL_CHECKSUM: b:"):
        fetch(cut_entry(b"onetwo"))
    assert kept(shelf_folder) == []


def test_an_export_is_kept_with_its_own_sum(exported_entry, registry, shelf_folder):
    """What comes out is recorded beside it, what went in is not kept, and it is made once."""
    lines = fetch(exported_entry())
    assert "exporting" in lines
    assert ["made.json", "net.onnx"] == kept(shelf_folder)
    assert shelf.verify_entries([exported_entry()]) == {"thing/net.onnx": "sound"}
    assert fetch(exported_entry()) == []
    assert sorted(registry.asked) == ["/a", "/b"]


def test_a_damaged_export_is_made_again(exported_entry, shelf_folder):
    """A flipped byte is found by the record, and the whole folder is replaced."""
    fetch(exported_entry())
    (path,) = shelf_folder.rglob("net.onnx")
    path.write_bytes(b"?" + path.read_bytes()[1:])
    assert shelf.verify_entries([exported_entry()]) == {"thing/net.onnx": "damaged"}
    fetch(exported_entry())
    assert shelf.verify_entries([exported_entry()]) == {"thing/net.onnx": "sound"}
    assert path.read_bytes().startswith(b"onetwo")


def test_another_edition_is_another_export(exported_entry, shelf_folder):
    """When the export's code makes other models, older ones are not found any more."""
    fetch(exported_entry())
    assert shelf.verify_entries([exported_entry(2)]) == {"thing/net.onnx": "missing"}
    fetch(exported_entry(2))
    assert len(list(shelf_folder.rglob("net.onnx"))) == 2


def test_two_may_export_at_once(exported_entry, shelf_folder):
    """Both make it, one wins, and the record is that of the file that is there."""
    found = exported_entry()
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: fetch(found), range(4)))
    assert ["made.json", "net.onnx"] == kept(shelf_folder)
    assert shelf.verify_entries([found]) == {"thing/net.onnx": "sound"}


def test_an_altered_part_stops_the_export(exported_entry, registry, shelf_folder):
    """Nothing is made of a checkpoint that is not the pinned one."""
    registry.files["/b"] = b"TWO"
    with pytest.raises(EngineError, match="MODEL_CHECKSUM: b:"):
        fetch(exported_entry())
    assert kept(shelf_folder) == []
