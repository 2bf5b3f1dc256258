"""The far side of the menders: climbs the ladder for one mesh after the other.

It runs below `foreign_worker` in a process of its own, because what it calls is native code over
meshes from anywhere. What belongs here: unpacking the question, limits on memory, and the answer.
What does not: the ladder (`maquette.solids.ladder`), and the near side (`manifold`).
"""

from __future__ import annotations

import pickle
import resource
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

Message = tuple[dict[str, Any], bytes]


def begin(ladder: str, memory_mb: str) -> Callable[[dict[str, Any], bytes], Message]:
    """Load what mending needs, and return what mends.

    Args:
        ladder: ``manifold``, or ``meshlab`` for rungs of PyMeshLab between our own.
        memory_mb: address space that this process may use.
    """
    # instead of this script's own folder, whose modules have names of their own
    sys.path[0] = str(Path(__file__).parents[2])
    limit = int(memory_mb) << 20
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    from maquette.solids.ladder import Rung

    rungs: Sequence[Rung] = ()
    if ladder == "meshlab":
        from maquette.engines.meshlab_rungs import RUNGS

        rungs = RUNGS

    def answer(head: dict[str, Any], payload: bytes) -> Message:
        del head
        return {}, _answered(payload, rungs)

    return answer


def _answered(payload: bytes, rungs: Sequence[Any]) -> bytes:
    """A mended mesh or a coded error, packed."""
    from maquette.errors import MaquetteError
    from maquette.solids.ladder import mended

    mesh = pickle.loads(payload)  # noqa: S301 - our own parent's words over a private pipe
    try:
        return pickle.dumps(mended(mesh, rungs=rungs))
    except MaquetteError as trouble:
        return pickle.dumps(trouble)
    except MemoryError:
        raise MemoryError("out of memory") from None  # the near side knows it by these words
