"""The images service over real HTTP: the contract, patience, refusals, and a key that is kept."""

import email.utils
import json
import logging
import time
from dataclasses import replace

import numpy as np
import pytest

from maquette.engines import openai_images
from maquette.engines.openai_images import service as exchange
from maquette.errors import EngineError, InputError
from maquette.provenance import TRAINED
from maquette.roles import ImageGenerator, ImageRequest, MadePicture
from tests import engine_contract
from tests.engines import images_service
from tests.engines.images_service import KEY, ImagesService, answer, error, png

CAT = ImageRequest("a red cat", "cartoon", 256, seed=7)
BUSY = (429, {"Retry-After": "0"}, error("slow down", code="rate_limit_exceeded"))


@pytest.fixture
def served(monkeypatch):
    """A service that answers, and the key it wants in the environment."""
    stand_in = ImagesService()
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("OPENAI_BASE_URL", stand_in.address)
    monkeypatch.setattr(exchange, "FIRST_WAIT_S", 0.01)
    yield stand_in
    stand_in.close()


def refused(served, *, status=400, **said):
    """What one request comes to that the service answers so."""
    served.first.append((status, {}, error(**said)))
    (trouble,) = openai_images.make().generate([CAT])
    return trouble


def test_it_keeps_the_contract(served):
    """Order, sizes, refusals in their place, over HTTP."""
    engine = openai_images.make()
    assert isinstance(engine, ImageGenerator)
    engine_contract.check_image_generator(engine, request=CAT, other_prompt="a blue dog")
    assert TRAINED == engine.info.source_type
    assert engine.info.licences


def test_equal_requests_are_paid_once(served):
    """Within a call the same words are asked once; another seed or copy is another picture."""
    engine = openai_images.make()
    engine.generate([CAT, CAT, replace(CAT, copy=1), replace(CAT, seed=8)])
    assert 3 == len(served.asked)


def test_the_request_says_what_is_wanted(served):
    """Style, subject and background are in the words, and the alpha that comes is exact."""
    (made,) = openai_images.make().generate([CAT])
    path, headers, body = served.asked[0]
    assert "/v1/images/generations" == path
    assert f"Bearer {KEY}" == headers["Authorization"]
    assert ("gpt-image-2.5-flare", "medium", "transparent") == (
        body["model"],
        body["quality"],
        body["background"],
    )
    assert body["prompt"].endswith("nothing behind the subject: a red cat")
    assert "cartoon" in body["prompt"]
    assert made.native_alpha
    assert 0 == made.picture.rgba[0, 0, 3]
    assert 255 == made.picture.rgba[128, 128, 3]


@pytest.mark.parametrize("model", ["gpt-image-2", "gpt-image-2-2026-04-21"])
def test_models_without_alpha_are_asked_for_white(served, model):
    """Such a picture still has to be cut out."""
    (made,) = openai_images.make(model=model).generate([CAT])
    _, _, body = served.asked[0]
    assert "opaque" == body["background"]
    assert "white background" in body["prompt"]
    assert not made.native_alpha


def test_a_busy_service_is_asked_again(served):
    """Too many requests and broken gateways pass; the time the service names is kept."""
    date = email.utils.formatdate(time.time() - 5, usegmt=True)
    served.first += [BUSY, (503, {"Retry-After": date}, b"<html>"), (500, {}, error("oops"))]
    (made,) = openai_images.make().generate([CAT])
    assert isinstance(made, MadePicture)
    assert 4 == len(served.asked)


def test_patience_ends(served):
    """Four refusals are enough, and the item may be tried in the next run."""
    served.first += [BUSY] * 5
    (trouble,) = openai_images.make().generate([CAT])
    assert "SERVICE_BUSY" == trouble.code
    assert not trouble.lasting
    assert not trouble.needs_setup
    assert 4 == len(served.asked)


@pytest.mark.parametrize("said", ["3600", "Fri, 31 Dec 2999 23:59:59 GMT"], ids=["number", "date"])
def test_nobody_waits_an_hour(served, said):
    """A wait longer than a minute is left to the next run."""
    served.first.append((429, {"Retry-After": said}, error("come back later")))
    (trouble,) = openai_images.make().generate([CAT])
    assert "SERVICE_BUSY" == trouble.code
    assert 1 == len(served.asked)


