"""Templates of pages: every text is escaped, and no address leads out of the page's folder.

What belongs here: what all pages share. What does not: what any of them says.
"""

from __future__ import annotations

import base64
import functools
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from jinja2 import Environment

# whatever no XML or HTML may hold, and halves of characters, which no file can
UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def written(template: str, *folders: Path, **facts: object) -> bytes:
    """A page from a template of one of these folders, the first that has it."""
    return _environment(folders).get_template(template).render(facts).encode()


def solid_script(name: str, glb: bytes) -> bytes:
    """A solid as a script, for pages opened from a folder: it hands its bytes to whoever asked."""
    return f'takeModel({json.dumps(name)}, "{base64.b64encode(glb).decode()}");\n'.encode()


@functools.cache
def _environment(folders: tuple[Path, ...]) -> Environment:
    """The templates, in which every text is escaped unless a template says otherwise."""
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folders),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=_printable,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["link"] = _link
    return environment


def _printable(value: object) -> object:
    """Texts without characters that no page may hold; anything else as it is."""
    return UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", value) if type(value) is str else value


def _link(path: str) -> str:
    """A path as a relative address: nothing in it can be a scheme, a host, or a query."""
    printable = UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", path)
    return quote(printable.lstrip("/"), safe="/")
