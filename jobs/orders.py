"""``order_<line>`` jobs: from the launchpad, without preparing a file.

An order only writes an upload into the inbox; the sensor makes it a batch like any other. A
partitioned job cannot start on a key that does not exist yet, so this is the way in from the UI.
"""

from typing import Literal

import dagster as dg
from pydantic import Field

from maquette.batch.uploads import INBOX, NIGHTLY, batch_of, submit
from maquette.lines.prompt_sets import PromptSet, StickerOrder, read_prompt_set, write_prompt_set
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


ORDERS = {"stickers": order_stickers}
