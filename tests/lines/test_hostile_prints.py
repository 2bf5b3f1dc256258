"""Print orders that are damaged, odd or meant to harm, through the whole line.

Each ends in one of three ways: the order is refused with a code and leaves nothing behind, its
item is set aside with a code, or it is odd but sound and comes out in the size that was ordered.
"""

import time

import numpy as np
import pytest
import yaml

from maquette.batch.host import Host
from maquette.batch.runner import LocalPlace, Runner
from maquette.batch.store import FolderStore
from maquette.batch.uploads import write_ticket
from maquette.engines import chosen
from maquette.errors import MaquetteError
from maquette.formats.models import read_model
from maquette.formats.png import write_picture
from maquette.lines import prints
from maquette.types import File
from tests import damage, damaged_files, zoo
from tests.batch.kills import broken_objects

PLACE = "inbox/prints/"
LONGEST_S = 10.0
DRAWN = {"ball": zoo.ball(), "empty": zoo.empty(), "specks": zoo.specks()}
PNG = {name: write_picture(drawn, zoo.provenance()) for name, drawn in DRAWN.items()}


@pytest.fixture
def store(tmp_path):
    """An empty store."""
    return FolderStore(tmp_path / "store")


def made(store, *, beside=None, **fields):
    """What the line makes of an order and the files beside it."""
    for name, data in (beside or {}).items():
        store.put(f"{PLACE}{name}", data)
    store.put(f"{PLACE}order.yaml", yaml.safe_dump({"formats": ["stl"], **fields}).encode())
    batch = write_ticket(store, line="prints", key=f"{PLACE}order.yaml")
    return prints.make(Runner(store, LocalPlace(Host(store)), chosen(line="prints")), batch=batch)


def refusal(store, **order):
    """The code of an order that is refused, or of its one item that is set aside."""
    try:
        finished = made(store, **order)
    except MaquetteError as refused:
        assert [] == [e.key for place in ("manifests/", "deliveries/") for e in store.list(place)]
        return refused.code
    (lost,) = finished.delivery.set_aside
    assert lost["reason"]
    assert [] == [path for path in finished.delivery.files if path.endswith(".stl")]
    assert [] == broken_objects(store.root)
    return lost["code"]


def size_mm(finished, store):
    """x, y, z of the one STL that was delivered."""
    (name,) = (path for path in finished.delivery.files if path.endswith(".stl"))
    data = store.get(finished.delivery.folder + name)
    points = read_model(File(data, "stl"), model_name=name).outputs["model"].points
    return [round(float(side) * 1000, 2) for side in np.ptp(points, axis=0)[[0, 2, 1]]]


def notes_of(finished):
    """All that its one item is told."""
    (row,) = finished.manifests[-1].delivered
    return row.notes


# what a name begins with -> the code that its owner is told
CODES = {
    "no bytes": "MESH_FILE_EMPTY",
    "zeros": "MESH_FILE_EMPTY",
    "a web page": "MESH_FILE_KIND",
    "buffer is": "MESH_FILE_EXTERNAL",
    "names points beyond": "MESH_FILE_DAMAGED",
    "nodes that hold": "MESH_FILE_DAMAGED",
    "header claims": "MESH_TOO_MANY_FACES",
    "cut in half.stl": "MESH_FILE_DAMAGED",
    "all points nan": "MESH_NOT_FINITE",
    "all points infinite": "MESH_NOT_FINITE",
    "a nan corner": "MESH_NOT_FINITE",
    "an entity": "MESH_FILE_DAMAGED",
    "a zip bomb.": "MESH_FILE_BOMB",
    "a billion laughs": "MESH_FILE_DAMAGED",
    "parts of parts": "MESH_FILE_DAMAGED",
}


def test_unusable_models_are_set_aside_each_with_its_code(tmp_path):
    """Empty, foreign, lying, reaching out or exploding: a code, soon, and nothing half-written."""
    wrong, slow = {}, {}
    for number, (name, data) in enumerate(damaged_files.unusable_files()):
        store = FolderStore(tmp_path / str(number))
        file = f"model.{name.rpartition('.')[2]}"
        start = time.monotonic()
        code = refusal(store, model=file, beside={file: data})
        expected = next((told for start, told in CODES.items() if name.startswith(start)), "MESH_")
        if not code.startswith(expected):
            wrong[name] = code
        if time.monotonic() - start > LONGEST_S:
            slow[name] = time.monotonic() - start
    assert ({}, {}) == (wrong, slow)


def test_one_face_is_refused_or_gets_a_thickness(store):
    """A single triangle encloses nothing: either that is said, or it is made into a plate."""
    one = damage.kept(damage.cube(cells=2), np.arange(48) == 0)
    fields = {"model": "one.stl", "target_dimensions": {"z": 40}}
    finished = made(store, beside={"one.stl": damaged_files.stl(one)}, **fields)
    codes = [lost["code"] for lost in finished.delivery.set_aside]
    assert codes or 40 == size_mm(finished, store)[2]
    assert codes or any("thin walls" in note for note in notes_of(finished))


