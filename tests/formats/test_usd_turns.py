"""USD beside other libraries of machine code: whatever loads first, nothing hangs."""

import subprocess
import sys

import pytest

from maquette.batch.store import open_store
from maquette.formats.animated_usdz import animate_usdz
from maquette.formats.usd_rules import inspect
from maquette.formats.usdz import package
from maquette.solids.cards import stand
from tests import zoo

RACE = """
import importlib, sys, threading
from pathlib import Path
from maquette.batch.host import Host
from maquette.batch.runner import LocalPlace
from maquette.batch.stages import find
from maquette.batch.store import open_store
from maquette.formats.usd_rules import faults

stage, folder, *others = sys.argv[1:]
LocalPlace(Host(open_store(folder))).prepare(find(stage))
start = threading.Barrier(2)


def judge():
    start.wait()
    assert not faults(Path(folder, "good.usdz").read_bytes())


def load():
    start.wait()
    for name in others:
        importlib.import_module(name)


threads = [threading.Thread(target=work) for work in (judge, load)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
"""
OTHERS = ("cv2", "scipy.ndimage", "scipy.spatial", "onnxruntime")


@pytest.mark.parametrize("stage", [package, inspect, animate_usdz], ids=lambda stage: stage.name)
def test_stages_load_usd_before_there_are_threads(stage, tmp_path):
    """Without it, two threads that load USD and another library wait for each other for ever."""
    made = package(stand(zoo.ring()).outputs["card"], provenance=zoo.provenance())
    open_store(str(tmp_path)).put("good.usdz", made.outputs["usdz"].data)
    asked = [sys.executable, "-c", RACE, stage.path, str(tmp_path), *OTHERS]
    done = subprocess.run(asked, capture_output=True, text=True, timeout=60, check=False)
    assert (0, "") == (done.returncode, done.stderr)
