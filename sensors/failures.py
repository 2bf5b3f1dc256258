"""Failure messages: one per cause and hour, in the log and to a webhook if there is one.

A bucket that is gone fails every run; a person wants to hear it once. What belongs here: saying
it. What does not: retrying, which is Dagster's.
"""

import hashlib
import json
import logging
import os
import re
import urllib.request
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from http.client import HTTPException
from typing import Any

import dagster as dg

from maquette.batch.store import Store
from maquette.errors import MaquetteError
from resources.store import StoreResource

LOG = logging.getLogger("maquette.failures")
WEBHOOK = "MAQUETTE_WEBHOOK"
TIMEOUT_S = 10
TOLD: set[str] = set()  # causes and hours, while the store cannot be asked


@dataclass(frozen=True)
class Message:
    """What is told of a failed run."""

    job: str
    batch: str
    run: str
    code: str
    reason: str
    fix: str

    @property
    def cause(self) -> str:
        """Names the cause: the same job failing with the same code."""
        return hashlib.sha256(f"{self.job}\n{self.code}".encode()).hexdigest()[:16]


def message_of(context: dg.RunFailureSensorContext) -> Message:
    """The code, reason and fix of the step that failed first."""
    run, told = context.dagster_run, {"code": "RUN_FAILED", "reason": "", "fix": ""}
    told["reason"] = context.failure_event.message or "the run failed"
    for event in context.get_step_failure_events():
        data = event.step_failure_data
        metadata = data.user_failure_data.metadata if data.user_failure_data else {}
        told |= {name: str(metadata[name].value) for name in told if name in metadata}
        if "code" not in metadata and data.error:
            told |= _told_by(data.error)
        break
    batch = run.tags.get("dagster/partition", "")
    return Message(run.job_name, batch, run.run_id, **{n: v[:1000] for n, v in told.items()})


def _told_by(error: Any) -> dict[str, str]:
    """Code and reason of an error Dagster has wrapped in its own."""
    chain = [error]
    while chain[-1].cause:
        chain.append(chain[-1].cause)
    for link in chain:  # ours is "maquette.errors.InputError: CODE: reason"
        if coded := re.match(r"[\w.]+: ([A-Z][A-Z0-9_]+): (.*)", link.message, re.DOTALL):
            return {"code": coded[1], "reason": coded[2].strip()}
    inner = chain[min(1, len(chain) - 1)]
    return {"code": inner.cls_name or "STEP_FAILED", "reason": inner.message.strip()}


def first_of_its_cause(store: Store, message: Message, *, now: datetime) -> bool:
    """Whether nobody has told of this cause within the hour.

    A store that is away may be the very cause: then this process remembers by itself.
    """
    key = f"alerts/{now:%Y-%m-%d/%H}/{message.cause}.json"
    try:
        return store.put_if_absent(key, json.dumps(asdict(message)).encode())
    except MaquetteError:
        first = key not in TOLD
        TOLD.add(key)
        return first


def post(url: str, message: Message) -> None:
    """Send a message to a webhook as JSON; one that does not answer is logged, not raised."""
    if not url.startswith(("http://", "https://")):
        LOG.error("%s is not an http address: %r", WEBHOOK, url)
        return
    words = f"{message.job} {message.batch}: {message.code} {message.reason} {message.fix}".strip()
    data = json.dumps({"text": words, **asdict(message)}).encode()
    headers = {"Content-Type": "application/json"}
    try:
        call = urllib.request.Request(url, data=data, headers=headers)  # noqa: S310 - http checked
        with urllib.request.urlopen(call, timeout=TIMEOUT_S):  # noqa: S310 - likewise
            pass
    except (OSError, ValueError, HTTPException) as trouble:
        LOG.error("webhook did not take the message: %s", trouble)


def tell(store: Store, message: Message, *, url: str = "") -> bool:
    """Tell of a failure once per cause and hour; says whether it told."""
    if not first_of_its_cause(store, message, now=datetime.now(UTC)):
        return False
    LOG.error(
        "%s %s failed: %s %s (%s)",
        message.job,
        message.batch,
        message.code,
        message.reason,
        message.fix,
    )
    if url:
        post(url, message)
    return True


@dg.run_failure_sensor(
    name="failed_runs",
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Tells of failed runs once per cause and hour; MAQUETTE_WEBHOOK gets it as JSON.",
)
def failed_runs(context: dg.RunFailureSensorContext, store: StoreResource) -> None:
    """Tell of a failed run."""
    tell(store.open(), message_of(context), url=os.environ.get(WEBHOOK, ""))
