"""Signing what is handed over: pictures get Content Credentials where a certificate is configured.

No two signatures are alike, so recipes stay unsigned; what was signed for one certificate is kept
and handed over again, so an unchanged batch has unchanged deliveries. What belongs here: which
files are signed, once. What does not: how (`maquette.formats.credentials`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

from maquette.batch.records import ObjectRef, checked_blob, record_key
from maquette.batch.store import ObjectMissing, Store
from maquette.formats.credentials import MEDIA_TYPES, Signer, sign
from maquette.lines.showroom import kept
from maquette.packs.folders import unzipped, zipped
from maquette.provenance import COMPOSED, Provenance

SIGNED_FOLDERS = ("png", "preview")


@dataclass(frozen=True)
class Signing:
    """One certificate over one store.

    Attributes:
        makings: sticker -> how it was made, which the credentials repeat.
    """

    store: Store
    signer: Signer
    makings: Mapping[str, Provenance]

    def pack(self, files: Mapping[str, ObjectRef], *, whole: str) -> dict[str, ObjectRef]:
        """A pack's files with its pictures signed, also those in its zip, which is ``whole``."""
        signed = {path: self._once(path, ref) for path, ref in files.items() if path != whole}
        if whole in files:
            signed[whole] = self._zip(files[whole])
        return signed

    def _once(self, path: str, ref: ObjectRef) -> ObjectRef:
        """The signed file, from the last time if there was one; others as they are."""
        if (making := self._making(path)) is None:
            return ref
        key = self._key(ref)
        try:
            return ObjectRef(**json.loads(self.store.get(key)))
        except ObjectMissing:
            data = self._signed(path, checked_blob(self.store, ref), making)
            return self._remember(key, kept(self.store, data, path))

    def _zip(self, ref: ObjectRef) -> ObjectRef:
        key = self._key(ref)
        try:
            return ObjectRef(**json.loads(self.store.get(key)))
        except ObjectMissing:
            files = unzipped(checked_blob(self.store, ref))
            for path, data in files.items():
                if (making := self._making(path)) is not None:
                    files[path] = self._signed(path, data, making)
            return self._remember(key, kept(self.store, zipped(files), ref.name))

    def _making(self, path: str) -> Provenance | None:
        folder, _, name = path.rpartition("/")
        stem, _, suffix = name.rpartition(".")
        if suffix not in MEDIA_TYPES:
            return None
        if path == "sheet.jpg":
            return Provenance(source_type=COMPOSED)
        return self.makings.get(stem) if folder in SIGNED_FOLDERS else None

    def _signed(self, path: str, data: bytes, making: Provenance) -> bytes:
        suffix = path.rpartition(".")[2]
        return sign(data, suffix=suffix, provenance=making, signer=self.signer)

    def _key(self, ref: ObjectRef) -> str:
        whose = hashlib.sha256(self.signer.chain_pem).hexdigest()
        return record_key("sign", hashlib.sha256(f"{whose}{ref.sha256}".encode()).hexdigest()[:40])

    def _remember(self, key: str, ref: ObjectRef) -> ObjectRef:
        self.store.put(key, json.dumps(vars(ref), sort_keys=True).encode())
        return ref
