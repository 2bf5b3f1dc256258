"""The tables of the pages are those of the code: fields, engines, formats, schemas, settings."""

import io
import json
import re
from dataclasses import fields

import pytest
import yaml

from jobs.housekeeping import PruneConfig
from jobs.orders import StickerForm
from maquette.batch.host import Host
from maquette.batch.manifests import SCHEMA
from maquette.batch.records import Record
from maquette.batch.runner import LocalPlace, Runner
from maquette.batch.store import open_store
from maquette.batch.uploads import UPLOAD_BYTES_AT_MOST, submit, write_ticket
from maquette.engines import DEFAULTS, TABLE, chosen
from maquette.engines.clip_style import Settings as ClipSettings
from maquette.engines.diffusion.families import Settings as DiffusionSettings
from maquette.engines.sam2.backends import Settings as Sam2Settings
from maquette.engines.sdxl_lora.settings import Settings as LoraSettings
from maquette.engines.shelf import entries
from maquette.engines.vitmatte import Settings as VitMatteSettings
from maquette.errors import InputError
from maquette.formats import CODECS
from maquette.lines import order_files, prompt_files, roto_arrivals, stickers
from maquette.lines.motion_fields import CLIP_ENDINGS
from maquette.lines.print_fields import MODEL_ENDINGS
from maquette.lines.prompt_fields import LONGEST_PROMPT, PACK_FIELDS, ROW_FIELDS
from maquette.lines.prompt_sets import PromptSet, StickerOrder
from maquette.pictures.face_photos import TAKEN
from maquette.pictures.opening import DEFAULT_LIMITS, FORMATS
from maquette.video import edits as edit_lists
from maquette.video.sequences import FRAME_ENDINGS
from pipeline_assets.definitions import build_defs
from resources.placement import PlacementResource
from sensors.failures import Message
from sensors.uploads import RUNS_AT_MOST, SETTLE_S
from tests.docs.pages import HOME, blocks, page, quoted, readers, rows, section, sources

ROW_TABLE = rows(section("stickers.md", "Fields of a row"))
PACK_TABLE = rows(section("stickers.md", "Fields of the pack"))
SAID = {True: "yes", False: "no", "": "empty", None: "derived"}

VARIABLE = re.compile(r"MAQUETTE_[A-Z0-9]+(?:_[A-Z0-9]+)*")


def said(default):
    """A default as a table says it."""
    if isinstance(default, bool) or default in ("", None):
        return SAID[default]
    return str(default)


def first(table):
    """The names in the first column."""
    return [quoted(cells[0])[0] for cells in table]


def test_row_fields_are_complete():
    """The table of row fields has every field, in the order of the code."""
    assert list(ROW_FIELDS) == first(ROW_TABLE)


@pytest.mark.parametrize("cells", ROW_TABLE, ids=lambda cells: cells[0].strip("`"))
def test_row_defaults_are_true(cells):
    """The default of each row field is that of the order."""
    name = quoted(cells[0])[0]
    default = "from the content" if name == "id" else said(getattr(StickerOrder(id=""), name))
    assert default == cells[2].strip("`")


def test_pack_fields_are_complete():
    """The table of pack fields has every field and its default."""
    plain = PromptSet(name="the file's name")
    assert set(PACK_FIELDS) == set(first(PACK_TABLE))
    for cells in PACK_TABLE:
        assert said(getattr(plain, quoted(cells[0])[0])) == cells[1].strip("`"), cells[0]


RANGES = [
    pytest.param(readers_of[name], *map(float, span), id=name)
    for readers_of, table, column in ((ROW_FIELDS, ROW_TABLE, 3), (PACK_FIELDS, PACK_TABLE, 2))
    for cells in table
    for name in quoted(cells[0])
    for span in re.findall(r"^(-?[\d.]+) to (-?[\d.]+)$", cells[column])
]


