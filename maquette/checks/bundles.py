"""A pack's bundle: ``pack.json`` and all it names, every platform's folder, the page.

What belongs here: what holds between the parts. What does not: the rules of a part, which stand
with its kind.
"""

from __future__ import annotations

import hashlib
import posixpath
import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from typing import Any
from urllib.parse import unquote, urlsplit

from maquette.checks.discord import check_discord
from maquette.checks.glb import check_glb
from maquette.checks.imessage import check_imessage, is_imessage
from maquette.checks.line import check_line, is_line
from maquette.checks.pictures import measure
from maquette.checks.signal import MANIFEST, check_signal
from maquette.checks.telegram import check_telegram
from maquette.checks.trees import (
    Files,
    as_list,
    as_object,
    as_text,
    beneath,
    read_json,
    suffix_of,
    unpacked,
    unwrapped,
)
from maquette.checks.usdz import check_usdz
from maquette.checks.verdicts import Finding, fault, found, warn
from maquette.checks.whatsapp import check_whatsapp, is_whatsapp

ABOUT, INDEX, PAGE = "pack.json", "index.json", "index.html"
DOWNLOADS = "platforms"  # zips of single platforms, for people who want only one
PLATFORMS: dict[str, Callable[[Files, str], Iterator[Finding]]] = {
    "imessage": check_imessage,
    "whatsapp": check_whatsapp,
    "telegram": check_telegram,
    "signal": check_signal,
    "line": check_line,
    "discord": check_discord,
}
ARCHIVES = ("zip", "wastickers")
SHA256 = re.compile(r"[0-9a-f]{64}")
# attributes of a page that fetch what they name; a link that is followed by hand is free
FETCHED = ("src", "srcset", "poster", "ios-src", "data", "environment-image", "skybox-image")
STYLE_URL = re.compile(r"url\(\s*['\"]?([^'\")]+)")


def platform_of(files: Files) -> str:
    """Which platform's pack these files are, or nothing if they do not tell."""
    if is_whatsapp(files):
        return "whatsapp"
    if is_imessage(files):
        return "imessage"
    if is_line(files):
        return "line"
    return "signal" if MANIFEST in files else ""


def check_bundle(files: Files, where: str) -> Iterator[Finding]:
    """A whole pack, unpacked."""
    about = as_object(read_json(files[ABOUT]))
    stickers = [as_object(row) for row in as_list(about.get("stickers"))]
    readable = f"{len(stickers)} stickers in {ABOUT}"
    yield found("BUNDLE_ABOUT", f"{where}/{ABOUT}", bool(stickers), readable)
    yield from _named_files(about, files, where)
    for row in stickers:
        yield from _sticker(row, f"{where}/{ABOUT} {as_text(row.get('id'))[:60]}")
    yield from _platforms(files, where)
    yield from _solids(files, where)
    if PAGE in files:
        yield from _page(files, where)


def _named_files(about: dict[str, Any], files: Files, where: str) -> Iterator[Finding]:
    named = dict(_names_in(about))
    missing = sorted(name for name in named if name not in files)
    message = f"{len(named)} files are named in {ABOUT}; all are there"
    yield found("BUNDLE_FILES", where, not missing and bool(named), message)
    for name in missing:
        yield fault("BUNDLE_MISSING", f"{where}/{name[:120]}", f"named in {ABOUT}, but not there")
    sums = {name: said for name, said in named.items() if said and name in files}
    for name, said in sums.items():
        if hashlib.sha256(files[name]).hexdigest() != said:
            yield fault("BUNDLE_SHA256", f"{where}/{name}", "its checksum is another")
    if sums:
        yield found("BUNDLE_SUMS", where, True, f"{len(sums)} checksums compared")


def _names_in(told: Any) -> Iterator[tuple[str, str]]:
    """File names and checksums below every ``files``: name to sum, kind to name, kind to both."""
    if isinstance(told, list):
        for part in as_list(told):
            yield from _names_in(part)
    for key, part in as_object(told).items():
        if key != "files":
            yield from _names_in(part)
            continue
        for name in as_list(part):
            yield as_text(name), ""
        for name, said in as_object(part).items():
            facts, text = as_object(said), as_text(said)
            path = as_text(facts.get("path")) or as_text(facts.get("name"))
            if facts:
                yield path or name, as_text(facts.get("sha256"))
            elif SHA256.fullmatch(text):
                yield name, text
            elif text:
                yield text, ""


