"""`maquette make`: what it leaves where, and what it refuses."""

import pytest

from maquette.cli import main

PROMPTS = "prompt\na cat\n"


@pytest.fixture
def make(tmp_path):
    """Make a set of a name into a folder; returns the exit status."""

    def run(name, text=PROMPTS, *, out="out"):
        upload = tmp_path / f"{name}.csv"
        upload.write_text(text)
        where = ["--store", str(tmp_path / "store"), "-o", str(tmp_path / out)]
        return main(["make", "stickers", str(upload), *where, "--image-generator", "stored"])

    return run


def test_a_pack_is_handed_out_with_its_page(make, tmp_path):
    """The page, the index and the pack lie in the folder that was named."""
    assert 0 == make("cats")
    assert {"cats", "cats.zip", "index.html", "index.json", "page"} == {
        path.name for path in (tmp_path / "out").iterdir()
    }


def test_the_inbox_stays_empty(make, tmp_path):
    """What is made by hand is not made again by a sensor."""
    make("cats")
    assert not (tmp_path / "store" / "inbox").exists()


def test_another_batch_does_not_hide_the_first(make, tmp_path, capsys):
    """A folder that holds another batch is refused before anything is made."""
    make("cats")
    before = (tmp_path / "out" / "index.html").read_bytes()
    assert 1 == make("dogs", "prompt\na dog\n")
    assert "OUTPUT_TAKEN" in capsys.readouterr().err
    assert before == (tmp_path / "out" / "index.html").read_bytes()
    assert 0 == make("cats")


def test_a_photo_beside_the_set_goes_with_it(make, tmp_path):
    """A missing photo costs its row only, and is named as the set names it."""
    assert 0 == make("mixed", "prompt,picture\na cat,\nmine,my-cat.jpg\n")
    told = (tmp_path / "out" / "index.json").read_text()
    assert "the photo 'my-cat.jpg' is not beside the prompt set" in told