def test_a_wait_that_is_named_is_kept(served):
    """One second asked for is one second waited."""
    served.first.append((429, {"Retry-After": "1"}, error("slow down")))
    start = time.monotonic()
    (made,) = openai_images.make().generate([CAT])
    assert isinstance(made, MadePicture)
    assert 1.0 <= time.monotonic() - start < 10


@pytest.mark.parametrize(
    "said",
    [
        pytest.param({"code": "moderation_blocked", "message": "rejected: [violence]"}, id="new"),
        pytest.param({"code": "content_policy_violation", "message": "rejected"}, id="older"),
        pytest.param({"message": "rejected as a result of our safety system."}, id="no code"),
    ],
)
def test_moderation_is_the_items_own_fault(served, said):
    """Words the service will not draw are refused for good, and not asked again."""
    trouble = refused(served, **said)
    assert isinstance(trouble, InputError)
    assert "PROMPT_REFUSED" == trouble.code
    assert "rejected" in trouble.reason
    assert 1 == len(served.asked)


@pytest.mark.parametrize(
    ("status", "said", "fix"),
    [
        pytest.param(403, {"message": "verify first"}, "credit", id="account"),
        pytest.param(429, {"message": "pay", "code": "insufficient_quota"}, "credit", id="credit"),
        pytest.param(404, {"message": "no such model"}, "choose a model", id="unknown model"),
        pytest.param(400, {"message": "retired", "param": "model"}, "choose a model", id="retired"),
        pytest.param(400, {"message": "no", "param": "background"}, "opaque", id="background"),
    ],
)
def test_refusals_say_what_to_change(served, status, said, fix):
    """What no other words can help is said so, once, and is no fault of the item."""
    trouble = refused(served, status=status, **said)
    assert "SERVICE_REFUSED" == trouble.code
    assert not trouble.lasting
    assert said["message"] in trouble.reason
    assert fix in trouble.fix
    assert 1 == len(served.asked)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"<html>", id="no JSON"),
        pytest.param(b"[]", id="another shape"),
        pytest.param(b'{"data": []}', id="no picture"),
        pytest.param(b'{"data": [{"b64_json": "%%%"}]}', id="no base64"),
        pytest.param(b'{"data": [{"url": "https://example.invalid/a.png"}]}', id="a link"),
        pytest.param(answer(b"not a picture"), id="not a picture"),
        pytest.param(answer(png("a")[:500]), id="cut short"),
        pytest.param(answer(png("a", size_px=8)).replace(b"iVBOR", b"iVBOX"), id="damaged"),
    ],
)
def test_answers_are_not_trusted(served, body):
    """Whatever comes back, it is a picture or an error with a code."""
    served.first.append((200, {}, body))
    (trouble,) = openai_images.make().generate([CAT])
    assert isinstance(trouble, EngineError)
    assert "SERVICE_ANSWER" == trouble.code


def test_answers_have_a_limit(served, monkeypatch):
    """An endless answer is not read to its end."""
    monkeypatch.setattr(exchange, "ANSWER_BYTES_AT_MOST", 1000)
    served.first.append((200, {}, b" " * 200_000))
    (trouble,) = openai_images.make().generate([CAT])
    assert "SERVICE_ANSWER" == trouble.code


def test_silence_is_not_waited_out(served, monkeypatch):
    """A service that does not answer in time is left alone."""
    monkeypatch.setattr(exchange, "SILENCE_S", 0.2)
    served.silent_s = 1.0
    (trouble,) = openai_images.make().generate([CAT])
    assert "SERVICE_UNREACHABLE" == trouble.code
    assert "timed out" in trouble.reason


def test_nobody_there(served):
    """A port that nobody listens on is said plainly."""
    engine = openai_images.make()
    served.close()
    (trouble,) = engine.generate([CAT])
    assert "SERVICE_UNREACHABLE" == trouble.code
    assert "127.0.0.1" in trouble.reason


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_not_followed(served, status):
    """The key goes where a person said, and nowhere else."""
    other = ImagesService()
    served.first.append((status, {"Location": f"{other.address}/images/generations"}, b""))
    (trouble,) = openai_images.make().generate([CAT])
    other.close()
    assert "SERVICE_REFUSED" == trouble.code
    assert [] == other.asked