ODD = {  # the others are read by the readers' own tests
    "text with a Latin-1 name.stl",
    "in inches.3mf",
}


@pytest.mark.parametrize("name", sorted(ODD))
def test_odd_files_come_out_in_their_own_size(store, name):
    """Headers in any script, other units, indices from the end: a cube of 80 mm."""
    data = dict(damaged_files.sound_files())[name]
    ending = name.rpartition(".")[2]
    finished = made(store, model=f"cube.{ending}", beside={f"cube.{ending}": data})
    assert [] == finished.delivery.set_aside
    assert [80, 80, 80] == size_mm(finished, store)


CUBE = {"cube.stl": damaged_files.stl(damage.cube(cells=2))}
THIN = {"x": 200, "y": 10, "z": 200}


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"target_dimensions": {"x": 0}}, id="zero"),
        pytest.param({"target_dimensions": {"z": -80}}, id="negative"),
        pytest.param({"target_dimensions": {"z": float("nan")}}, id="no number"),
        pytest.param({"target_dimensions": {"z": float("inf")}}, id="infinite"),
        pytest.param({"target_dimensions": {"z": "tall"}}, id="words"),
        pytest.param({"target_dimensions": {"z": 10, "unit": "parsec"}}, id="a unit of the stars"),
        pytest.param({"target_dimensions": {}}, id="no side"),
        pytest.param({"target_dimensions": {"w": 4}}, id="a fourth side"),
        pytest.param({"scale_factor": 0}, id="nothing of it"),
        pytest.param({"scale_factor": -1}, id="inside out"),
        pytest.param({"scale_factor": float("nan")}, id="times no number"),
        pytest.param({"scale_factor": 1e300}, id="beyond the sun"),
        pytest.param({"unit": "furlong"}, id="an old unit"),
        pytest.param({"up": "sideways"}, id="no axis"),
        pytest.param({"target_dimensions": THIN, "proportions": "stretch"}, id="twenty to one"),
        pytest.param({"printer": {"bed_mm": [0, 0, 0]}}, id="a bed of nothing"),
        pytest.param({"model": "../../secret.stl"}, id="a path upwards"),
        pytest.param({"model": "/etc/passwd.stl"}, id="a path from the root"),
        pytest.param({"model": "missing.stl"}, id="not there"),
        pytest.param({"model": "nobody-00000000/nothing"}, id="never delivered"),
        pytest.param({"model": "cube.stl", "prompt": "a cube"}, id="two sources"),
        pytest.param({"formats": ["step"]}, id="a format that is not made"),
    ],
)
def test_orders_that_cannot_be_meant_are_refused(store, fields):
    """Each has a code of its own, and nothing is printed."""
    code = refusal(store, beside=CUBE, **{"model": "cube.stl", **fields})
    assert code.isupper()


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        pytest.param({"unit": "m"}, "80000 mm long", id="80 metres"),
        pytest.param({"hollow": {"wall_mm": 45}}, "stays solid", id="walls without room"),
    ],
)
def test_doubtful_orders_are_made_and_say_so(store, fields, told):
    """What may be meant is done to the letter, with a note."""
    finished = made(store, beside=CUBE, model="cube.stl", **fields)
    assert [] == finished.delivery.set_aside
    assert any(told in note for note in notes_of(finished))


def test_a_stretch_that_is_confirmed_is_made(store):
    """Twenty to one, as ordered."""
    finished = made(
        store, beside=CUBE, model="cube.stl", target_dimensions=THIN, proportions="stretch",
        confirm_stretch=True,
    )  # fmt: skip
    assert [200, 10, 200] == size_mm(finished, store)


@pytest.mark.parametrize(
    "name", [pytest.param("empty", id="nothing in it"), pytest.param("specks", id="only dust")]
)
@pytest.mark.parametrize("form", ["figure", "cookie-cutter"])
def test_pictures_with_nothing_in_them_are_set_aside(store, name, form):
    """There is nothing to make a solid of."""
    code = refusal(store, pictures=["p.png"], form=form, beside={"p.png": PNG[name]})
    assert code.isupper()


def test_one_bad_picture_does_not_take_the_others_along(store):
    """A picture with nothing in it, one that is none, and a sound one in an order."""
    beside = {"ball.png": PNG["ball"], "empty.png": PNG["empty"], "text.png": b"no picture"}
    finished = made(store, pictures=sorted(beside), beside=beside)
    assert {"empty", "text"} == {lost["item"] for lost in finished.delivery.set_aside}
    assert ["ball/ball.stl"] == [p for p in finished.delivery.files if p.endswith(".stl")]
