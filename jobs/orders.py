"""``order_<line>`` jobs: from the launchpad, without preparing a file.

An order only writes an upload into the inbox; the sensor makes it a batch like any other. A
partitioned job cannot start on a key that does not exist yet, so this is the way in from the UI.
"""

from typing import Literal, cast

import dagster as dg
import yaml
from pydantic import Field

from maquette.batch.uploads import INBOX, NIGHTLY, batch_of, submit
from maquette.lines.figurine_orders import read_order as read_figurine_order
from maquette.lines.motion_orders import read_order as read_motion_order
from maquette.lines.print_orders import read_order as read_print_order
from maquette.lines.prompt_sets import PromptSet, StickerOrder, read_prompt_set, write_prompt_set
from maquette.lines.roto_orders import Prompt, RotoObject, RotoOrder, read_order, write_order
from pipeline_assets.stages import PARTITION_TAG
from resources.coded import coded
from resources.store import StoreResource


class StickerForm(dg.Config):
    """What to make: type the prompts, pick a style, name the pack."""

    name: str = Field(default="my stickers", description="Name of the pack.")
    prompts: list[str] = Field(
        default=["a happy corgi wearing a party hat", "a sleepy cat reading a book"],
        description="One sticker each: <adjective> <thing> wearing / with / reading <thing>.",
    )
    style: Literal["art_style", "realistic", "cartoon", "cyberpunk"] = "cartoon"
    count: int = Field(default=1, ge=1, le=8, description="Variations of each prompt.")
    resolution: int = Field(default=512, description="512, 768 or 1024 pixels.")
    anchor_type: Literal["plane", "face", "world"] = "plane"
    motion: Literal["still", "bob", "spin", "wiggle", "pop"] = "still"
    project: str = Field(default="", description="Told in the manifests.")
    client: str = Field(default="", description="Told in the manifests.")
    nightly: bool = Field(default=False, description="May wait behind other runs.")


def sticker_upload(order: StickerForm) -> bytes:
    """The order as a prompt-set file, checked the way an upload would be."""
    rows = tuple(
        StickerOrder(
            id="",  # one that grows from the prompt
            prompt=prompt,
            style=order.style,
            count=order.count,
            resolution=order.resolution,
            anchor_type=order.anchor_type,
            motion=order.motion,
        )
        for prompt in order.prompts
    )
    data = write_prompt_set(
        PromptSet(order.name, project=order.project, client=order.client, rows=rows)
    )
    for bad in read_prompt_set(data, name="order.yaml").bad_rows:
        raise bad.error  # someone is at the form and can mend it now
    return data


@dg.op(description="Writes the order into the inbox; the sensor starts the batch within seconds.")
def place_sticker_order(
    context: dg.OpExecutionContext, config: StickerForm, store: StoreResource
) -> None:
    """Put the order into the inbox."""
    key = submit(
        store.open(),
        line="stickers",
        name=f"{config.name or 'order'}.yaml",
        data=sticker_upload(config),
        place=f"{INBOX['stickers']}{NIGHTLY}/" if config.nightly else "",
    )
    context.log.info(
        f"ordered as {key}: batch {batch_of(key)} starts with the next sensor tick; "
        "an order that was placed before is made already"
    )
    context.add_output_metadata({"upload": key, "batch": batch_of(key)})


@dg.job(
    description="Order stickers from here: fill in the form and launch. No file needed.",
    executor_def=dg.in_process_executor,
)
def order_stickers() -> None:
    """Type prompts, get a pack."""
    place_sticker_order()


class RotoForm(dg.Config):
    """Which footage, and what is to be cut out of it."""

    footage: str = Field(
        description="A movie or a folder of frames below inbox/shots/, such as hero.mov."
    )
    objects: list[str] = Field(
        default=["person"], description="One each, in plain words: a person, the red car."
    )
    frames: list[int] = Field(
        default=[], description="First and last plate, such as [1001, 1100]; empty means all."
    )
    deliver: list[str] = Field(
        default=["png", "exr", "shapes", "qc"],
        description="Of png, exr, shapes, prores, ffv1, cryptomatte, qc.",
    )
    priority: Literal["interactive", "normal", "background"] = "interactive"
    project: str = Field(default="", description="Told in the manifests.")
    client: str = Field(default="", description="Told in the manifests.")


def roto_upload(order: RotoForm) -> tuple[str, bytes]:
    """The order as a file, checked the way an upload would be, and the name to give it."""
    name = order.footage.strip("/").rpartition("/")[2]
    stem = name.rpartition(".")[0] or name
    objects = [RotoObject(words, "", prompts=(Prompt(text=words),)) for words in order.objects]
    written = RotoOrder(
        name=stem,
        footage=order.footage,
        frames=cast("tuple[int, int]", tuple(order.frames)) if order.frames else None,
        project=order.project,
        client=order.client,
        deliver=tuple(order.deliver),
        priority=order.priority,
        objects=tuple(objects),
    )
    data = write_order(written)
    for bad in read_order(data, name=f"{stem}.yaml").bad:
        raise bad.error  # someone is at the form and can mend it now
    return f"{stem}.yaml", data


