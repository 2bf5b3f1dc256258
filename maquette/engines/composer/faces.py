"""Faces and limbs drawn by us: a kawaii face for things, moods over an animal's own eyes, poses.

Every drawing here is made of numbers alone; no word of a prompt ever enters an SVG.
"""

from __future__ import annotations

from collections.abc import Sequence

from maquette.engines.composer.art import Drawing

INK = "#2b1a33"
PALE_INK = "#fff2e6"
BLUSH = "#ff6f91"
FACE_REACH = 1.1  # the face drawing reaches this many face radii from its middle
EYES_REACH = 1.3  # the mood drawing reaches this many eye gaps from between the eyes
LIMBS_UNITS = 1400.0
_SIDES = (-1, 1)


def _stroke(width: float, colour: str = INK) -> str:
    return (
        f'fill="none" stroke="{colour}" stroke-width="{width:.2f}" stroke-linecap="round"'
        ' stroke-linejoin="round"'
    )


def _dot(x: float, y: float, rx: float, ry: float, fill: str) -> str:
    return f'<ellipse cx="{x:.2f}" cy="{y:.2f}" rx="{rx:.2f}" ry="{ry:.2f}" fill="{fill}"/>'


def _heart(x: float, y: float, r: float) -> str:
    d = (
        f"M{x:.2f} {y + r:.2f}C{x - 1.9 * r:.2f} {y - 0.3 * r:.2f} {x - 0.9 * r:.2f}"
        f" {y - 1.3 * r:.2f} {x:.2f} {y - 0.4 * r:.2f}C{x + 0.9 * r:.2f} {y - 1.3 * r:.2f}"
        f" {x + 1.9 * r:.2f} {y - 0.3 * r:.2f} {x:.2f} {y + r:.2f}Z"
    )
    return f'<path fill="#f8315f" d="{d}"/>' + _dot(x - r * 0.4, y - r * 0.35, r / 5, r / 6, "#fff")


def _brow(x: float, y: float, g: float, *, side: int, rise: float) -> str:
    """A brow from its outer end to its inner; `rise` > 0 is cross, < 0 worried."""
    outer, inner = x + side * g * 0.36, x - side * g * 0.28
    return f'<path {_stroke(g * 0.13)} d="M{outer:.2f} {y - rise:.2f}L{inner:.2f} {y + rise:.2f}"/>'


def face(mood: str, *, dark: bool) -> Drawing:
    """A face on a 100 unit canvas; `dark` puts whites behind the pupils for dark things."""
    r = 50 / FACE_REACH
    e, apart = r * 0.17, r * 0.46
    colour = PALE_INK if dark else INK
    parts = [_dot(50 + s * r * 0.78, 50 + r * 0.28, r * 0.19, r * 0.12, BLUSH) for s in _SIDES]
    parts = [part.replace("/>", ' opacity=".6"/>') for part in parts]
    for s in _SIDES:
        parts += _eye(50 + s * apart, e, mood=mood, dark=dark, side=s)
    parts.append(_mouth(50, 50 + r * 0.2, r, mood=mood, colour=colour))
    if mood == "sad":
        parts.append(_dot(50 + apart, 50 + e * 2.6, e * 0.5, e * 0.85, "#5cc6ff"))
    return Drawing("".join(parts), 100.0)


def _eye(x: float, e: float, *, mood: str, dark: bool, side: int) -> list[str]:
    colour, y = PALE_INK if dark else INK, 50.0
    if mood in ("sleepy", "calm"):
        d = f"M{x - e * 1.2:.2f} {y:.2f}q{e * 1.2:.2f} {e * 1.3:.2f} {e * 2.4:.2f} 0"
        return [f'<path {_stroke(e * 0.5, colour)} d="{d}"/>']
    if mood == "love":
        return [_heart(x, y, e * 1.5)]
    parts = [_dot(x, y, e * 1.6, e * 1.8, "#fff")] if dark else []
    parts += [
        _dot(x, y, e, e * 1.25, INK),
        _dot(x - e * 0.3, y - e * 0.45, e * 0.38, e * 0.38, "#fff"),
        _dot(x + e * 0.3, y + e * 0.5, e * 0.18, e * 0.18, "#fff"),
    ]
    if mood in ("angry", "sad", "scared"):
        rise = e * (0.75 if mood == "angry" else -0.6)
        brow = _brow(x, y - e * 2.2, e * 4.2, side=side, rise=rise)
        parts.append(brow.replace(INK, colour))
    return parts


def _mouth(x: float, y: float, r: float, *, mood: str, colour: str) -> str:
    if mood in ("happy", "love"):
        d = (
            f"M{x - r * 0.22:.2f} {y:.2f}h{r * 0.44:.2f}"
            f"c0 {r * 0.42:.2f} {-r * 0.44:.2f} {r * 0.42:.2f} {-r * 0.44:.2f} 0Z"
        )
        tongue = _dot(x, y + r * 0.22, r * 0.12, r * 0.07, "#ff7d95")
        outline = f'stroke="{colour}" stroke-width="{r * 0.06:.2f}" stroke-linejoin="round"'
        return f'<path fill="#7a1430" {outline} d="{d}"/>{tongue}'
    if mood == "scared":
        d = "".join(f"q{r * 0.06:.2f} {h * r * 0.12:.2f} {r * 0.12:.2f} 0" for h in (-1, 1, -1, 1))
        start = f"M{x - r * 0.24:.2f} {y + r * 0.1:.2f}"
        return f'<path {_stroke(r * 0.08, colour)} d="{start}{d}"/>'
    up = -1 if mood in ("sad", "angry") else 1
    y += r * 0.14 if up < 0 else 0
    d = f"M{x - r * 0.2:.2f} {y:.2f}q{r * 0.2:.2f} {up * r * 0.26:.2f} {r * 0.4:.2f} 0"
    return f'<path {_stroke(r * 0.085, colour)} d="{d}"/>'


