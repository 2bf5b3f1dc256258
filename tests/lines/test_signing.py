"""Signing a delivery: pictures are signed once per certificate, also within the pack's zip."""

import io
import json
import zipfile

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from maquette.batch.store import FolderStore
from maquette.formats.credentials import read_signer
from maquette.formats.png import write_picture
from maquette.lines.showroom import kept
from maquette.lines.signing import Signing
from maquette.packs.folders import zipped
from tests import zoo
from tests.certificates import credentials_of, key_bytes

c2pa = pytest.importorskip("c2pa", reason="the extra c2pa is not installed")
PNG = write_picture(zoo.ball(), zoo.provenance())


def signer():
    """Who signs, by a new key."""
    key = ec.generate_private_key(ec.SECP256R1())
    return read_signer(credentials_of(key), key_bytes(key))


@pytest.fixture
def store(tmp_path):
    """An empty store."""
    return FolderStore(tmp_path)


@pytest.fixture
def files(store):
    """A pack of one sticker, loose and zipped."""
    pack = {"png/cat.png": PNG, "usdz/cat.usdz": b"solid", "signal/cat.png": PNG}
    refs = {path: kept(store, data, path) for path, data in pack.items()}
    return {**refs, "pack.zip": kept(store, zipped(pack), "pack.zip")}


def is_signed(data):
    """Whether a picture carries credentials that verify."""
    try:
        with c2pa.Reader("image/png", io.BytesIO(data)) as reader:
            return json.loads(reader.json())["validation_state"] in ("Valid", "Trusted")
    except c2pa.C2paError:
        return False


def test_pictures_of_a_pack_are_signed_and_nothing_else(store, files):
    """The cut-out is, loose and in the zip; solids and the platforms' own files are not."""
    signed = Signing(store, signer(), {"cat": zoo.provenance()}).pack(files, whole="pack.zip")
    assert is_signed(store.get(signed["png/cat.png"].key))
    assert files["usdz/cat.usdz"] == signed["usdz/cat.usdz"]
    assert files["signal/cat.png"] == signed["signal/cat.png"]
    with zipfile.ZipFile(io.BytesIO(store.get(signed["pack.zip"].key))) as pack:
        assert is_signed(pack.read("png/cat.png"))
        assert PNG == pack.read("signal/cat.png")


def test_an_unchanged_pack_is_not_signed_again(store, files):
    """Signatures differ each time, so the first one is handed over again."""
    who = signer()
    first = Signing(store, who, {"cat": zoo.provenance()}).pack(files, whole="pack.zip")
    assert first == Signing(store, who, {"cat": zoo.provenance()}).pack(files, whole="pack.zip")


def test_another_certificate_signs_anew(store, files):
    """What one signer signed is not handed over as another's."""
    one, other = (
        Signing(store, signer(), {"cat": zoo.provenance()}).pack(files, whole="pack.zip")
        for _ in range(2)
    )
    assert one["png/cat.png"] != other["png/cat.png"]