@pytest.mark.parametrize(("read", "low", "high"), RANGES)
def test_ranges_are_true(read, low, high):
    """Both ends of a range are taken, and what lies beyond either is refused."""
    high = int(high) - 1 if high > 2**60 else high  # floats cannot say the largest seed
    assert low == read(low, "here")
    assert high <= read(high, "here")
    for beyond in (low - 1, high * 2 + 1):
        with pytest.raises(InputError, match="RANGE"):
            read(beyond, "here")


CHOICES = [
    pytest.param(ROW_FIELDS[quoted(cells[0])[0]], quoted(cells[3]), id=quoted(cells[0])[0])
    for cells in ROW_TABLE
    if cells[1] == "choice"
]


@pytest.mark.parametrize(("read", "options"), CHOICES)
def test_choices_are_true(read, options):
    """Each choice is taken, and the refusal of another names exactly these."""
    assert options == [str(read(option, "here")) for option in options]
    wrong = 640 if options[0].isdigit() else "nothing"
    with pytest.raises(InputError) as refused:
        read(wrong, "here")
    assert f"use one of {', '.join(options)}" == refused.value.fix


@pytest.fixture(scope="module")
def delivered(tmp_path_factory):
    """A batch of two plain shapes, made by the line itself; the folder of its delivery."""
    root = tmp_path_factory.mktemp("store")
    store = open_store(str(root))
    data = b"# name: two\nprompt\na cat\na dog\n"
    key = submit(store, line="stickers", name="two.csv", data=data)
    batch = write_ticket(store, line="stickers", key=key)
    runner = Runner(store, LocalPlace(Host(store)), chosen({"ImageGenerator": "stored"}))
    return root / stickers.make(runner, batch=batch).delivery.folder


def test_pack_json_fields_are_complete(delivered):
    """pack.json has the fields the page says, in the pack and in each sticker."""
    text = section("stickers.md", "What a pack holds").partition("\n`pack.json`:")[2]
    pack, sticker = (
        [name for cells in rows(part) for name in quoted(cells[0])]
        for part in text.split("| field of a sticker |")
    )
    (path,) = delivered.glob("*/pack.json")
    about = json.loads(path.read_text(encoding="utf-8"))
    assert set(about) == set(pack)
    assert set(about["stickers"][0]) == set(sticker)


def test_pack_files_are_complete(delivered):
    """A delivery holds the files the page says, and no other."""
    table = rows(section("stickers.md", "What a pack holds").partition("\n`pack.json`:")[0])
    patterns = [re.sub(r"<\w+>", "*", name) for cells in table for name in quoted(cells[0])]
    matched = {path for pattern in patterns for path in delivered.glob(pattern)}
    assert {path for path in delivered.rglob("*") if path.is_file()} == matched
    assert all(any(delivered.glob(pattern)) for pattern in patterns)


def test_launchpad_form_is_complete():
    """The table of the order form has its fields and their defaults."""
    table = rows(section("stickers.md", "Order from the launchpad"))
    assert list(StickerForm.model_fields) == first(table)
    for cells in table:
        default = StickerForm.model_fields[quoted(cells[0])[0]].default
        if not isinstance(default, list):
            assert (said(default) if default == "" else str(default)) == cells[1].split(":")[
                0
            ].strip("`")


def test_themes_are_launchpad_forms():
    """Every nightly theme is a form that can be launched."""
    themes = yaml.safe_load((HOME / "jobs" / "themes.yaml").read_text(encoding="utf-8"))
    assert themes
    assert all(StickerForm(**theme).prompts for theme in themes)


def test_engines_are_complete():
    """The catalogue has every engine with its role, licence, extra and shelf entries."""
    table = {quoted(cells[0])[0]: cells for cells in rows(section("engines.md", "Catalogue"))}
    assert list(TABLE) == list(table)
    for name, entry in TABLE.items():
        cells = table[name]
        assert [entry.role, entry.licence, entry.extra] == [cells[1], cells[3], cells[4]], name
        assert set(quoted(cells[5])) <= set(entries()), name


def test_default_engines_come_first():
    """The first engine of each role in the catalogue is its default."""
    firsts = {}
    for cells in rows(section("engines.md", "Catalogue")):
        firsts.setdefault(cells[1], quoted(cells[0])[0])
    assert DEFAULTS == firsts


