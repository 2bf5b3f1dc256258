"""Where stages run: in this process or in worker processes. Never an asset's business.

The craft holds the places themselves (``maquette.batch.runner``, ``maquette.engines.workers``).
"""

import sys
from typing import Literal

import dagster as dg
from pydantic import Field

from maquette.batch.host import Host
from maquette.batch.runner import LocalPlace, Place
from maquette.batch.store import Store
from maquette.engines.workers import WorkerOptions, WorkerPlace


class PlacementResource(dg.ConfigurableResource):
    """Picks a place for stages to run in."""

    kind: Literal["local", "worker"] = Field(
        default="local",
        description="local: this process. worker: child processes, a crash costs one item.",
    )
    python: str = Field(
        default="", description="Interpreter of the workers, such as .venv-engines/bin/python."
    )
    count: int = Field(default=1, ge=1, description="How many worker processes.")
    deadline_s: float = Field(default=600.0, gt=0, description="Longest time for one batch.")
    memory_mb: int | None = Field(default=None, description="Address space of one worker.")

    def place(self, store: Store) -> Place:
        """A place over that store; the caller closes it."""
        if self.kind == "local":
            return LocalPlace(Host(store))
        options = WorkerOptions(
            python=self.python or sys.executable,
            count=self.count,
            deadline_s=self.deadline_s,
            memory_mb=self.memory_mb,
        )
        return WorkerPlace(store.spec, options)
