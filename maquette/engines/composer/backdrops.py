"""What stands behind a sticker's subject: rays, a cloud, a night sky, hills, a neon card.

Every backdrop is an SVG of numbers, 1024 units wide. What does not belong here: how a style
paints it.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from maquette.engines.composer.art import Drawing
from maquette.engines.composer.colour import hex_code

UNITS = 1024
_C = UNITS / 2
Rng = np.random.Generator


def backdrop(kind: str, *, hue_deg: float, shape: int, rng: Rng) -> Drawing:
    """The backdrop of that kind in tints of one hue; `shape` picks a card's outline."""
    if kind == "card":
        return Drawing(_card(shape), UNITS)
    return Drawing(_KINDS[kind](hue_deg, rng), UNITS)


def _ring(count: int, radius: Callable[[int], float], turn: float = 0.0) -> str:
    angles = np.arange(count) * 2 * np.pi / count + turn
    return " ".join(
        f"{_C + radius(i) * np.cos(t):.1f},{_C + radius(i) * np.sin(t):.1f}"
        for i, t in enumerate(angles)
    )


def _disc(inside: str, radius: int = 432) -> str:
    clip = f'<clipPath id="k"><circle cx="{_C}" cy="{_C}" r="{radius}"/></clipPath>'
    return f'{clip}<g clip-path="url(#k)">{inside}</g>'


def _rect(fill: str, y: float = 0, height: float = UNITS) -> str:
    return f'<rect y="{y:.0f}" width="{UNITS}" height="{height:.0f}" fill="{fill}"/>'


def _circle(x: float, y: float, r: float, fill: str, opacity: float = 1) -> str:
    return f'<circle cx="{x:.0f}" cy="{y:.0f}" r="{r:.1f}" fill="{fill}" opacity="{opacity:.2f}"/>'


def _rays(hue: float, rng: Rng) -> str:
    count, start = 12, float(rng.uniform(0, 0.5))
    angles = (np.arange(count * 2) * np.pi / count) + start
    points = [(_C + 700 * np.cos(t), _C + 700 * np.sin(t)) for t in angles]
    rays = "".join(
        f'<polygon fill="{hex_code(0.8, 0.12, hue + 18)}" points="{_C},{_C}'
        f' {points[i][0]:.0f},{points[i][1]:.0f} {points[i + 1][0]:.0f},{points[i + 1][1]:.0f}"/>'
        for i in range(0, count * 2, 2)
    )
    glow = _circle(_C, _C, 230, hex_code(0.97, 0.03, hue), 0.55)
    return _disc(_rect(hex_code(0.91, 0.08, hue)) + rays + glow + _dots(rng, 20, 340, 415))


def _dots(rng: Rng, count: int, near: float, far: float) -> str:
    turns = np.arange(count) * 2 * np.pi / count + rng.uniform(0, 0.3, count)
    return "".join(
        _circle(_C + r * np.cos(t), _C + r * np.sin(t), size, hex_code(0.8, 0.15, float(hue)), 0.95)
        for r, t, size, hue in zip(
            rng.uniform(near, far, count),
            turns,
            rng.uniform(6, 14, count),
            rng.uniform(0, 360, count),
            strict=True,
        )
    )


def _cloud(hue: float, rng: Rng) -> str:
    puffs = [(250, 620, 170), (420, 470, 230), (640, 450, 220), (790, 610, 165), (520, 680, 200)]
    nudge = rng.uniform(-18, 18, len(puffs))
    layers = ((hex_code(0.82, 0.11, hue + 12), 0), (hex_code(0.93, 0.06, hue), -24))
    return "".join(
        _circle(x, y + drop + n, r, fill)
        for fill, drop in layers
        for (x, y, r), n in zip(puffs, nudge, strict=True)
    )


def _night(hue: float, rng: Rng) -> str:
    dusk = (290, 265, 325, 230)[round(hue) % 4]
    sky = (
        f'<radialGradient id="n"><stop offset="0" stop-color="{hex_code(0.5, 0.17, dusk)}"/>'
        f'<stop offset="1" stop-color="{hex_code(0.25, 0.1, dusk - 8)}"/></radialGradient>'
        f"{_rect('url(#n)')}"
    )
    radii, turns = rng.uniform(120, 415, 70), rng.uniform(0, 2 * np.pi, 70)
    stars = "".join(
        _circle(_C + r * np.cos(t), _C + r * np.sin(t), size, "#ffffff", light)
        for r, t, size, light in zip(
            radii, turns, rng.uniform(2, 6.5, 70), rng.uniform(0.5, 1, 70), strict=True
        )
    )
    return _disc(sky + stars)


def _blob(hue: float, rng: Rng) -> str:
    lobes = int(rng.integers(5, 8))
    a, b = rng.uniform(0, 2 * np.pi, 2)

    def outline(radius: float) -> str:
        def at(i: int) -> float:
            t = i * 2 * np.pi / 240
            return radius + 26 * np.sin(lobes * t + a) + 14 * np.sin((lobes + 4) * t + b)

        return _ring(240, at)

    rim = f'<polygon fill="{hex_code(0.84, 0.11, hue + 15)}" points="{outline(412)}"/>'
    return rim + f'<polygon fill="{hex_code(0.92, 0.07, hue)}" points="{outline(376)}"/>'


