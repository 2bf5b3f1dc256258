"""The table of codecs: every type comes back as it was, and bytes depend on nothing else."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from maquette.formats import CODECS
from maquette.provenance import Provenance
from maquette.solids.cards import stand
from maquette.splines.model import ShotShapes
from maquette.types import Alpha, Animation, Face, File, Mask, Matte, Mesh, Picture
from tests import zoo

VALUES = {
    "see-through picture": zoo.ball(),
    "opaque picture": zoo.sheet(),
    "mask": zoo.mask(),
    "matte": zoo.matte(),
    "alpha": Alpha(np.arange(12, dtype=np.float32).reshape(3, 4) * 5957 / np.float32(65535)),
    "die-cut": stand(zoo.ring()).outputs["card"],
    "plane": stand(zoo.ring(), geometry="plane").outputs["card"],
}


@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
def test_values_come_back(value):
    """Decoding what was encoded gives the same value, to the last bit."""
    codec = CODECS[type(value)]
    back = codec.decode(codec.encode(value, zoo.provenance()))
    for name, expected in vars(value).items():
        assert np.array_equal(expected, getattr(back, name)), name


def test_every_type_of_the_store_has_a_codec():
    """Nothing that a stage can make is missing from the table."""
    kinds = {Picture, Mask, Matte, Alpha, ShotShapes, Face, Mesh, Animation, File}
    assert kinds == set(CODECS)


def test_files_are_left_alone():
    """A finished file is stored as it is."""
    encoded = CODECS[File].encode(File(b"PK", "usdz"), Provenance())
    assert (b"PK", b"PK") == (encoded, CODECS[File].decode(encoded).data)


def all_digests() -> str:
    """One line of digests of everything we write."""
    from maquette.formats.usdz import package

    made = [CODECS[type(v)].encode(v, zoo.provenance()) for v in VALUES.values()]
    card = VALUES["die-cut"]
    made.append(package(card, provenance=zoo.provenance()).outputs["usdz"].data)
    return " ".join(hashlib.sha256(data).hexdigest()[:16] for data in made)


def test_bytes_are_the_same_in_every_process():
    """Two processes with different hash seeds write the same bytes as this one."""
    root = Path(__file__).parents[2]
    code = "import runpy; print(runpy.run_path('tests/formats/test_codecs.py')['all_digests']())"
    seen = {all_digests()}
    for seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(root)}
        done = subprocess.run(
            [sys.executable, "-c", code],
            cwd=root,
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
        seen.add(done.stdout.strip())
    assert 1 == len(seen)
