"""Prints: from an idea, a picture or a model to files for a slicer, in pipeline order."""

import dagster as dg

from maquette.batch.manifests import Manifest
from maquette.batch.stages import version_of
from maquette.formats.models import read_model
from maquette.lines import prints as line
from maquette.lines.print_catalogue import examinations
from maquette.lines.print_sources import VERSION, take_in
from maquette.pictures.drawings import draw_alone
from maquette.solids.pressing import press
from maquette.solids.shaping import shape_up
from pipeline_assets.partitions import BATCHES
from pipeline_assets.stages import Stages, table_of
from pipeline_assets.uploads import uploaded_prints
from resources.coded import coded

SHAPING = (*line.CUTTING, shape_up, press, read_model)
COMMON = {
    "partitions_def": BATCHES["prints"],
    "group_name": "prints",
    "owners": ["team:prints"],
    "retry_policy": dg.RetryPolicy(max_retries=2, delay=5, backoff=dg.Backoff.EXPONENTIAL),
}


@dg.asset(
    **COMMON,
    kinds={"png"},
    code_version=f"{VERSION}+{version_of(draw_alone)}",
    deps=[uploaded_prints],
    pool="gpu",
)
def print_concepts(
    context: dg.AssetExecutionContext, print_stages: dg.ResourceParam[Stages]
) -> Manifest:
    """Concept pictures: drawn from words, uploaded, or taken from an earlier batch."""
    with coded():
        ordered = take_in(print_stages.store, batch=context.partition_key)
        concepts = line.conceive(print_stages.runner, ordered)
    return print_stages.report(concepts, stages=(draw_alone,), sheet=_shown(concepts, "picture"))


@dg.asset(**COMMON, kinds={"glb"}, code_version=version_of(*SHAPING), pool="gpu")
def print_models(print_stages: dg.ResourceParam[Stages], print_concepts: Manifest) -> Manifest:
    """Models: shaped or pressed from pictures, read from files, or delivered before."""
    with coded():
        models = line.shape(print_stages.runner, print_concepts)
    return print_stages.report(models, stages=SHAPING, sheet=_shown(models, "cutout"))


@dg.asset(**COMMON, kinds={"glb"}, code_version=version_of(*line.MENDING))
def print_solids(print_stages: dg.ResourceParam[Stages], print_models: Manifest) -> Manifest:
    """Closed, clean solids of a standard size, and what it took."""
    with coded():
        solids = line.solidify(print_stages.runner, print_models)
    return print_stages.report(solids, stages=line.MENDING)


@dg.asset(**COMMON, kinds={"stl", "3mf"}, code_version=version_of(*line.FINISHING))
def print_files(
    context: dg.AssetExecutionContext,
    print_stages: dg.ResourceParam[Stages],
    print_concepts: Manifest,
    print_models: Manifest,
    print_solids: Manifest,
) -> Manifest:
    """Prints at their final size, examined and written, delivered with a page to look at."""
    made = (print_concepts, print_models, print_solids)
    with coded():
        files = line.finish(print_stages.runner, print_solids)
    files = print_stages.report(files, stages=line.FINISHING, sheet=_shown(files, "card"))
    with coded():
        done = line.hand_over(print_stages.store, *made, files)
    told = {"delivery": done.folder, "files": len(done.files)}
    context.add_output_metadata({**told, "prints": table_of(examinations(files))})
    return files


def _shown(manifest: Manifest, name: str) -> str:
    """The name of the picture to show, if any row has it: uploaded models have none."""
    return name if any(row.object(name) for row in manifest.delivered) else ""


PRINTS = [print_concepts, print_models, print_solids, print_files]
