"""Copies for the web: a tool that packs, drops, lies, fails, hangs or is not there.

The tool is a stand-in on a path of its own; the real one is asked by the judges.
"""

import json
import os
import struct
import sys

import pytest

from maquette.errors import ToolError
from maquette.formats import web_glb
from maquette.formats.animated_glb import structure_of, write_animated_glb
from maquette.formats.web_glb import VARIABLE, pack_for_web, packer_here
from maquette.types import File
from tests import zoo
from tests.swaying import swaying

GIVEN = File(write_animated_glb(swaying(), zoo.provenance(), title="A ball"), "glb")
HERE = "gltfpack 1.3"

# a stand-in that hands back what it was given with its JSON changed, as a packer would
TOOL = """#!{python}
import json, struct, sys
from pathlib import Path
if sys.argv[1] in ("-v", "--version"):
    print("{said}")
    sys.exit()
Path("{log}").write_text(" ".join(sys.argv[1:]))
{does}
data = Path("animated.glb").read_bytes()
(length,) = struct.unpack_from("<I", data, 12)
gltf, rest = json.loads(data[20 : 20 + length]), data[20 + length :]
gltf["extensionsRequired"] = ["EXT_meshopt_compression"]
mesh = gltf["meshes"][0]
{changes}
text = json.dumps(gltf).encode()
text += b" " * (-len(text) % 4)
head = struct.pack("<4sIII4s", b"glTF", 2, 20 + len(text) + len(rest), len(text), b"JSON")
Path("web.glb").write_bytes(head + text + rest)
"""


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Put a packer that does this on the path, and no other."""

    def put(name="gltfpack", *, said="gltfpack 1.3", does="", changes=""):
        log = tmp_path / "said"
        program = tmp_path / name
        program.write_text(
            TOOL.format(python=sys.executable, said=said, log=log, does=does, changes=changes)
        )
        program.chmod(0o755)
        packer_here.cache_clear()
        return log

    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv(VARIABLE, raising=False)
    packer_here.cache_clear()
    yield put
    packer_here.cache_clear()


def test_a_copy_is_made(install):
    """The tool's file comes out as `web`, with its bytes as a score; names and keys are kept."""
    log = install()
    made = pack_for_web(GIVEN, packer=HERE)
    web = made.outputs["web"]
    assert ("glb", {"web_bytes": float(len(web.data))}, ()) == (web.suffix, made.scores, made.notes)
    assert ("EXT_meshopt_compression",) == structure_of(web.data).needs
    assert "-i animated.glb -o web.glb -cc -ke -kn -km -af 0" == log.read_text()


def test_without_a_tool_nothing_is_made(install):
    """No packer is no failure; and none is asked for."""
    assert "" == packer_here()
    made = pack_for_web(GIVEN)
    assert ({}, ()) == (made.outputs, made.notes)


def test_a_tool_that_is_not_there_is_a_failure_that_passes(install):
    """A recipe that names a packer needs that one, in that version."""
    install(said="gltfpack 0.9")
    with pytest.raises(ToolError, match="PACKER_MISSING") as caught:
        pack_for_web(GIVEN, packer=HERE)
    assert "here is gltfpack 0.9" in caught.value.reason
    assert not caught.value.lasting


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["gltfpack"], "gltfpack 1.3"),
        (["gltf-transform"], "gltf-transform 4.5.1"),
        (["gltf-transform", "gltfpack"], "gltfpack 1.3"),
    ],
    ids=["gltfpack", "transform", "both"],
)
def test_packers_are_found_by_name(install, names, expected):
    """The better one first, with its version."""
    for name in names:
        install(name, said={"gltfpack": "gltfpack 1.3"}.get(name, "4.5.1"))
    assert expected == packer_here()


