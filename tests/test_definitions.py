"""What Dagster is given: the lists, what every asset tells of itself, and what importing costs."""

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import dagster as dg
import pytest

from pipeline_assets.definitions import build_defs

HOME = Path(__file__).parent.parent
IMPORT_AT_MOST_S = 3.0
ASSETS = {  # name -> group, kinds, pool
    "uploaded_prompts": ("stickers", {"csv", "json", "parquet", "yaml"}, None),
    "prompt_sets": ("stickers", {"yaml"}, None),
    "sticker_images": ("stickers", {"png"}, "gpu"),
    "sticker_masks": ("stickers", {"png"}, "gpu"),
    "sticker_mattes": ("stickers", {"png"}, "gpu"),
    "sticker_meshes": ("stickers", {"glb"}, None),
    "sticker_usdz": ("stickers", {"usdz"}, None),
    "sticker_packs": ("stickers", {"zip"}, None),
    "uploaded_shots": ("roto", {"video", "yaml"}, None),
    "plates": ("roto", {"video"}, None),
    "roto_masks": ("roto", {"png"}, "gpu"),
    "roto_mattes": ("roto", {"png"}, "gpu"),
    "roto_shapes": ("roto", {"json"}, None),
    "roto_exports": ("roto", {"exr"}, None),
    "uploaded_prints": ("prints", {"png", "stl", "yaml"}, None),
    "print_concepts": ("prints", {"png"}, "gpu"),
    "print_models": ("prints", {"glb"}, "gpu"),
    "print_solids": ("prints", {"glb"}, None),
    "print_files": ("prints", {"3mf", "stl"}, None),
    "uploaded_clips": ("motion", {"glb", "video", "yaml"}, None),
    "motion_frames": ("motion", {"png"}, "gpu"),
    "motion_meshes": ("motion", {"glb"}, "gpu"),
    "animated_meshes": ("motion", {"glb", "usdz"}, None),
    "uploaded_faces": ("figurines", {"jpeg", "yaml"}, None),
    "face_photos": ("figurines", {"png"}, "gpu"),
    "face_styles": ("figurines", {"png"}, "gpu"),
    "figurines": ("figurines", {"glb"}, None),
    "figurine_files": ("figurines", {"3mf", "glb", "stl", "usdz"}, None),
    "roto_catalogue": ("housekeeping", {"polars"}, None),
    "usage_report": ("housekeeping", {"polars"}, None),
}
FED_BY = {
    "uploaded_prompts": set(),
    "prompt_sets": {"uploaded_prompts"},
    "sticker_images": {"prompt_sets"},
    "sticker_masks": {"sticker_images"},
    "sticker_mattes": {"sticker_images", "sticker_masks"},
    "sticker_meshes": {"sticker_mattes"},
    "sticker_usdz": {"sticker_meshes"},
    "sticker_packs": {
        *("prompt_sets", "sticker_images", "sticker_masks"),
        *("sticker_mattes", "sticker_meshes", "sticker_usdz"),
    },
    "uploaded_shots": set(),
    "plates": {"uploaded_shots"},
    "roto_masks": {"plates"},
    "roto_mattes": {"roto_masks"},
    "roto_shapes": {"plates", "roto_masks", "roto_mattes"},
    "roto_exports": {"plates", "roto_masks", "roto_mattes", "roto_shapes"},
    "uploaded_prints": set(),
    "print_concepts": {"uploaded_prints"},
    "print_models": {"print_concepts"},
    "print_solids": {"print_models"},
    "print_files": {"print_concepts", "print_models", "print_solids"},
    "uploaded_clips": set(),
    "motion_frames": {"uploaded_clips"},
    "motion_meshes": {"motion_frames"},
    "animated_meshes": {"motion_frames", "motion_meshes"},
    "uploaded_faces": set(),
    "face_photos": {"uploaded_faces"},
    "face_styles": {"face_photos"},
    "figurines": {"face_photos", "face_styles"},
    "figurine_files": {"face_photos", "face_styles", "figurines"},
    "roto_catalogue": set(),
    "usage_report": set(),
}
CHECKS = {  # asset, check -> whether it stops what follows
    ("prompt_sets", "few_set_aside"): False,
    ("sticker_images", "few_set_aside"): False,
    ("sticker_masks", "few_set_aside"): False,
    ("sticker_mattes", "few_set_aside"): False,
    ("sticker_meshes", "few_set_aside"): False,
    ("sticker_usdz", "few_set_aside"): True,
    ("sticker_packs", "few_set_aside"): False,
    ("plates", "few_set_aside"): False,
    ("roto_masks", "few_set_aside"): False,
    ("roto_mattes", "few_set_aside"): False,
    ("roto_shapes", "few_set_aside"): False,
    ("roto_shapes", "close_enough"): False,
    ("roto_exports", "few_set_aside"): False,
    ("print_concepts", "few_set_aside"): False,
    ("print_models", "few_set_aside"): False,
    ("print_solids", "few_set_aside"): False,
    ("print_files", "few_set_aside"): False,
    ("print_files", "fit_to_print"): False,
    ("motion_frames", "few_set_aside"): False,
    ("motion_meshes", "few_set_aside"): False,
    ("motion_meshes", "follows_clip"): False,
    ("animated_meshes", "few_set_aside"): False,
    ("face_photos", "few_set_aside"): False,
    ("face_styles", "few_set_aside"): False,
    ("figurines", "few_set_aside"): False,
    ("figurine_files", "few_set_aside"): False,
    ("figurine_files", "good_likeness"): False,
}
JOBS = {
    *("make_stickers", "order_stickers", "make_roto", "order_roto"),
    *("make_prints", "order_prints", "make_motion", "order_motion"),
    *("make_figurines", "order_figurines", "prune", "forget_faces"),
}
SENSORS = {
    "new_prompt_sets": "make_stickers",
    "new_shots": "make_roto",
    "new_print_orders": "make_prints",
    "new_clips": "make_motion",
    "new_faces": "make_figurines",
    "failed_runs": None,
}
SCHEDULES = {
    "nightly_packs": ("order_stickers", "0 2 * * *"),
    "nightly_forgetting": ("forget_faces", "30 2 * * *"),
}
RESOURCES = {
    *("store", "engines", "placement", "io_manager"),
    *("stages", "roto_stages", "print_stages", "motion_stages", "figurine_stages"),
}


