"""USDZ and GLB: ours pass, and each way to spoil one is called by its rule."""

import io
import json
import struct
import zipfile

import numpy as np
import pytest
from pxr import Sdf, Usd, UsdGeom, UsdLux, Vt

from maquette.checks.glb import check_glb
from maquette.checks.usdz import check_usdz
from tests.checks import samples

CARD, ROOT = "/Sticker/Card", "/Sticker"


def faults(findings):
    return {f.rule for f in findings if f.grade == "fault"}


def warnings(findings):
    return {f.rule for f in findings if f.grade == "warn"}


def parts(data):
    """Name -> bytes of a package."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(files, *, align=True, method=zipfile.ZIP_STORED):
    """A package by zipfile, as a stranger would write one."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in files.items():
            entry = zipfile.ZipInfo(name)
            start = out.tell() + 30 + len(name) + 4
            if align:
                # an extra field of its own id fills up to the next multiple of 64
                filling = -start % 64
                entry.extra = struct.pack("<HH", 0x1986, filling) + bytes(filling)
            archive.writestr(entry, data, method)
    return out.getvalue()


PARTS = parts(samples.USDZ)


def edited(edit, folder):
    """Our package with its layer edited by USD itself."""
    path = folder / "sticker.usdc"
    path.write_bytes(PARTS["sticker.usdc"])
    stage = Usd.Stage.Open(str(path))
    edit(stage)
    stage.GetRootLayer().Save()
    del stage
    return packed({"sticker.usdc": path.read_bytes(), "albedo.png": PARTS["albedo.png"]})


def test_good_packages_pass(tmp_path):
    """Ours and one that zipfile wrote break no rule, and figures are told."""
    findings = list(check_usdz({"a": samples.USDZ, "b": edited(lambda stage: None, tmp_path)}))
    assert (set(), set()) == (faults(findings), warnings(findings))
    told = {f.rule: f.message for f in findings if f.where == "a"}
    triangles = len(samples.CARD.faces)
    assert f"{triangles} of 100,000 triangles" == told["USD_TRIANGLES"]
    assert told["USD_SIZE"].startswith("20.0 x 20.0 x 0.2 cm")


CONTAINERS = {
    "no zip": (b"PK\x03\x04 and no more", "USDZ_ZIP"),
    "cut short": (samples.USDZ[:-200], "USDZ_ZIP"),
    "picture first": (packed(dict(reversed(PARTS.items()))), "USDZ_ROOT"),
    "misaligned": (packed(PARTS, align=False), "USDZ_ALIGNED"),
    "compressed": (packed(PARTS, method=zipfile.ZIP_DEFLATED), "USDZ_STORED"),
    "webp within": (packed(PARTS | {"x.webp": b""}), "USDZ_KIND"),
    "flipped byte": (samples.USDZ[:9000] + b"\xff\xff" + samples.USDZ[9002:], "USDZ_CHECKSUM"),
    "headers differ": (samples.USDZ[:14] + b"\0\0\0\0" + samples.USDZ[18:], "USDZ_HEADERS"),
    "no picture": (packed(PARTS | {"albedo.png": b"\x89PNG\r\n\x1a\n"}), "TEXTURE_DAMAGED"),
    "large picture": (packed(PARTS | {"albedo.png": samples.still(4096, 64)}), "TEXTURE_SIZE"),
    "odd picture": (packed(PARTS | {"albedo.png": samples.still(300, 300)}), "TEXTURE_SIDES"),
    "no layer": (packed({"sticker.usdc": b"PXR-USDC" + bytes(200)}), "USD_UNREADABLE"),
    "no texture": (packed({"sticker.usdc": PARTS["sticker.usdc"]}), "USD_MISSING"),
}


@pytest.mark.parametrize(("data", "rule"), CONTAINERS.values(), ids=CONTAINERS)
def test_spoiled_containers_name_the_rule(data, rule):
    """Each fault of the container or its pictures is found."""
    findings = list(check_usdz({"a": data}))
    assert rule in faults(findings) | warnings(findings)


