"""``maquette submit --wait``: the line makes the batch in a thread, on the same store."""

import threading
import time

import pytest

from maquette.batch.host import Host
from maquette.batch.runner import LocalPlace, Runner
from maquette.batch.store import open_store
from maquette.batch.uploads import batch_of, write_ticket
from maquette.cli import main
from maquette.cli.waiting import ASSETS
from maquette.engines import chosen
from maquette.lines import stickers

SET = "prompt,resolution\na cat,512\na dog,512\n"


@pytest.fixture
def prompts(tmp_path):
    """A prompt set of two, and the name of its store."""
    path = tmp_path / "two.csv"
    path.write_text(SET)
    return path, str(tmp_path / "store")


def make_when_uploaded(url):
    """What a sensor does: wait for the upload, then run the line."""
    store = open_store(url)
    give_up = time.monotonic() + 20
    while not (uploads := list(store.list("inbox/prompts/"))):
        assert time.monotonic() < give_up
        time.sleep(0.05)
    batch = batch_of(uploads[0].key)
    write_ticket(store, line="stickers", key=uploads[0].key)
    runner = Runner(store, LocalPlace(Host(store)), chosen({"ImageGenerator": "stored"}))
    return stickers.make(runner, batch=batch)


def test_waits_until_the_line_is_done(prompts, capsys):
    """The command ends with the delivery, and names its folder and files."""
    path, url = prompts
    made = []
    thread = threading.Thread(target=lambda: made.append(make_when_uploaded(url)))
    thread.start()
    status = main(["submit", "stickers", str(path), "--store", url, "--wait", "--timeout", "60"])
    thread.join()
    assert 0 == status
    (finished,) = made
    out = capsys.readouterr().out
    assert f"{len(finished.delivery.files)} files in {finished.delivery.folder}" in out


def test_assets_are_those_of_the_line(prompts):
    """The bar counts the assets that the line commits, in their order."""
    path, url = prompts
    main(["submit", "stickers", str(path), "--store", url])
    finished = make_when_uploaded(url)
    assert ASSETS["stickers"] == tuple(manifest.asset for manifest in finished.manifests)


def test_gives_up_with_the_page_to_look_at(prompts, capsys):
    """Nobody makes the batch: the command says so and where to look."""
    path, url = prompts
    status = main(["submit", "stickers", str(path), "--store", url, "--wait", "--timeout", "0"])
    assert 1 == status
    err = " ".join(capsys.readouterr().err.split())
    assert "WAIT_TIMEOUT" in err
    assert "0 of 7 assets are done" in err
    assert "/runs?" in err
