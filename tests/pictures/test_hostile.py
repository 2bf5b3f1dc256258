"""Pictures from outside that are damaged, lying or hostile."""

import resource
import time

import pytest

from maquette.errors import InputError
from maquette.pictures.opening import open_picture
from tests.hostile import SOUND, hostile_pictures

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")

CODES = {
    "PICTURE_BOMB",
    "PICTURE_DAMAGED",
    "PICTURE_DEPTH",
    "PICTURE_EMPTY",
    "PICTURE_TOO_MANY_PIXELS",
    "PICTURE_TRUNCATED",
    "PICTURE_TYPE",
}
PICTURES = dict(hostile_pictures())
# by luck of the draw a flipped bit may leave a picture that decodes: that is no harm
HARMLESS = ("flipped bits", "without end", "unpack for ever")


def test_there_are_enough():
    """At least 120 different ones are made."""
    assert len(PICTURES) >= 120
    assert len(set(PICTURES.values())) >= 120


@pytest.mark.parametrize("name", PICTURES)
def test_opens_or_is_refused_with_a_code(name: str):
    """Each opens or is refused with a listed code, within a second."""
    started_s = time.process_time()
    try:
        open_picture(PICTURES[name], name=name)
        code = ""
    except InputError as refused:
        code = refused.code
        assert name[:20] in refused.reason
    assert time.process_time() - started_s < 1
    if SOUND in name:
        assert code == ""
    elif not any(sign in name for sign in HARMLESS):
        assert code in CODES


def test_memory_stays_bounded():
    """All of them together take less than 300 MB more than the process had."""
    before_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for name, data in PICTURES.items():
        try:
            open_picture(data, name=name)
        except InputError:
            continue
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before_kb < 300_000
