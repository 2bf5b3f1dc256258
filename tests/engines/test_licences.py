"""Work that is sold takes no part that forbids it."""

import pytest

from maquette.engines.licences import forbids_sale, refuse_non_commercial
from maquette.engines.shapers import families
from maquette.errors import InputError


@pytest.mark.parametrize(
    ("licence", "forbids"),
    [
        *((name, False) for name in ("MIT", "Apache-2.0", "OpenRAIL++", "CC0-1.0", "none")),
        *((name, False) for name in ("MIT AND Apache-2.0", "GPL-3.0-only", "LicenseRef-yours")),
        *((name, False) for name in ("LicenseRef-franc-1.0", "NCSA", "LicenseRef-OpenAI-terms")),
        *((name, True) for name in ("CC-BY-NC-4.0", "CC-BY-NC-SA-3.0", "NCGL-UK-2.0")),
        *((name, True) for name in ("PolyForm-Noncommercial-1.0.0", "LicenseRef-S-Lab-1.0")),
        *((name, True) for name in ("LicenseRef-FAIR-NC", "MIT AND LicenseRef-FLUX-dev")),
    ],
)
def test_names_tell(licence, forbids):
    """A name is judged by its words, not by letters that happen to be in it."""
    assert forbids == forbids_sale(licence)


@pytest.mark.parametrize(
    ("family", "refused"),
    [
        pytest.param(families.TRELLIS, True, id="trellis"),
        pytest.param(families.TRELLIS2, True, id="trellis2"),
        pytest.param(families.TRIPOSG, True, id="triposg"),
        pytest.param(families.TRIPOSR, False, id="triposr"),
    ],
)
def test_shapers_with_such_parts_are_refused(family, refused):
    """Three of the four bring along what may not be sold."""
    assert refused == any(map(forbids_sale, family.licences))


def test_the_refusal_names_part_and_licence():
    """Whoever is refused reads which part it was and what to do."""
    refuse_non_commercial({"inflate": ("none",), "the picture": ("MIT", "Apache-2.0")})
    with pytest.raises(InputError, match=r"trellis is under LicenseRef-nvdiffrast-NC, ") as raised:
        refuse_non_commercial(
            {"inflate": ("none",), "trellis": ("MIT", "LicenseRef-nvdiffrast-NC")}
        )
    assert "LICENCE_NON_COMMERCIAL" == raised.value.code
    assert "`commercial`" in raised.value.fix
