"""Damaged and hostile uploads, made on the spot: pictures and prompt sets.

Every maker yields a name that says what is wrong and the bytes. Some are odd but sound (EXIF
rotations, CMYK, 16 bits) and should open; `SOUND` in a name marks those. The prompt sets are named
as files, since their ending tells the format.
"""

import gzip
import io
import json
import struct
import zlib
from collections.abc import Iterator

import numpy as np
import polars as pl
from PIL import Image
from PIL.PngImagePlugin import PngInfo

SOUND = "sound"


def sample(mode: str = "RGB", size_wh: tuple[int, int] = (48, 32)) -> Image.Image:
    """A small picture with a gradient and some noise, the same every time."""
    width, height = size_wh
    noise = np.random.default_rng(7).integers(0, 60, (height, width, 4))
    ramp = np.add.outer(np.arange(height) * 3, np.arange(width) * 2)[..., None]
    pixels = np.clip(ramp + noise, 0, 255).astype(np.uint8)
    image = Image.fromarray(pixels)
    return image if mode == "RGBA" else image.convert(mode)


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    """The picture as a file."""
    held = io.BytesIO()
    image.save(held, kind, **options)
    return held.getvalue()


def png_chunk(kind: bytes, data: bytes) -> bytes:
    """One PNG chunk with a right checksum."""
    checksum = zlib.crc32(kind + data)
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", checksum)


