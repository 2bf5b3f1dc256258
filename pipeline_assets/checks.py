"""Asset checks: each a thin call of a pure verdict.

What belongs here: which verdict stands beside which asset, and whether it stops what follows.
"""

from collections.abc import Sequence

import dagster as dg

from maquette.batch.manifests import Manifest
from maquette.batch.verdicts import Verdict, judge_quarantine
from maquette.lines.figurine_catalogue import judge_likeness
from maquette.lines.motion_catalogue import CLOSE, judge_following
from maquette.lines.print_catalogue import judge_prints
from maquette.lines.roto_catalogue import judge_closeness
from pipeline_assets.figurines import FIGURINES, figurine_files
from pipeline_assets.motion import MOTION, motion_meshes
from pipeline_assets.partitions import BATCHES
from pipeline_assets.prints import PRINTS, print_files
from pipeline_assets.roto import ROTO, roto_shapes
from pipeline_assets.stickers import STICKERS

USDZ_FAIL_ABOVE = 0.1  # a package Quick Look refuses is our fault, not the prompt's
SEVERITY = {"WARN": dg.AssetCheckSeverity.WARN, "ERROR": dg.AssetCheckSeverity.ERROR}


def _told(verdict: Verdict) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        passed=verdict.passed,
        severity=SEVERITY[verdict.severity],
        description=verdict.text,
        metadata=dict(verdict.figures),
    )


def few_set_aside(
    asset: dg.AssetsDefinition, *, line: str, fail_above: float = 0.5, blocking: bool = False
) -> dg.AssetChecksDefinition:
    """A check that most items of a batch came through this asset."""

    @dg.asset_check(
        asset=asset,
        name="few_set_aside",
        blocking=blocking,
        partitions_def=BATCHES[line],
        description=f"Warns of items set aside; an error above {fail_above:.0%} of the batch.",
    )
    def check(asset: Manifest) -> dg.AssetCheckResult:
        return _told(judge_quarantine(asset, fail_above=fail_above))

    return check


def sticker_checks(
    assets: Sequence[dg.AssetsDefinition] = STICKERS,
) -> list[dg.AssetChecksDefinition]:
    """Every sticker asset is judged; unfit packages stop the pack."""
    unfit = {"sticker_usdz": {"fail_above": USDZ_FAIL_ABOVE, "blocking": True}}
    return [
        few_set_aside(asset, line="stickers", **unfit.get(asset.key.path[-1], {}))
        for asset in assets
    ]


def close_enough() -> dg.AssetChecksDefinition:
    """A check that splines keep what their order asks for on every frame."""

    @dg.asset_check(
        asset=roto_shapes,
        name="close_enough",
        partitions_def=BATCHES["roto"],
        description="Warns of objects whose splines leave their mattes further than `closeness`.",
    )
    def check(asset: Manifest) -> dg.AssetCheckResult:
        return _told(judge_closeness(asset))

    return check


def roto_checks(assets: Sequence[dg.AssetsDefinition] = ROTO) -> list[dg.AssetChecksDefinition]:
    """Every roto asset is judged; splines by how close they are, too."""
    return [*(few_set_aside(asset, line="roto") for asset in assets), close_enough()]


def fit_to_print() -> dg.AssetChecksDefinition:
    """A check that every print can be printed."""

    @dg.asset_check(
        asset=print_files,
        name="fit_to_print",
        partitions_def=BATCHES["prints"],
        description="Warns of prints that their examination says will fail, and names them.",
    )
    def check(asset: Manifest) -> dg.AssetCheckResult:
        return _told(judge_prints(asset))

    return check


def print_checks(assets: Sequence[dg.AssetsDefinition] = PRINTS) -> list[dg.AssetChecksDefinition]:
    """Every print asset is judged; files by whether they print, too."""
    return [*(few_set_aside(asset, line="prints") for asset in assets), fit_to_print()]


def follows_clip() -> dg.AssetChecksDefinition:
    """A check that meshes keep to what is seen in their clips."""

    @dg.asset_check(
        asset=motion_meshes,
        name="follows_clip",
        partitions_def=BATCHES["motion"],
        description=f"Warns of meshes whose overlap with their cut-outs is below {CLOSE:.0%}.",
    )
    def check(asset: Manifest) -> dg.AssetCheckResult:
        return _told(judge_following(asset))

    return check


def motion_checks(assets: Sequence[dg.AssetsDefinition] = MOTION) -> list[dg.AssetChecksDefinition]:
    """Every motion asset is judged; meshes by how closely they follow, too."""
    return [*(few_set_aside(asset, line="motion") for asset in assets), follows_clip()]


def good_likeness() -> dg.AssetChecksDefinition:
    """A check that a figurine is good enough to be handed over."""

    @dg.asset_check(
        asset=figurine_files,
        name="good_likeness",
        partitions_def=BATCHES["figurines"],
        description="Warns of figurines that were not good enough to be handed over, and says why.",
    )
    def check(asset: Manifest) -> dg.AssetCheckResult:
        return _told(judge_likeness(asset))

    return check


def figurine_checks(
    assets: Sequence[dg.AssetsDefinition] = FIGURINES,
) -> list[dg.AssetChecksDefinition]:
    """Every figurine asset is judged; files by how good they are, too."""
    return [*(few_set_aside(asset, line="figurines") for asset in assets), good_likeness()]
