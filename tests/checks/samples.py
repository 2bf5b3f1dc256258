"""Good packs of every platform, made from drawn pictures, and ways to wrap and spoil them."""

import io
import json
import struct
import zipfile

import numpy as np
from PIL import Image

from maquette.formats.glb import write_glb
from maquette.formats.usdz import package
from maquette.solids.cards import stand
from tests import zoo

CARD = stand(zoo.ring()).outputs["card"]
GLB = write_glb(CARD, zoo.provenance())
USDZ = package(CARD, provenance=zoo.provenance()).outputs["usdz"].data


def drawing(width_px, height_px, shift_px=0):
    """A disc on nothing, with air around it."""
    y, x = np.mgrid[:height_px, :width_px]
    side = min(width_px, height_px)
    inside = np.hypot(x - width_px / 2 - shift_px, y - height_px / 2) < side / 2 - 14
    rgba = np.zeros((height_px, width_px, 4), np.uint8)
    rgba[inside] = (240, 140, 60, 255)
    return Image.fromarray(rgba)


def still(width_px, height_px, kind="PNG"):
    """One picture."""
    return encoded([drawing(width_px, height_px)], kind)


def moving(width_px, height_px, kind="PNG", *, frames=8, frame_ms=100, loops=2):
    """A picture that moves; PNG becomes APNG."""
    drawn = [drawing(width_px, height_px, shift_px=n % 4) for n in range(frames)]
    return encoded(drawn, kind, duration=frame_ms, loop=loops)


def nothing():
    """A WebP on which nothing is seen."""
    return encoded([Image.new("RGBA", (512, 512))], "WEBP")


def encoded(pictures, kind, **options):
    """Bytes of one or more frames."""
    out = io.BytesIO()
    more = {"save_all": True, "append_images": pictures[1:], **options} if pictures[1:] else {}
    pictures[0].save(out, kind, **more)
    return out.getvalue()


