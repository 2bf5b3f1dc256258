"""Single files out of ordinary registries: a plain download, a wheel, a source or npm tarball.

What belongs here: getting one file from one source, with the clients people already have (so
mirrors, proxies and tokens set up for them hold here too), and never running anybody's build
code. What does not: which source is meant for what, and where files are kept
(`maquette.engines.shelf`).
"""

from __future__ import annotations

import hashlib
import html
import os
import re
import shutil
import subprocess
import sys
import tarfile
import threading
import urllib.parse
import urllib.request
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import IO, Literal

from maquette.errors import EngineError

CHUNK_BYTES = 1 << 20
CONNECT_S = 15
PACKAGE_S = 600
PUBLIC_INDEX = "https://pypi.org/simple"
PAGE_BYTES = 16 << 20  # of an index's page about one package
HREF = re.compile(r"""<a\s[^>]*?href\s*=\s*["']([^"']+)""", re.IGNORECASE)

# what a cut line or a damaged archive raises
BROKEN = (OSError, EOFError, HTTPException, zipfile.BadZipFile, zlib.error, tarfile.TarError)

Kind = Literal["url", "hub", "wheel", "sdist", "npm"]


@dataclass(frozen=True)
class Source:
    """One place a file can be had.

    Attributes:
        kind: a plain ``url``, a ``hub`` repository, or a package: ``wheel``, ``sdist``, ``npm``.
        spec: the address, ``owner/name``, ``name==version`` or ``name@version``.
        member: the file's path inside, empty for a plain url; one that lies in a zip in the
            archive is named behind it: ``models/faces.task!mesh.tflite``.
    """

    kind: Kind
    spec: str
    member: str = ""

    def __str__(self) -> str:
        return self.spec if self.kind == "url" else f"{self.kind} {self.spec}"


@dataclass(frozen=True)
class Expected:
    """What a file must be, whoever hands it over."""

    size: int  # bytes
    sha256: str


class Packages:
    """Archives fetched into one folder, each once, however many files are taken from it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._locks: dict[Source, threading.Lock] = {}
        self._answers: dict[Source, Path | EngineError] = {}
        self._door = threading.Lock()

    def copy(self, source: Source, out: Path, *, expected: Expected) -> None:
        """Write the one file a source holds, checked while it is written.

        Raises EngineError MODEL_SOURCE_UNREACHABLE or MODEL_CHECKSUM; `out` is then not whole.
        """
        with self._opened(source) as stream:
            copy_checked(stream, out, expected=expected, origin=str(source))

    @contextmanager
    def _opened(self, source: Source) -> Iterator[IO[bytes]]:
        try:
            if source.kind in ("url", "hub"):
                with open_address(_address(source)) as stream:
                    yield stream
            else:
                with open_member(self._archive(source), source.member) as stream:
                    yield stream
        except BROKEN as error:
            raise unreachable(source, str(error)) from error

    def _archive(self, source: Source) -> Path:
        package = Source(source.kind, source.spec)
        with self._door:
            lock = self._locks.setdefault(package, threading.Lock())
        # named by what is in it: the specs hold slashes
        folder = self._folder / hashlib.sha256(str(package).encode()).hexdigest()[:16]
        with lock:
            if package not in self._answers:
                self._answers[package] = _tried(package, folder)
            answer = self._answers[package]
        if isinstance(answer, EngineError):
            raise answer
        return answer


def _tried(package: Source, folder: Path) -> Path | EngineError:
    folder.mkdir(parents=True, exist_ok=True)
    clients: dict[str, Callable[[str, Path], Path]] = {
        "wheel": fetch_wheel,
        "sdist": fetch_sdist,
        "npm": fetch_npm,
    }
    try:
        return clients[package.kind](package.spec, folder)
    except EngineError as error:
        return error  # remembered: the next file of this package need not wait for it again


def unreachable(source: Source | str, why: str) -> EngineError:
    """The error of a source that did not hand over its file."""
    return EngineError("MODEL_SOURCE_UNREACHABLE", f"{source}: {why.strip() or 'no answer'}")


def copy_checked(stream: IO[bytes], out: Path, *, expected: Expected, origin: str) -> None:
    """Copy at most the expected size, then refuse anything but the expected bytes."""
    digest = hashlib.sha256()
    left_bytes = expected.size + 1  # one more than wanted is enough to know it is too long
    with out.open("wb") as target:
        while left_bytes and (chunk := stream.read(min(CHUNK_BYTES, left_bytes))):
            left_bytes -= len(chunk)
            digest.update(chunk)
            target.write(chunk)
        target.flush()
        os.fsync(target.fileno())
    if left_bytes != 1 or digest.hexdigest() != expected.sha256:
        got = "longer" if left_bytes == 0 else f"{expected.size + 1 - left_bytes} bytes"
        raise EngineError(
            "MODEL_CHECKSUM",
            f"{origin}: got {got}, sha256 {digest.hexdigest()[:12]}, where "
            f"{expected.size} bytes, sha256 {expected.sha256[:12]} were expected",
        )


def open_address(address: str) -> IO[bytes]:
    """The body of a web address."""
    if not address.startswith(("https://", "http://")):
        raise unreachable(address, "only http and https addresses are fetched")
    return urllib.request.urlopen(address, timeout=CONNECT_S)  # noqa: S310 (checked above)


def _address(source: Source) -> str:
    if source.kind == "url":
        return source.spec
    if os.environ.get("HF_HUB_OFFLINE", "0") not in ("", "0"):
        raise unreachable(source, "HF_HUB_OFFLINE is set")
    hub = os.environ.get("HF_ENDPOINT", "https://huggingface.co").rstrip("/")
    return f"{hub}/{source.spec}/resolve/main/{source.member}"


@contextmanager
def open_member(archive: Path, member: str) -> Iterator[IO[bytes]]:
    """One named file of a wheel or tarball; nothing is unpacked, so no path in it can climb."""
    outer, _, inner = member.partition("!")
    with _outer_member(archive, outer) as stream:
        if not inner:
            yield stream
            return
        with zipfile.ZipFile(stream) as nested, _zip_member(nested, inner, outer) as found:
            yield found


@contextmanager
def _outer_member(archive: Path, member: str) -> Iterator[IO[bytes]]:
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as wheel, _zip_member(wheel, member, archive.name) as stream:
            yield stream
        return
    with tarfile.open(archive, "r:gz") as ball:
        for entry in ball:  # in order, without reading the index first: members are found sooner
            if entry.name == member and entry.isfile():
                stream = ball.extractfile(entry)
                assert stream is not None
                yield stream
                return
    raise unreachable(archive.name, f"holds no {member}")


def _zip_member(archive: zipfile.ZipFile, member: str, name: str) -> IO[bytes]:
    if member not in archive.namelist():
        raise unreachable(name, f"holds no {member}")
    return archive.open(member)


def fetch_wheel(spec: str, folder: Path) -> Path:
    """The wheel of ``name==version``, by pip; source packages would run build code, so never."""
    command = [_python_with_pip(), "-m", "pip", "download", "--quiet", "--no-deps"]
    command += ["--disable-pip-version-check", "--only-binary", ":all:", "--dest", str(folder)]
    _run([*command, spec], what=f"wheel {spec}")
    return _only(folder, "*.whl", what=f"wheel {spec}")


def fetch_sdist(spec: str, folder: Path) -> Path:
    """The source tarball of ``name==version`` from the first index that lists it.

    Not by pip, which asks a source package for its facts by running its build code.
    """
    name, _, version = spec.partition("==")
    refusals: list[str] = []
    for index in _indexes():
        page = f"{index.rstrip('/')}/{_plain(name)}/"
        out = folder / "source.tar.gz"
        try:
            address = _listed(page, name=name, version=version)
            with open_address(address) as stream, out.open("wb") as target:
                shutil.copyfileobj(stream, target)
        except (EngineError, OSError, HTTPException, ValueError) as error:
            # an index's address may hold a password: its host says enough
            host = urllib.parse.urlsplit(index).hostname or "a folder"
            why = "not read" if isinstance(error, EngineError) else str(error)
            refusals.append(f"{host}: {why}")
            continue
        return out
    raise unreachable(f"sdist {spec}", "; ".join(refusals) or "pip is told to ask no index")


def _indexes() -> list[str]:
    """The package indexes pip is told of, the public one unless it is told of another."""
    command = [_python_with_pip(), "-m", "pip", "config", "list"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    told: dict[str, list[str]] = {}
    for line in done.stdout.splitlines():
        key, _, value = line.partition("=")
        told.setdefault(key.rpartition(".")[2], []).extend(value.strip("'\"").split())
    if "no-index" in told:
        return []
    return told.get("index-url", [PUBLIC_INDEX]) + told.get("extra-index-url", [])


def _listed(page: str, *, name: str, version: str) -> str:
    """The address of a source tarball as an index's page links it."""
    with open_address(page) as stream:
        text = stream.read(PAGE_BYTES).decode("utf-8", "replace")
    for link in HREF.findall(text):
        address = urllib.parse.urljoin(page, html.unescape(link)).partition("#")[0]
        file = urllib.parse.unquote(address).rpartition("/")[2]
        stem, _, found = file.removesuffix(".tar.gz").rpartition("-")
        if file.endswith(".tar.gz") and (_plain(stem), found) == (_plain(name), version):
            return address
    raise ValueError(f"lists no {name}-{version}.tar.gz")