def test_the_key_is_never_told(served, monkeypatch, caplog, capfd):
    """Not in what the engine says of itself, nor in errors that quote it, nor in any log."""
    caplog.set_level(logging.DEBUG)
    engine = openai_images.make()
    wrong = "sk-wrong-9876543210zyxwvuts"
    monkeypatch.setenv("OPENAI_API_KEY", wrong)
    (unauthorised,) = engine.generate([CAT])
    assert "SERVICE_REFUSED" == unauthorised.code
    served.first.append((400, {}, error(f"you sent Bearer {wrong} to us")))
    (quoted,) = engine.generate([CAT])
    assert "you sent Bearer ... to us" in quoted.reason
    written = capfd.readouterr()
    held = json.dumps([repr(vars(engine)), repr(engine.info), repr(vars(engine._service))])
    told = (str(unauthorised), str(quoted), caplog.text, written.out, written.err, held)
    for text in told:
        assert wrong not in text
        assert wrong[-8:] not in text
        assert KEY not in text


@pytest.mark.parametrize(
    ("key", "says"),
    [
        pytest.param("", "unset", id="none"),
        pytest.param("  ", "unset", id="blank"),
        pytest.param("sk-1\nX-Evil: 1", "no key", id="a line break"),
        pytest.param("sk-\N{SNOWMAN}", "no key", id="not ASCII"),
    ],
)
def test_without_a_key_nothing_is_asked(served, monkeypatch, key, says):
    """What is no key is refused when the engine is made, and is not quoted."""
    monkeypatch.setenv("OPENAI_API_KEY", key)
    with pytest.raises(EngineError, match=says) as raised:
        openai_images.make()
    assert "ENGINE_SETTINGS" == raised.value.code
    assert raised.value.needs_setup
    assert "sk-" not in str(raised.value)


@pytest.mark.parametrize(
    "settings",
    [
        pytest.param({"address": "http://example.invalid/v1"}, id="unencrypted"),
        pytest.param({"address": "https://me:secret@example.invalid"}, id="a password in it"),
        pytest.param({"address": "file:///etc/passwd"}, id="no web address"),
        pytest.param({"address": "example.invalid"}, id="no scheme"),
        pytest.param({"quality": "best"}, id="unknown quality"),
        pytest.param({"background": "green"}, id="unknown background"),
        pytest.param({"key": "sk-1"}, id="a key as a setting"),
    ],
)
def test_settings_that_cannot_work_are_refused(served, settings):
    """Addresses that would give the key away, and words nobody knows."""
    with pytest.raises(EngineError) as raised:
        openai_images.make(**settings)
    assert "ENGINE_SETTINGS" == raised.value.code
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        pytest.param({"size_px": 2048}, "SIZE_UNSUPPORTED", id="too large"),
        pytest.param({"style": "baroque"}, "STYLE_UNKNOWN", id="unknown style"),
        pytest.param({"prompt": "cat " * 9000}, "PROMPT_TOO_LONG", id="too long"),
    ],
)
def test_what_cannot_be_drawn_is_not_asked(served, changed, code):
    """Such a request costs nothing."""
    (trouble,) = openai_images.make().generate([replace(CAT, **changed)])
    assert isinstance(trouble, InputError)
    assert code == trouble.code
    assert [] == served.asked


def test_small_pictures_are_made_from_large_ones(served):
    """Shrinking keeps the colour to the rim."""
    (made,) = openai_images.make().generate([replace(CAT, size_px=100)])
    seen = made.picture.rgba[made.picture.rgba[..., 3] > 30][:, :3]
    assert (100, 100) == made.picture.size_wh
    assert np.ptp(seen.astype(int), axis=0).max() <= 8


def test_other_settings_are_another_engine(served):
    """Model, quality, background and address are part of the recipe."""
    plain = openai_images.make().info
    for changed in ({"model": "x"}, {"quality": "low"}, {"background": "opaque"}):
        assert plain != openai_images.make(**changed).info
    assert plain.config["address"] == served.address
    assert images_service.KEY not in repr(plain)