def _values(path, name, change):
    def edit(stage):
        attribute = stage.GetPrimAtPath(path).GetAttribute(name)
        values = np.array(attribute.Get())
        change(values)
        kind = Vt.IntArray if values.ndim == 1 else Vt.Vec3fArray
        attribute.Set(kind.FromNumpy(np.ascontiguousarray(values)))

    return edit


def _set(path, name, value):
    return lambda stage: stage.GetPrimAtPath(path).GetAttribute(name).Set(value)


def _first(values, value):
    values[0] = value


def _reference(stage):
    stage.GetPrimAtPath(ROOT).GetReferences().AddReference("/elsewhere/thing.usdc")


STAGES = {
    "axis": (lambda s: UsdGeom.SetStageUpAxis(s, "Z"), "USD_UP_AXIS"),
    "units": (lambda s: s.ClearMetadata("metersPerUnit"), "USD_UNITS"),
    "root": (lambda s: s.ClearDefaultPrim(), "USD_DEFAULT_PRIM"),
    "lamp": (lambda s: UsdLux.SphereLight.Define(s, "/Sticker/Lamp"), "USD_PRIM"),
    "world": (_set(ROOT, "preliminary:anchoring:type", "world"), "USD_ANCHOR"),
    "aligned": (_set(ROOT, "preliminary:planeAnchoring:alignment", "up"), "USD_ALIGNMENT"),
    "index": (_values(CARD, "faceVertexIndices", lambda v: _first(v, 10**6)), "MESH_FACES"),
    "not a number": (_values(CARD, "points", lambda v: _first(v, np.nan)), "MESH_POINTS"),
    "giant": (_values(CARD, "points", lambda v: np.multiply(v, 100, out=v)), "USD_SIZE"),
    "floating": (_values(CARD, "points", lambda v: np.add(v, 0.1, out=v)), "USD_GROUND"),
    "extent": (_values(CARD, "extent", lambda v: np.multiply(v, 2, out=v)), "MESH_EXTENT"),
    "open": (
        lambda s: (
            _values(CARD, "faceVertexIndices", lambda v: None)(s),
            s.GetPrimAtPath(CARD).GetAttribute("faceVertexCounts").Set([3] * 519),
            s.GetPrimAtPath(CARD)
            .GetAttribute("faceVertexIndices")
            .Set(list(s.GetPrimAtPath(CARD).GetAttribute("faceVertexIndices").Get())[:-3]),
        ),
        "MESH_CLOSED",
    ),
    "shader": (_set("/Sticker/Looks/Print/Surface", "info:id", "Glass"), "USD_SHADER"),
    "specular": (
        lambda s: (
            s.GetPrimAtPath("/Sticker/Looks/Print/Surface")
            .CreateAttribute("inputs:useSpecularWorkflow", Sdf.ValueTypeNames.Int)
            .Set(1)
        ),
        "USD_SPECULAR",
    ),
    "outside": (_reference, "USD_MISSING"),
    "long": (lambda s: (s.SetStartTimeCode(0), s.SetEndTimeCode(2400)), "USD_SECONDS"),
}


@pytest.fixture(scope="module")
def spoiled_stages(tmp_path_factory):
    """All of them, opened by one child: starting USD takes longer than reading."""
    packages = {
        name: edited(edit, tmp_path_factory.mktemp("stage")) for name, (edit, _) in STAGES.items()
    }
    return list(check_usdz(packages))


@pytest.mark.parametrize(("name", "rule"), [(n, rule) for n, (_, rule) in STAGES.items()])
def test_spoiled_stages_name_the_rule(spoiled_stages, name, rule):
    """Each fault of the stage is found, in the package that has it."""
    own = [f for f in spoiled_stages if f.where == name or f.where.startswith(f"{name}/")]
    assert rule in faults(own) | warnings(own)