def _sticker(row: dict[str, Any], where: str) -> Iterator[Finding]:
    licences = [as_text(name) for name in as_list(row.get("licences"))]
    told = ", ".join(licences)[:80] or "none is named"
    yield found("BUNDLE_LICENCES", where, bool(licences), told, otherwise="warn")
    provenance = as_object(row.get("provenance"))
    steps = as_list(provenance.get("steps"))
    chain = f"{len(steps)} steps of making are told"
    yield found("BUNDLE_PROVENANCE", where, bool(steps), chain)
    kind = as_text(provenance.get("source_type"))
    mark = kind.rpartition("/")[2] or "no digital source type"
    yield found("BUNDLE_AI_MARK", where, bool(kind), mark, otherwise="warn")


def _platforms(files: Files, where: str) -> Iterator[Finding]:
    for name, check in PLATFORMS.items():
        inside = beneath(files, name)
        loose = {n: data for n, data in inside.items() if suffix_of(n) not in ARCHIVES}
        if loose:
            yield from check(loose, f"{where}/{name}")
        for inner in sorted(inside.keys() - loose.keys()):
            place = f"{where}/{name}/{inner}"
            yield from _packed_platform(inside[inner], place, check=check)
        archive = f"{DOWNLOADS}/{name}.zip"
        if archive in files:
            yield from _packed_platform(files[archive], f"{where}/{archive}", check=check)


def _packed_platform(
    data: bytes, where: str, *, check: Callable[[Files, str], Iterator[Finding]]
) -> Iterator[Finding]:
    packed, findings = unpacked(data, where)
    yield from findings
    if packed:
        yield from check(unwrapped(packed)[1], where)


def check_delivery(files: Files, where: str) -> Iterator[Finding]:
    """All that one batch delivered: its index, and each pack in a folder of its own."""
    yield from _named_files(as_object(read_json(files[INDEX])), files, where)
    if PAGE in files:
        yield from _page(files, where)
    for name in sorted(files):
        folder = name.removesuffix(f"/{ABOUT}")
        if folder != name:
            # its page may lead to other packs of the delivery, so it is judged from there
            found_in = check_bundle(beneath(files, folder), f"{where}/{folder}")
            yield from (f for f in found_in if not f.rule.startswith("PAGE_"))
            if f"{folder}/{PAGE}" in files:
                yield from _page(files, where, page=f"{folder}/{PAGE}")


def _solids(files: Files, where: str) -> Iterator[Finding]:
    """Single stickers outside the platforms' folders: solids, packages, pictures."""
    own = {n: data for n, data in files.items() if n.partition("/")[0] not in PLATFORMS}
    kinds = {name: suffix_of(name) for name in own}
    for name, data in own.items():
        if kinds[name] == "glb":
            yield from check_glb(data, f"{where}/{name}")
        elif kinds[name] in ("png", "jpg", "jpeg", "webp"):
            measured = measure(data)
            damaged = isinstance(measured, str)
            size = measured if isinstance(measured, str) else "{} x {} px".format(*measured.size_wh)
            yield found("PICTURE_DAMAGED", f"{where}/{name}", not damaged, size)
    yield from check_usdz({f"{where}/{n}": own[n] for n, kind in kinds.items() if kind == "usdz"})


class _Links(HTMLParser):
    """What a page fetches, and what it links to."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.fetched: list[str] = []
        self.linked: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if value and (name in FETCHED or (name == "href" and tag == "link")):
                self.fetched.extend(_addresses(value) if name == "srcset" else [value])
            elif value and name == "href":
                self.linked.append(value)


def _addresses(srcset: str) -> list[str]:
    return [part.split()[0] for part in srcset.split(",") if part.split()]


def _page(files: Files, where: str, *, page: str = PAGE) -> Iterator[Finding]:
    """The page works without a network: it fetches nothing from outside, and no link is dead."""
    links = _Links()
    text = files[page].decode("utf-8", "replace")
    links.feed(text)
    addresses = [*links.fetched, *STYLE_URL.findall(text)]
    place = f"{where}/{page}"
    outside = [a for a in addresses if _is_outside(a, free=("", "data"))]
    told = f"it fetches {outside[0][:80]}" if outside else "it fetches nothing from outside"
    yield found("PAGE_OUTSIDE", place, not outside, told)
    for address in (*links.fetched, *links.linked):
        if _is_outside(address, free=("",)) or not (path := unquote(urlsplit(address).path)):
            continue
        name = posixpath.normpath(posixpath.join(posixpath.dirname(page), path))
        if name.startswith(("../", "/")):
            yield warn("PAGE_LINK", place, f"{name[:80]} lies outside the pack")
        elif name not in files and not any(n.startswith(f"{name}/") for n in files):
            yield fault("PAGE_LINK", place, f"{name[:80]} is not in the pack")


def _is_outside(address: str, *, free: tuple[str, ...]) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:  # no address at all, so whoever reads it may make anything of it
        return True
    return bool(parts.netloc) or parts.scheme not in free
