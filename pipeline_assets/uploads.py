"""What people put into the inbox, as external assets: nothing here makes them."""

import dagster as dg

uploaded_prompts = dg.AssetSpec(
    "uploaded_prompts",
    description="Prompt sets and photos that people put into `inbox/prompts/`.",
    group_name="stickers",
    kinds={"csv", "yaml", "json", "parquet"},
    owners=["team:stickers"],
)

uploaded_shots = dg.AssetSpec(
    "uploaded_shots",
    description="Footage and roto orders that people put into `inbox/shots/`.",
    group_name="roto",
    kinds={"yaml", "video"},
    owners=["team:roto"],
)

uploaded_prints = dg.AssetSpec(
    "uploaded_prints",
    description="Print orders, pictures and models that people put into `inbox/prints/`.",
    group_name="prints",
    kinds={"yaml", "png", "stl"},
    owners=["team:prints"],
)

uploaded_clips = dg.AssetSpec(
    "uploaded_clips",
    description="Clips, motion orders and models that people put into `inbox/motion/`.",
    group_name="motion",
    kinds={"yaml", "video", "glb"},
    owners=["team:motion"],
)

uploaded_faces = dg.AssetSpec(
    "uploaded_faces",
    description="Figurine orders and face photos that people put into `inbox/faces/`.",
    group_name="figurines",
    kinds={"yaml", "jpeg"},
    owners=["team:figurines"],
)