def test_a_dying_reader_costs_one_package(monkeypatch):
    """If the child ends at one package, that one is blamed and the next is still read."""
    monkeypatch.setattr("maquette.checks.usdz.CHILD", "tests.checks.mortal_child")
    doomed = packed({"sticker.usdc": b"die"})
    findings = list(check_usdz({"a": samples.USDZ, "b": doomed, "c": samples.USDZ}))
    assert [("USD_UNREADABLE", "b")] == [(f.rule, f.where) for f in findings if f.grade == "fault"]
    assert {"a", "c"} == {f.where for f in findings if f.rule == "READ"}


def reframed(change, *, binary=None):
    """Our GLB with its JSON changed."""
    length = struct.unpack_from("<I", samples.GLB, 12)[0]
    told = json.loads(samples.GLB[20 : 20 + length])
    rest = samples.GLB[28 + length :] if binary is None else binary
    change(told)
    text = json.dumps(told).encode()
    text += b" " * (-len(text) % 4)
    chunks = struct.pack("<II", len(text), 0x4E4F534A) + text
    chunks += struct.pack("<II", len(rest), 0x004E4942) + rest
    return struct.pack("<4sII", b"glTF", 2, 12 + len(chunks)) + chunks


def _deep(path, value):
    """Set what a path of keys leads to."""

    def change(told):
        for key in path[:-1]:
            told = told[key]
        told[path[-1]] = value

    return change


def test_a_good_glb_passes():
    """Ours breaks no rule, also when its JSON is written anew."""
    for data in (samples.GLB, reframed(lambda told: None)):
        findings = list(check_glb(data, "a"))
        assert (set(), set()) == (faults(findings), warnings(findings))


MODELS = {
    "cut short": (samples.GLB[:-5], "GLB_FRAME"),
    "chunk lies": (samples.GLB[:12] + b"\xfc\xff\xff\xff" + samples.GLB[16:], "GLB_FRAME"),
    "version": (reframed(_deep(["asset", "version"], "1.0")), "GLB_VERSION"),
    "outside": (reframed(_deep(["images", 0, "uri"], "http://x/y.png")), "GLB_OUTSIDE"),
    "view": (reframed(_deep(["bufferViews", 0, "byteLength"], 10**10)), "GLB_BOUNDS"),
    "negative": (reframed(_deep(["bufferViews", 0, "byteOffset"], -4)), "GLB_BOUNDS"),
    "count": (reframed(_deep(["accessors", 0, "count"], 2**31)), "GLB_BOUNDS"),
    "type": (reframed(_deep(["accessors", 0, "type"], "VEC9")), "GLB_BOUNDS"),
    "no accessor": (reframed(_deep(["meshes", 0, "primitives", 0, "indices"], 99)), "GLB_BOUNDS"),
    "extent": (reframed(_deep(["accessors", 0, "max"], [9, 9, 9])), "GLB_EXTENT"),
    "empty": (reframed(_deep(["meshes"], [])), "GLB_EMPTY"),
    "index": (
        reframed(lambda t: t["accessors"][0].update(count=3, min=[0, 0, 0], max=[1, 1, 1])),
        "GLB_INDICES",
    ),
    "texture": (reframed(_deep(["bufferViews", -1, "byteLength"], 40)), "TEXTURE_DAMAGED"),
    "materials": (reframed(lambda t: t.update(materials=t["materials"] * 11)), "GLB_MATERIALS"),
    "extension": (reframed(_deep(["extensionsRequired"], ["EXT_new"])), "GLB_EXTENSIONS"),
    "keys": (
        reframed(
            _deep(["animations"], [{"samplers": [{"input": 2, "output": 0}], "channels": []}])
        ),
        "GLB_KEYS",
    ),
    "channel": (
        reframed(_deep(["animations"], [{"channels": [{"sampler": 3, "target": {"node": 0}}]}])),
        "GLB_BOUNDS",
    ),
    "deep": (b"glTF" + struct.pack("<IIII", 2, 2020, 2000, 0x4E4F534A) + b"[" * 2000, "GLB_FRAME"),
}


@pytest.mark.parametrize(("data", "rule"), MODELS.values(), ids=MODELS)
def test_spoiled_models_name_the_rule(data, rule):
    """Each fault of a GLB is found."""
    findings = list(check_glb(data, "a"))
    assert rule in faults(findings) | warnings(findings)
