"""One exchange with the images service: the key, patience, limits, and refusals told apart.

The key is read from the environment for each request and goes into one header of it: it is in no
setting, no recipe, no message, and follows no redirect. What belongs here: HTTP. What does not:
pictures, and what is asked for.
"""

from __future__ import annotations

import contextlib
import email.utils
import json
import os
import time
import urllib.error
import urllib.request
from email.message import Message
from http.client import HTTPException
from typing import IO, Any
from urllib.parse import urlsplit

from maquette.errors import EngineError, InputError, MaquetteError

KEY = "OPENAI_API_KEY"
TRIES = 4
FIRST_WAIT_S = 1.0  # doubled from try to try where the service names no time
WAIT_S_AT_MOST = 60.0  # a longer one is for the next run
SILENCE_S = 180.0  # a picture of high quality takes two minutes
ANSWER_S = 300.0
ANSWER_BYTES_AT_MOST = 64 << 20
CHUNK_BYTES = 1 << 16
LOCAL = ("localhost", "127.0.0.1", "::1")
UNAUTHORISED, NOT_FOUND, TOO_MANY = 401, 404, 429
MODERATED = ("moderation_blocked", "content_policy_violation")


class Service:
    """An address that answers like OpenAI's. Safe for several threads."""

    def __init__(self, address: str) -> None:
        self.address = _checked(address)
        _key()
        self._opener = _opener(proxied=urlsplit(self.address).hostname not in LOCAL)

    def ask(self, path: str, body: dict[str, Any]) -> Any:
        """The answer to one request, asked again while the service is busy.

        Raises InputError PROMPT_REFUSED, or EngineError SERVICE_REFUSED, SERVICE_BUSY,
        SERVICE_UNREACHABLE, SERVICE_ANSWER.
        """
        wait_s = FIRST_WAIT_S
        for tries_left in reversed(range(TRIES)):
            try:
                return self._exchange(path, body)
            except urllib.error.HTTPError as refused:
                with refused:
                    trouble = _refusal(refused)
                    named_s = _retry_after_s(refused.headers)
            if trouble.code != "SERVICE_BUSY" or not tries_left or (named_s or 0) > WAIT_S_AT_MOST:
                raise trouble
            time.sleep(wait_s if named_s is None else named_s)
            wait_s *= 2
        raise AssertionError("unreachable: the last try raises")

    def _exchange(self, path: str, body: dict[str, Any]) -> Any:
        request = urllib.request.Request(  # noqa: S310 - the scheme was checked
            f"{self.address}/{path}",
            data=json.dumps(body).encode(),
            headers={"Content-Type": "application/json", "User-Agent": "maquette"},
        )
        request.add_unredirected_header("Authorization", f"Bearer {_key()}")
        try:
            with self._opener.open(request, timeout=SILENCE_S) as answer:
                data = _read(answer)
        except urllib.error.HTTPError:
            raise
        except (OSError, HTTPException) as trouble:
            why = getattr(trouble, "reason", trouble)
            raise EngineError(
                "SERVICE_UNREACHABLE",
                f"{urlsplit(self.address).hostname} did not answer: {_clean(str(why))}",
                fix="check network, proxy and OPENAI_BASE_URL; the next run asks again",
            ) from None
        try:
            return json.loads(data)
        except ValueError:
            raise wrong_answer("it is no JSON") from None


def _opener(*, proxied: bool) -> urllib.request.OpenerDirector:
    """An opener that knows HTTP and no more: a redirect would carry the key wherever it points."""
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler(None if proxied else {}),
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(),
        urllib.request.HTTPErrorProcessor(),
        urllib.request.HTTPDefaultErrorHandler(),
    ):
        opener.add_handler(handler)
    return opener


