"""Figurines: from a face photo to files for printers and for AR, in pipeline order.

A face is shown in the UI only where its order says so: elsewhere there is no contact sheet.
"""

import dagster as dg

from maquette.batch.manifests import Manifest
from maquette.batch.stages import version_of
from maquette.lines import figurines as line
from maquette.lines.figurine_catalogue import parts_told, shown
from maquette.lines.figurine_sources import VERSION, take_in
from pipeline_assets.partitions import BATCHES
from pipeline_assets.stages import Stages, table_of
from pipeline_assets.uploads import uploaded_faces
from resources.coded import coded

COMMON = {
    "partitions_def": BATCHES["figurines"],
    "group_name": "figurines",
    "owners": ["team:figurines"],
    "retry_policy": dg.RetryPolicy(max_retries=2, delay=5, backoff=dg.Backoff.EXPONENTIAL),
}


@dg.asset(
    **COMMON,
    kinds={"png"},
    code_version=f"{VERSION}+{version_of(*line.PHOTOGRAPHING)}",
    deps=[uploaded_faces],
    pool="gpu",
)
def face_photos(
    context: dg.AssetExecutionContext, figurine_stages: dg.ResourceParam[Stages]
) -> Manifest:
    """The face of every order: upright, cropped, its landmarks found, its background gone."""
    with coded():
        ordered = take_in(figurine_stages.store, batch=context.partition_key)
        photos = line.photograph(figurine_stages.runner, ordered)
    sheet = shown(photos, "cutout")
    return figurine_stages.report(photos, stages=line.PHOTOGRAPHING, sheet=sheet)


@dg.asset(**COMMON, kinds={"png"}, code_version=version_of(*line.DRAWING), pool="gpu")
def face_styles(figurine_stages: dg.ResourceParam[Stages], face_photos: Manifest) -> Manifest:
    """The face drawn anew, and how much of the person and of the style is in it."""
    with coded():
        styles = line.draw(figurine_stages.runner, face_photos)
    sheet = shown(styles, "styled")
    return figurine_stages.report(styles, stages=line.DRAWING, sheet=sheet)


@dg.asset(**COMMON, kinds={"glb"}, code_version=version_of(*line.SCULPTING))
def figurines(
    figurine_stages: dg.ResourceParam[Stages], face_photos: Manifest, face_styles: Manifest
) -> Manifest:
    """A body from a template with the styled face on its head: one closed solid."""
    with coded():
        figures = line.sculpt_up(figurine_stages.runner, face_photos, face_styles)
    return figurine_stages.report(figures, stages=line.SCULPTING)


@dg.asset(**COMMON, kinds={"stl", "3mf", "glb", "usdz"}, code_version=version_of(*line.FINISHING))
def figurine_files(
    context: dg.AssetExecutionContext,
    figurine_stages: dg.ResourceParam[Stages],
    face_photos: Manifest,
    face_styles: Manifest,
    figurines: Manifest,
) -> Manifest:
    """Files for printers and for AR, examined and graded, delivered with a page to look at."""
    made = (face_photos, face_styles, figurines)
    with coded():
        files = line.finish(figurine_stages.runner, *made)
    sheet = shown(files, "card")
    files = figurine_stages.report(files, stages=line.FINISHING, sheet=sheet)
    with coded():
        done = line.hand_over(figurine_stages.store, *made, files)
    told = {"delivery": done.folder, "files": len(done.files)}
    context.add_output_metadata({**told, "quality": table_of(parts_told(files))})
    return files


FIGURINES = [face_photos, face_styles, figurines, figurine_files]