def element(kind, body):
    """An EBML element with a size of eight bytes."""
    name = kind.to_bytes((kind.bit_length() + 7) // 8, "big")
    return name + b"\x01" + len(body).to_bytes(7, "big") + body


def number(kind, value):
    """An EBML element that holds a whole number."""
    return element(kind, value.to_bytes(4, "big"))


def webm(*, side_px=512, frames=30, fps=30, codec=b"V_VP9", sound=False):
    """A WebM file whose frames hold nothing: only what is told about them counts."""
    video = number(0xB0, side_px) + number(0xBA, side_px) + number(0x53C0, 1)
    track = number(0x83, 1) + element(0x86, codec) + element(0xE0, video)
    tracks = element(0xAE, track)
    if sound:
        tracks += element(0xAE, number(0x83, 2) + element(0x86, b"A_OPUS"))
    blocks = b"".join(
        element(0xA3, b"\x81" + struct.pack(">h", round(n * 1000 / fps)) + b"\x80\0")
        for n in range(frames)
    )
    segment = [
        element(0x1549A966, number(0x2AD7B1, 1_000_000)),
        element(0x1654AE6B, tracks),
        element(0x1F43B675, number(0xE7, 0) + blocks),
    ]
    return element(0x1A45DFA3, element(0x4282, b"webm")) + element(0x18538067, b"".join(segment))


def dumped(value):
    """JSON bytes."""
    return json.dumps(value).encode()


def whatsapp(count=3, *, moves=False):
    """A folder with contents.json."""
    sticker = moving(512, 512, "WEBP") if moves else still(512, 512, "WEBP")
    names = [f"{n:02}.webp" for n in range(1, count + 1)]
    rows = [
        {"image_file": name, "emojis": ["😀"], "accessibility_text": "a disc"} for name in names
    ]
    pack = {
        "identifier": "discs",
        "name": "Discs",
        "publisher": "Somebody",
        "tray_image_file": "tray.png",
        "image_data_version": "1",
        "animated_sticker_pack": moves,
        "stickers": rows,
    }
    contents = dumped({"sticker_packs": [pack]})
    files = {"contents.json": contents, "tray.png": still(96, 96)}
    return files | dict.fromkeys(names, sticker)


def telegram():
    """Stills, a video and an icon."""
    return {
        "icon.png": still(100, 100),
        "01.webp": still(512, 400, "WEBP"),
        "02.png": still(512, 512),
        "03.webm": webm(),
    }


def signal():
    """A manifest with a cover."""
    manifest = (
        "title: Discs\nauthor: Somebody\ncover: 01.png\nstickers:\n"
        "- {file: 01.png, emoji: 😀}\n- {file: 02.webp, emoji: 😀}\n- {file: 03.png, emoji: 😀}\n"
    )
    return {
        "manifest.yaml": manifest.encode(),
        "01.png": still(512, 512),
        "02.webp": still(512, 512, "WEBP"),
        "03.png": moving(512, 512),
    }


def line(count=8, *, moves=False):
    """Numbered stickers, main and tab."""
    sticker = moving(320, 270) if moves else still(370, 320)
    main = moving(240, 240) if moves else still(240, 240)
    files = {f"{n:02}.png": sticker for n in range(1, count + 1)}
    return files | {"main.png": main, "tab.png": still(96, 74)}


def discord():
    """Stills and moving ones, with their texts."""
    rows = [{"file": "01.png", "name": "disc", "description": "a disc", "tags": "😀"}]
    return {
        "01.png": still(320, 320),
        "02.png": moving(320, 320),
        "03.gif": moving(320, 320, "GIF"),
        "stickers.json": dumped(rows),
    }


def imessage(side_px=408, grid="regular"):
    """An asset catalog with one still and one moving sticker and an icon."""
    pack = "Stickers.xcassets/Discs.stickerpack"
    icons = "Stickers.xcassets/iMessage App Icon.stickersiconset"
    info = {"author": "xcode", "version": 1}
    names = ("01", "02")
    rows = [{"filename": f"{name}.sticker"} for name in names]
    files = {
        "Stickers.xcassets/Contents.json": dumped({"info": info}),
        f"{pack}/Contents.json": dumped(
            {"info": info, "properties": {"grid-size": grid}, "stickers": rows}
        ),
        f"{icons}/Contents.json": dumped(
            {"info": info, "images": [{"size": "32x24", "scale": "2x", "filename": "a.png"}]}
        ),
        f"{icons}/a.png": still(64, 48),
        f"{pack}/01.sticker/01.png": still(side_px, side_px),
        f"{pack}/02.sticker/02.png": moving(side_px, side_px),
    }
    for name in names:
        facts = {"filename": f"{name}.png", "accessibility-label": "a disc"}
        told = dumped({"info": info, "properties": facts})
        files[f"{pack}/{name}.sticker/Contents.json"] = told
    return files


PLATFORMS = {
    "whatsapp": whatsapp,
    "telegram": telegram,
    "signal": signal,
    "line": line,
    "discord": discord,
    "imessage": imessage,
}

PAGE = b"""<!doctype html><style>body{background:url(sheet.png)}</style>
<img src="sheet.png"><a href="usdz/disc.usdz" rel="ar">AR</a>
<a href="https://example.org/licence">licence</a><model-viewer src="glb/disc.glb"></model-viewer>"""


def bundle():
    """A pack with everything."""
    own = {"png/disc.png": still(256, 256), "glb/disc.glb": GLB, "usdz/disc.usdz": USDZ}
    row = {
        "id": "disc",
        "files": {name.partition("/")[0]: name for name in own},
        "licences": ["MIT"],
        "provenance": json.loads(zoo.provenance().to_json()),
    }
    files = {
        "pack.json": dumped({"name": "Discs", "stickers": [row]}),
        "index.html": PAGE,
        "sheet.png": still(64, 64),
        **own,
    }
    for platform, make in PLATFORMS.items():
        files |= {f"{platform}/{name}": data for name, data in make().items()}
    return files


def zipped(files, *, method=zipfile.ZIP_STORED):
    """A zip of these files."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name), data, method)
    return out.getvalue()


def laid_out(files, folder):
    """The same files in a folder."""
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder
