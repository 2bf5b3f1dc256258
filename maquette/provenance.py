"""What made this, from what, under which licence; and the mark that a machine made it.

A `Provenance` grows by one `Step` per stage. Format writers embed it where their format has a
place for it (PNG text and XMP, glTF ``asset.extras``, USD layer metadata). It never holds names
of people, paths, times or batches, so equal work gives equal bytes.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

# IPTC NewsCodes: what a machine made, what a machine composed from human art, what a person took
DIGITAL_SOURCE = "http://cv.iptc.org/newscodes/digitalsourcetype/"
TRAINED = DIGITAL_SOURCE + "trainedAlgorithmicMedia"
COMPOSED = DIGITAL_SOURCE + "compositeSynthetic"
PHOTOGRAPH = DIGITAL_SOURCE + "digitalCapture"


@dataclass(frozen=True)
class Step:
    """One stage's part in an item's making."""

    stage: str
    version: str
    recipe: str
    engine: str = ""  # "" where a stage needs none
    weights: dict[str, str] = field(default_factory=dict)  # file -> sha256
    licences: tuple[str, ...] = ()
    params: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Provenance:
    """The chain of steps that made an item, with the words and the seed it grew from.

    Attributes:
        prompt: the words asked for, empty when the source is an upload.
        source_type: an IPTC digital source type, see TRAINED, COMPOSED, PHOTOGRAPH.
        parents: sha256 of the uploads it was made from.
    """

    prompt: str = ""
    seed: int | None = None
    source_type: str = ""
    parents: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()

    def then(self, step: Step, *, source_type: str = "") -> Provenance:
        """The provenance of what this step makes."""
        return replace(self, steps=(*self.steps, step), source_type=source_type or self.source_type)

    @property
    def licences(self) -> tuple[str, ...]:
        """Every licence that touches the item, each once, in the order met."""
        return tuple(dict.fromkeys(name for step in self.steps for name in step.licences))

    def to_json(self) -> str:
        """One line of JSON, keys sorted: equal provenance gives equal bytes."""
        return self._json

    @cached_property
    def _json(self) -> str:
        # kept, and without asdict's deep copies: a run that makes nothing asks for little else
        plain = {**vars(self), "steps": [vars(step) for step in self.steps]}
        return json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Provenance:
        """The provenance that `to_json` wrote."""
        data: dict[str, Any] = json.loads(text)
        for step in data["steps"]:
            step["licences"] = tuple(step["licences"])
        data["steps"] = tuple(Step(**step) for step in data["steps"])
        data["parents"] = tuple(data["parents"])
        provenance = cls(**data)
        vars(provenance)["_json"] = text
        return provenance