def _plain(name: str) -> str:
    """A package's name as indexes spell it, whichever of ``-_.`` it is written with."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _python_with_pip() -> str:
    for python in (sys.executable, shutil.which("python3"), shutil.which("python")):
        if python and _answers([python, "-m", "pip", "--version"]):
            return python
    raise EngineError(
        "MODEL_SOURCE_UNREACHABLE",
        "wheels are fetched with pip, and no Python here has it",
        fix=f"run: {sys.executable} -m ensurepip",
    )


def fetch_npm(spec: str, folder: Path) -> Path:
    """The tarball of ``name@version``: by npm where there is one, else from its registry."""
    if npm := shutil.which("npm"):
        command = [npm, "pack", "--silent", "--ignore-scripts", "--pack-destination", str(folder)]
        _run([*command, spec], what=f"npm {spec}")
        return _only(folder, "*.tgz", what=f"npm {spec}")
    name, _, version = spec.rpartition("@")
    registry = os.environ.get("NPM_CONFIG_REGISTRY", "https://registry.npmjs.org").rstrip("/")
    out = folder / "package.tgz"
    address = f"{registry}/{name}/-/{name.rpartition('/')[2]}-{version}.tgz"
    try:
        with open_address(address) as stream, out.open("wb") as target:
            shutil.copyfileobj(stream, target)
    except OSError as error:
        raise unreachable(f"npm {spec}", f"{error} at {address}, and no npm on PATH") from error
    return out


def _answers(command: list[str]) -> bool:
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def _run(command: list[str], *, what: str) -> None:
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=PACKAGE_S, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise unreachable(what, f"no answer within {PACKAGE_S} s") from error
    if done.returncode:
        said = [line for line in done.stderr.splitlines() if "error" in line.lower()]
        raise unreachable(what, said[-1] if said else done.stderr[-300:])


def _only(folder: Path, pattern: str, *, what: str) -> Path:
    found = sorted(folder.glob(pattern))
    if len(found) != 1:
        raise unreachable(what, f"its client left {len(found)} archives")
    return found[0]
