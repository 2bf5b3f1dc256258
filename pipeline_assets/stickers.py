"""Stickers: from a prompt set to AR-ready packs, asset by asset in pipeline order."""

import dagster as dg

from maquette.batch.manifests import Manifest
from maquette.batch.stages import version_of
from maquette.formats.usd_rules import inspect
from maquette.formats.usdz import package
from maquette.lines import stickers as line
from maquette.packs import PLATFORMS
from maquette.packs.bundle import bundle
from maquette.pictures.drawings import draw
from maquette.pictures.masks import cut_out
from maquette.pictures.mattes import soften
from maquette.solids.cards import stand
from maquette.solids.previews import portray
from pipeline_assets.partitions import BATCHES
from pipeline_assets.stages import Stages
from pipeline_assets.uploads import uploaded_prompts
from resources.coded import coded

FITS = tuple(platform.fit for platform in PLATFORMS.values())
COMMON = {
    "partitions_def": BATCHES["stickers"],
    "group_name": "stickers",
    "owners": ["team:stickers"],
    "retry_policy": dg.RetryPolicy(max_retries=2, delay=5, backoff=dg.Backoff.EXPONENTIAL),
}


@dg.asset(**COMMON, kinds={"yaml"}, code_version=line.VERSION, deps=[uploaded_prompts])
def prompt_sets(context: dg.AssetExecutionContext, stages: dg.ResourceParam[Stages]) -> Manifest:
    """The rows of an uploaded prompt set, checked field by field."""
    with coded():
        rows = line.take_in(stages.store, batch=context.partition_key)
    return stages.report(rows, notes=line.notes_of(rows))


@dg.asset(**COMMON, kinds={"png"}, code_version=version_of(draw), pool="gpu")
def sticker_images(stages: dg.ResourceParam[Stages], prompt_sets: Manifest) -> Manifest:
    """Pictures drawn from the prompts, or uploaded photos opened safely."""
    return stages.run(draw, on=(prompt_sets,), sheet="picture")


@dg.asset(**COMMON, kinds={"png"}, code_version=version_of(cut_out), pool="gpu")
def sticker_masks(stages: dg.ResourceParam[Stages], sticker_images: Manifest) -> Manifest:
    """Which pixels belong to the subject."""
    return stages.run(cut_out, on=(sticker_images,), sheet="mask")


@dg.asset(**COMMON, kinds={"png"}, code_version=version_of(soften), pool="gpu")
def sticker_mattes(
    stages: dg.ResourceParam[Stages], sticker_images: Manifest, sticker_masks: Manifest
) -> Manifest:
    """Alpha mattes: the sticker with its background gone."""
    return stages.run(soften, on=(sticker_images, sticker_masks), sheet="cutout")


@dg.asset(**COMMON, kinds={"glb"}, code_version=version_of(stand))
def sticker_meshes(stages: dg.ResourceParam[Stages], sticker_mattes: Manifest) -> Manifest:
    """Die-cut cards in metres, standing on the ground; each is a finished GLB."""
    return stages.run(stand, on=(sticker_mattes,))


@dg.asset(**COMMON, kinds={"usdz"}, code_version=version_of(package, inspect, portray))
def sticker_usdz(stages: dg.ResourceParam[Stages], sticker_meshes: Manifest) -> Manifest:
    """Packages for AR Quick Look, inspected, each with a preview."""
    return stages.run(package, inspect, portray, on=(sticker_meshes,), sheet="preview")


@dg.asset(**COMMON, kinds={"zip"}, code_version=version_of(*FITS, bundle))
def sticker_packs(
    stages: dg.ResourceParam[Stages],
    prompt_sets: Manifest,
    sticker_images: Manifest,
    sticker_masks: Manifest,
    sticker_mattes: Manifest,
    sticker_meshes: Manifest,
    sticker_usdz: Manifest,
) -> Manifest:
    """Zipped packs of up to thirty stickers, delivered under readable names."""
    finished = (sticker_mattes, sticker_meshes, sticker_usdz)
    with coded():
        fits = line.fit(stages.runner, sticker_mattes)
    before = (prompt_sets, sticker_images, sticker_masks)
    packs = stages.gather(bundle, lambda r: line.pack(r, fits, *finished, before=before))
    with coded():
        history = (*before, *finished)
        line.hand_over(stages.store, packs=packs, history=history)
    return packs


STICKERS = [
    prompt_sets,
    sticker_images,
    sticker_masks,
    sticker_mattes,
    sticker_meshes,
    sticker_usdz,
    sticker_packs,
]
