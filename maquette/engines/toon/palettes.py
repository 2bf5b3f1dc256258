"""Colours of one person in one style: tones of the skin, and how any colour is shown.

What belongs here: colour. What does not: where it goes.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from maquette.engines.toon.curves import Colour
from maquette.engines.toon.heads import Head
from maquette.engines.toon.styles import Style
from maquette.types import Bools, Floats

# lightness of the skin's tones beside its own: glint, shade, deep shade
GLINT, SHADE, DEEP = 4.5, -9.0, -20.0
PAPER = np.array([1.5, 9.0], np.float32)  # the tint of white paper, a and b
BLACK = np.zeros(3, np.float32)
WHITE = np.array([100, 0, 0], np.float32)


def lab(light: float, a: float = 0.0, b: float = 0.0) -> Floats:
    """A colour in Lab."""
    return np.array([light, a, b], np.float32)


@dataclass(frozen=True)
class Palette:
    """What a person is drawn with.

    Attributes:
        base: the middle tone of the skin, Lab; the others are made from it.
        style: how colours are shown.
    """

    base: Floats
    style: Style

    @property
    def glint(self) -> Floats:
        """Skin in the light."""
        return self._tone(GLINT)

    @property
    def shade(self) -> Floats:
        """Skin in shade."""
        return self._tone(SHADE)

    @property
    def deep(self) -> Floats:
        """Skin in deep shade."""
        return self._tone(DEEP)

    @property
    def ink(self) -> Floats:
        """Lines: as dark as can be, with some of the skin's warmth."""
        return lab(9.0, 0.35 * self.deep[1], 0.3 * self.deep[2])

    def _tone(self, step: float) -> Floats:
        light, a, b = (float(value) for value in self.base)
        reach = np.clip(light / 65, 0.45, 1.1)  # dark skin has its shades closer together
        # shade is warmer and richer, never greyer; skin without colour stays without
        warmth = min(float(np.hypot(a, b)), 30.0) * light / 70 * min(abs(step) / 9, 1.8)
        warmth *= -np.sign(step)
        return lab(min(light + step * reach, 96), a + 0.22 * warmth, b + 0.12 * warmth)

    def shown(self, colour: Floats) -> Colour:
        """A Lab colour as this style shows it, red, green, blue 0..255."""
        light, a, b = (float(value) for value in colour)
        a, b = a * self.style.vivid, b * self.style.vivid
        if self.style.paper:
            light = self._on_paper(light)
            a, b = (float(value) for value in PAPER * light / 100)
        seen = np.clip([[[light, a, b]]], (0, -110, -110), (100, 110, 110)).astype(np.float32)
        red, green, blue = np.rint(np.clip(cv2.cvtColor(seen, cv2.COLOR_LAB2RGB), 0, 1)[0, 0] * 255)
        return float(red), float(green), float(blue)

    def _on_paper(self, light: float) -> float:
        """Levels that take this person's skin near to white and leave black black."""
        base = float(self.base[0])
        paper = 66 + 0.34 * base  # darker skin still is a little darker
        if light > base:
            return paper + (98 - paper) * (light - base) / max(100 - base, 1.0)
        return paper * (max(light, 0.0) / max(base, 1.0)) ** 1.15


def palette_of(head: Head, skin: Floats, style: Style) -> Palette:
    """Tones from the skin's own colour: the middle of its hues, on the light side."""
    sure: Bools = (skin > 0.9) & (head.oval > 0.5)
    if not sure.any():
        sure = head.oval >= head.oval.max()
    seen = head.smooth[sure]
    base = np.median(seen, axis=0)
    # a flat area looks darker than the same skin with its glints
    base[0] = min(float(np.percentile(seen[:, 0], 70)) + 2, 90.0)
    return Palette(base.astype(np.float32), style)
