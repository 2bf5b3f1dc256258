"""The sticker line: prompt set → picture → mask → matte → card → USDZ → pack.

Runs by itself (`make`); the assets in ``pipeline_assets/stickers.py`` call the same pieces one by
one. What belongs here: order, and what is particular to stickers. What does not: how any stage
works.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from maquette.batch.deliveries import Delivery, deliver, set_aside
from maquette.batch.gathers import Group, at_most, run_gather
from maquette.batch.manifests import Manifest, Row, commit, join
from maquette.batch.records import ObjectRef
from maquette.batch.runner import Runner
from maquette.batch.store import ObjectMissing, Store, checked, sha256_of
from maquette.batch.uploads import read_upload, slug, upload_key
from maquette.engines.shelf import shelf_file
from maquette.errors import EngineError, InputError, MaquetteError
from maquette.formats.credentials import signer_from_environment
from maquette.formats.usd_rules import inspect
from maquette.formats.usdz import package
from maquette.lines.prompt_sets import Item, PromptSet, items_of, read_prompt_set
from maquette.lines.showroom import batch_page, cards, kept, not_made, renew
from maquette.lines.signing import Signing
from maquette.packs import PLATFORMS
from maquette.packs.bundle import PACK, bundle
from maquette.pictures.drawings import draw
from maquette.pictures.masks import cut_out
from maquette.pictures.mattes import soften
from maquette.provenance import Provenance
from maquette.solids.cards import stand
from maquette.solids.previews import portray

LINE = "stickers"
VERSION = "1"  # of `take_in`
PACK_SIZE = 30  # what the chat platforms take at most
NO_VIEWER = "the page shows pictures only; for 3D: maquette shelf fetch model-viewer"
PACK_FIELDS = ("name", "theme", "publisher", "licence", "project", "client")


@dataclass(frozen=True)
class Finished:
    """What the line made of one batch: one manifest per asset, and where it was delivered."""

    manifests: tuple[Manifest, ...]
    delivery: Delivery


def make(runner: Runner, *, batch: str) -> Finished:
    """Run the whole line over one submitted batch."""
    sets = take_in(runner.store, batch=batch)
    images = runner.run(draw, sets).named("sticker_images")
    masks = runner.run(cut_out, images).named("sticker_masks")
    mattes = runner.run(soften, images, masks).named("sticker_mattes")
    cards = runner.run(stand, mattes).named("sticker_meshes")
    packages = runner.run_through((package, inspect, portray), cards).named("sticker_usdz")
    finished = (mattes, cards, packages)
    before = (sets, images, masks)
    packs = pack(runner, fit(runner, mattes), *finished, before=before).named("sticker_packs")
    history = (*before, *finished)
    for manifest in (*history, packs):
        commit(runner.store, manifest)
    delivery = hand_over(runner.store, packs=packs, history=history)
    return Finished((*history, packs), delivery)


def notes_of(sets: Manifest) -> tuple[str, ...]:
    """What whoever uploaded the set should be told of it."""
    packs = [row.params["pack"] for row in sets.rows if "pack" in row.params]
    return tuple(packs[0]["notes"]) if packs else ()


def take_in(store: Store, *, batch: str) -> Manifest:
    """The rows of a batch's upload; photos it names are taken into the store."""
    key = upload_key(store, line=LINE, batch=batch)
    data = read_upload(store, key)
    prompt_set = read_prompt_set(data, name=key.rpartition("/")[2])
    pack_facts: dict[str, Any] = {name: getattr(prompt_set, name) for name in PACK_FIELDS}
    pack_facts["notes"] = list(prompt_set.notes)
    rows = [_taken(store, item, key=key, pack=pack_facts) for item in items_of(prompt_set)]
    return Manifest(LINE, "prompt_sets", batch, (*rows, *_bad_rows(prompt_set)))


def _taken(store: Store, item: Item, *, key: str, pack: dict[str, Any]) -> Row:
    params: dict[str, Any] = {**item.params, "pack": pack}
    prompt, seed = str(params["prompt"]), int(params["seed"])
    if not params["picture"]:
        return Row(item.item, params, provenance=Provenance(prompt, seed))
    try:
        photo = _photo(store, str(params["picture"]), beside=key)
    except MaquetteError as trouble:
        return Row.refused(item.item, trouble, params=params)
    provenance = Provenance(prompt, seed, parents=(photo.sha256,))
    return Row(item.item, params, objects=(photo,), provenance=provenance)


