"""The craft's trouble in Dagster's words: a code, a reason, a way out, and whether to try again.

What belongs here: the translation. What does not: any handling of it.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg

from maquette.errors import MaquetteError


@contextmanager
def coded() -> Iterator[None]:
    """Trouble that sinks a batch becomes a failure Dagster does not retry if it would last."""
    try:
        yield
    except MaquetteError as trouble:
        raise dg.Failure(
            description=str(trouble),
            metadata={"code": trouble.code, "reason": trouble.reason, "fix": trouble.fix},
            allow_retries=not trouble.lasting and not trouble.needs_setup,
        ) from trouble