def mood_over_eyes(
    mood: str, *, radius: float, skin: tuple[float, float, float] | None
) -> Drawing | None:
    """A mood on top of eyes that are there: brows, tears, closed lids, hearts.

    Args:
        mood: one of the lexicon's moods; a happy animal stays as it is.
        radius: of one eye, as a share of the gap between them.
        skin: the colour to close the eyes with; without it sleepy eyes stay open.
    """
    g = 50 / EYES_REACH
    r = max(radius * g, g * 0.1)
    parts: list[str] = []
    for s in _SIDES:
        x = 50 + s * g / 2
        if mood == "love":
            parts.append(_heart(x, 50, max(r * 1.7, g * 0.24)))
        elif mood == "sleepy" and skin:
            parts += _closed_lid(x, max(r, g * 0.13), skin=skin)
        elif mood in ("angry", "sad", "scared"):
            rise = g * (0.13 if mood == "angry" else -0.1)
            parts.append(_brow(x, 50 - r - g * 0.2, g, side=s, rise=rise))
        if mood == "sad":
            y = 50 + r * 1.2 + g * 0.14
            parts.append(_dot(x + s * r * 0.3, y, g * 0.085, g * 0.14, "#5cc6ff"))
            parts.append(
                _dot(x + s * r * 0.3 - g * 0.02, y + g * 0.03, g * 0.025, g * 0.05, "#fff")
            )
    return Drawing("".join(parts), 100.0) if parts else None


def _closed_lid(x: float, r: float, *, skin: Sequence[float]) -> list[str]:
    fill = "#" + "".join(f"{round(v * 255):02x}" for v in skin)
    d = f"M{x - r * 1.3:.2f} 50q{r * 1.3:.2f} {r * 1.5:.2f} {r * 2.6:.2f} 0"
    return [_dot(x, 50, r * 1.5, r * 1.55, fill), f'<path {_stroke(r * 0.5)} d="{d}"/>']


def limbs(pose: str, *, size_wh: tuple[float, float], colour: str) -> Drawing:
    """Noodle arms and legs behind a body of that size, centred on the canvas."""
    w, h = size_wh
    c = LIMBS_UNITS / 2
    top, bottom, thick = c - h / 2, c + h / 2, min(w, h) * 0.085
    if pose == "yoga":
        lines = [_raised_arm(s, c, (w, h), thick) for s in _SIDES]
    else:
        lines = [
            f"M{c - w * 0.33:.1f} {c:.1f}Q{c - w * 0.62:.1f} {c - h * 0.04:.1f}"
            f" {c - w * 0.66:.1f} {top + h * 0.14:.1f}",
            f"M{c + w * 0.33:.1f} {c + h * 0.05:.1f}Q{c + w * 0.66:.1f} {c + h * 0.02:.1f}"
            f" {c + w * 0.62:.1f} {c + h * 0.28:.1f}",
            f"M{c - w * 0.17:.1f} {bottom - h * 0.1:.1f}V{bottom + h * 0.15:.1f}h{-w * 0.1:.1f}",
            f"M{c + w * 0.17:.1f} {bottom - h * 0.1:.1f}L{c + w * 0.24:.1f}"
            f" {bottom + h * 0.15:.1f}h{w * 0.1:.1f}",
        ]
    paths = "".join(f'<path d="{line}"/>' for line in lines)
    if pose == "yoga":
        legs = "".join(f'<path d="{_crossed_leg(s, c, (w, h))}"/>' for s in _SIDES)
        paths += f'<g stroke-width="{thick * 1.9:.1f}">{legs}</g>'
    return Drawing(f"<g {_stroke(thick, colour)}>{paths}</g>", LIMBS_UNITS)


def _raised_arm(s: int, c: float, size_wh: tuple[float, float], thick: float) -> str:
    """One of two arms that meet over the head."""
    w, h = size_wh
    top = c - h / 2
    return (
        f"M{c + s * w * 0.36:.1f} {top + h * 0.56:.1f}Q{c + s * w * 0.8:.1f} {top + h * 0.12:.1f}"
        f" {c + s * thick * 0.5:.1f} {top - h * 0.17:.1f}"
    )


def _crossed_leg(s: int, c: float, size_wh: tuple[float, float]) -> str:
    """One of two legs, its knee out at the side and its foot under the other."""
    w, h = size_wh
    bottom = c + h / 2
    hip, knee, foot = c + s * w * 0.18, c + s * w * 0.46, c - s * w * 0.14
    return (
        f"M{hip:.1f} {bottom - h * 0.06:.1f}Q{c + s * w * 0.6:.1f} {bottom - h * 0.07:.1f}"
        f" {knee:.1f} {bottom + h * 0.04:.1f}Q{c + s * w * 0.2:.1f} {bottom + h * 0.1:.1f}"
        f" {foot:.1f} {bottom + h * 0.06:.1f}"
    )
