"""The pipe to a foreign process: progress before the answer, and what it does to time limits."""

import sys

import pytest

from maquette.engines.foreign import Foreign, ForeignProcess, Progress
from maquette.errors import EngineError

TELLING = """
import time

def begin(word, tell):
    tell(0.0, "starting")

    def answer(head, payload):
        for n in range(head["times"]):
            time.sleep(head["pause_s"])
            tell(n / head["times"], word)
        time.sleep(head.get("last_s", 0))
        return {"said": word}, payload

    return answer
"""
SILENT = """
def begin(word):
    def answer(head, payload):
        return {"said": word}, payload

    return answer
"""
WILD = """
def begin(tell):
    def answer(head, payload):
        tell(head["share"], "somewhere")
        return {}, b""

    return answer
"""


@pytest.fixture
def started(tmp_path):
    """Starts worker modules given as text, and ends them."""
    running = []

    def start(text, *arguments):
        worker = tmp_path / "worker.py"
        worker.write_text(text, encoding="utf-8")
        foreign = Foreign("it", sys.executable, worker, arguments, start_s=30.0, fix="")
        running.append(ForeignProcess(foreign))
        return running[-1]

    yield start
    for process in running:
        process.end()


def test_progress_comes_before_the_answer(started):
    """Whoever asks hears how far it is, and gets the answer as ever."""
    process = started(TELLING, "walking")
    heard = []
    said, payload = process.ask(
        {"times": 2, "pause_s": 0}, b"there", within_s=20, told=heard.append
    )
    assert [Progress(0.0, "walking"), Progress(0.5, "walking")] == heard
    assert ("walking", b"there") == (said["said"], payload)
    said, _ = process.ask({"times": 3, "pause_s": 0}, within_s=20)
    assert "walking" == said["said"], "nobody has to listen"


def test_workers_that_tell_nothing_stay_as_they_were(started):
    """A worker module without the parameter is not given it."""
    said, payload = started(SILENT, "still").ask({}, b"12", within_s=20)
    assert ("still", b"12") == (said["said"], payload)


def test_a_share_is_kept_within_the_whole(started):
    """A worker that counts wrongly is not more than done."""
    process, heard = started(WILD), []
    for share in (-1, 7):
        process.ask({"share": share}, within_s=20, told=heard.append)
    assert [0.0, 1.0] == [progress.share for progress in heard]


def test_a_share_that_is_no_number_is_a_crash(started):
    """What makes no sense is told as what it is, not raised as it comes."""
    with pytest.raises(EngineError) as raised:
        started(WILD).ask({"share": "half"}, within_s=20)
    assert "WORKER_CRASHED" == raised.value.code


def test_signs_of_life_keep_the_quiet_limit_away(started):
    """Five pauses below the limit are longer together, and pass."""
    process = started(TELLING, "slowly")
    asked = {"times": 5, "pause_s": 0.3}
    said, _ = process.ask(asked, within_s=20, quiet_s=1.0)
    assert "slowly" == said["said"]


@pytest.mark.parametrize(
    ("asked", "limits", "says"),
    [
        pytest.param(
            {"times": 1, "pause_s": 0, "last_s": 20},
            {"within_s": 20, "quiet_s": 0.5},
            "was quiet for over 0.5 s",
            id="quiet",
        ),
        pytest.param(
            {"times": 200, "pause_s": 0.1},
            {"within_s": 0.8, "quiet_s": 0.6},
            "took over 0.8 s",
            id="busy for too long",
        ),
        pytest.param(
            {"times": 1, "pause_s": 20}, {"within_s": 0.5}, "took over 0.5 s", id="one limit"
        ),
    ],
)
def test_limits_end_it(started, asked, limits, says):
    """What is quiet for too long or takes too long is ended, and the words say which."""
    with pytest.raises(EngineError) as raised:
        started(TELLING, "on and on").ask(asked, **limits)
    assert ("WORKER_TIMED_OUT", f"it {says}") == (raised.value.code, raised.value.reason)
