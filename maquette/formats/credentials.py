"""Content Credentials: a signed C2PA manifest in a PNG or JPEG, through the package c2pa-python.

A signature covers every byte, so it comes last, and it holds a salt and, with most keys, a random
number, so no two are alike: recipes stay unsigned, and what is handed over is signed. What
belongs here: the manifest, the signature, the keys. What does not: which files are signed.
"""

from __future__ import annotations

import io
import os
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any

from maquette.errors import ToolError
from maquette.formats.imprint import MAKER
from maquette.provenance import Provenance

CERTIFICATE, KEY = "MAQUETTE_C2PA_CERTIFICATE", "MAQUETTE_C2PA_KEY"
MEDIA_TYPES = {"png": "image/png", "jpg": "image/jpeg"}
CURVES = {"secp256r1": "es256", "secp384r1": "es384", "secp521r1": "es512"}
# nothing is fetched, neither manifests nor revocation lists; a thumbnail would double a preview
SETTINGS = {
    "verify": {"remote_manifest_fetch": False, "ocsp_fetch": False},
    "builder": {"thumbnail": {"enabled": False}},
}


@dataclass(frozen=True)
class Signer:
    """Who signs.

    Attributes:
        chain_pem: the signer's certificate, then those above it.
        key_pem: its private key, PKCS #8, never shown.
        algorithm: as C2PA names it: ``es256``.
    """

    chain_pem: bytes
    key_pem: bytes = field(repr=False)
    algorithm: str


def signer_from_environment() -> Signer | None:
    """The signer whose certificate and key are configured, or None where nobody signs."""
    paths = [os.environ.get(name, "") for name in (CERTIFICATE, KEY)]
    if not any(paths):
        return None
    if not all(paths):
        missing = CERTIFICATE if not paths[0] else KEY
        raise ToolError("SIGNING_SETTINGS", f"{missing} is not set", fix="set both, or neither")
    _library()  # tells now, not after the work, that it is not installed
    chain, key = (_read(Path(path)) for path in paths)
    return read_signer(chain, key)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as trouble:
        raise ToolError(
            "SIGNING_SETTINGS",
            f"{path} cannot be read: {trouble.strerror}",
            fix=f"{CERTIFICATE} and {KEY} are paths of PEM files",
        ) from trouble


def read_signer(chain_pem: bytes, key_pem: bytes) -> Signer:
    """A signer of a PEM chain and an unencrypted PEM key."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

    try:
        key = serialization.load_pem_private_key(key_pem, password=None)
    except (ValueError, TypeError) as trouble:
        raise _unusable(f"the key cannot be read: {trouble}"[:200]) from trouble
    if isinstance(key, ec.EllipticCurvePrivateKey) and key.curve.name in CURVES:
        algorithm = CURVES[key.curve.name]
    elif isinstance(key, ed25519.Ed25519PrivateKey):
        algorithm = "ed25519"
    elif isinstance(key, rsa.RSAPrivateKey):
        algorithm = "ps256"
    else:
        raise _unusable(f"C2PA does not sign with {type(key).__name__}")
    # the form of other tools ("EC PRIVATE KEY") is not read by the library
    plain = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return Signer(chain_pem, plain, algorithm)


def _unusable(why: str) -> ToolError:
    return ToolError(
        "SIGNING_SETTINGS", why, fix="use an unencrypted EC, Ed25519 or RSA key in PEM"
    )


def sign(data: bytes, *, suffix: str, provenance: Provenance, signer: Signer) -> bytes:
    """The same picture, signed; pixels and all other metadata stay as they are.

    Args:
        data: a finished PNG or JPEG: nothing may be changed afterwards.
        suffix: ``png`` or ``jpg``.
        provenance: with its digital source type, which C2PA insists on.
        signer: whose word it is.
    """
    c2pa = _library()
    if not provenance.source_type:
        raise ToolError(
            "SIGNING_FAILED",
            "C2PA wants to be told how a picture came about, and its provenance does not say",
            fix="give its provenance an IPTC digital source type",
        )
    told, out = _manifest(provenance), io.BytesIO()
    try:
        info = c2pa.C2paSignerInfo(
            signer.algorithm.encode(), signer.chain_pem, signer.key_pem, None
        )
        with c2pa.Context.from_dict(SETTINGS) as context, c2pa.Signer.from_info(info) as pen:
            builder = c2pa.Builder(told, context)
            builder.sign(pen, MEDIA_TYPES[suffix], io.BytesIO(data), out)
    except c2pa.C2paError as refused:
        raise ToolError(
            "SIGNING_FAILED",
            f"the picture could not be signed: {refused}"[:300],
            fix="the certificate must be valid now, for signing, and fit the key",
        ) from refused
    return out.getvalue()


def _library() -> Any:
    try:
        import c2pa
    except (ImportError, OSError) as missing:
        raise ToolError(
            "SIGNING_NOT_INSTALLED",
            f"{CERTIFICATE} is set, but c2pa-python is not here: {missing}"[:200],
            fix="pip install 'maquette[c2pa]'",
        ) from missing
    return c2pa


def _manifest(provenance: Provenance) -> dict[str, Any]:
    """What is claimed: that we made it, and how; no ingredients."""
    maker = {"name": MAKER, "version": metadata.version(MAKER)}
    action = {
        "action": "c2pa.created",
        "softwareAgent": maker,
        "digitalSourceType": provenance.source_type,
    }
    return {
        "claim_generator_info": [maker],
        "ingredients": [],
        "assertions": [{"label": "c2pa.actions.v2", "data": {"actions": [action]}}],
    }
