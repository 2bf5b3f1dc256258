"""Batches as dynamic partitions: one upload, one partition."""

import dagster as dg

BATCHES = {
    "stickers": dg.DynamicPartitionsDefinition(name="sticker_batches"),
    "roto": dg.DynamicPartitionsDefinition(name="roto_batches"),
    "prints": dg.DynamicPartitionsDefinition(name="print_batches"),
    "motion": dg.DynamicPartitionsDefinition(name="motion_batches"),
    "figurines": dg.DynamicPartitionsDefinition(name="figurine_batches"),
}
