"""The AR rules: a good package breaks none, and each way to spoil it is called by its name."""

import numpy as np
import pytest
from pxr import Gf, Sdf, UsdGeom, UsdLux, UsdShade, Vt

from maquette.errors import FormatError
from maquette.formats.usd_rules import faults, inspect
from maquette.formats.usdz import package
from maquette.formats.usdz_archive import Entry, read_archive, write_archive
from maquette.solids.cards import stand
from maquette.solids.textures import encode_png
from maquette.types import File
from tests import usd_edits, zoo

GOOD = package(stand(zoo.ring()).outputs["card"], provenance=zoo.provenance()).outputs["usdz"].data
MOVING = package(
    stand(zoo.ring(), motion="wiggle").outputs["card"], provenance=zoo.provenance()
).outputs["usdz"].data  # fmt: skip
CARD, SURFACE = "/Sticker/Card", "/Sticker/Looks/Print/Surface"
ALBEDO = "/Sticker/Looks/Print/Albedo"


def codes(data):
    return {fault.code for fault in faults(data)}


def edited(edit, folder, package=GOOD):
    """A good package with its layer edited by USD itself."""
    return usd_edits.edited(package, edit, folder)


def with_texture(data, name="albedo.png"):
    """The good package with another file for its texture."""
    (layer, _), _ = read_archive(GOOD)
    return write_archive([layer, Entry(name, data)])


def test_a_good_package_breaks_no_rule():
    """Our own card passes, and the stage says so."""
    assert () == faults(GOOD)
    assert {"faults": 0.0} == inspect(File(GOOD, "usdz")).scores


def _changed(path, name, change):
    """An edit that passes an attribute's array through a function."""

    def edit(stage):
        attribute = stage.GetPrimAtPath(path).GetAttribute(name)
        values = np.array(attribute.Get())
        kind = {"int[]": Vt.IntArray, "texCoord2f[]": Vt.Vec2fArray}
        wrap = kind.get(str(attribute.GetTypeName()), Vt.Vec3fArray)
        attribute.Set(wrap.FromNumpy(np.ascontiguousarray(change(values))))

    return edit


def _first(value):
    def change(values):
        values[0] = value
        return values

    return change


def _set(path, name, value):
    return lambda stage: stage.GetPrimAtPath(path).GetAttribute(name).Set(value)


def _retyped(stage):
    prim = stage.GetPrimAtPath(SURFACE)
    prim.RemoveProperty("inputs:roughness")
    prim.CreateAttribute("inputs:roughness", Sdf.ValueTypeNames.Color3f).Set(Gf.Vec3f(1))


def _two_sources(stage):
    attribute = stage.GetPrimAtPath(SURFACE).GetAttribute("inputs:diffuseColor")
    attribute.SetConnections([f"{ALBEDO}.outputs:rgb", f"{ALBEDO}.outputs:r"])


def _specular(stage):
    shader = UsdShade.Shader(stage.GetPrimAtPath(SURFACE))
    shader.CreateInput("useSpecularWorkflow", Sdf.ValueTypeNames.Int).Set(1)


def _unapplied_anchor(stage):
    stage.GetDefaultPrim().ClearMetadata("apiSchemas")


def _bound_elsewhere(stage):
    stage.GetPrimAtPath(CARD).GetRelationship("material:binding").SetTargets([SURFACE])


def _turned_over(stage):
    _changed(CARD, "faceVertexIndices", lambda v: v.reshape(-1, 3)[:, ::-1].ravel())(stage)
    _changed(CARD, "normals", np.negative)(stage)


def _without_a_face(stage):
    _changed(CARD, "faceVertexIndices", lambda values: values[3:])(stage)
    _changed(CARD, "faceVertexCounts", lambda values: values[1:])(stage)


def _crowded(stage):
    _changed(CARD, "faceVertexIndices", lambda values: np.tile(values, 200))(stage)
    _changed(CARD, "faceVertexCounts", lambda values: np.tile(values, 200))(stage)


