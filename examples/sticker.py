"""One sticker without Dagster: words in, USDZ out."""

from pathlib import Path

from maquette.engines import make
from maquette.formats.usdz import package
from maquette.pictures.mattes import centred
from maquette.provenance import Provenance
from maquette.roles import ImageRequest
from maquette.solids.cards import stand

composer = make("composer", role="ImageGenerator")
(made,) = composer.generate([ImageRequest("a happy corgi in a party hat", "cartoon", 512, seed=7)])
card = stand(centred(made.picture)).outputs["card"]
usdz = package(card, provenance=Provenance()).outputs["usdz"]
Path("corgi.usdz").write_bytes(usdz.data)