@dg.op(description="Writes the order beside its footage; the sensor starts it within seconds.")
def place_roto_order(
    context: dg.OpExecutionContext, config: RotoForm, store: StoreResource
) -> None:
    """Put the order into the inbox."""
    with coded():
        name, data = roto_upload(config)
        key = submit(store.open(), line="roto", name=name, data=data)
    context.log.info(f"ordered as {key}: batch {batch_of(key)} starts with the next sensor tick")
    context.add_output_metadata({"upload": key, "batch": batch_of(key)})


@dg.job(
    description="Order roto by words: name the footage and what to cut out of it.",
    executor_def=dg.in_process_executor,
)
def order_roto() -> None:
    """Name things, get mattes."""
    place_roto_order()


class PrintForm(dg.Config):
    """What to print, and how large."""

    name: str = Field(default="my print", description="What it is called, in file names too.")
    operation: Literal["concept", "generate_model", "rescale_model"] = "generate_model"
    prompt: str = Field(default="a happy cat", description="What to make, in words.")
    model: str = Field(
        default="", description="A delivered model instead of words, as batch/item, to rescale."
    )
    concept: str = Field(
        default="", description="A concept picture instead of words, as batch/item."
    )
    style: Literal["art_style", "realistic", "cartoon", "cyberpunk"] = "cartoon"
    count: int = Field(default=1, ge=1, le=8, description="How many pictures of the prompt.")
    form: Literal["figure", "relief", "lithophane", "cookie-cutter", "keychain"] = "figure"
    x_mm: float = Field(default=0.0, ge=0, description="Width; 0 follows the other sides.")
    y_mm: float = Field(default=0.0, ge=0, description="Depth; 0 follows the other sides.")
    z_mm: float = Field(default=80.0, ge=0, description="Height; 0 follows the other sides.")
    base_mm: float = Field(default=0.0, ge=0, description="Cut off at its foot, to stand flat.")
    formats: list[str] = Field(default=["stl", "3mf", "glb"], description="And obj.")
    commercial: bool = Field(default=False, description="Refuses what may not be sold.")
    priority: Literal["interactive", "normal", "background"] = "interactive"
    project: str = Field(default="", description="Told in the manifests.")
    client: str = Field(default="", description="Told in the manifests.")


def print_upload(order: PrintForm) -> bytes:
    """The order as a file, checked the way an upload would be."""
    named = {"model": order.model, "concept": order.concept}
    drawn = {"prompt": order.prompt, "style": order.style, "count": order.count}
    source = {name: value for name, value in named.items() if value} or drawn
    sides = {"x": order.x_mm, "y": order.y_mm, "z": order.z_mm}
    target = {name: side for name, side in sides.items() if side}
    about = (
        "name",
        "operation",
        "base_mm",
        "formats",
        "commercial",
        "priority",
        "project",
        "client",
    )
    tree = {
        **{name: getattr(order, name) for name in about},
        **source,
        **({} if order.model else {"form": order.form}),
        **({"target_dimensions": target} if target else {}),
    }
    if order.model:
        tree["operation"] = "rescale_model"
    data = yaml.safe_dump(tree, sort_keys=False, allow_unicode=True).encode()
    read_print_order(data, name="order.yaml")  # someone is at the form and can mend it now
    return data


@dg.op(description="Writes the order into the inbox; the sensor starts the batch within seconds.")
def place_print_order(
    context: dg.OpExecutionContext, config: PrintForm, store: StoreResource
) -> None:
    """Put the order into the inbox."""
    with coded():
        name = f"{config.name or 'order'}.yaml"
        key = submit(store.open(), line="prints", name=name, data=print_upload(config))
    context.log.info(f"ordered as {key}: batch {batch_of(key)} starts with the next sensor tick")
    context.add_output_metadata({"upload": key, "batch": batch_of(key)})


@dg.job(
    description="Order a print by words, or another size of one that was delivered.",
    executor_def=dg.in_process_executor,
)
def order_prints() -> None:
    """Say what and how large, get files for a slicer."""
    place_print_order()


class MotionForm(dg.Config):
    """Which clip, what of it moves, and how it is made."""

    clip: str = Field(
        description="A movie or a folder of frames below inbox/motion/, such as dance.mp4."
    )
    subject: str = Field(
        default="", description="What moves, in plain words; empty is what stands out."
    )
    model: str = Field(
        default="", description="A GLB in inbox/motion/, to be moved as the clip does."
    )
    mode: Literal["default", "fast", "low_ram", "fast_low_ram"] = "default"
    seed: int = Field(default=44, ge=0, description="Another one shapes differently.")
    steps: int = Field(default=0, ge=0, description="Of an engine that works in steps; 0: its own.")
    faces: int = Field(default=16_000, ge=500, description="Triangles at most.")
    stride: int = Field(default=0, ge=0, description="Every so many-th frame; 0 spreads them.")
    frames: list[int] = Field(
        default=[], description="First and last frame, from 0, such as [0, 23]; empty means all."
    )
    commercial: bool = Field(default=False, description="Refuses what may not be sold.")
    priority: Literal["interactive", "normal", "background"] = "interactive"
    project: str = Field(default="", description="Told in the manifests.")
    client: str = Field(default="", description="Told in the manifests.")


