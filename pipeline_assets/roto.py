"""Roto: from footage and a few clicks to masks, mattes and their files, in pipeline order."""

import dagster as dg

from maquette.batch.manifests import Manifest
from maquette.batch.stages import version_of
from maquette.formats.outlines import hand_shapes, outline
from maquette.formats.rasters import cut_exr, cut_png, identify, merge_exr
from maquette.formats.reels import cut_movie, draw_shapes, judge_movie
from maquette.lines import roto as line
from maquette.lines.roto_catalogue import closeness, sureness, told_of
from maquette.lines.roto_plates import VERSION, notes_of
from maquette.video.edges import soften_frames
from maquette.video.keys import locate, mark
from maquette.video.plates import look_through
from maquette.video.tracks import track
from pipeline_assets.partitions import BATCHES
from pipeline_assets.stages import Stages, table_of
from pipeline_assets.uploads import uploaded_shots
from resources.coded import coded

FOOTAGE = f"{VERSION}+{version_of(look_through)}"
MASKS = (locate, mark, track)
FILES = (cut_png, cut_exr, merge_exr, identify, cut_movie, hand_shapes, draw_shapes, judge_movie)
COMMON = {
    "partitions_def": BATCHES["roto"],
    "group_name": "roto",
    "owners": ["team:roto"],
    "retry_policy": dg.RetryPolicy(max_retries=2, delay=5, backoff=dg.Backoff.EXPONENTIAL),
}


@dg.asset(
    **COMMON,
    kinds={"video"},
    code_version=FOOTAGE,
    deps=[uploaded_shots],
)
def plates(context: dg.AssetExecutionContext, roto_stages: dg.ResourceParam[Stages]) -> Manifest:
    """The frames of an order's footage: plate numbers, time code, depth and colour."""
    with coded():
        rows = line.take_in(roto_stages.runner, batch=context.partition_key)
        shown = line.look_over(roto_stages.runner, rows)
    return roto_stages.report(rows, notes=notes_of(rows), shown=shown)


@dg.asset(**COMMON, kinds={"png"}, code_version=version_of(*MASKS), pool="gpu")
def roto_masks(
    context: dg.AssetExecutionContext, roto_stages: dg.ResourceParam[Stages], plates: Manifest
) -> Manifest:
    """A mask of every object on every plate, followed from what people pointed at."""
    with coded():
        masks = line.follow(roto_stages.runner, plates)
        shown = line.look_over(roto_stages.runner, masks)
    masks = roto_stages.report(masks, stages=MASKS, shown=shown)
    context.add_output_metadata({"objects": table_of(sureness(masks))})
    return masks


@dg.asset(**COMMON, kinds={"png"}, code_version=version_of(soften_frames), pool="gpu")
def roto_mattes(roto_stages: dg.ResourceParam[Stages], roto_masks: Manifest) -> Manifest:
    """Soft edges for every mask, steady from plate to plate."""
    with coded():
        mattes = line.soften(roto_stages.runner, roto_masks)
        shown = line.look_over(roto_stages.runner, roto_masks, mattes)
    return roto_stages.report(mattes, stages=(soften_frames,), shown=shown)


@dg.asset(**COMMON, kinds={"json"}, code_version=version_of(outline))
def roto_shapes(
    context: dg.AssetExecutionContext,
    roto_stages: dg.ResourceParam[Stages],
    plates: Manifest,
    roto_masks: Manifest,
    roto_mattes: Manifest,
) -> Manifest:
    """Editable splines: few points on few keys, the same points on every key."""
    with coded():
        shapes = line.outlines(roto_stages.runner, plates, roto_masks, roto_mattes)
        shown = line.look_at_shapes(roto_stages.runner, roto_masks, shapes)
    shapes = roto_stages.report(shapes, stages=(outline,), shown=shown, notes=told_of(shapes))
    context.add_output_metadata({"objects": table_of(closeness(shapes))})
    return shapes


@dg.asset(**COMMON, kinds={"exr"}, code_version=version_of(*FILES))
def roto_exports(
    context: dg.AssetExecutionContext,
    roto_stages: dg.ResourceParam[Stages],
    plates: Manifest,
    roto_masks: Manifest,
    roto_mattes: Manifest,
    roto_shapes: Manifest,
) -> Manifest:
    """Rasters, movies and splines, delivered under the names compositors expect."""
    made = (plates, roto_masks, roto_mattes, roto_shapes)
    with coded():
        exports = line.export(roto_stages.runner, *made)
    exports = roto_stages.report(exports, stages=FILES)
    with coded():
        done = line.hand_over(roto_stages.store, *made, exports)
    told = {"delivery": done.folder, "files": len(done.files)}
    movies = [name for name in done.files if name.endswith("_qc.mp4")]
    context.add_output_metadata({**told, **({"to_judge_by": ", ".join(movies)} if movies else {})})
    return exports


ROTO = [plates, roto_masks, roto_mattes, roto_shapes, roto_exports]
