"""The plain loop: what a good script would be, over the same functions as the sticker line.

It makes one sticker after another in a pool as wide as the runner's, keeps what it needs in
memory and writes finished files. It knows no records, no re-runs and no quarantine: what those
cost is the difference. What belongs here: the loop. What does not: figures.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.figures import stopwatch
from maquette.batch.stages import Made, Member
from maquette.engines import make as make_engine
from maquette.engines.shelf import shelf_file
from maquette.formats import CODECS
from maquette.formats.usd_rules import inspect
from maquette.formats.usdz import package
from maquette.lines.prompt_sets import Item, items_of, read_prompt_set
from maquette.lines.stickers import PACK_SIZE
from maquette.packs import PLATFORMS
from maquette.packs.bundle import FOLDERS, bundle
from maquette.pictures.drawings import draw
from maquette.pictures.masks import cut_out
from maquette.pictures.mattes import soften
from maquette.provenance import Provenance
from maquette.solids.cards import stand
from maquette.solids.previews import portray
from maquette.types import File, Picture


def plain_loop(upload: bytes, out: Path, *, engine: str) -> float:
    """Make the same stickers and packs with the same functions; returns the seconds it took."""
    items = items_of(read_prompt_set(upload, name="bench.csv"))
    for folder in (*FOLDERS.values(), *PLATFORMS, "packs"):
        (out / folder).mkdir(parents=True, exist_ok=True)
    with stopwatch() as seconds:
        engines = _Engines.of(engine)
        with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
            members = list(pool.map(lambda item: _one(item, engines, out=out), items))
        for number, first in enumerate(range(0, len(members), PACK_SIZE), start=1):
            _pack(members[first : first + PACK_SIZE], number=number, out=out)
        engines.close()
    return seconds[0]


@dataclass(frozen=True)
class _Engines:
    generator: Any
    segmenter: Any
    matter: Any

    @classmethod
    def of(cls, engine: str) -> _Engines:
        return cls(
            make_engine(engine, role="ImageGenerator"),
            make_engine("u2netp", role="Segmenter"),
            make_engine("guided", role="Matter"),
        )

    def close(self) -> None:
        for engine in (self.generator, self.segmenter, self.matter):
            engine.close()


def _one(item: Item, engines: _Engines, *, out: Path) -> Member:
    """One sticker, from its prompt to four files."""
    p = item.params
    provenance = Provenance(str(p["prompt"]), int(p["seed"]))
    batched = {name: [p[name]] for name in ("prompt", "style", "resolution", "seed", "copy")}
    drawn = _good(draw([None], generator=engines.generator, **batched)[0])
    picture: Picture = drawn.outputs["picture"]
    native = [bool(drawn.params["native_alpha"])]
    mask = _good(cut_out([picture], segmenter=engines.segmenter, native_alpha=native)[0])
    matte = soften(picture, mask, matter=engines.matter, native_alpha=native[0])
    card = stand(matte.outputs["cutout"], geometry=p["geometry"], scale=p["scale"])
    usdz = package(card.outputs["card"], provenance=provenance, anchor_type=p["anchor_type"])
    inspect(usdz.outputs["usdz"])
    made = {**matte.outputs, **card.outputs, **usdz.outputs}
    made["preview"] = portray(card.outputs["card"])
    paths = {
        name: _written(made[name], out / FOLDERS[name] / item.item, provenance) for name in FOLDERS
    }
    for name, platform in PLATFORMS.items():
        fitted = platform.fit(matte.outputs["cutout"], motion=p["motion"]).outputs[name]
        paths[name] = _written(fitted, out / name / item.item, provenance)
    paths["viewer"] = shelf_file("model-viewer")
    return _member(item, paths, scores=card.scores, provenance=provenance)


def _good(made: Any) -> Any:
    if isinstance(made, Exception):
        raise made
    return made


def _written(value: Any, stem: Path, provenance: Provenance) -> Path:
    if isinstance(value, File):
        data, suffix = value.data, value.suffix
    else:
        codec = CODECS[type(value)]
        data, suffix = codec.encode(value, provenance), codec.suffix
    path = stem.with_name(f"{stem.name}.{suffix}")
    path.write_bytes(data)
    return path


def _member(
    item: Item, paths: dict[str, Path], *, scores: dict[str, float], provenance: Provenance
) -> Member:
    return Member(
        item=item.item,
        params=item.params,
        provenance=provenance,
        notes=(),
        scores=scores,
        files={name: (path.suffix[1:], path.stat().st_size) for name, path in paths.items()},
        read=lambda name: paths[name].read_bytes(),
        load=lambda name, kind: CODECS[kind].decode(paths[name].read_bytes()),
    )


def _pack(members: Sequence[Member], *, number: int, out: Path) -> None:
    facts = {"name": "bench"}
    made: Made = bundle(members, item=f"bench-{number}", pack=facts, refused={}, number=number)
    for name, file in made.outputs.items():
        path = out / "packs" / str(number) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.data)