def test_engine_settings_are_complete():
    """The settings of each learned engine are the fields of its settings class."""
    kinds = {
        **dict.fromkeys(("flux-schnell", "flux2-klein", "sdxl-lightning"), DiffusionSettings),
        "sam2": Sam2Settings,
        "vitmatte": VitMatteSettings,
        "sdxl-lora": LoraSettings,
        "clip": ClipSettings,
    }
    table = rows(section("engines.md", "Settings"))
    told = {name: quoted(cells[1]) for cells in table for name in quoted(cells[0])}
    for name, kind in kinds.items():
        assert [field.name for field in fields(kind)] == told[name], name


def test_shelf_is_complete():
    """The table of the shelf has every entry with licence, size and how it is known."""
    told = rows(section("engines.md", "The shelf"))
    expected = [
        [
            f"`{entry.name}`",
            entry.licence,
            f"{round(entry.size_bytes / 1e6, 1):g}",
            "yes" if entry.default else "no",
            "no" if entry.hub else "yes",
        ]
        for entry in entries().values()
    ]
    assert expected == told


def test_placement_settings_are_complete():
    """The table of placements has the settings and their defaults."""
    table = rows(section("engines.md", "Placements"))
    told = {quoted(cells[0])[0]: cells[1].strip("`") for cells in table}
    known = PlacementResource.model_fields
    assert set(known) - {"kind"} == set(told) - {"local", "worker"}
    for name in ("count", "deadline_s"):
        assert str(known[name].default) == told[name]


def test_codecs_are_complete():
    """The table of kept types is that of the code."""
    table = rows(section("formats.md", "What is kept in the store"))
    told = [(quoted(cells[0])[0], cells[1].strip("`")) for cells in table]
    assert [(k.__name__, codec.suffix or "its own") for k, codec in CODECS.items()] == told


def test_writers_are_named():
    """Every module of maquette.formats that writes or reads a file is named."""
    for path in (HOME / "maquette" / "formats").glob("*.py"):
        if re.search(r"^def (write|read)_", path.read_text(encoding="utf-8"), re.MULTILINE):
            assert f"`maquette.formats.{path.stem}`" in page("formats.md"), path.stem


def test_read_formats_are_complete():
    """Prompt sets, orders, photos and footage: the formats that are read, and no other."""
    prompts, orders, prints, clips, faces, models, edits, footage, moving, photos, portraits = rows(
        section("formats.md", "What is read from outside")
    )
    assert list(prompt_files.SUFFIXES) == quoted(prompts[1])
    for of_line in (orders, prints, clips, faces):
        assert list(order_files.SUFFIXES) == quoted(of_line[1])
    assert list(MODEL_ENDINGS) == quoted(models[1])
    assert set(edit_lists.MOST_BYTES) == set(quoted(edits[1]))
    movies, stills = (half.split(", ") for half in footage[1].split("; "))
    assert [*roto_arrivals.MOVIES] == [name.strip("`") for name in movies]
    assert {*FRAME_ENDINGS} == {name.strip("`") for name in stills}
    assert list(CLIP_ENDINGS) == quoted(moving[1])
    assert list(FORMATS) == photos[1].split(", ")
    assert list(TAKEN) == portraits[1].split(", ")


def test_judges_are_complete():
    """Every judge's test is named, with the version that is installed."""
    text = section("formats.md", "Who judged what")
    folder = HOME / "tests" / "judges"
    assert {p.name for p in folder.glob("test_*.py")} == {
        name.rpartition("/")[2] for cells in rows(text) for name in quoted(cells[3])
    }
    lists = "".join(path.read_text() for path in folder.glob("requirements*.txt"))
    pins = re.findall(r"^\S+==(\S+)(?: ;.*)?$", lists, re.MULTILINE)
    packages = json.loads((folder / "package.json").read_text())["dependencies"]
    told = {cells[1] for cells in rows(text)}
    programs = ("axe-core", "canvaskit-wasm", "gltf-validator", "gltfpack", "three")
    readers = {packages[name] for name in programs}
    assert {*pins, *readers, "Debian's", ""} == told


