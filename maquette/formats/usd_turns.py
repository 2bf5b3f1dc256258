"""One thread at a time in USD, and USD before any other thread.

Two threads that meet in USD's first imports or in its lazy plugin loading wait for each other for
ever: the loader holds a lock and wants the interpreter, the other way round in the other thread.
Any other library of machine code whose first import meets USD's does the same: so stages that
need USD load it before there are threads. A layer takes a few milliseconds, so turns cost next to
nothing.
"""

import importlib
import threading

USD_TURN = threading.RLock()


def load_usd() -> None:
    """Load all of USD that packages need, its plugins too."""
    for name in ("Usd", "UsdGeom", "UsdShade", "UsdSkel", "UsdUtils"):
        importlib.import_module(f"pxr.{name}")
    validation = importlib.import_module("pxr.UsdValidation")
    with USD_TURN:
        validation.ValidationRegistry().GetOrLoadAllValidators()
