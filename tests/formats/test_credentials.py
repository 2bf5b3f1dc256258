"""Content Credentials: what is signed can be verified, and nothing else changes."""

import io
import json
import sys
from datetime import UTC, datetime

import cv2
import numpy as np
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519
from PIL import Image

from maquette.errors import ToolError
from maquette.formats import credentials
from maquette.formats.credentials import (
    CERTIFICATE,
    KEY,
    read_signer,
    sign,
    signer_from_environment,
)
from maquette.formats.png import write_picture
from maquette.provenance import COMPOSED, Provenance
from tests import zoo
from tests.certificates import LIFE, credentials_of, key_bytes


@pytest.fixture(scope="module")
def key():
    """An ES256 key."""
    return ec.generate_private_key(ec.SECP256R1())


@pytest.fixture(scope="module")
def signer(key):
    """Who signs here."""
    pytest.importorskip("c2pa", reason="the extra c2pa is not installed")
    return read_signer(credentials_of(key), key_bytes(key))


def jpeg():
    rgb = np.ascontiguousarray(zoo.sheet().rgba[..., :3])
    return bytes(cv2.imencode(".jpg", rgb)[1])


def read(data, media_type):
    import c2pa

    with c2pa.Reader(media_type, io.BytesIO(data)) as reader:
        return json.loads(reader.json())


def pixels(data):
    with Image.open(io.BytesIO(data)) as picture:
        return np.asarray(picture)


SAMPLES = {
    "png": (write_picture(zoo.ball(), zoo.provenance()), "png", "image/png"),
    "jpg": (jpeg(), "jpg", "image/jpeg"),
}


@pytest.mark.parametrize(("data", "suffix", "media_type"), SAMPLES.values(), ids=SAMPLES)
def test_signed_pictures_verify(signer, data, suffix, media_type):
    """The signature holds; only trust is missing, since nobody knows the test's authority."""
    signed = sign(data, suffix=suffix, provenance=zoo.provenance(), signer=signer)
    told = read(signed, media_type)
    assert "Valid" == told["validation_state"]
    assert {"signingCredential.untrusted"} == {s["code"] for s in told["validation_status"]}
    np.testing.assert_array_equal(pixels(data), pixels(signed))
    assert len(signed) < len(data) + 16_000


def test_the_claim_says_how_it_was_made(signer):
    """The generator is ours, the action says created and by what kind of source."""
    data, suffix, media_type = SAMPLES["png"]
    told = read(sign(data, suffix=suffix, provenance=zoo.provenance(), signer=signer), media_type)
    manifest = told["manifests"][told["active_manifest"]]
    (actions,) = [a for a in manifest["assertions"] if a["label"].startswith("c2pa.actions")]
    (action,) = actions["data"]["actions"]
    assert "maquette" == manifest["claim_generator_info"][0]["name"]
    assert ("c2pa.created", COMPOSED) == (action["action"], action["digitalSourceType"])
    assert not manifest.get("ingredients")


def test_an_unknown_source_is_refused(signer):
    """What does not say where it came from cannot be claimed."""
    data, suffix, _ = SAMPLES["png"]
    with pytest.raises(ToolError, match=r"SIGNING_FAILED.*how a picture came about"):
        sign(data, suffix=suffix, provenance=Provenance(), signer=signer)


def test_other_metadata_stays(signer):
    """The text chunks and the XMP packet are as they were."""
    data, suffix, _ = SAMPLES["png"]
    signed = sign(data, suffix=suffix, provenance=zoo.provenance(), signer=signer)
    before, after = (Image.open(io.BytesIO(each)) for each in (data, signed))
    assert before.text == after.text
    assert "DigitalSourceType" in after.text


def test_a_changed_byte_is_noticed(signer):
    """Metadata that is added afterwards breaks the seal: signing comes last."""
    data, suffix, media_type = SAMPLES["png"]
    signed = sign(data, suffix=suffix, provenance=zoo.provenance(), signer=signer)
    place = signed.index(b"a round cat")
    changed = signed[:place] + b"a quick cat" + signed[place + 11 :]
    assert "Invalid" == read(changed, media_type)["validation_state"]


def test_an_expired_certificate_is_refused(key):
    """A signature that nobody would accept is not made."""
    pytest.importorskip("c2pa", reason="the extra c2pa is not installed")
    ended = credentials_of(key, ends_at=datetime.now(UTC) - LIFE)
    expired = read_signer(ended, key_bytes(key))
    data, suffix, _ = SAMPLES["png"]
    with pytest.raises(ToolError, match="SIGNING_FAILED"):
        sign(data, suffix=suffix, provenance=zoo.provenance(), signer=expired)


def test_a_key_of_another_form_is_understood(signer, key):
    """``BEGIN EC PRIVATE KEY``, as openssl writes it, works as well."""
    form = serialization.PrivateFormat.TraditionalOpenSSL
    other = read_signer(signer.chain_pem, key_bytes(key, form))
    assert signer == other
    assert "PRIVATE KEY" not in repr(other)


@pytest.mark.parametrize(
    ("made", "algorithm"),
    [
        pytest.param(ec.generate_private_key(ec.SECP384R1()), "es384", id="P-384"),
        pytest.param(ed25519.Ed25519PrivateKey.generate(), "ed25519", id="Ed25519"),
    ],
)
def test_the_algorithm_follows_from_the_key(made, algorithm):
    """Nobody has to configure it."""
    assert algorithm == read_signer(b"", key_bytes(made)).algorithm


@pytest.mark.parametrize(
    "pem",
    [
        pytest.param(b"no key", id="no key"),
        pytest.param(key_bytes(dsa.generate_private_key(2048)), id="DSA"),
        pytest.param(key_bytes(ed25519.Ed25519PrivateKey.generate(), secret=b"x"), id="locked"),
    ],
)
def test_unusable_keys_are_refused(pem):
    """What C2PA does not sign with, or cannot be opened, is told at once."""
    with pytest.raises(ToolError, match="SIGNING_SETTINGS"):
        read_signer(b"", pem)


def test_the_environment_decides(signer, key, tmp_path, monkeypatch):
    """Both variables make a signer, none makes none, one is an error, and so is a wrong path."""
    chain, secret = tmp_path / "chain.pem", tmp_path / "key.pem"
    chain.write_bytes(signer.chain_pem)
    secret.write_bytes(key_bytes(key))
    for variable in (CERTIFICATE, KEY):
        monkeypatch.delenv(variable, raising=False)
    assert signer_from_environment() is None
    monkeypatch.setenv(CERTIFICATE, str(chain))
    with pytest.raises(ToolError, match=f"SIGNING_SETTINGS: {KEY} is not set"):
        signer_from_environment()
    monkeypatch.setenv(KEY, str(secret))
    assert signer == signer_from_environment()
    monkeypatch.setenv(KEY, str(tmp_path / "none.pem"))
    with pytest.raises(ToolError, match="cannot be read"):
        signer_from_environment()


def test_a_missing_package_is_named(tmp_path, monkeypatch):
    """Whoever configures signing without the extra is told which one."""
    monkeypatch.setitem(sys.modules, "c2pa", None)
    monkeypatch.setenv(CERTIFICATE, str(tmp_path))
    monkeypatch.setenv(KEY, str(tmp_path))
    with pytest.raises(ToolError, match="SIGNING_NOT_INSTALLED"):
        credentials.signer_from_environment()