def test_the_variable_names_the_packer(install, tmp_path, monkeypatch):
    """A path to a tool counts more than what lies on PATH."""
    install("gltfpack")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    log = install("gltf-transform", said="4.5.1")
    (tmp_path / "gltf-transform").rename(elsewhere / "gltf-transform")
    monkeypatch.setenv(VARIABLE, str(elsewhere / "gltf-transform"))
    packer_here.cache_clear()
    assert "gltf-transform 4.5.1" == packer_here()
    assert "web" in pack_for_web(GIVEN, packer="gltf-transform 4.5.1").outputs
    assert "meshopt animated.glb web.glb" == log.read_text()


@pytest.mark.parametrize("named", ["/nowhere/gltfpack", "draco_encoder"], ids=["path", "other"])
def test_a_variable_that_names_nothing_finds_nothing(install, monkeypatch, named):
    """What is asked for by name is not replaced by something else."""
    install()
    monkeypatch.setenv(VARIABLE, named)
    packer_here.cache_clear()
    assert "" == packer_here()


FAILURES = {
    "silent": ("sys.exit(1)", "", "made nothing: it says nothing"),
    "speaks": ("print('out of luck'); sys.exit(1)", "", "made nothing: out of luck"),
    "not packed": ("", "gltf['extensionsRequired'] = []", "did not pack it"),
    "a shape lost": (
        "",
        "mesh['extras']['targetNames'].pop(); mesh['primitives'][0]['targets'].pop()",
        "kept 3 of 4 shapes and 1 channels",
    ),
    "names lost": ("", "del mesh['extras']", "kept 4 of 4 shapes"),
    "stands still": ("", "gltf['animations'][0]['channels'] = []", "and 0 channels"),
    "no animation": ("", "del gltf['animations']", "not one mesh that changes"),
    "no glb": ("Path('web.glb').write_bytes(b'packed'); sys.exit()", "", "not one whole GLB"),
}


@pytest.mark.parametrize(("does", "changes", "said"), FAILURES.values(), ids=FAILURES)
def test_a_failure_is_a_note(install, does, changes, said):
    """A page can do without a packed copy, and nothing wrong is handed out."""
    install(does=does, changes=changes)
    made = pack_for_web(GIVEN, packer=HERE)
    assert {} == made.outputs
    assert said in made.notes[0]


def test_a_tool_that_hangs_is_ended(install, monkeypatch):
    """After its time the program is gone, and the note says so."""
    install(does="import time; time.sleep(60)")
    assert HERE == packer_here()
    monkeypatch.setattr(web_glb, "MOST_SECONDS", 0.3)
    made = pack_for_web(GIVEN, packer=HERE)
    assert "it took over 0 s" in made.notes[0]


def test_a_lost_licence_is_put_back(install):
    """What a tool drops of the file's making is told again."""
    install(changes="del gltf['asset']['extras']")
    web = pack_for_web(GIVEN, packer=HERE).outputs["web"]
    assert structure_of(GIVEN.data).made_by == structure_of(web.data).made_by
    assert "MIT, Apache-2.0" == structure_of(web.data).made_by["licence"]


def test_nothing_of_the_user_is_read(install, tmp_path):
    """The tool works in a folder of its own, which is gone afterwards."""
    install(does=f"import os; Path('{tmp_path}/home').write_text(os.environ['HOME'])")
    pack_for_web(GIVEN, packer=HERE)
    home = (tmp_path / "home").read_text()
    assert home != os.environ.get("HOME")
    assert not os.path.exists(home)  # noqa: PTH110


def test_copies_are_always_the_same(install):
    """Equal files and tools give equal bytes, with the JSON put back together or not."""
    for changes in ("", "del gltf['asset']['extras']"):
        install(changes=changes)
        once, again = (pack_for_web(GIVEN, packer=HERE).outputs["web"].data for _ in range(2))
        assert once == again
    (length,) = struct.unpack_from("<I", once, 12)
    assert json.loads(once[20 : 20 + length])["asset"]["extras"]
