"""Outside programs: each in a folder of its own, without the user's settings, for a limited time.

What belongs here: starting one and ending it with all that it started. What does not: any
program's words, and what its silence means.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path


def said_by(command: Sequence[str], folder: Path, *, within_s: float) -> str:
    """What a program prints while it works in a folder, whether it ends well or not.

    Raises OSError where it cannot be started, and subprocess.TimeoutExpired where it takes too
    long: its whole group has then been ended.
    """
    home = {"PATH": os.environ.get("PATH", os.defpath), "HOME": str(folder), "LC_ALL": "C"}
    child = subprocess.Popen(
        list(command),
        cwd=folder,
        env=home,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        said, _ = child.communicate(timeout=within_s)
    except subprocess.TimeoutExpired:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.communicate()
        raise
    return said.decode("utf-8", "replace")
