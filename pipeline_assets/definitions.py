"""The one door: `build_defs`, used by Dagster and by tests."""

from typing import Any

import dagster as dg

from jobs.forgetting import forget_faces, nightly_forgetting
from jobs.housekeeping import prune
from jobs.lines import MAKE
from jobs.orders import ORDERS
from jobs.schedules import nightly_packs
from pipeline_assets.checks import (
    figurine_checks,
    motion_checks,
    print_checks,
    roto_checks,
    sticker_checks,
)
from pipeline_assets.figurines import FIGURINES
from pipeline_assets.housekeeping import roto_catalogue, usage_report
from pipeline_assets.motion import MOTION
from pipeline_assets.prints import PRINTS
from pipeline_assets.roto import ROTO
from pipeline_assets.stages import stages_of
from pipeline_assets.stickers import STICKERS
from pipeline_assets.uploads import (
    uploaded_clips,
    uploaded_faces,
    uploaded_prints,
    uploaded_prompts,
    uploaded_shots,
)
from resources.engines import EnginesResource
from resources.manifests import ManifestIOManager
from resources.placement import PlacementResource
from resources.store import StoreResource
from sensors.failures import failed_runs
from sensors.uploads import new_clips, new_faces, new_print_orders, new_prompt_sets, new_shots


def build_defs(**overrides: Any) -> dg.Definitions:
    """Everything Dagster needs to know; overrides replace resources by name."""
    store = overrides.get("store") or StoreResource()
    resources = {
        "store": store,
        "engines": EnginesResource(),
        "placement": PlacementResource(),
        "stages": stages_of("stickers"),
        "roto_stages": stages_of("roto"),
        "print_stages": stages_of("prints"),
        "motion_stages": stages_of("motion"),
        "figurine_stages": stages_of("figurines"),
        "io_manager": ManifestIOManager(store=store),
        **overrides,
    }
    return dg.Definitions(
        assets=[
            *(uploaded_prompts, *STICKERS),
            *(uploaded_shots, *ROTO),
            *(uploaded_prints, *PRINTS),
            *(uploaded_clips, *MOTION),
            *(uploaded_faces, *FIGURINES),
            *(roto_catalogue, usage_report),
        ],
        asset_checks=[
            *(*sticker_checks(), *roto_checks(), *print_checks()),
            *(*motion_checks(), *figurine_checks()),
        ],
        jobs=[*MAKE.values(), *ORDERS.values(), prune, forget_faces],
        schedules=[nightly_packs, nightly_forgetting],
        sensors=[
            *(new_prompt_sets, new_shots, new_print_orders, new_clips, new_faces),
            failed_runs,
        ],
        resources=resources,
        executor=dg.in_process_executor,
    )


@dg.definitions
def definitions() -> dg.Definitions:
    """What Dagster loads."""
    return build_defs()