@pytest.fixture(scope="module")
def repository():
    """All definitions, resolved."""
    return build_defs().get_repository_def()


@pytest.fixture(scope="module")
def nodes(repository):
    """Asset name -> what the graph knows of it."""
    graph = repository.asset_graph
    return {key.path[-1]: graph.get(key) for key in graph.get_all_asset_keys()}


def test_assets_are_these(nodes):
    """The assets with their groups, kinds and pools are those of the list."""
    pools = {name: next(iter(_pools(node)), None) for name, node in nodes.items()}
    found = {n: (node.group_name, set(node.kinds), pools[n]) for n, node in nodes.items()}
    assert found == ASSETS


def _pools(node):
    return node.pools or set() if node.is_materializable else set()


def test_assets_feed_each_other_like_this(nodes):
    """Every asset is fed by those of the list and no others."""
    fed_by = {n: {key.path[-1] for key in node.parent_keys} for n, node in nodes.items()}
    assert fed_by == FED_BY


def test_checks_are_these(repository):
    """The checks are those of the list, and only unfit packages stop what follows."""
    graph = repository.asset_graph
    found = {
        (key.asset_key.path[-1], key.name): graph.get(key).blocking
        for key in graph.asset_check_keys
    }
    assert found == CHECKS


def test_jobs_are_these(repository):
    """The jobs are those of the list, beside the one Dagster makes for itself."""
    assert {name for name in repository.job_names if not name.startswith("__")} == JOBS


def test_sensors_are_these(repository):
    """The sensors and their jobs are those of the list, and both run unless stopped."""
    found = {
        sensor.name: sensor.job_name if sensor.has_jobs or sensor.targets else None
        for sensor in repository.sensor_defs
        if sensor.default_status is dg.DefaultSensorStatus.RUNNING
    }
    assert found == SENSORS


def test_schedules_are_these(repository):
    """The schedules, their jobs and times are those of the list."""
    found = {s.name: (s.job_name, s.cron_schedule) for s in repository.schedule_defs}
    assert found == SCHEDULES


def test_resources_are_these():
    """The resources are those of the list, and one can be replaced by its name."""
    assert set(build_defs().resources) == RESOURCES
    mine = object()
    assert mine is build_defs(engines=mine).resources["engines"]


@pytest.mark.parametrize("line", ["stickers", "roto", "prints", "motion", "figurines"])
def test_the_job_makes_the_whole_line(line, repository):
    """make_<line> selects every asset of the line, and nothing of the house's own books."""
    job = repository.get_job(f"make_{line}")
    made = {key.path[-1] for key in job.asset_layer.executable_asset_keys}
    of_line = {name for name, (group, _, _) in ASSETS.items() if group == line}
    assert made == {name for name in of_line if not name.startswith("uploaded_")}


@pytest.mark.parametrize("name", ASSETS)
def test_assets_tell_of_themselves(name, nodes):
    """Every asset has a group, kinds, an owning team and a sentence; every made one a version."""
    node = nodes[name]
    assert node.group_name != "default"
    assert node.kinds
    assert node.owners
    assert all(owner.startswith("team:") for owner in node.owners)
    assert len(node.description or "") > 20
    assert bool(node.code_version) is node.is_materializable


@pytest.mark.parametrize(("asset", "check"), CHECKS, ids=[asset for asset, _ in CHECKS])
def test_checks_tell_of_themselves(asset, check, repository):
    """Every check says in a sentence what it warns of."""
    key = dg.AssetCheckKey(dg.AssetKey(asset), check)
    assert len(repository.asset_graph.get(key).description or "") > 20


PROBE = """
import json, sys, time
start = time.perf_counter()
import pipeline_assets.definitions
took_s = time.perf_counter() - start
pipeline_assets.definitions.build_defs().get_repository_def()
print(json.dumps([took_s, sorted({name.partition('.')[0] for name in sys.modules})]))
"""


@pytest.fixture(scope="module")
def imported():
    """Seconds of importing the definitions, best of three, and the packages that were loaded."""
    answers = []
    while len(answers) < 3 and not any(took_s < IMPORT_AT_MOST_S for took_s, _ in answers):
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", PROBE],
            cwd=HOME, capture_output=True, text=True, check=True,
        )  # fmt: skip
        answers.append(json.loads(done.stdout))
    return min(answers)


def test_importing_is_quick(imported):
    """Every step process imports all definitions: it takes less than 3 s."""
    assert imported[0] < IMPORT_AT_MOST_S


def test_importing_loads_nothing_heavy(imported):
    """Neither importing nor resolving the definitions loads what ruff bans at module level."""
    ruff = tomllib.loads((HOME / "pyproject.toml").read_text())["tool"]["ruff"]["lint"]
    banned = ruff["flake8-tidy-imports"]["banned-module-level-imports"]
    assert {"torch", "onnxruntime"} <= set(banned)
    assert set() == set(banned) & set(imported[1])