def png_of(width: int, height: int, *, extra: bytes = b"", rows: bytes = b"\x00") -> bytes:
    """A PNG that claims a size and carries what it likes."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + png_chunk(b"IHDR", header)
        + extra
        + png_chunk(b"IDAT", zlib.compress(rows))
        + png_chunk(b"IEND", b"")
    )


def tiff_of(
    entries: list[tuple[int, int, int, int]], *, next_ifd: int = 0, tail: bytes = b""
) -> bytes:
    """A little-endian TIFF with one directory of (tag, type, count, value) at offset 8."""
    body = b"".join(struct.pack("<HHII", *entry) for entry in entries)
    return (
        b"II*\x00\x08\x00\x00\x00"
        + struct.pack("<H", len(entries))
        + body
        + struct.pack("<I", next_ifd)
        + tail
    )


def _good_files() -> dict[str, bytes]:
    return {
        "png": saved(sample("RGBA"), "PNG"),
        "jpeg": saved(sample(), "JPEG", quality=90),
        "webp": saved(sample("RGBA"), "WEBP", lossless=True),
        "webp-lossy": saved(sample(), "WEBP", quality=80),
        "tiff": saved(sample(), "TIFF", compression="tiff_lzw"),
    }


def hostile_pictures() -> Iterator[tuple[str, bytes]]:
    """At least 120 pictures that are cut, bent, lying, huge or merely unusual."""
    yield from _damaged_pictures()
    yield from _lying_pictures()
    yield from _unusual_pictures()
    yield from _things_that_are_no_pictures()


def _damaged_pictures() -> Iterator[tuple[str, bytes]]:
    rng = np.random.default_rng(11)
    for kind, data in _good_files().items():
        for share in (0.02, 0.1, 0.3, 0.6, 0.9, 0.99):
            yield f"{kind} cut at {share:.0%}", data[: max(1, int(len(data) * share))]
        for number in range(6):
            bent = bytearray(data)
            for _ in range(1 + number * 3):
                bent[int(rng.integers(8, len(bent)))] ^= 1 << int(rng.integers(8))
            yield f"{kind} with flipped bits {number}", bytes(bent)
        yield f"{kind} of zeros after its head", data[:24] + bytes(len(data) - 24)
        yield f"{kind} backwards after its head", data[:16] + data[:15:-1]
        yield f"{kind} twice ({SOUND})", data + data


def _lying_pictures() -> Iterator[tuple[str, bytes]]:
    for width, height in [(0, 0), (0, 9), (9, 0), (65535, 65535), (2**31 - 1, 2**31 - 1)]:
        yield f"png header of {width} by {height}", png_of(width, height)
    yield "png long as a street", png_of(10_000_000, 1)
    yield "png header of 20000 by 20000", png_of(20_000, 20_000)
    yield "png with too few rows", png_of(64, 64)
    bomb = zlib.compress(bytes(40_000_000), 9)
    yield "png text bomb", png_of(4, 4, extra=png_chunk(b"zTXt", b"a\x00\x00" + bomb))
    yield "png itxt bomb", png_of(4, 4, extra=png_chunk(b"iTXt", b"a\x00\x01\x00\x00\x00" + bomb))
    yield "png profile bomb", png_of(4, 4, extra=png_chunk(b"iCCP", b"a\x00\x00" + bomb))
    yield (
        "png of a thousand texts",
        png_of(4, 4, extra=b"".join(png_chunk(b"tEXt", b"k%d\x00v" % n) for n in range(1000))),
    )
    yield "png chunk of 2 GB", png_of(4, 4)[:33] + struct.pack(">I", 2**31 - 1) + b"IDAT" + b"x" * 9
    yield "png without end", png_of(4, 4, rows=(b"\x00" + bytes(12)) * 4)[:-12]
    yield "png rows that unpack for ever", png_of(4, 4, rows=bytes(40_000_000))
    empty = png_chunk(b"teSt", b"") * 200_000
    yield "png of 200000 chunks", png_of(4, 4, extra=empty)
    yield "png with a wrong checksum", png_of(4, 4)[:-20] + b"\x00" * 20
    yield (
        "apng of 4 billion frames",
        png_of(4, 4, extra=png_chunk(b"acTL", struct.pack(">II", 2**32 - 1, 0))),
    )
    yield from _lying_jpegs()
    gif = saved(sample("P"), "GIF")
    yield "gif canvas of 65535", gif[:6] + b"\xff\xff\xff\xff" + gif[10:]
    yield "gif with a program behind it", gif + b"*/=1;alert(1)"
    for name, canvas in [("vp8x 16 million wide", b"\xff\xff\xff\xff\xff\xff")]:
        chunk = b"VP8X" + struct.pack("<I", 10) + b"\x02\x00\x00\x00" + canvas
        yield f"webp {name}", b"RIFF" + struct.pack("<I", 4 + len(chunk)) + b"WEBP" + chunk
    lossless = saved(sample(), "WEBP", lossless=True)
    yield "webp lossless 16384 wide", lossless[:21] + b"\xff\xff\xff\x0f" + lossless[25:]
    yield from _lying_tiffs()


def _lying_jpegs() -> Iterator[tuple[str, bytes]]:
    jpeg = saved(sample(), "JPEG")
    frame = jpeg.index(b"\xff\xc0")
    yield "jpeg header of 65535", jpeg[: frame + 5] + b"\xff\xff\xff\xff" + jpeg[frame + 9 :]
    yield "jpeg header of nothing", jpeg[: frame + 5] + bytes(4) + jpeg[frame + 9 :]
    progressive = saved(sample(), "JPEG", progressive=True)
    scan = progressive.rindex(b"\xff\xda")
    yield "jpeg of 5000 scans", progressive[:scan] + progressive[scan:-2] * 5000 + b"\xff\xd9"
    yield "jpeg with endless comments", jpeg[:2] + b"\xff\xfe\x00\x02" * 100_000 + jpeg[2:]


def _lying_tiffs() -> Iterator[tuple[str, bytes]]:
    short, long = 3, 4
    size = [(256, short, 1, 8), (257, short, 1, 8)]
    rgb = [(258, short, 1, 8), (259, short, 1, 1), (262, short, 1, 1), (277, short, 1, 1)]
    strip = [(273, long, 1, 8), (278, short, 1, 8), (279, long, 1, 64)]
    plain = sorted(size + rgb + strip)
    yield f"tiff by hand ({SOUND})", tiff_of(plain, tail=bytes(64))
    yield (
        f"tiff directory that is its own next ({SOUND})",
        tiff_of(plain, next_ifd=8, tail=bytes(64)),
    )
    yield "tiff tag of 4 billion values", tiff_of([*plain, (700, 1, 2**32 - 1, 8)])
    yield "tiff directory behind its end", b"II*\x00" + struct.pack("<I", 2**31)
    yield "tiff without tags", tiff_of([])
    yield "tiff of 65535 tags", b"II*\x00\x08\x00\x00\x00\xff\xff" + bytes(600)
    yield (
        "tiff 4 billion wide",
        tiff_of(sorted([(256, long, 1, 2**32 - 1), (257, long, 1, 2**32 - 1), *rgb, *strip])),
    )
    yield (
        "tiff with a strip outside",
        tiff_of(
            sorted([*size, *rgb, (273, long, 1, 2**31), (278, short, 1, 8), (279, long, 1, 64)])
        ),
    )
    tiles = [(322, long, 1, 60_000), (323, long, 1, 60_000), (324, long, 1, 8), (325, long, 1, 64)]
    deflated = [(258, short, 1, 8), (259, short, 1, 8), (262, short, 1, 1), (277, short, 1, 1)]
    yield "tiff with giant tiles", tiff_of(sorted([*size, *deflated, *tiles]), tail=bytes(64))
    yield "tiff fax", saved(sample("1"), "TIFF", compression="group4")
    yield "tiff of floats", saved(Image.fromarray(np.ones((8, 8), np.float32)), "TIFF")
    yield "tiff of 32-bit greys", saved(Image.fromarray(np.ones((8, 8), np.int32)), "TIFF")
    yield "tiff in cielab", saved(sample().convert("LAB"), "TIFF")
    greedy = [(40_000 + n, 7, 1_000_000, 8) for n in range(2000)]
    yield "tiff that wants 2 GB of tags", tiff_of([*plain, *greedy], tail=bytes(1_000_000))
    numbers = [*plain, (700, short, 2_500_000, 8)]
    yield "tiff tag of 5 MB of numbers", tiff_of(numbers, tail=bytes(5_000_100))
    yield "bigtiff", b"II+\x00\x08\x00\x00\x00" + bytes(64)


def _unusual_pictures() -> Iterator[tuple[str, bytes]]:
    for orientation in range(1, 9):
        exif = Image.Exif()
        exif[0x0112] = orientation
        yield f"jpeg turned {orientation} ({SOUND})", saved(sample(), "JPEG", exif=exif.tobytes())
    for value in (0, 9, 65535):
        exif = Image.Exif()
        exif[0x0112] = value
        yield f"jpeg turned {value} ({SOUND})", saved(sample(), "JPEG", exif=exif.tobytes())
    claims = tiff_of([(n, 7, 60_000, 8) for n in range(5000)])
    segment = b"Exif\x00\x00" + claims
    app1 = b"\xff\xe1" + struct.pack(">H", len(segment) + 2) + segment
    plain = saved(sample(), "JPEG")
    yield f"jpeg whose exif wants 300 MB ({SOUND})", plain[:2] + app1 + plain[2:]
    yield f"jpeg with torn exif ({SOUND})", saved(sample(), "JPEG", exif=b"Exif\x00\x00II*\x00\xff")
    yield f"jpeg with a torn profile ({SOUND})", saved(sample(), "JPEG", icc_profile=b"acsp" * 40)
    yield f"jpeg cmyk ({SOUND})", saved(sample("CMYK"), "JPEG")
    yield f"jpeg grey ({SOUND})", saved(sample("L"), "JPEG")
    yield f"jpeg progressive ({SOUND})", saved(sample(), "JPEG", progressive=True)
    deep = Image.fromarray(np.linspace(0, 65535, 32 * 48).reshape(32, 48).astype(np.uint16))
    yield f"png of 16 bits ({SOUND})", saved(deep, "PNG")
    yield f"tiff of 16 bits ({SOUND})", saved(deep, "TIFF")
    for mode in ("1", "L", "LA", "P", "RGB", "RGBA"):
        yield f"png mode {mode} ({SOUND})", saved(sample(mode), "PNG")
    yield f"png palette with a clear colour ({SOUND})", saved(sample("P"), "PNG", transparency=3)
    frames = [sample("P"), sample("P").rotate(90), sample("P").rotate(180)]
    for kind in ("PNG", "WEBP"):
        still = [frame.convert("RGB") for frame in frames] if kind == "WEBP" else frames
        data = saved(still[0], kind, save_all=True, append_images=still[1:])
        yield f"{kind.lower()} animated ({SOUND})", data
    pages = saved(sample(), "TIFF", save_all=True, append_images=[sample()] * 5)
    yield f"tiff of six pages ({SOUND})", pages
    text = PngInfo()
    text.add_text("Comment", "<script>alert(1)</script>" * 20, zip=True)
    yield f"png with a script in a text ({SOUND})", saved(sample(), "PNG", pnginfo=text)
    zipped = b"PK\x03\x04" + bytes(60)
    yield f"png with a zip behind it ({SOUND})", saved(sample(), "PNG") + zipped
    film = np.random.default_rng(2).bytes(3_000_000)
    yield f"jpeg with a film behind it ({SOUND})", saved(sample(), "JPEG") + film


def _things_that_are_no_pictures() -> Iterator[tuple[str, bytes]]:
    yield "nothing", b""
    yield "one byte", b"\x89"
    yield "zeros", bytes(4096)
    yield "a text", b"this is not a picture"
    yield "a bmp", saved(sample(), "BMP")
    yield (
        "an svg",
        b"<svg xmlns='http://www.w3.org/2000/svg'><image href='file:///etc/passwd'/></svg>",
    )
    yield "an svg with entities", b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "aaaa">]><svg/>'
    yield "a pdf", b"%PDF-1.7\n" + bytes(64)
    yield "postscript", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n" + b"{} loop\n"
    yield "a zip", b"PK\x03\x04" + bytes(64)
    yield "a gzip", gzip.compress(bytes(1000))
    yield "a heic", b"\x00\x00\x00\x18ftypheic" + bytes(64)
    yield "a fits bomb", b"SIMPLE  =                    T" + bytes(4000)
    yield "a dds", b"DDS " + bytes(124)
    yield "a jpeg 2000", b"\x00\x00\x00\x0cjP  \r\n\x87\n" + bytes(64)
    yield "a psd", b"8BPS" + bytes(64)
    yield "a web page", b"<!DOCTYPE html><html></html>"
    yield "only a png signature", b"\x89PNG\r\n\x1a\n"
    yield "only a jpeg signature", b"\xff\xd8\xff"
    yield "only a gif signature", b"GIF89a"
    yield "only a tiff signature", b"II*\x00"
    yield "only a webp signature", b"RIFF\x04\x00\x00\x00WEBP"
    for seed in range(8):
        noise = np.random.default_rng(seed).bytes(2000)
        signature = (b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"GIF89a")[seed % 4]
        yield f"noise {seed}", signature + noise


def hostile_prompt_sets() -> Iterator[tuple[str, bytes]]:
    """At least 80 prompt files: (file name, bytes)."""
    yield from _damaged_sets()
    yield from _bombs()
    yield from _rows_of_every_kind()
    yield from _damaged_parquets()


def _damaged_sets() -> Iterator[tuple[str, bytes]]:
    rng = np.random.default_rng(5)
    for suffix in ("csv", "yaml", "json", "jsonl", "parquet"):
        yield f"nothing.{suffix}", b""
        yield f"blank.{suffix}", b" \n\t \r\n"
        yield f"zeros.{suffix}", bytes(2000)
        yield f"noise.{suffix}", rng.bytes(3000)
        yield f"a png.{suffix}", saved(sample(), "PNG")
        yield f"half a letter.{suffix}", b"prompt\n\xc3"
        yield f"utf-16.{suffix}", "prompt\na cat\n".encode("utf-16")
        yield f"half of utf-16.{suffix}", "prompt\na cat\n".encode("utf-16")[:-1]
    yield "no ending", b"prompt\na cat\n"
    yield "prompts.exe", b"prompt\na cat\n"
    yield "../../etc/passwd.csv", b"prompt\na cat\n"
    yield "null\x00byte.csv", b"prompt\na cat\n"
    yield "n" * 4000 + ".csv", b"prompt\na cat\n"
    yield "header only.csv", b"prompt,style\n"
    yield "open quote.csv", b'prompt,style\n"a cat,cartoon\n' + b"a dog,cartoon\n" * 50
    yield "half quote.csv", b'prompt,style\n"a "cat" there,cartoon\na dog,\n'
    yield "twice.csv", b"prompt,prompt\na,b\n"
    yield "too many cells.csv", b"prompt,style\na cat, with a hat,cartoon\n"
    yield "one giant cell.csv", b"prompt\n" + b"x" * 300_000 + b"\na cat\n"
    yield "nul.csv", b"prompt\na\x00cat\n"
    yield "cut.json", b'[{"prompt": "a c'
    yield "number.json", b"42"
    yield "text.json", b'"a cat"'
    yield "no rows.json", b'{"name": "x"}'
    yield "rows twice.json", b'{"rows": [{"prompt": "a"}], "stickers": [{"prompt": "b"}]}'
    yield "not a number.json", b'[{"prompt": "a", "scale": NaN}]'
    yield "half lines.jsonl", b'{"prompt": "a"}\n{"prompt": \n[]\n42\nnull\n{"prompt": "b"}\n'
    yield "tag.yaml", b"- prompt: !!python/object/apply:os.system ['touch /tmp/hacked']\n"
    yield "tab.yaml", b"stickers:\n\t- prompt: a\n"
    yield "loose alias.yaml", b"- prompt: *nobody\n"
    yield "list as key.yaml", b"- ? [a, b]\n  : c\n"
    yield "itself.yaml", b"&a [*a, *a]\n"


def _bombs() -> Iterator[tuple[str, bytes]]:
    deep = 100_000
    yield "deep.json", b"[" * deep + b"]" * deep
    yield "deep objects.json", b'{"a":' * deep + b"1" + b"}" * deep
    yield "deep.jsonl", b"[" * deep + b"]" * deep + b'\n{"prompt": "a cat"}\n'
    yield "deep.yaml", b"[" * deep + b"]" * deep
    yield "deep blocks.yaml", b"".join(b" " * n + b"a:\n" for n in range(400))
    yield "huge number.json", b'[{"prompt": "a", "seed": ' + b"9" * 100_000 + b"}]"
    yield "large number.json", b'[{"prompt": "a", "seed": ' + b"9" * 4000 + b"}]"
    laughs = [b"l0: &l0 {a0: ha, b0: ha}\n"]
    for n in range(1, 12):
        again = b", ".join(b"*l%d" % (n - 1) for _ in range(9))
        laughs.append(b"l%d: &l%d [%s]\n" % (n, n, again))
    yield "billion laughs.yaml", b"".join(laughs) + b"stickers: *l11\n"
    wide = b"a: &a {" + b", ".join(b"k%d: 1" % n for n in range(30)) + b"}\n"
    merges = b"".join(b"- {<<: *a, prompt: p%d}\n" % n for n in range(2000))
    yield "merges.yaml", wide + b"stickers:\n" + merges
    yield (
        "wide merges.yaml",
        wide.replace(
            b"k29", b"k29: 1, " + b", ".join(b"m%d: 1" % n for n in range(5000)) + b", k29"
        )
        + b"stickers:\n"
        + merges,
    )
    yield "two million values.yaml", b"[" + b"1," * 2_000_000 + b"1]"
    yield "too many rows.csv", b"prompt\n" + b"a cat\n" * 10_001
    yield "too many rows.jsonl", b'{"prompt":"a"}\n' * 10_001
    yield "too many rows.json", b"[" + b'"a",' * 10_001 + b'"a"]'
    yield "too large.csv", b"prompt\n" + b"a cat\n" * 3_000_000


def _rows_of_every_kind() -> Iterator[tuple[str, bytes]]:
    rows: list[tuple[str, dict[str, object]]] = [
        ("prompt of 100 kB", {"prompt": "cat " * 25_000}),
        ("control characters", {"prompt": "a\x07cat\x1b[31m"}),
        ("nul", {"prompt": "a\x00cat"}),
        ("lone surrogate", {"prompt": "a \ud800 cat"}),
        ("right to left override", {"prompt": "cat \u202e gnp.exe"}),
        ("only invisible", {"prompt": "\u200b\ufeff\u2060"}),
        ("unknown style", {"prompt": "cat", "style": "gothic"}),
        ("style of another type", {"prompt": "cat", "style": ["cartoon"]}),
        ("count of nine", {"prompt": "cat", "count": 9}),
        ("count of a half", {"prompt": "cat", "count": 1.5}),
        ("count of yes", {"prompt": "cat", "count": True}),
        ("negative scale", {"prompt": "cat", "scale": -1}),
        ("scale of infinity", {"prompt": "cat", "scale": "1e999"}),
        ("confidence of 0.3", {"prompt": "cat", "confidence_threshold": 0.3}),
        ("resolution of 513", {"prompt": "cat", "resolution": 513}),
        ("negative seed", {"prompt": "cat", "seed": -5}),
        ("seed of 2 to the 70", {"prompt": "cat", "seed": 2**70}),
        ("maybe", {"prompt": "cat", "smooth_edges": "maybe"}),
        ("anchor in the sky", {"prompt": "cat", "anchor_type": "sky"}),
        ("geometry of glass", {"prompt": "cat", "geometry": "glass"}),
        ("misspelt", {"prompt": "cat", "styl": "cartoon"}),
        ("path upwards", {"picture": "../../../etc/passwd"}),
        ("absolute path", {"picture": "/etc/passwd"}),
        ("windows path", {"picture": "C:\\Windows\\win.ini"}),
        ("url", {"picture": "https://example.com/a.png"}),
        ("path with nul", {"picture": "a\x00.png"}),
        ("neither prompt nor picture", {"style": "cartoon"}),
        ("prompt of a mapping", {"prompt": {"text": "cat"}}),
        ("mapping as id", {"prompt": "cat", "id": {}}),
        ("path as id (fine, it is slugged)", {"prompt": "cat", "id": "../../x"}),
    ]
    for name, row in rows:
        data = json.dumps([row, {"prompt": "a sound row"}]).encode()
        yield f"{name}.json", data
    doubled = [{"id": "cat", "prompt": "a"}, {"id": "CAT!", "prompt": "b"}]
    yield "id twice.json", json.dumps(doubled).encode()
    overlap = [{"id": "cat", "prompt": "a", "count": 2}, {"id": "cat-2", "prompt": "b"}]
    yield "id of a copy.json", json.dumps(overlap).encode()
    yield "row twice.json", json.dumps([{"prompt": "a"}, {"prompt": "a"}]).encode()
    yield "rows of everything.json", json.dumps([None, 1, [], {}, "", "a cat", True]).encode()
    for name in ("../../x", "..", "C:\\x", "a/b", "\x00\x1b", "x" * 5000):
        held = {"name": name, "stickers": [{"prompt": "a"}]}
        yield f"pack name {name[:5].encode().hex()}.json", json.dumps(held).encode()


def _damaged_parquets() -> Iterator[tuple[str, bytes]]:
    rng = np.random.default_rng(3)
    good = parquet([{"prompt": f"cat {n}", "count": 2, "scale": 0.5} for n in range(40)])
    yield "cut.parquet", good[: len(good) // 2]
    yield "footer length.parquet", good[:-8] + b"\xff\xff\xff\x7fPAR1"
    for number in range(3):
        bent = bytearray(good)
        for place in rng.integers(8, len(good) - 8, 6):
            bent[place] ^= 0xFF
        yield f"bent {number}.parquet", bytes(bent)
    yield "text bomb.parquet", parquet([{"prompt": "x" * 100_000}] * 1000)
    yield "too many rows.parquet", parquet([{"prompt": "x"}] * 10_001)
    yield "nested.parquet", parquet([{"prompt": "x", "deep": [[1, 2], [3]]}])


def parquet(rows: list[dict[str, object]]) -> bytes:
    """The rows as Parquet."""
    held = io.BytesIO()
    pl.DataFrame(rows).write_parquet(held)
    return held.getvalue()