SPOILED = {
    "z up": (lambda s: UsdGeom.SetStageUpAxis(s, "Z"), "UP_AXIS"),
    "no up axis": (lambda s: s.ClearMetadata("upAxis"), "UP_AXIS"),
    "no metres": (lambda s: s.ClearMetadata("metersPerUnit"), "METERS_PER_UNIT"),
    "centimetres": (lambda s: UsdGeom.SetStageMetersPerUnit(s, 0.01), "SIZE_UNREAL"),
    "kilometres": (lambda s: UsdGeom.SetStageMetersPerUnit(s, 1000), "SIZE_UNREAL"),
    "no default prim": (lambda s: s.ClearDefaultPrim(), "DEFAULT_PRIM"),
    "light": (lambda s: UsdLux.DistantLight.Define(s, "/Sticker/Sun"), "PRIM_TYPE"),
    "instancer": (lambda s: UsdGeom.PointInstancer.Define(s, "/Sticker/Many"), "PRIM_TYPE"),
    "curves": (lambda s: UsdGeom.BasisCurves.Define(s, "/Sticker/Hair"), "PRIM_TYPE"),
    "nested": (lambda s: UsdGeom.Cube.Define(s, f"{CARD}/Inner"), "NESTED_GEOMETRY"),
    "world anchor": (
        _set("/Sticker", "preliminary:anchoring:type", "world"),
        "ANCHOR_TYPE",
    ),
    "no anchor type": (
        lambda s: s.GetDefaultPrim().RemoveProperty("preliminary:anchoring:type"),
        "ANCHOR_TYPE",
    ),
    "anchor not applied": (_unapplied_anchor, "ANCHOR_SCHEMA"),
    "diagonal": (
        _set("/Sticker", "preliminary:planeAnchoring:alignment", "diagonal"),
        "ANCHOR_ALIGNMENT",
    ),
    "aligned face": (_set("/Sticker", "preliminary:anchoring:type", "face"), "ANCHOR_ALIGNMENT"),
    "shader id": (_set(SURFACE, "info:id", "MyShader"), "SHADER_ID"),
    "input type": (_retyped, "SHADER_INPUT"),
    "two sources": (_two_sources, "SHADER_INPUT"),
    "specular": (_specular, "SPECULAR_WORKFLOW"),
    "no binding api": (
        lambda s: s.GetPrimAtPath(CARD).RemoveAPI(UsdShade.MaterialBindingAPI),
        "BINDING_API",
    ),
    "bound to a shader": (_bound_elsewhere, "BINDING_TARGET"),
    "face too far": (_changed(CARD, "faceVertexIndices", _first(10**6)), "MESH_INDEX"),
    "face negative": (_changed(CARD, "faceVertexIndices", _first(-1)), "MESH_INDEX"),
    "counts": (_changed(CARD, "faceVertexCounts", _first(4)), "MESH_COUNTS"),
    "not a number": (_changed(CARD, "points", _first(np.nan)), "MESH_POINTS"),
    "extent": (_changed(CARD, "extent", _first(0)), "MESH_EXTENT"),
    "no extent": (lambda s: s.GetPrimAtPath(CARD).RemoveProperty("extent"), "MESH_EXTENT"),
    "short st": (_changed(CARD, "primvars:st", lambda v: v[1:]), "PRIMVAR_LENGTH"),
    "short normals": (_changed(CARD, "normals", lambda v: v[1:]), "PRIMVAR_LENGTH"),
    "long normals": (_changed(CARD, "normals", lambda v: v * 2), "MESH_NORMALS"),
    "normals inward": (_changed(CARD, "normals", np.negative), "MESH_NORMALS"),
    "inside out": (_turned_over, "MESH_INSIDE_OUT"),
    "hole": (_without_a_face, "MESH_OPEN"),
    "too many triangles": (_crowded, "TRIANGLES"),
    "off the ground": (
        lambda s: UsdGeom.XformCommonAPI(s.GetDefaultPrim()).SetTranslate((0, -0.5, 0)),
        "OFF_GROUND",
    ),
    "nothing": (lambda s: s.RemovePrim(CARD), "NOTHING_SHOWN"),
    "invisible": (
        lambda s: UsdGeom.Imageable(s.GetPrimAtPath(CARD)).MakeInvisible(),
        "NOTHING_SHOWN",
    ),
    "missing texture": (_set(ALBEDO, "inputs:file", Sdf.AssetPath("no.png")), "TEXTURE_MISSING"),
    "outside texture": (
        _set(ALBEDO, "inputs:file", Sdf.AssetPath("/etc/no.png")),
        "EXTERNAL_REFERENCE",
    ),
    "web texture": (
        _set(ALBEDO, "inputs:file", Sdf.AssetPath("http://localhost/no.png")),
        "EXTERNAL_REFERENCE",
    ),
    "outside layer": (
        lambda s: s.GetDefaultPrim().GetReferences().AddReference("other.usdc"),
        "EXTERNAL_REFERENCE",
    ),
}


