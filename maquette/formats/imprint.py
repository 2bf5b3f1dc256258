"""The imprint: what a file says of its own making, in whatever place its format has for it.

What belongs here: the sentences and their limits, and the XMP packet that carries the AI mark.
What does not: chunks, buffers and layers; each format puts the imprint where it belongs.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any
from xml.sax.saxutils import escape

from maquette.provenance import Provenance

MAKER = "maquette"
LONGEST_PROMPT = 2000  # characters; more is no caption
LONGEST_TITLE = 200
LONGEST_JSON = 60_000  # bytes; readers refuse text chunks that look like bombs

# what neither XML 1.0 nor a PNG text chunk may hold: control signs, halves of surrogate pairs
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")

_XMP = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/">
<xmp:CreatorTool>{maker}</xmp:CreatorTool>{source}
<dc:description><rdf:Alt><rdf:li xml:lang="x-default">{prompt}</rdf:li></rdf:Alt></dc:description>
<dc:rights><rdf:Alt><rdf:li xml:lang="x-default">{licence}</rdf:li></rdf:Alt></dc:rights>
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="r"?>"""
LINE_ENDS = {"\r": "&#13;"}  # a strict XML reader would fold CR LF into LF


def printable(text: str) -> str:
    """Text without signs that XML and PNG forbid."""
    return _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", text)


def title_of(text: str) -> str:
    """What people call a thing, in one line that every program can list."""
    return " ".join(printable(text).split())[:LONGEST_TITLE]


def imprint(provenance: Provenance) -> dict[str, str]:
    """What to say, by keyword: prompt, seed, engine, licence, source type, the whole chain."""
    said = {
        "Description": printable(provenance.prompt)[:LONGEST_PROMPT],
        "Seed": "" if provenance.seed is None else str(provenance.seed),
        "Engine": ", ".join(dict.fromkeys(s.engine for s in provenance.steps if s.engine)),
        "Licence": ", ".join(provenance.licences),
        "DigitalSourceType": provenance.source_type,
        "Software": MAKER,
        "Provenance": _short_json(provenance),
    }
    return {keyword: printable(text) for keyword, text in said.items() if text}


def _short_json(provenance: Provenance) -> str:
    """The chain as JSON; where it would be too long, without the parameters of its steps."""
    short = replace(provenance, prompt=printable(provenance.prompt)[:LONGEST_PROMPT])
    text = short.to_json()
    if len(text.encode("utf-8", "replace")) > LONGEST_JSON:
        short = replace(short, steps=tuple(replace(step, params={}) for step in short.steps))
        text = short.to_json()
    return text


def chain(provenance: Provenance) -> Any:
    """The chain as plain data, for formats that hold JSON themselves."""
    return json.loads(printable(_short_json(provenance)))


def xmp(provenance: Provenance) -> str:
    """An XMP packet with the IPTC digital source type, prompt and licence."""
    said = imprint(provenance)
    kind = escape(said.get("DigitalSourceType", ""))
    tag = "Iptc4xmpExt:DigitalSourceType"
    return _XMP.format(
        maker=MAKER,
        source=f"\n<{tag}>{kind}</{tag}>" if kind else "",
        prompt=escape(said.get("Description", ""), LINE_ENDS),
        licence=escape(said.get("Licence", ""), LINE_ENDS),
    )