def _hills(hue: float, rng: Rng) -> str:
    sky = _rect(hex_code(0.9, 0.07, 235))
    sun = _circle(_C + float(rng.uniform(-190, 190)), 330, 105, "#ffe27a")
    rows = ((640, 0.82, 0.14, 135), (740, 0.74, 0.16, 142), (840, 0.66, 0.15, 148))
    hills = "".join(
        f'<path fill="{hex_code(light, chroma, green)}" d="M0 {y}Q{200 + s * 60:.0f} {y - 130}'
        f' {_C:.0f} {y - 20}T{UNITS} {y - 60}V{UNITS}H0Z"/>'
        for (y, light, chroma, green), s in zip(rows, rng.uniform(-1, 1, 3), strict=True)
    )
    return _disc(sky + sun + hills)


def _waves(hue: float, rng: Rng) -> str:
    sky = _rect(hex_code(0.93, 0.05, 215))
    rows = ((560, 0.83, 0.09), (650, 0.75, 0.12), (740, 0.67, 0.13), (830, 0.58, 0.14))
    sea = "".join(
        f'<path fill="{hex_code(light, chroma, 232)}" d="M{-128 + shift:.0f} {y}'
        + "q64 -56 128 0t128 0" * 6
        + f'V{UNITS}H-200Z"/>'
        for (y, light, chroma), shift in zip(rows, rng.uniform(-100, 0, 4), strict=True)
    )
    return _disc(sky + _circle(760, 300, 80, "#ffd766") + sea)


def _confetti(hue: float, rng: Rng) -> str:
    bits = "".join(
        f'<rect x="{x:.0f}" y="{y:.0f}" width="{w:.0f}" height="{h:.0f}" rx="6"'
        f' fill="{hex_code(0.76, 0.17, c)}" transform="rotate({turn:.0f} {x:.0f} {y:.0f})"/>'
        for x, y, w, h, c, turn in zip(
            rng.uniform(90, 930, 46),
            rng.uniform(90, 930, 46),
            rng.uniform(16, 34, 46),
            rng.uniform(10, 18, 46),
            rng.uniform(0, 360, 46),
            rng.uniform(0, 180, 46),
            strict=True,
        )
    )
    return _disc(_rect(hex_code(0.94, 0.05, hue)) + bits)


def _stripes(hue: float, rng: Rng) -> str:
    """A badge of diagonal stripes in a ring."""
    bars = "".join(
        f'<rect x="-200" y="{y}" width="1500" height="44" fill="{hex_code(0.84, 0.1, hue + 12)}"/>'
        for y in range(-300, 1400, 88)
    )
    ring = (
        f'<circle cx="{_C}" cy="{_C}" r="412" fill="none" stroke="{hex_code(0.7, 0.15, hue)}"'
        ' stroke-width="40"/>'
    )
    turn = 30 if rng.random() < 0.5 else -30
    inside = f'<g transform="rotate({turn} {_C} {_C})">{bars}</g>'
    return _disc(_rect(hex_code(0.93, 0.06, hue)) + inside + ring)


_KINDS: dict[str, Callable[[float, Rng], str]] = {
    "rays": _rays,
    "cloud": _cloud,
    "night": _night,
    "blob": _blob,
    "hills": _hills,
    "waves": _waves,
    "confetti": _confetti,
    "stripes": _stripes,
}

_CARD_SIDES = (6, 90, 8, 4)
_NIGHT_INK = "#140a2e"


def _card(shape: int) -> str:
    """A neon card: a setting sun cut by bars above a floor of light, in one of four outlines."""
    sides = _CARD_SIDES[shape % 4]
    radius = 540 if sides == 4 else 462
    outline = _ring(sides, lambda _: radius, np.pi / sides)
    corners = f'stroke="{_NIGHT_INK}" stroke-width="40" stroke-linejoin="round"'
    sky, sun = (
        (("#2a0f5c", "#0d0724"), ("#ffd23f", "#ff4f9a", "#8b2be2")),
        (("#0b2a5c", "#0a0724"), ("#7df9ff", "#3a86ff", "#7b2be2")),
        (("#3d0f52", "#12061f"), ("#ffe66d", "#ff6b6b", "#c7267e")),
        (("#10313f", "#070d20"), ("#b8ff5a", "#1fe0b3", "#2477d8")),
    )[shape % 4]
    stops = "".join(
        f'<stop offset="{o}" stop-color="{c}"/>' for o, c in zip((0, 0.55, 1), sun, strict=True)
    )
    defs = (
        f'<linearGradient id="u" x2="0" y2="1">{stops}</linearGradient>'
        f'<radialGradient id="y"><stop offset="0" stop-color="{sky[0]}"/>'
        f'<stop offset="1" stop-color="{sky[1]}"/></radialGradient>'
        f'<clipPath id="k"><polygon points="{outline}"/></clipPath>'
    )
    bars = "".join(
        f'<rect x="200" y="{470 + i * 46}" width="624" height="{8 + i * 5}" fill="{sky[1]}"/>'
        for i in range(5)
    )
    inside = f"{_rect('url(#y)')}{_circle(_C, 440, 270, 'url(#u)', 0.85)}{bars}{_floor(sun[1])}"
    return f'{defs}<polygon points="{outline}" {corners}/><g clip-path="url(#k)">{inside}</g>'


def _floor(light: str) -> str:
    """Lines running to the horizon."""
    away = "".join(f'<path d="M{_C + i * 38} 700L{_C + i * 210} 1024"/>' for i in range(-9, 10))
    across = "".join(f'<path d="M0 {700 + y}H1024"/>' for y in (2, 24, 56, 100, 160, 240))
    lines = f'<g stroke="#2de2ff" stroke-width="3" opacity=".75">{away}{across}</g>'
    return (
        f'{_rect("#1a0b40", 700, 330)}<rect y="697" width="1024" height="6" fill="{light}"/>{lines}'
    )
