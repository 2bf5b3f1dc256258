"""The stored generator: pictures from a folder, shapes from a seed."""

import numpy as np
import pytest
from PIL import Image

from maquette.engines import make
from maquette.engines.stored import make as make_stored
from maquette.errors import InputError
from maquette.roles import ImageGenerator, ImageRequest


def ask(prompt="a cat", *, size_px=8, seed=0, copy=0):
    """A request with everything a test does not care about filled in."""
    return ImageRequest(prompt, "cartoon", size_px, seed, copy)


@pytest.fixture
def folder(tmp_path):
    """Five pictures with a see-through corner, told apart by their red."""
    for number in range(5):
        rgba = np.full((8, 8, 4), [number, 0, 0, 255], np.uint8)
        rgba[0, 0, 3] = 0
        Image.fromarray(rgba).save(tmp_path / f"{number}.png")
    return tmp_path


def reds(made):
    """Which pictures these are."""
    return [int(m.picture.rgba[4, 4, 0]) for m in made]


def test_it_plays_the_image_generator():
    """The engine answers to its role and is in the table."""
    assert isinstance(make("stored", role="ImageGenerator"), ImageGenerator)


def test_equal_prompts_get_equal_pictures(folder):
    """The words choose the picture, whatever the order or seed."""
    engine = make_stored(str(folder))
    prompts = [f"prompt {n}" for n in range(20)]
    there = reds(engine.generate([ask(p) for p in prompts]))
    back = reds(engine.generate([ask(p, seed=9) for p in reversed(prompts)]))
    assert there == back[::-1]


def test_all_pictures_of_a_folder_are_handed_out(folder):
    """A hundred prompts reach each of five pictures."""
    made = make_stored(str(folder)).generate([ask(f"prompt {n}") for n in range(100)])
    assert set(range(5)) == set(reds(made))


def test_a_folder_is_known_by_its_sums(folder):
    """Another picture in the folder makes another engine."""
    before = make_stored(str(folder)).info.weights
    Image.new("RGBA", (2, 2)).save(folder / "new.png")
    assert set(make_stored(str(folder)).info.weights) - set(before) == {"new.png"}


def test_opaque_pictures_claim_no_alpha(tmp_path):
    """Where nothing is see-through, the mask must still be found."""
    Image.new("RGB", (4, 4)).save(tmp_path / "opaque.png")
    (made,) = make_stored(str(tmp_path)).generate([ask()])
    assert not made.native_alpha


def test_an_empty_folder_is_refused(tmp_path):
    """A folder without PNG files cannot hand out anything."""
    with pytest.raises(InputError, match="STORED_EMPTY"):
        make_stored(str(tmp_path)).generate([ask()])


def test_closing_reads_the_folder_anew(folder):
    """After closing, a changed picture is seen."""
    engine = make_stored(str(folder))
    engine.generate([ask()])
    for path in folder.iterdir():
        Image.new("RGBA", (8, 8), (77, 0, 0, 9)).save(path)
    engine.close()
    assert {77} == set(reds(engine.generate([ask()])))


def test_pictures_are_fitted_into_the_square_asked_for(tmp_path):
    """A wide picture is centred, with nothing above and below."""
    Image.new("RGBA", (40, 20), (9, 9, 9, 255)).save(tmp_path / "wide.png")
    (made,) = make_stored(str(tmp_path)).generate([ask(size_px=32)])
    expected = np.zeros((32, 32), np.uint8)
    expected[8:24] = 255
    np.testing.assert_array_equal(expected, made.picture.rgba[..., 3])


@pytest.mark.parametrize("size_px", [64, 257], ids=["even", "odd"])
def test_shapes_have_the_size_asked_for(size_px):
    """Without a folder the picture is as large as asked, with exact alpha."""
    (made,) = make_stored().generate([ask(size_px=size_px)])
    assert ((size_px, size_px), True) == (made.picture.size_wh, made.native_alpha)


def test_shapes_follow_the_seed():
    """Same request, same bytes; another seed, copy or prompt, another shape."""
    asked = [ask(), ask(), ask(seed=1), ask(copy=1), ask("a dog")]
    first, again, *others = (made.picture.rgba for made in make_stored().generate(asked))
    assert np.array_equal(first, again)
    assert not any(np.array_equal(first, other) for other in others)


def test_shapes_are_useful_subjects():
    """Every shape fills a fair part of the frame, leaves the border free, and some have holes."""
    made = make_stored().generate([ask(size_px=128, seed=n) for n in range(40)])
    alphas = np.stack([m.picture.rgba[..., 3] for m in made]) / 255
    border = np.concatenate([alphas[:, 0], alphas[:, -1], alphas[:, :, 0], alphas[:, :, -1]])
    assert border.max() == 0
    assert (alphas.mean(axis=(1, 2)) > 0.25).all()
    assert 5 < sum(a[64, 30:98].min() == 0 or a[30:98, 64].min() == 0 for a in alphas) < 40