@pytest.mark.parametrize(("edit", "code"), SPOILED.values(), ids=SPOILED)
def test_spoiled_layers_are_named(edit, code, tmp_path):
    """Each broken rule is found under its own code."""
    assert code in codes(edited(edit, tmp_path))


def _sampled(path, name, values, kind=None):
    """An edit that gives an attribute these values at these times, and no others."""

    def edit(stage):
        attribute = stage.GetPrimAtPath(path).GetAttribute(name)
        attribute = attribute or stage.GetPrimAtPath(path).CreateAttribute(name, kind)
        attribute.Clear()
        for time, value in values.items():
            attribute.Set(value, time)

    return edit


def _sunk(stage):
    translate = stage.GetPrimAtPath("/Sticker/Moving").GetAttribute("xformOp:translate")
    x, y, z = translate.Get(12)
    translate.Set(Gf.Vec3f(x, y - 0.05, z), 12)


def _breathing(stage):
    points = stage.GetPrimAtPath("/Sticker/Moving/Card").GetAttribute("points")
    still = points.Get()
    points.Set(still, 0)
    points.Set(still, 36)


XFORM, PLACE, TURN = "/Sticker/Moving", "xformOp:translate", "xformOp:orient"
MOTIONS_SPOILED = {
    "sinks into the table": (_sunk, "OFF_GROUND"),
    "points that move": (_breathing, "MOTION_KIND"),
    "long turn": (
        _sampled(XFORM, TURN, {0: Gf.Quatf(1), 36: Gf.Quatf(0, 0, 0, 2)}),
        "MOTION_TURN",
    ),
    "turn that is no number": (
        _sampled(XFORM, TURN, {0: Gf.Quatf(1), 36: Gf.Quatf(np.nan)}),
        "MOTION_POSE",
    ),
    "place that is no number": (
        _sampled(XFORM, PLACE, {0: Gf.Vec3f(0), 36: Gf.Vec3f(np.inf)}),
        "MOTION_POSE",
    ),
    "blocked pose": (
        _sampled(XFORM, PLACE, {0: Gf.Vec3f(0), 36: Sdf.ValueBlock()}),
        "MOTION_POSE",
    ),
    "blocked turn": (
        _sampled(XFORM, TURN, {0: Gf.Quatf(1), 36: Sdf.ValueBlock()}),
        "MOTION_POSE",
    ),
    "endless time": (
        _sampled(XFORM, PLACE, {0: Gf.Vec3f(0), np.inf: Gf.Vec3f(0)}),
        "MOTION_TIMES",
    ),
    "thousands of keys": (
        _sampled(XFORM, PLACE, {k / 100: Gf.Vec3f(0) for k in range(1300)}),
        "MOTION_TIMES",
    ),
    "no end": (lambda s: s.ClearMetadata("endTimeCode"), "MOTION_CLOCK"),
    "no pace": (lambda s: s.ClearMetadata("timeCodesPerSecond"), "MOTION_CLOCK"),
    "ends before its keys": (lambda s: s.SetEndTimeCode(20), "MOTION_CLOCK"),
    "longer than ten seconds": (lambda s: s.SetEndTimeCode(241), "MOTION_CLOCK"),
    "stopped clock": (lambda s: s.SetTimeCodesPerSecond(0), "MOTION_CLOCK"),
}


