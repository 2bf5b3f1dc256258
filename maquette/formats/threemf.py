"""3MF: a print in millimetres with its colours or texture, as strict readers want it.

Written by hand because the libraries put random identifiers and the time into every file, or
write what the reference reader refuses. Core and materials specifications, nothing else.
What belongs here: writing. What does not: reading what others wrote
(`maquette.formats.model_files.threemf`).
"""

from __future__ import annotations

import zipfile
from io import BytesIO
from xml.sax.saxutils import escape

import numpy as np
from numpy.typing import NDArray

from maquette.formats.imprint import MAKER, imprint, printable
from maquette.formats.looks import Dressed
from maquette.provenance import Provenance

CORE = "http://schemas.microsoft.com/3dmanufacturing/core/2015/02"
MATERIALS = "http://schemas.microsoft.com/3dmanufacturing/material/2015/02"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_KINDS = "http://schemas.microsoft.com/3dmanufacturing/2013/01"
_XML = '<?xml version="1.0" encoding="UTF-8"?>\n'
MODEL, TEXTURE = "3D/3dmodel.model", "3D/Textures/albedo.png"
_ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)  # stands for "no date"
_PICTURE_ID, _LOOK_ID, _OBJECT_ID = 1, 2, 3

_CONTENT_TYPES = (
    f'{_XML}<Types xmlns="{_PACKAGE}/content-types">'
    f'<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.'
    f'relationships+xml"/><Default Extension="model" ContentType="application/vnd.ms-package.'
    f'3dmanufacturing-3dmodel+xml"/><Default Extension="png" ContentType="image/png"/></Types>'
)


def write_3mf(print_mm: Dressed, provenance: Provenance, *, title: str) -> bytes:
    """A print as 3MF bytes; same print, title and provenance, same bytes."""
    parts = [
        ("[Content_Types].xml", _CONTENT_TYPES.encode()),
        ("_rels/.rels", _relations(MODEL, "3dmodel")),
        (MODEL, _model(print_mm, provenance, title=title)),
    ]
    if print_mm.texture_png is not None:
        parts.append(("3D/_rels/3dmodel.model.rels", _relations(TEXTURE, "3dtexture")))
        parts.append((TEXTURE, print_mm.texture_png))
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        for name, data in parts:
            entry = zipfile.ZipInfo(name, _ZIP_EPOCH)
            entry.create_system = 0
            packed = not name.endswith(".png")
            entry.compress_type = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
            package.writestr(entry, data)
    return out.getvalue()


def _relations(target: str, kind: str) -> bytes:
    return (
        f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rel0" '
        f'Type="{_KINDS}/{kind}" Target="/{target}"/></Relationships>'
    ).encode()


def _model(print_mm: Dressed, provenance: Provenance, *, title: str) -> bytes:
    looks, choices = _looks(print_mm)
    vertices = "".join(
        f'<vertex x="{x}" y="{y}" z="{z}"/>' for x, y, z in print_mm.points.astype(str).tolist()
    )
    whole = print_mm.faces.tolist()
    if choices is None:
        faces = "".join(f'<triangle v1="{a}" v2="{b}" v3="{c}"/>' for a, b, c in whole)
    else:
        faces = "".join(
            f'<triangle v1="{a}" v2="{b}" v3="{c}" pid="{_LOOK_ID}" p1="{p}" p2="{q}" p3="{r}"/>'
            for (a, b, c), (p, q, r) in zip(whole, choices.tolist(), strict=True)
        )
    materials = f' xmlns:m="{MATERIALS}"' if looks else ""
    default = f' pid="{_LOOK_ID}" pindex="0"' if looks else ""
    return (
        f'{_XML}<model unit="millimeter" xml:lang="en-US" xmlns="{CORE}"{materials}>'
        f"{_metadata(provenance, title)}<resources>{looks}"
        f'<object id="{_OBJECT_ID}" type="model"{default}><mesh><vertices>{vertices}</vertices>'
        f"<triangles>{faces}</triangles></mesh></object></resources>"
        f'<build><item objectid="{_OBJECT_ID}"/></build></model>'
    ).encode()


def _metadata(provenance: Provenance, title: str) -> str:
    """What the core specification has names for: the words, the maker, the licence."""
    said = imprint(provenance)
    named = {
        "Title": printable(title),
        "Description": said.get("Description", ""),
        "LicenseTerms": said.get("Licence", ""),
        "Application": MAKER,
    }
    return "".join(
        f'<metadata name="{name}">{escape(text)}</metadata>' for name, text in named.items() if text
    )


def _looks(print_mm: Dressed) -> tuple[str, NDArray[np.int64] | None]:
    """The property group, and (F, 3) which of its rows each face corner has.

    A face has one property group, so a texture stands alone: colours on top of it stay behind.
    """
    if print_mm.texture_png is not None:
        # the origin of 3MF textures is at the bottom left
        uv = print_mm.uv * np.array([1, -1], np.float32) + np.array([0, 1], np.float32)
        rows, number = np.unique(np.round(uv, 6), axis=0, return_inverse=True)
        coordinates = "".join(
            f'<m:tex2coord u="{u:.6g}" v="{v:.6g}"/>' for u, v in (rows + 0.0).tolist()
        )
        group = (
            f'<m:texture2d id="{_PICTURE_ID}" path="/{TEXTURE}" contenttype="image/png"'
            f' tilestyleu="clamp" tilestylev="clamp"/>'
            f'<m:texture2dgroup id="{_LOOK_ID}" texid="{_PICTURE_ID}">{coordinates}'
            "</m:texture2dgroup>"
        )
        return group, number.reshape(-1)[print_mm.corners]
    if print_mm.colours is None:
        return "", None
    rows, number = np.unique(print_mm.colours[:, :3], axis=0, return_inverse=True)
    colours = "".join(f'<m:color color="#{row.tobytes().hex().upper()}"/>' for row in rows)
    group = f'<m:colorgroup id="{_LOOK_ID}">{colours}</m:colorgroup>'
    return group, number.reshape(-1)[print_mm.corners]
