"""Printers: what is said, what is taken for granted, what is refused."""

import pytest

from maquette.errors import InputError
from maquette.solids.printers import Printer, printer_of


def test_most_people_have_this_one():
    """Without a word it is a filament printer of the usual size, with PLA."""
    expected = Printer((220.0, 220.0, 250.0), 0.4, "fdm", "PLA", 1.24)
    assert expected == printer_of({}) == Printer()


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"material": "petg"}, ("fdm", "PETG", 1.27)),
        ({"material": "wood filled", "density_g_cm3": 0.9}, ("fdm", "wood filled", 0.9)),
        ({"kind": "sla"}, ("sla", "resin", 1.15)),
        ({"kind": "sla", "material": "castable"}, ("sla", "castable", 1.15)),
    ],
    ids=["known", "own", "resin", "other-resin"],
)
def test_materials(options, expected):
    """A known material brings its name and density, an unknown one is as heavy as most."""
    printer = printer_of(options)
    assert expected == (printer.kind, printer.material, printer.density_g_cm3)


@pytest.mark.parametrize(
    "options",
    [
        {"kind": "laser"},
        {"bed_mm": [200, 200]},
        {"bed_mm": "large"},
        {"bed_mm": [200, 0, 200]},
        {"nozzle_mm": -0.4},
        {"nozzle_mm": float("nan")},
        {"density_g_cm3": float("inf")},
        {"nozzle_mm": True},
    ],
    ids=["kind", "two-sides", "word", "flat", "negative", "nan", "infinite", "yes"],
)
def test_impossible_printers_are_refused(options):
    """What no printer has is named."""
    with pytest.raises(InputError) as caught:
        printer_of(options)
    assert "PRINTER_OPTION" == caught.value.code
    assert next(iter(options)) in caught.value.reason
