"""The host: values in and out of the store, engines kept warm."""

import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from maquette.batch import values as values_module
from maquette.batch.host import Craft, EngineSpec, Host, Job, Task, named
from maquette.batch.private import private_store
from maquette.batch.records import ObjectRef, blob_key
from maquette.batch.stages import map_stage
from maquette.provenance import Provenance
from maquette.types import File, Picture
from tests import toys

SPEC = EngineSpec("ImageGenerator", "painter", {"batch_size": 2})


@pytest.fixture
def host(folder):
    """A host of toys."""
    return Host(folder, toys.CRAFT)


class Counting(toys.RawPicture):
    """A codec that counts what it decodes."""

    def __init__(self):
        super().__init__()
        object.__setattr__(self, "decoded", [])

    def decode(self, data):
        self.decoded.append(len(data))
        return super().decode(data)


@pytest.fixture
def decoded(monkeypatch):
    """Sizes of the pictures that were decoded."""
    codec = Counting()
    monkeypatch.setitem(toys.CODECS, Picture, codec)
    return codec.decoded


def picture_task(store, value, *, recipe="r"):
    """The task of inverting one stored picture."""
    data = np.full((4, 4, 4), value, np.uint8).tobytes()
    sha256 = toys.sha256_of(data)
    ref = ObjectRef("picture", blob_key(sha256, "raw"), sha256, len(data))
    store.put_if_absent(ref.key, data)
    return Task(f"{recipe}{value}", {}, Provenance(), {"picture": (ref,)})


def inverted(host, *tasks):
    """The outcomes of inverting."""
    return host.run(Job(toys.invert.path), tasks)


def test_outcomes_stand_in_the_order_of_tasks(host, folder):
    """One each, under the recipe of its task."""
    tasks = [picture_task(folder, value) for value in (3, 1, 2)]
    assert [task.recipe for task in tasks] == [o.recipe for o in inverted(host, *tasks)]


def test_a_picture_just_made_is_not_decoded_again(host, folder, decoded):
    """The next stage in this process gets the very value; another process decodes."""
    (first,) = inverted(host, picture_task(folder, 7))
    after = Task("next", {}, Provenance(), {"picture": first.record.objects})
    inverted(host, after)
    assert decoded == [64]
    other = Task("other", {}, Provenance(), {"picture": first.record.objects})
    inverted(Host(folder, toys.CRAFT), other)
    assert decoded == [64, 64]


def test_values_are_kept_only_up_to_a_size(folder, decoded, monkeypatch):
    """The oldest go when there are too many: memory stays flat whatever the batch size."""
    monkeypatch.setattr(values_module, "CACHE_BYTES", 4 * 64)
    host = Host(folder, toys.CRAFT)
    tasks = [picture_task(folder, value) for value in range(10)]
    inverted(host, *tasks)
    assert 10 == len(decoded)
    inverted(host, picture_task(folder, 246, recipe="again"))  # what was made of 9, the last
    assert 10 == len(decoded)
    inverted(host, picture_task(folder, 0, recipe="again"))
    assert 11 == len(decoded)


def test_an_engine_is_made_once_however_many_ask(folder):
    """Eight threads at one moment get one and the same engine."""
    host = Host(folder, toys.CRAFT)
    gate = threading.Barrier(8)

    def ask(_):
        gate.wait()
        return id(host.engine(SPEC))

    with ThreadPoolExecutor(8) as pool:
        assert 1 == len(set(pool.map(ask, range(8))))


def test_other_settings_are_another_engine(host):
    """Batch size two is not batch size three."""
    other = EngineSpec("ImageGenerator", "painter", {"batch_size": 3})
    assert (2, 3) == (host.info(SPEC).batch_size, host.info(other).batch_size)


def test_closing_frees_the_engines_and_they_may_come_back(host):
    """After `close`, the next one asked for is new."""
    first = host.engine(SPEC)
    host.close()
    assert first is not host.engine(SPEC)


@map_stage(version="1", makes="text")
def perhaps(picture: Picture | None, text: File) -> File:
    """A text that says whether there was a picture."""
    return File(text.data + (b" alone" if picture is None else b" and picture"), "txt")


def test_an_input_may_be_optional(folder, monkeypatch):
    """A stage that says so is handed None, and the recipe knows the difference."""
    monkeypatch.setattr(toys, "perhaps", perhaps, raising=False)
    monkeypatch.setattr(perhaps, "path", "tests.toys:perhaps")
    runner = toys.runner_on(folder)
    picture = picture_task(folder, 1).inputs["picture"][0]
    text = toys.kept(folder, "text")
    rows = (toys.Row("without", objects=(text,)), toys.Row("with", objects=(text, picture)))
    made = runner.run(perhaps, toys.Manifest("stickers", "x", "b", rows))
    assert ["text alone", "text and picture"] == [toys.read(folder, r, "text") for r in made.rows]


def test_files_keep_how_their_name_ends(folder):
    """A finished file comes out of the store with the ending it went in with."""
    (made,) = toys.runner_on(folder).run(toys.write, toys.asked("a")).rows
    assert made.objects[0].key.endswith(".txt")


def test_what_it_names_is_found_by_name():
    """``module:name``, as it is said across processes."""
    assert toys.CODECS is named(Craft("tests.toys:CODECS").codecs)


@map_stage(version="1", makes="text")
def spill(text: File) -> File:
    """Says what it was handed while it fails, as careless libraries do."""
    raise ValueError(f"cannot read {text.data!r}")


@pytest.mark.parametrize("private", [False, True], ids=["shared", "private"])
def test_a_librarys_own_words_are_told_but_of_a_private_batch(folder, monkeypatch, private):
    """There they may hold pixels: what failed and where is told, and not what it said."""
    monkeypatch.setattr(toys, "spill", spill, raising=False)
    monkeypatch.setattr(spill, "path", "tests.toys:spill")
    store = private_store(folder, "anna-1f3a9c02") if private else folder
    row = toys.Row("a", objects=(toys.kept(store, "a face"),))
    runner = toys.runner_on(store)
    (failed,) = runner.run(spill, toys.Manifest("stickers", "x", "b", (row,))).rows
    assert "STAGE_FAILED" == failed.code
    assert failed.reason.startswith("ValueError in spill:")
    assert private is not ("a face" in failed.reason)
    assert "report it" in failed.fix
