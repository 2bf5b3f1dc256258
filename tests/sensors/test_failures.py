"""Failure messages: once per cause and hour, to whoever listens."""

import http.server
import json
import logging
import socket
import threading
from datetime import UTC, datetime

import dagster as dg
import pytest

from maquette.batch.store import FolderStore
from maquette.errors import InputError, ToolError
from resources.coded import coded
from resources.store import StoreResource
from sensors import failures
from sensors.failures import Message, failed_runs, first_of_its_cause, message_of, post, tell

MESSAGE = Message("make_stickers", "cats-1", "run-1", "STORE_FULL", "no space left", "free space")
NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.fixture
def store(tmp_path):
    """A store in a folder."""
    return FolderStore(tmp_path / "store")


@pytest.fixture
def listener():
    """A webhook that keeps what it is sent."""
    received = []

    class Hook(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            received.append((self.headers["Content-Type"], json.loads(body)))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hook)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/", received
    server.shutdown()
    server.server_close()


@pytest.fixture
def mumbler():
    """A server that answers with something that is no HTTP."""
    server = socket.create_server(("127.0.0.1", 0))

    def mumble():
        while True:
            try:
                caller, _ = server.accept()
            except OSError:
                return
            with caller:
                caller.recv(65_536)
                caller.sendall(b"mumble mumble\r\n\r\n")

    threading.Thread(target=mumble, daemon=True).start()
    yield f"http://127.0.0.1:{server.getsockname()[1]}/"
    server.close()


def changed(**fields):
    """The message above, but for these fields."""
    return Message(**{**vars(MESSAGE), **fields})


def test_one_message_per_cause_and_hour(store):
    """The same job with the same code is told once an hour, whichever batch or run it was."""
    told = [
        first_of_its_cause(store, MESSAGE, now=NOON),
        first_of_its_cause(store, changed(run="run-2", batch="dogs-2"), now=NOON),
        first_of_its_cause(store, changed(code="MODEL_MISSING"), now=NOON),
        first_of_its_cause(store, changed(job="order_stickers"), now=NOON),
        first_of_its_cause(store, MESSAGE, now=NOON.replace(hour=13)),
        first_of_its_cause(store, MESSAGE, now=NOON.replace(hour=13, minute=59)),
    ]
    assert told == [True, False, True, True, True, False]


def test_a_hundred_failures_are_one_message(store, listener):
    """A bucket that is gone fails every run; a person hears it once."""
    url, received = listener
    told = [tell(store, changed(run=f"run-{n}"), url=url) for n in range(100)]
    assert (1, 1) == (told.count(True), len(received))


class Away:
    """A store that is not there."""

    def put_if_absent(self, key, data):
        raise ToolError("STORE_REFUSED", "NoSuchBucket", fix="check bucket")


def test_a_store_that_is_away_is_still_told_of_once(monkeypatch, listener):
    """The very failure that matters most does not silence its own message."""
    monkeypatch.setattr(failures, "TOLD", set())
    url, received = listener
    told = [tell(Away(), changed(run=f"run-{n}"), url=url) for n in range(3)]
    assert ([True, False, False], 1) == (told, len(received))


def test_the_webhook_gets_words_and_fields(listener):
    """A chat shows the text, a program reads the fields."""
    url, received = listener
    post(url, MESSAGE)
    ((kind, body),) = received
    assert kind == "application/json"
    assert vars(MESSAGE).items() <= body.items()
    assert body["text"] == "make_stickers cats-1: STORE_FULL no space left free space"


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:9/", "file:///etc/passwd", "nonsense", "http://exa mple/", "http://[::"],
    ids=["nobody there", "a file", "no address", "a blank", "half an address"],
)
def test_a_webhook_that_cannot_be_reached_is_logged_and_never_raised(url, caplog, store):
    """The failure was told in the log; a second failure on top helps nobody."""
    with caplog.at_level(logging.ERROR, logger="maquette.failures"):
        assert tell(store, MESSAGE, url=url)
    assert 2 == len(caplog.records)


def test_a_webhook_that_mumbles_is_logged_and_never_raised(mumbler, caplog):
    """An answer that is no HTTP is no reason to fail."""
    post(mumbler, MESSAGE)
    assert ["webhook did not take"] == [r.getMessage()[:20] for r in caplog.records]


@dg.op
def refuses():
    """Raises one of our errors as it is."""
    raise InputError("PROMPT_EMPTY", "row 3 is empty", fix="say what to draw")


@dg.op
def refuses_as_assets_do():
    """Raises it the way assets do."""
    with coded():
        raise InputError("PROMPT_EMPTY", "row 3 is empty", fix="say what to draw")


@dg.op
def wraps():
    """Raises one of ours from one of the system's."""
    try:
        raise OSError(28, "No space left on device")
    except OSError as trouble:
        raise ToolError("STORE_FULL", "no space left") from trouble


@dg.op
def divides():
    """Has a bug."""
    return 1 // 0


def failed(op, tmp_path):
    """The context of a failure sensor after a real run of that op, partition and all."""
    job = dg.JobDefinition(name="make_stickers", graph_def=dg.GraphDefinition("g", node_defs=[op]))
    instance = dg.DagsterInstance.ephemeral()
    result = job.execute_in_process(
        instance=instance, raise_on_error=False, tags={"dagster/partition": "cats-1"}
    )
    return dg.build_run_status_sensor_context(
        "failed_runs",
        result.get_run_failure_event(),
        instance,
        result.dagster_run,
        resources={"store": StoreResource(url=str(tmp_path / "store"))},
    ).for_run_failure()


@pytest.mark.parametrize(
    ("op", "code", "reason"),
    [
        (refuses, "PROMPT_EMPTY", "row 3 is empty"),
        (refuses_as_assets_do, "PROMPT_EMPTY", "row 3 is empty"),
        (wraps, "STORE_FULL", "no space left"),
        (divides, "ZeroDivisionError", "division"),
    ],
    ids=["bare", "as assets do", "raised from another", "a bug"],
)
def test_a_message_says_what_went_wrong_not_who_wrapped_it(tmp_path, op, code, reason):
    """Code and reason are those of the error a person can act on."""
    message = message_of(failed(op, tmp_path))
    assert (code, "make_stickers", "cats-1") == (message.code, message.job, message.batch)
    assert reason in message.reason


def test_the_sensor_tells_once(tmp_path, monkeypatch, listener):
    """Two runs that fail alike, one call of the webhook, with the way out."""
    url, received = listener
    monkeypatch.setenv("MAQUETTE_WEBHOOK", url)
    for _ in range(2):
        failed_runs(failed(refuses_as_assets_do, tmp_path))
    assert ["say what to draw"] == [body["fix"] for _, body in received]