def motion_upload(order: MotionForm) -> tuple[str, bytes]:
    """The order as a file, checked the way an upload would be, and the name to give it."""
    name = order.clip.strip("/").rpartition("/")[2]
    stem = name.rpartition(".")[0] or name
    about = ("clip", "mode", "seed", "steps", "faces", "stride", "commercial", "priority")
    named = ("subject", "model", "project", "client")
    tree = {
        "name": stem,
        **{field: getattr(order, field) for field in about},
        **{field: value for field in named if (value := getattr(order, field))},
        **({"range": order.frames} if order.frames else {}),
    }
    data = yaml.safe_dump(tree, sort_keys=False, allow_unicode=True).encode()
    read_motion_order(data, name="order.yaml")  # someone is at the form and can mend it now
    return f"{stem}.yaml", data


@dg.op(description="Writes the order beside its clip; the sensor starts it within seconds.")
def place_motion_order(
    context: dg.OpExecutionContext, config: MotionForm, store: StoreResource
) -> None:
    """Put the order into the inbox."""
    with coded():
        name, data = motion_upload(config)
        key = submit(store.open(), line="motion", name=name, data=data)
    context.log.info(f"ordered as {key}: batch {batch_of(key)} starts with the next sensor tick")
    context.add_output_metadata({"upload": key, "batch": batch_of(key)})


@dg.job(
    description="Order an animated mesh of a clip that is in the inbox.",
    executor_def=dg.in_process_executor,
)
def order_motion() -> None:
    """Name a clip, get a mesh that moves."""
    place_motion_order()


class FigurineForm(dg.Config):
    """Whose photo, which body, how large; and that the person agrees."""

    photo: str = Field(description="A photo below inbox/faces/ of one person, such as anna.jpg.")
    consent: bool = Field(
        default=False, description="The person in the photo agrees; without it nothing is made."
    )
    name: str = Field(default="", description="What it is called; empty is the photo's name.")
    template: Literal[
        *("standing", "arms-up", "sitting", "waving", "superhero", "bust"),
        *("realistic", "realistic-woman", "realistic-man", "realistic-child"),
    ] = "standing"
    height_mm: float = Field(default=100.0, ge=40, le=300, description="Base included.")
    style: str = Field(default="", description="How the face is drawn, such as toon or ink.")
    head_share: float = Field(default=0.0, ge=0, description="Of the height; 0 suits the template.")
    text: str = Field(default="", description="On the base, at most 24 characters.")
    seed: int = Field(default=0, ge=0, description="Another one draws differently.")
    show_face: bool = Field(default=False, description="Contact sheets here may show the face.")
    keep_days: int = Field(default=0, ge=0, description="Then all is deleted; 0: as set up here.")
    formats: list[str] = Field(default=["stl", "3mf", "glb", "usdz"], description="Of these.")
    commercial: bool = Field(default=False, description="Refuses what may not be sold.")
    priority: Literal["interactive", "normal", "background"] = "interactive"
    project: str = Field(default="", description="Told in the manifests.")
    client: str = Field(default="", description="Told in the manifests.")


def figurine_upload(order: FigurineForm) -> tuple[str, bytes]:
    """The order as a file, checked the way an upload would be, and the name to give it."""
    name = order.photo.strip("/").rpartition("/")[2]
    stem = name.rpartition(".")[0] or name
    about = ("photo", "consent", "template", "height_mm", "seed", "show_face")
    more = ("formats", "commercial", "priority")
    named = ("style", "head_share", "text", "keep_days", "project", "client")
    tree = {
        "name": order.name or stem,
        **{field: getattr(order, field) for field in (*about, *more)},
        **{field: value for field in named if (value := getattr(order, field))},
    }
    data = yaml.safe_dump(tree, sort_keys=False, allow_unicode=True).encode()
    read_figurine_order(data, name="order.yaml")  # someone is at the form and can mend it now
    return f"{stem}.yaml", data


@dg.op(description="Writes the order beside its photo; the sensor starts it within seconds.")
def place_figurine_order(
    context: dg.OpExecutionContext, config: FigurineForm, store: StoreResource
) -> None:
    """Put the order into the inbox."""
    with coded():
        name, data = figurine_upload(config)
        key = submit(store.open(), line="figurines", name=name, data=data)
    # what stands in this run is the person's, too: it is forgotten with the order's own runs
    context.instance.add_run_tags(context.run_id, {PARTITION_TAG: batch_of(key)})
    context.log.info(f"ordered as {key}: batch {batch_of(key)} starts with the next sensor tick")
    context.add_output_metadata({"upload": key, "batch": batch_of(key)})


@dg.job(
    description="Order a figurine of a face photo that is in the inbox, with the person's consent.",
    executor_def=dg.in_process_executor,
)
def order_figurines() -> None:
    """Name a photo, get a figurine."""
    place_figurine_order()


ORDERS = {
    "stickers": order_stickers,
    "roto": order_roto,
    "prints": order_prints,
    "motion": order_motion,
    "figurines": order_figurines,
}
