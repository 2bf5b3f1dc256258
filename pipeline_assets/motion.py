"""Motion: from clips to meshes that move, and to files that players play, in pipeline order."""

import dagster as dg

from maquette.batch.manifests import Manifest
from maquette.batch.stages import version_of
from maquette.lines import motion as line
from maquette.lines.motion_catalogue import clips_told, notes_of
from maquette.lines.motion_cutouts import CUTTING
from maquette.lines.motion_sources import VERSION
from maquette.video.plates import look_through
from pipeline_assets.partitions import BATCHES
from pipeline_assets.stages import Stages, table_of
from pipeline_assets.uploads import uploaded_clips
from resources.coded import coded

COMMON = {
    "partitions_def": BATCHES["motion"],
    "group_name": "motion",
    "owners": ["team:motion"],
    "retry_policy": dg.RetryPolicy(max_retries=2, delay=5, backoff=dg.Backoff.EXPONENTIAL),
}


@dg.asset(
    **COMMON,
    kinds={"png"},
    code_version=f"{VERSION}+{version_of(look_through, *CUTTING)}",
    deps=[uploaded_clips],
    pool="gpu",
)
def motion_frames(
    context: dg.AssetExecutionContext, motion_stages: dg.ResourceParam[Stages]
) -> Manifest:
    """The frames of every clip that are used, each with its subject cut out."""
    with coded():
        frames = line.extract(motion_stages.runner, batch=context.partition_key)
        shown = line.look_over(motion_stages.runner, frames, "cutout")
    return motion_stages.report(frames, stages=CUTTING, notes=notes_of(frames), shown=shown)


@dg.asset(**COMMON, kinds={"glb"}, code_version=version_of(*line.MESHING), pool="gpu")
def motion_meshes(
    context: dg.AssetExecutionContext,
    motion_stages: dg.ResourceParam[Stages],
    motion_frames: Manifest,
) -> Manifest:
    """A mesh of every clip that moves as its subject does, with the same faces on all frames."""
    with coded():
        meshes = line.mesh_up(motion_stages.runner, motion_frames)
    meshes = motion_stages.report(meshes, stages=line.MESHING, notes=notes_of(meshes))
    context.add_output_metadata({"clips": table_of(clips_told(meshes))})
    return meshes


@dg.asset(**COMMON, kinds={"glb", "usdz"}, code_version=version_of(*line.FINISHING))
def animated_meshes(
    context: dg.AssetExecutionContext,
    motion_stages: dg.ResourceParam[Stages],
    motion_frames: Manifest,
    motion_meshes: Manifest,
) -> Manifest:
    """GLB of every frame and of the whole clip, USDZ, a preview, delivered with a page."""
    made = (motion_frames, motion_meshes)
    with coded():
        films = line.finish(motion_stages.runner, *made)
        shown = line.look_over(motion_stages.runner, films, "poster")
    films = motion_stages.report(films, stages=line.FINISHING, shown=shown)
    with coded():
        done = line.hand_over(motion_stages.store, *made, films)
    context.add_output_metadata({"delivery": done.folder, "files": len(done.files)})
    return films


MOTION = [motion_frames, motion_meshes, animated_meshes]