def _photo(store: Store, name: str, *, beside: str) -> ObjectRef:
    """A photo uploaded beside the prompt set, kept under its checksum."""
    try:
        key = checked(f"{beside.rpartition('/')[0]}/{name}")
        data = read_upload(store, key)
    except (InputError, ObjectMissing) as trouble:
        raise InputError(
            "PICTURE_MISSING",
            f"the photo {name!r} is not beside the prompt set",
            fix="put the photo into the same folder, before the prompt set",
        ) from trouble
    suffix = slug(name.rpartition(".")[2], chars_at_most=8)
    return replace(kept(store, data, f"photo.{suffix}"), name="photo")


def _bad_rows(prompt_set: PromptSet) -> list[Row]:
    return [Row.refused(bad.id, bad.error, params={"row": bad.row}) for bad in prompt_set.bad_rows]


def pack(
    runner: Runner,
    fits: dict[str, Manifest],
    *finished: Manifest,
    before: Sequence[Manifest] = (),
) -> Manifest:
    """Packs of up to thirty finished stickers, numbered if there are several.

    The last one tells what was set aside, here or before: so one more that fails remakes one pack.
    """
    rows = join(*finished)
    facts: dict[str, Any] = rows[0].params["pack"] if rows else {}
    name = slug(str(facts.get("name", "")))
    aside = not_made(*before, *finished)
    refused = {name: _refusals(fit) for name, fit in fits.items()}

    def params(group: Group) -> dict[str, Any]:
        mine = {row.item for row in group.rows}
        return {
            "item": name if group.of == 1 else f"{name}-{group.number}",
            "pack": {**facts, "not_made": aside if group.number == group.of else []},
            "refused": {
                platform: {item: why for item, why in told.items() if item in mine}
                for platform, told in refused.items()
            },
            "number": group.number,
            "of": group.of,
        }

    viewer = _viewer(runner.store, finished[0])
    if rows and not viewer.rows:
        facts = {**facts, "notes": [*facts["notes"], NO_VIEWER]}
    extras = [*fits.values(), viewer]
    thirty = at_most(PACK_SIZE)
    return run_gather(runner, bundle, *finished, grouped=thirty, params=params, extras=extras)


def fit(runner: Runner, mattes: Manifest) -> dict[str, Manifest]:
    """Each platform's files; what does not fit one platform is set aside for that one alone."""
    fits = runner.run_beside([each.fit for each in PLATFORMS.values()], mattes)
    return dict(zip(PLATFORMS, fits, strict=True))


def _refusals(fits: Manifest) -> dict[str, str]:
    return {r.item: f"{r.reason}; {r.fix}".rstrip("; ") for r in fits.quarantined}


def _viewer(store: Store, mattes: Manifest) -> Manifest:
    """The 3D viewer of the pages as an object of every item; without it they show previews."""
    try:
        data = shelf_file("model-viewer").read_bytes()
    except EngineError:
        return replace(mattes, rows=())
    ref = replace(kept(store, data, "viewer.js"), name="viewer")
    return replace(mattes, rows=tuple(replace(row, objects=(ref,)) for row in mattes.delivered))


def hand_over(store: Store, *, packs: Manifest, history: tuple[Manifest, ...]) -> Delivery:
    """Deliver packs under readable names, say what was set aside, renew the index of all packs."""
    files = batch_page(store, packs, history=history)
    signer = signer_from_environment()
    makings = {row.item: row.provenance for manifest in history for row in manifest.delivered}
    for row in packs.delivered:
        mine = {ref.name: ref for ref in row.objects}
        if signer is not None:
            mine = Signing(store, signer, makings).pack(mine, whole=PACK)
        for name, ref in mine.items():
            files[f"{row.item}.zip" if name == PACK else f"{row.item}/{name}"] = ref
    aside = set_aside(store, (*history, packs))
    key = upload_key(store, line=LINE, batch=packs.batch)
    about = {
        "line": LINE,
        "batch": packs.batch,
        "upload": {"key": key, "sha256": sha256_of(read_upload(store, key))},
        "packs": cards(packs),
        "set_aside": aside,
    }
    delivery = deliver(store, line=LINE, batch=packs.batch, files=files, about=about)
    renew(store)
    return delivery
