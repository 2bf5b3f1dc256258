"""`maquette list`: what the store knows of, as tables and as JSON."""

import json

import pytest

from maquette.batch.manifests import Manifest, Row, commit
from maquette.batch.store import open_store
from maquette.cli import main


@pytest.fixture
def store(tmp_path):
    """A store with one print that was delivered."""
    held = open_store(str(tmp_path))
    held.put("batches/prints/cats-1.json", b"{}")
    about = {"project": "Fair", "operation": "generate_model", "form": "figure"}
    sized = {"verdict": "ok", "print_mm": [60.0, 40.0, 80.0]}
    for asset in ("print_concepts", "print_models", "print_solids"):
        commit(held, Manifest("prints", asset, "cats-1", (Row("cat", about),)))
    commit(held, Manifest("prints", "print_files", "cats-1", (Row("cat", {**about, **sized}),)))
    return str(tmp_path)


def test_prints_are_listed(store, capsys):
    """One line per print, with what names it in later orders."""
    assert 0 == main(["list", "prints", "--store", store, "--json"])
    (line,) = capsys.readouterr().out.splitlines()
    row = json.loads(line)
    assert ("cats-1", "cat", "60 x 40 x 80", "delivered") == tuple(
        row[name] for name in ("batch", "item", "size_mm", "status")
    )


def test_clips_are_listed(tmp_path, capsys):
    """One line per clip: by what it was made, and how closely it follows."""
    held = open_store(str(tmp_path))
    held.put("batches/motion/walk-1.json", b"{}")
    mesh = Row("walk", {"clip": "walk", "faces": 900}, engine="silhouette")
    for asset in ("motion_frames", "motion_meshes", "animated_meshes"):
        commit(held, Manifest("motion", asset, "walk-1", (mesh,)))
    assert 0 == main(["list", "motion", "--store", str(tmp_path), "--json"])
    row = json.loads(capsys.readouterr().out)
    assert ("walk", "silhouette", 900, "delivered") == tuple(
        row[name] for name in ("clip", "engine", "faces", "status")
    )


def test_figurines_are_listed(tmp_path, capsys):
    """One line per order: its body, its size, and how good it became."""
    held = open_store(str(tmp_path))
    held.put("batches/figurines/anna-1.json", b"{}")
    row = Row("anna", {"template": "bust", "height_mm": 80.0}, scores={"styled_colours": 20.0})
    for asset in ("face_photos", "face_styles", "figurines"):
        commit(held, Manifest("figurines", asset, "anna-1", (row,)))
    last = Row("anna", {"style": "ink"}, scores={"quality": 0.9, "quality_identity": 0.8})
    commit(held, Manifest("figurines", "figurine_files", "anna-1", (last,)))
    assert 0 == main(["list", "figurines", "--store", str(tmp_path), "--json"])
    told = json.loads(capsys.readouterr().out)
    assert ("anna", "bust", "ink", 80.0, 0.9, "identity", "delivered") == tuple(
        told[name]
        for name in ("item", "template", "style", "height_mm", "quality", "weakest", "status")
    )


@pytest.mark.parametrize("what", ["shots", "prints", "motion", "figurines"])
def test_other_projects_are_left_out(store, what, capsys):
    """Nothing of another project is told, in any catalogue."""
    assert 0 == main(["list", what, "--store", store, "--json", "--project", "Other"])
    assert "" == capsys.readouterr().out


def test_a_table_breaks_no_name(store, capsys):
    """Also where it is piped: batch and item can be copied, and empty columns are left out."""
    assert 0 == main(["list", "prints", "--store", store])
    told = capsys.readouterr().out
    assert "cats-1" in told
    assert "trouble" not in told
