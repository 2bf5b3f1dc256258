"""lib3mf's strict reading, run in .venv-judges: python lib3mf_says.py FILE...; prints JSON.

The consortium's own library, where we write 3MF without it. What belongs here: asking it. What
does not: what the answer should be.
"""

import json
import sys
from typing import Any

import lib3mf


def say(path: str) -> dict[str, Any]:
    """What it warns of, and its bodies: faces, soundness and the box around all, as built."""
    wrapper = lib3mf.Wrapper()
    model = wrapper.CreateModel()
    reader = model.QueryReader("3mf")
    reader.SetStrictModeActive(True)
    try:
        reader.ReadFromFile(path)
    except lib3mf.ELib3MFException as refusal:
        return {"error": str(refusal), "warnings": warnings(reader)}
    meshes = list(each(model.GetMeshObjects()))
    box = model.GetOutbox()
    return {
        "warnings": warnings(reader),
        "unit": model.GetUnit().name,
        "faces": sum(mesh.GetTriangleCount() for mesh in meshes),
        "is_sound": [mesh.IsManifoldAndOriented() for mesh in meshes],
        "size": [top - low for low, top in zip(box.MinCoordinate, box.MaxCoordinate, strict=True)],
        "title": [datum.GetValue() for datum in data_of(model) if datum.GetName() == "Title"],
        "textures": model.GetTexture2Ds().Count(),
    }


def warnings(reader: Any) -> list[str]:
    """All it did not like."""
    return [str(reader.GetWarning(number)) for number in range(reader.GetWarningCount())]


def each(listed: Any) -> Any:
    """The objects of one of its lists."""
    while listed.MoveNext():
        yield listed.GetCurrentMeshObject()


def data_of(model: Any) -> list[Any]:
    """What the file says about itself."""
    group = model.GetMetaDataGroup()
    return [group.GetMetaData(number) for number in range(group.GetMetaDataCount())]


if __name__ == "__main__":
    print(json.dumps({path: say(path) for path in sys.argv[1:]}))  # noqa: T201