def test_schema_is_printed():
    """The printed schema of manifests is the one in the code."""
    (block,) = blocks("text", of="manifests.md")
    printed = io.StringIO()
    for name, kind in SCHEMA.items():
        printed.write(f"{name:<16}{kind}\n")
    assert printed.getvalue() == block.text


def test_record_fields_are_complete():
    """The table of the record has its fields, in order."""
    told = [n for cells in rows(section("manifests.md", "The record")) for n in quoted(cells[0])]
    assert {field.name for field in fields(Record)} == set(told)


def test_prune_settings_are_complete():
    """The table of prune's settings has its fields and defaults."""
    table = rows(section("operations.md", "Free space"))
    told = {quoted(cells[0])[0]: cells[1].strip("`") for cells in table}
    known = {name: field.default for name, field in PruneConfig.model_fields.items()}
    assert {name: "none" if d is None else str(d) for name, d in known.items()} == told


def test_webhook_fields_are_told():
    """The page names every field of a failure message."""
    text = section("operations.md", "Retries and failures")
    assert {field.name for field in fields(Message)} | {"text"} <= set(quoted(text))


def test_limits_are_true():
    """The table of limits says the numbers of the code."""
    text = " ".join(cells[1] for cells in rows(section("operations.md", "Limits")))
    told = re.findall(r"\d[\d,]*", text.replace("10 s later", ""))
    limits = (
        UPLOAD_BYTES_AT_MOST,
        prompt_files.MOST_BYTES,
        prompt_files.MOST_ROWS,
        LONGEST_PROMPT,
        DEFAULT_LIMITS.most_bytes,
        DEFAULT_LIMITS.most_pixels,
        DEFAULT_LIMITS.longest_px,
        RUNS_AT_MOST,
        int(SETTLE_S),
    )
    assert [f"{limit:,}" for limit in limits] == [number.strip(",") for number in told]


def test_instance_settings_are_explained():
    """Every setting of dagster.yaml has its row, by its last name."""
    held = yaml.safe_load((HOME / "dagster.yaml").read_text(encoding="utf-8"))
    text = section("operations.md", "dagster.yaml, line by line")
    for part, settings in held.items():
        assert part in text, part
        if part in ("concurrency", "run_monitoring", "run_retries"):
            inner = [n for s in settings.values() if isinstance(s, dict) for n in s]
            assert all(name in text for name in [*settings, *inner]), part


def test_environment_is_complete():
    """Every variable of ours in the source is documented, and no other is."""
    files = [*sources("bench"), HOME / "Makefile", *(HOME / "scripts").glob("*.sh")]
    found = {name for path in files for name in VARIABLE.findall(path.read_text(encoding="utf-8"))}
    table = rows(section("operations.md", "Environment"))
    assert found == set(first(table))


def test_variables_named_anywhere_exist():
    """No page or README names a variable that the table of variables lacks."""
    known = set(first(rows(section("operations.md", "Environment"))))
    for path in readers():
        named = VARIABLE.findall(path.read_text(encoding="utf-8"))
        assert set(named) <= known, path.name


def definitions():
    """(name, kind) of all that Dagster is given."""
    repository = build_defs().get_repository_def()
    graph = repository.asset_graph
    return [
        *((key.path[-1], "asset") for key in graph.get_all_asset_keys()),
        *((key.name, "check") for key in graph.asset_check_keys),
        *((name, "job") for name in repository.job_names if not name.startswith("__")),
        *((sensor.name, "sensor") for sensor in repository.sensor_defs),
        *((schedule.name, "schedule") for schedule in repository.schedule_defs),
    ]


def test_definitions_are_told():
    """Every asset, check, job, sensor and schedule has its row, and no other has one."""
    table = rows(section("architecture.md", "Assets, jobs, sensors, schedules, checks"))
    told = {quoted(cells[0])[0]: cells[1] for cells in table}
    assert {name for name, _ in definitions()} == set(told)
    assert all(kind in told[name] for name, kind in definitions())
