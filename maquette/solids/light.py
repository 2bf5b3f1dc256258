"""Display values and light: the sRGB curve there and back.

What belongs here: the curve. What does not: pictures of other colour spaces.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Wide = NDArray[np.float64]


def linear_from_srgb(values: NDArray[Any]) -> Wide:
    """Light from display values, both 0..1 (IEC 61966-2-1)."""
    wide = values.astype(np.float64)
    return np.where(wide <= 0.04045, wide / 12.92, ((wide + 0.055) / 1.055) ** 2.4)


def srgb_from_linear(values: NDArray[Any]) -> Wide:
    """Display values from light, both 0..1."""
    wide = values.astype(np.float64)
    return np.where(wide <= 0.0031308, wide * 12.92, 1.055 * wide ** (1 / 2.4) - 0.055)
