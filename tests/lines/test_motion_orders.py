"""Motion orders, read: what they mean, and what is said of every mistake."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maquette.batch.uploads import READY
from maquette.errors import InputError
from maquette.lines.motion_fields import MOST_CLIPS, Subject
from maquette.lines.motion_orders import MotionOrder, clips_of, order_of, read_order

WHOLE = """
name: Märchen dance
clip: dance.MP4
model: bear.glb
subject: {points: [[120, 80], [130, 90]], box: [100, 60, 300, 400], frame: 3}
mode: fast_low_ram
seed: 7
steps: 20
faces: 9000
stride: 2
range: [4, 51]
commercial: yes
project: Tales
client: Acme
priority: interactive
"""


def order_of_text(text, *, name="dance.yaml"):
    """The order in a text."""
    return read_order(text.encode(), name=name)


def test_every_field_is_read():
    """An order that uses every field gives every value."""
    subject = Subject(points=((120, 80), (130, 90)), box=(100, 60, 300, 400), frame=3)
    wanted = MotionOrder(
        name="Märchen dance",
        clips=("dance.MP4",),
        model="bear.glb",
        subject=subject,
        mode="fast_low_ram",
        seed=7,
        steps=20,
        faces=9_000,
        stride=2,
        frames=(4, 51),
        commercial=True,
        project="Tales",
        client="Acme",
        priority="interactive",
    )
    assert wanted == order_of_text(WHOLE)


def test_the_shortest_order_names_a_clip():
    """All else is as most people want it, and it is called after its file."""
    found = order_of_text("clip: walk.mp4", name="Tom's walk.yaml")
    assert MotionOrder("Tom's walk", ("walk.mp4",)) == found


@pytest.mark.parametrize(
    ("said", "subject"),
    [
        ("a kangaroo", Subject(text="a kangaroo")),
        ("{text: a kangaroo, frame: 2}", Subject(text="a kangaroo", frame=2)),
        ("{points: [3, 4]}", Subject(points=((3, 4),))),
        ("{box: [1, 2, 3, 4]}", Subject(box=(1, 2, 3, 4))),
    ],
    ids=["words", "words on a frame", "one point", "box"],
)
def test_a_subject_is_words_or_a_place(said, subject):
    """One point may stand without its outer brackets."""
    assert subject == order_of_text(f"clip: a.mp4\nsubject: {said}").subject


@pytest.mark.parametrize("path", ["walk", "a/walk/", "walk.v2/"], ids=["plain", "slash", "dot"])
def test_a_folder_is_a_clip(path):
    """What has no ending, or a slash at its end."""
    assert (path.removesuffix("/"),) == order_of_text(f"clip: {path}").clips


def test_one_clip_has_the_orders_name_and_several_their_own():
    """Names that stand twice are told apart."""
    (one,) = clips_of(order_of_text("clip: a.mp4\nname: Big Dance"))
    assert ("big-dance", "Big Dance", "a.mp4") == (one.item, one.title, one.path)
    several = clips_of(order_of_text("clips: [a/Walk.mp4, b/walk.mov, 走.mp4]"))
    assert ["walk", "walk-2"] == [one.item for one in several[:2]]
    assert several[2].item.startswith("clip-")


@pytest.mark.parametrize(
    ("key", "name", "clip"),
    [
        ("inbox/motion/dance.mp4", "dance", "dance.mp4"),
        (f"inbox/motion/a/walk/{READY}", "walk", "walk"),
    ],
    ids=["movie", "folder"],
)
def test_a_clip_alone_is_an_order_of_itself(key, name, clip):
    """With all defaults."""
    assert MotionOrder(name, (clip,)) == order_of(key)


BAD = {
    "no clip": ("name: a", "ORDER_SOURCE"),
    "clip and clips": ("clip: a.mp4\nclips: [b.mp4]", "ORDER_SOURCE"),
    "a kind that is not read": ("clip: a.avi", "ORDER_PATH"),
    "a path upwards": ("clip: ../a.mp4", "ORDER_PATH"),
    "the inbox itself": ("clip: /", "ORDER_PATH"),
    "the same clip twice": ("clips: [a.mp4, a.mp4]", "ORDER_CLIP_TWICE"),
    "no clips": ("clips: []", "ORDER_CHOICE"),
    "too many clips": (f"clips: {json.dumps([f'{n}.mp4' for n in range(MOST_CLIPS + 1)])}",
                       "ORDER_TOO_MANY"),
    "clips of one": ("clips: a.mp4", "ORDER_SHAPE"),
    "a model of another kind": ("clip: a.mp4\nmodel: a.obj", "ORDER_PATH"),
    "an unknown field": ("clip: a.mp4\nmodes: fast", "ORDER_FIELD_UNKNOWN"),
    "a mode there is not": ("clip: a.mp4\nmode: faster", "ORDER_CHOICE"),
    "a subject that says nothing": ("clip: a.mp4\nsubject: {frame: 2}", "ORDER_PROMPT"),
    "words and a point": ("clip: a.mp4\nsubject: {text: a, points: [1, 2]}", "ORDER_PROMPT"),
    "an unknown field of a subject": ("clip: a.mp4\nsubject: {point: [1, 2]}",
                                      "ORDER_FIELD_UNKNOWN"),
    "an empty box": ("clip: a.mp4\nsubject: {box: [3, 3, 3, 3]}", "ORDER_BOX"),
    "a subject of numbers": ("clip: a.mp4\nsubject: [1, 2]", "ORDER_NOT_TEXT"),
    "few faces": ("clip: a.mp4\nfaces: 10", "ORDER_NUMBER_RANGE"),
    "a seed below 0": ("clip: a.mp4\nseed: -1", "ORDER_NUMBER_RANGE"),
    "a range backwards": ("clip: a.mp4\nrange: [9, 2]", "ORDER_RANGE"),
    "neither yes nor no": ("clip: a.mp4\ncommercial: perhaps", "ORDER_NOT_YES_OR_NO"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "code"), BAD.values(), ids=BAD)
def test_a_mistake_is_refused_with_a_code(text, code):
    """Half an order would move the wrong thing."""
    with pytest.raises(InputError, match=code) as refused:
        order_of_text(text)
    assert refused.value.fix or code == "ORDER_SHAPE"


def test_a_mistake_is_told_with_its_line():
    """And what may stand there instead."""
    with pytest.raises(InputError) as refused:
        order_of_text("clip: a.mp4\n\nmode: faster\n")
    assert "dance.yaml line 3, field mode" in refused.value.reason
    assert "default, fast, low_ram, fast_low_ram" in refused.value.fix


ANYTHING = st.recursive(
    st.none() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=4,
)
FIELDS = st.sampled_from(["clip", "clips", "subject", "range", "mode"])


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(FIELDS, ANYTHING))
def test_whatever_is_written_ends_in_an_order_or_a_code(tree):
    """No order raises anything else."""
    try:
        assert order_of_text(json.dumps(tree), name="a.json").clips
    except InputError as refused:
        assert refused.code.startswith("ORDER_")
