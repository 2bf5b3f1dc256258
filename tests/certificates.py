"""A test authority and the certificates it gives: C2PA refuses self-signed ones."""

from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

PEM = serialization.Encoding.PEM
LIFE = timedelta(days=2)
USES = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment")
USES += ("key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only")


def name(words):
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Test"),
            x509.NameAttribute(NameOID.COMMON_NAME, words),
        ]
    )


def certificate(words, key, *, issuer, issuer_key, ends_at=None):
    """A certificate as C2PA's profile wants it: version 3, its uses told."""
    now = datetime.now(UTC)
    is_root = words == issuer
    allowed = ("key_cert_sign", "crl_sign") if is_root else ("digital_signature",)
    usage = x509.KeyUsage(**{use: use in allowed for use in USES})
    authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key())
    made = (
        x509.CertificateBuilder()
        .subject_name(name(words))
        .issuer_name(name(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - 2 * LIFE)
        .not_valid_after(ends_at or now + LIFE)
        .add_extension(x509.BasicConstraints(ca=is_root, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(authority, critical=False)
    )
    if not is_root:
        purpose = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION])
        made = made.add_extension(purpose, critical=False)
    return made.sign(issuer_key, hashes.SHA256()).public_bytes(PEM)


def key_bytes(key, form=serialization.PrivateFormat.PKCS8, secret=None):
    kind = serialization.BestAvailableEncryption(secret) if secret else None
    return key.private_bytes(PEM, form, kind or serialization.NoEncryption())


def credentials_of(key, *, ends_at=None):
    """A certificate of a new authority for a key, and that authority's own: PEM."""
    root_key = ec.generate_private_key(ec.SECP256R1())
    root = certificate("Root", root_key, issuer="Root", issuer_key=root_key)
    signers = certificate("Signer", key, issuer="Root", issuer_key=root_key, ends_at=ends_at)
    return signers + root
