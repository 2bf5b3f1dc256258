"""One batch through Dagster in a process of its own; prints what it did as JSON.

python -m bench.one_batch FOLDER --count 300 --size-px 512 --engine stored
"""

from __future__ import annotations

import argparse
import hashlib
import json
import logging
import sys
from pathlib import Path

from bench.orders import prompts_of, upload_of
from bench.through_dagster import Bench

HEAVY = ("torch", "onnxruntime", "tokenizers", "resvg_py")


def main() -> None:
    """Run the batch."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--count", type=int, required=True)
    parser.add_argument("--size-px", type=int, default=512)
    parser.add_argument("--engine", default="stored")
    asked = parser.parse_args()
    logging.disable(logging.CRITICAL)
    bench = Bench(asked.folder, engine=asked.engine)
    batch = bench.put(upload_of(prompts_of(asked.count), size_px=asked.size_px))
    ran = bench.run(batch)
    packages = bench.manifest("sticker_usdz", batch)
    sums = {
        row.item: ref.sha256
        for row in packages.delivered
        if (ref := row.object("usdz")) is not None
    }
    print(
        json.dumps(
            {
                "seconds": ran.seconds,
                "success": ran.success,
                "error": ran.error,
                "batch": batch,
                "delivered": len(packages.delivered),
                "quarantined": len(packages.quarantined),
                "made": ran.made("sticker_usdz"),
                "usdz": hashlib.sha256(json.dumps(sums, sort_keys=True).encode()).hexdigest(),
                "engine_items": ran.engine_items,
                "loaded": [name for name in HEAVY if name in sys.modules],
            }
        )
    )


if __name__ == "__main__":
    main()
