"""Orders of figurines with all that a line leaves of them, and a search for what is left.

No face is needed to see whether one is forgotten: a photo is noise, which nothing else looks like.
"""

from __future__ import annotations

import io
import json
import struct
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl
from PIL import Image

from maquette.batch.bucket import BucketStore
from maquette.batch.deliveries import deliver, set_aside
from maquette.batch.manifests import Manifest, Row, commit
from maquette.batch.private import private_store
from maquette.batch.records import ObjectRef, Record, write_record
from maquette.batch.store import FolderStore, Store
from maquette.batch.taking import take
from maquette.batch.uploads import batch_of, write_ticket
from maquette.lines.showroom import kept

ASSETS = ("face_photos", "face_styles", "figurines", "figurine_files")
SIDE_PX = 48
ORDER = """\
name: {name} of the Marigolds
photo: {photo}
consent: {consent}
text: for {name}
"""


@dataclass(frozen=True)
class Person:
    """Somebody with a photo, and an order of it."""

    name: str
    photo_name: str = ""  # beside the order
    place: str = "inbox/faces/"
    consent: str = "yes"
    more: str = ""  # lines of the order
    seed: int = 0  # of the photo; equal ones are one photo

    @property
    def key(self) -> str:
        """Of the order file."""
        return f"{self.place}{self.name.lower()}.yaml"

    @property
    def batch(self) -> str:
        """What the order becomes."""
        return batch_of(self.key)

    @property
    def photo_key(self) -> str:
        """Of the photo beside it."""
        return f"{self.place}{self.photo_name or f'{self.name.lower()}.png'}"

    @property
    def order(self) -> bytes:
        """The order file."""
        photo = self.photo_key.rpartition("/")[2]
        text = ORDER.format(name=self.name, photo=photo, consent=self.consent)
        return (text + self.more).encode()

    @property
    def rgb(self) -> np.ndarray:
        """The photo's pixels."""
        seed = self.seed or sum(self.name.encode())
        return np.random.default_rng(seed).integers(0, 256, (SIDE_PX, SIDE_PX, 3), np.uint8)

    @property
    def photo(self) -> bytes:
        """The photo as a file."""
        return png(self.rgb)

    @property
    def cutout(self) -> np.ndarray:
        """Half of it is left."""
        alpha = np.tile(np.where(np.arange(SIDE_PX) < SIDE_PX // 2, 255, 0), (SIDE_PX, 1))
        return np.dstack([self.rgb, alpha.astype(np.uint8)])

    @property
    def marks(self) -> dict[str, bytes]:
        """What must not be found any more, by what it is."""
        return {
            "photo, as a file": self.photo[200:264],
            "photo, its pixels": self.rgb[7].tobytes(),
            "cut-out, as a file": png(self.cutout)[200:264],
            "cut-out, its pixels": self.cutout[7].tobytes(),
            "order": f"{self.name} of the Marigolds".encode(),
            "batch": self.batch.encode(),
        }


def png(pixels: np.ndarray) -> bytes:
    """A picture as a file."""
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "PNG")
    return out.getvalue()


def glb(texture: bytes) -> bytes:
    """A binary glTF that holds nothing but a picture."""
    about = {"images": [{"bufferView": 0}], "bufferViews": [{"byteLength": len(texture)}]}
    words = json.dumps(about).encode()
    words += b" " * (-len(words) % 4)
    body = texture + bytes(-len(texture) % 4)
    chunks = struct.pack("<I4s", len(words), b"JSON") + words
    chunks += struct.pack("<I4s", len(body), b"BIN\0") + body
    return struct.pack("<4sII", b"glTF", 2, 12 + len(chunks)) + chunks


def zipped(name: str, data: bytes) -> bytes:
    """A compressed archive of one file, as a USDZ or a 3MF is one."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return out.getvalue()


def placed(store: Store, person: Person) -> str:
    """Upload an order and its photo, and note the ticket; returns the batch."""
    store.put(person.photo_key, person.photo)
    store.put(person.key, person.order)
    return write_ticket(store, line="figurines", key=person.key)


def made(store: Store, person: Person) -> str:
    """Leave all that a line leaves: objects, records, manifests with their history, a delivery."""
    batch = placed(store, person)
    private = private_store(store, batch)
    photo = take(private, person.photo_key, name="photo")
    cutout = kept(private, png(person.cutout), "cutout.png")
    solid = kept(private, glb(png(person.cutout)), "figure.glb")
    packed = kept(private, zipped("texture.png", png(person.cutout)), "figure.usdz")
    objects = (photo, cutout, solid, packed)
    words = f"{person.name} of the Marigolds"
    write_record(private, Record("r" * 40, "cut_head", "1", objects=objects, notes=(words,)))
    return _told(private, person, objects)


def _told(store: Store, person: Person, objects: tuple[ObjectRef, ...]) -> str:
    batch, words = person.batch, f"{person.name} of the Marigolds"
    history: list[Manifest] = []
    for asset in ASSETS:
        for size in (1, len(objects)):  # of the first run, and of a second one
            row = Row(person.name, {"title": words}, objects[:size])
            lost = Row(f"{words}, too", code="TOO_DARK", reason=f"{words} stands in the dark")
            history.append(Manifest("figurines", asset, batch, (row, lost)))
            commit(store, history[-1])
    about = {"batch": batch, "set_aside": set_aside(store, history[-1:]), "title": words}
    names = ("photo.png", "cutout.png", "figure.glb", "figure.usdz")
    files = {f"{person.name}/{name}": ref for name, ref in zip(names, objects, strict=True)}
    deliver(store, line="figurines", batch=batch, files=files, about=about)
    alert = {"job": "make_figurines", "batch": batch, "reason": f"{words} failed"}
    store.put(f"alerts/2026-11-20/09/{sum(words.encode())}.json", json.dumps(alert).encode())
    return batch


def found(store: Store, person: Person) -> set[str]:
    """Which marks of a person are found in a store: in its bytes, in names, in what it packs."""
    hay = [piece for name, data in everything(store) for piece in _unpacked(name, data)]
    return {what for what, mark in person.marks.items() if any(mark in piece for piece in hay)}


def everything(store: Store) -> Iterator[tuple[str, bytes]]:
    """Every file below the folder, or every version in the bucket, listed by the store or not."""
    if isinstance(store, FolderStore):
        for path in store.root.rglob("*"):
            name = path.relative_to(store.root).as_posix()
            yield name, path.read_bytes() if path.is_file() else b""
    elif isinstance(store, BucketStore):
        client = store._client
        told = client.list_object_versions(Bucket=store.bucket, Prefix=store.prefix)
        assert not told["IsTruncated"]
        for one in told.get("Versions", ()):
            at = {"Bucket": store.bucket, "Key": one["Key"], "VersionId": one["VersionId"]}
            yield one["Key"], client.get_object(**at)["Body"].read()
        for one in told.get("DeleteMarkers", ()):
            yield one["Key"], b""


def _unpacked(name: str, data: bytes) -> Iterator[bytes]:
    """The bytes, and what they hold once they are read by their kind."""
    yield name.encode()
    yield data
    if data[:4] == b"glTF":
        start = 20 + struct.unpack_from("<I", data, 12)[0]
        yield from _unpacked("", data[start + 8 :])
    elif data[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for member in archive.namelist():
                yield from _unpacked(member, archive.read(member))
    elif data[:4] == b"PAR1":
        yield repr(pl.read_parquet(io.BytesIO(data)).to_dicts()).encode()
    elif data[:4] == b"\x89PNG":
        yield np.asarray(Image.open(io.BytesIO(data))).tobytes()