def _read(answer: IO[bytes]) -> bytes:
    """The whole answer, within its limits: a trickle may not hold a worker for ever."""
    until = time.monotonic() + ANSWER_S
    data = bytearray()
    while chunk := answer.read1(CHUNK_BYTES):  # pyright: ignore[reportAttributeAccessIssue]
        data += chunk
        if len(data) > ANSWER_BYTES_AT_MOST:
            raise wrong_answer(f"it is larger than {ANSWER_BYTES_AT_MOST >> 20} MB")
        if time.monotonic() > until:
            raise TimeoutError(f"over {ANSWER_S:g} s for one answer")
    return bytes(data)


def _refusal(refused: urllib.error.HTTPError) -> MaquetteError:
    """What the service's error means to whoever asked."""
    said = _said(refused)
    told = _clean(str(said.get("message") or refused.reason))[:300]
    if refused.code == UNAUTHORISED:
        told = "the key is refused"  # not in the service's words: they quote half of the key
    code = said.get("code")
    if code in MODERATED or "safety system" in told:
        return InputError(
            "PROMPT_REFUSED", f"the service will not draw this: {told}", fix="use other words"
        )
    busy = refused.code == TOO_MANY or refused.code >= 500
    if busy and code != "insufficient_quota":
        return EngineError(
            "SERVICE_BUSY", f"status {refused.code}: {told}", fix="run again later, with less"
        )
    fix = {
        "background": "set background to opaque, or choose another model",
        "model": "choose a model that your account offers",
    }.get(said.get("param") or ("model" if refused.code == NOT_FOUND else ""))
    return EngineError(
        "SERVICE_REFUSED",
        f"status {refused.code}: {told}",
        fix=fix or f"check {KEY}, the account's credit, and the engine's settings",
    )


def _said(refused: urllib.error.HTTPError) -> dict[str, Any]:
    """The ``error`` of an answer, or nothing where it is of another shape."""
    with contextlib.suppress(OSError, ValueError, HTTPException, AttributeError):
        error = json.loads(refused.read(CHUNK_BYTES)).get("error")
        return error if isinstance(error, dict) else {}
    return {}


def _retry_after_s(headers: Message) -> float | None:
    """Seconds the service asks to wait: it names their number or a date."""
    said = headers.get("Retry-After", "")
    if said.strip().isdigit():
        return float(said)
    try:
        return max(0.0, email.utils.parsedate_to_datetime(said).timestamp() - time.time())
    except ValueError:
        return None


def wrong_answer(what: str) -> EngineError:
    """An answer that cannot be used."""
    return EngineError(
        "SERVICE_ANSWER", f"the service's answer cannot be used: {what}", fix="run again later"
    )


def _clean(text: str) -> str:
    """The text without the key, which services quote when they refuse it, and without breaks."""
    key = os.environ.get(KEY, "").strip()
    return " ".join((text.replace(key, "...") if key else text).split())


def _key() -> str:
    key = os.environ.get(KEY, "").strip()
    # Checked here: the HTTP client would quote a key that it cannot send.
    if not key or not key.isascii() or not key.isprintable() or " " in key:
        raise EngineError(
            "ENGINE_SETTINGS",
            f"{KEY} is {'no key' if key else 'unset'}",
            fix=f"set {KEY} in the environment of the processes that run code",
        )
    return key


def _checked(address: str) -> str:
    """The address without a slash at its end, refused where it would give the key away."""
    parts = urlsplit(address)
    if parts.username or parts.password or parts.query or parts.fragment:
        raise EngineError(
            "ENGINE_SETTINGS",
            "the service's address holds more than an address",
            fix=f"give scheme, host and path; the key belongs into {KEY}",
        )
    schemes = ("https", "http") if parts.hostname in LOCAL else ("https",)
    if not parts.hostname or parts.scheme not in schemes:
        raise EngineError(
            "ENGINE_SETTINGS",
            f"{parts.scheme}://{parts.hostname} would get the key unencrypted",
            fix="use an https address; http is for this machine only",
        )
    return address.rstrip("/")
