"""Orders for sale: whatever may not be sold is refused before any work."""

import pytest

from maquette.batch.host import EngineSpec
from maquette.batch.manifests import Manifest, Row
from maquette.lines.print_licences import allowed
from maquette.provenance import Provenance, Step
from maquette.roles import EngineInfo

FREE = Provenance(steps=(Step("draw", "1", "r", "composer", licences=("MIT",)),))
BOUND = Provenance(steps=(Step("shape_up", "1", "r", "x", licences=("CC-BY-NC-4.0",)),))


class Asked:
    """A runner's part that is asked here: engines, and what each says of itself."""

    def __init__(self, **licences):
        self.engines = {role: EngineSpec(role, role.lower()) for role in ("Shaper", "Matter")}
        self.licences = licences
        self.place = self

    def info(self, spec):
        """What the engine of a role is under."""
        return EngineInfo(spec.name, "1", licences=(self.licences.get(spec.role, "MIT"),))


def judged(runner, *, provenance=FREE, **params):
    """The code an item is set aside with, and the reason."""
    row = Row("cat", {"source": "prompt", "form": "figure", "commercial": True, **params})
    rows = (Row(row.item, row.params, provenance=provenance),)
    manifest = Manifest("prints", "print_concepts", "b", rows)
    (found,) = allowed(runner, manifest, roles={"prompt": ("Matter", "Shaper")}).rows
    return found.code, found.reason


BOUND_SHAPER = Asked(Shaper="LicenseRef-nvdiffrast-NC")


@pytest.mark.parametrize(
    ("runner", "more", "code"),
    [
        (Asked(), {}, ""),
        (BOUND_SHAPER, {}, "LICENCE_NON_COMMERCIAL"),
        (BOUND_SHAPER, {"commercial": False}, ""),
        (BOUND_SHAPER, {"form": "relief"}, ""),
        (BOUND_SHAPER, {"source": "file"}, ""),
        (Asked(), {"provenance": BOUND}, "LICENCE_NON_COMMERCIAL"),
    ],
    ids=["free", "bound engine", "not for sale", "no shaper", "no engine", "bound model"],
)
def test_what_may_not_be_sold_is_set_aside(runner, more, code):
    """Only for orders that say so, and only for parts that have a hand in it."""
    assert code == judged(runner, **more)[0]


def test_the_refusal_names_the_part():
    """Who reads it knows which engine to change."""
    _, reason = judged(BOUND_SHAPER)
    assert "shaper is under LicenseRef-nvdiffrast-NC" in reason
