"""Stages: a signature is the whole contract."""

import inspect
import pickle
from pathlib import Path

import pytest

from maquette.batch.stages import Input, find, version_of
from maquette.types import File, Picture
from tests import toys


def test_positional_parameters_are_inputs():
    """What a stage is handed is named and typed by its positional parameters."""
    assert (Input("text", File, optional=False),) == toys.double.inputs
    assert (Input("picture", Picture, optional=False),) == toys.invert.inputs


def test_inputs_of_spans_are_typed_by_one_frame():
    """A span is handed a list per input; the kind is that of one entry."""
    assert (Input("text", File, optional=False),) == toys.smooth.inputs


def test_a_gather_is_handed_members_instead():
    """A gather stage names no inputs."""
    assert toys.bind.inputs == ()


def test_a_keyword_typed_by_a_role_is_the_engine():
    """Only the role protocol makes an engine; the rest are options."""
    assert toys.paint.engines == {"painter": "ImageGenerator"}
    assert list(toys.paint.options) == ["prompt", "seed"]


def test_options_tell_their_defaults():
    """What has no default must be given by the item."""
    assert {"prompt": inspect.Parameter.empty, "seed": 0} == toys.write.options


def test_calling_a_stage_calls_the_function():
    """The craft can be used without any of the machinery."""
    assert File(b"ababab", "txt") == toys.double(File(b"ab", "txt"), times=3)


def test_a_stage_crosses_processes_by_its_path():
    """Pickled and found again it is the same object."""
    assert toys.double is pickle.loads(pickle.dumps(toys.double))  # noqa: S301 - our own words
    assert toys.double is find("tests.toys:double")


def test_code_versions_follow_stage_versions():
    """An asset of two stages is as new as both."""
    assert version_of(toys.write, toys.double) == "write.1+double.1"


def test_what_is_no_stage_is_not_run():
    """A path to something else is refused before it is called."""
    with pytest.raises(AssertionError, match="not a stage"):
        find("tests.toys:read")


def test_the_craft_of_batches_never_imports_dagster():
    """Stages, runner and store know nothing of what starts them."""
    sources = Path(inspect.getfile(find)).parent.glob("*.py")
    assert [p.name for p in sources if "import dagster" in p.read_text(encoding="utf-8")] == []