@pytest.mark.parametrize(("edit", "code"), MOTIONS_SPOILED.values(), ids=MOTIONS_SPOILED)
def test_spoiled_motions_are_named(edit, code, tmp_path):
    """What viewers would not play, or play below the table, is found under its own code."""
    assert code in codes(edited(edit, tmp_path, MOVING))


def test_motions_of_other_makers_break_no_rule(tmp_path):
    """A turntable that rotates by degrees, at another pace, with other keys, is fine."""

    def turntable(stage):
        xform = UsdGeom.Xformable(stage.GetPrimAtPath(XFORM))
        xform.ClearXformOpOrder()
        for name in (PLACE, TURN, "xformOp:scale"):
            stage.GetPrimAtPath(XFORM).RemoveProperty(name)
        xform.AddTranslateOp().Set((0, 0.1, 0))
        turn = xform.AddRotateYOp()
        for code in (1, 31, 61):
            turn.Set((code - 1) * 6.0, code)
        stage.SetStartTimeCode(1)
        stage.SetEndTimeCode(61)
        stage.SetTimeCodesPerSecond(30)

    assert set() == codes(edited(turntable, tmp_path, MOVING))


def test_one_sample_is_no_motion(tmp_path):
    """Exporters that write a pose as its only sample need no clock."""
    still = _sampled("/Sticker", "xformOp:translate", {0: Gf.Vec3d(0)}, Sdf.ValueTypeNames.Double3)
    assert set() == codes(edited(still, tmp_path))


def _black(width_px, height_px):
    return encode_png(np.zeros((height_px, width_px, 3), np.uint8))


TEXTURES = {
    "too large": (_black(4096, 16), "albedo.png", "TEXTURE_SIZE"),
    "odd size": (_black(500, 512), "albedo.png", "TEXTURE_SIZE"),
    "truncated": (_black(64, 64)[:-8], "albedo.png", "TEXTURE_UNREADABLE"),
    "damaged": (_black(64, 64).replace(b"IDAT", b"IDBT"), "albedo.png", "TEXTURE_UNREADABLE"),
    "a lie": (b"\xff\xd8\xff\xe0 not a png", "albedo.png", "TEXTURE_UNREADABLE"),
    "no jpeg": (_black(64, 64), "albedo.jpg", "TEXTURE_UNREADABLE"),
    "webp": (b"RIFF....WEBP", "albedo.webp", "PACKED_KIND"),
}


@pytest.mark.parametrize(("data", "name", "code"), TEXTURES.values(), ids=TEXTURES)
def test_spoiled_textures_are_named(data, name, code):
    """A texture that viewers cannot show is found without decoding it."""
    assert code in codes(with_texture(data, name))


@pytest.mark.parametrize("size_px", [64, 100])
def test_jpeg_sizes_are_read(size_px):
    """JPEG textures are allowed where their sides are powers of two."""
    import cv2

    jpeg = bytes(cv2.imencode(".jpg", np.zeros((64, size_px, 3), np.uint8))[1])
    assert (size_px == 100) == ("TEXTURE_SIZE" in codes(with_texture(jpeg, "albedo.jpg")))


def test_a_layer_that_is_none_is_named():
    """Bytes that only look like a layer are reported, not raised."""
    data = write_archive([Entry("sticker.usdc", b"PXR-USDC" + bytes(300))])
    assert {"STAGE_UNREADABLE"} == codes(data)


def test_the_stage_names_the_faults(tmp_path):
    """Inspecting a bad package raises one error that lists codes and places."""
    data = edited(lambda s: UsdGeom.SetStageUpAxis(s, "Z"), tmp_path)
    with pytest.raises(FormatError, match="UP_AXIS at stage") as caught:
        inspect(File(data, "usdz"))
    assert "USDZ_INVALID" == caught.value.code
