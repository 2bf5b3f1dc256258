"""Figurines: a person's head on a body, at its size, with one texture.

What belongs here: the stage that puts the parts together and says how well the face fits. What
does not: the parts (`bodies`, `heads`, `figurine_textures`).
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from maquette.batch.stages import Made, map_stage
from maquette.extras import require_solids
from maquette.solids.bodies.figures import Body
from maquette.solids.bodies.templates import body_of
from maquette.solids.figurine_looks import Looks, looks_of
from maquette.solids.figurine_textures import textured
from maquette.solids.heads.landmarks import GROUPS
from maquette.solids.heads.making import Portrayed, head_of
from maquette.types import Face, File, Floats, Mesh, Picture

Wide = NDArray[np.float64]

SPACING_MM, FINEST, COARSEST = 0.4, 0.003, 0.005  # the shares are of the figure's height
HAIR_ROOM = 1.3  # of the head's room, upwards


@map_stage(version="1")
def sculpt(
    styled: Picture,
    cutout: Picture,
    face: Face,
    *,
    template: str = "standing",
    height_mm: float = 100.0,
    head_share: float = 0.0,
    text: str = "",
) -> Made:
    """Make a figure of a person.

    Args:
        styled: the drawing of the head, with straight alpha.
        cutout: the photo of it, in the same frame.
        face: landmarks in that frame.
        template: the body's pose.
        height_mm: of the whole figure, hair and base included.
        head_share: how much of the height is head; 0 for what suits the template.
        text: on the base.

    Raises ToolError PRINTS_NOT_INSTALLED, InputError of `body_of`.
    """
    require_solids()
    body = _roomy(body_of(template, head_share=head_share, text=text))
    portrayed = head_of(styled, cutout, face, place=body.head)
    looks = looks_of(styled, face, portrayed)
    body = replace(body, skin=looks.skin_colour)
    spacing = float(np.clip(SPACING_MM / height_mm, FINEST, COARSEST))
    points, faces = body.mesh(spacing=spacing, head=portrayed.head.distances)
    figure = textured(points, faces, body=body, portrayed=portrayed, looks=looks)
    lowest, highest = float(points[:, 1].min()), float(points[:, 1].max())
    metres = height_mm / 1000 / (highest - lowest)
    figure = _sized(figure, lowest, metres)
    told = _told(body, portrayed, looks, (lowest, metres))
    size_mm = np.ptp(figure.points.astype(np.float64), axis=0) * 1000
    return Made(
        outputs={"figure": figure, "fitting": File(json.dumps(told).encode(), "json")},
        scores={f"fitting_{name}": value for name, value in told["residual"].items()},
        params={"model_mm": [round(float(side), 4) for side in size_mm]},
    )


def _roomy(body: Body) -> Body:
    """The same body with room for hair above its head."""
    bounds = body.bounds.copy()
    bounds[1, 1] = body.head.centre[1] + HAIR_ROOM * body.head.room[1]
    return replace(body, bounds=bounds)


def _sized(figure: Mesh, lowest: float, metres: float) -> Mesh:
    points = (figure.points - np.array([0, lowest, 0], np.float32)) * np.float32(metres)
    return replace(figure, points=points)


def _told(
    body: Body, portrayed: Portrayed, looks: Looks, size: tuple[float, float]
) -> dict[str, Any]:
    """How the face was laid on the head, for whoever judges it."""
    lowest, metres = size
    fit = portrayed.fit
    eyes_apart = float(np.linalg.norm(fit.anchors[0] - fit.anchors[1]))
    head_width = 2 * float(portrayed.head.skull.reach[0])
    worst, own = float(fit.residual.max()), float(fit.own.max())

    def placed(xy: Floats) -> dict[str, list[float]]:
        on = _on_surface(portrayed, xy)
        on = (on - [0, lowest, 0]) * metres
        return {
            name: [round(float(v), 6) for v in row] for name, row in zip(GROUPS, on, strict=True)
        }

    return {
        "template": body.template,
        "head_width_m": round(head_width * metres, 6),
        "anchors_m": placed(fit.anchors),
        "landed_m": placed(fit.landed),
        "similarity": {
            "m_per_px": fit.scale * metres,
            "turn_deg": float(np.degrees(fit.turn)),
            "shift_m": [float(fit.shift[0]) * metres, (float(fit.shift[1]) - lowest) * metres],
        },
        "residual": {
            "percent_of_head_width": round(100 * worst / head_width, 4),
            "percent_of_eye_distance": round(100 * worst / eyes_apart, 4),
        },
        "own_proportions_percent_of_head_width": round(100 * own / head_width, 4),
        "skin": list(looks.skin_colour),
        "hair": [list(colour) for colour in looks.hair_colours],
    }


def _on_surface(portrayed: Portrayed, xy: Floats) -> Wide:
    """(N, 3) where rays from the front meet the head."""
    head = portrayed.head
    places = np.column_stack([xy, np.full(len(xy), head.depth + head.reach)]).astype(np.float32)
    for _ in range(60):
        # a ray below the chin meets nothing: it stops in the middle of the head
        places[:, 2] -= 0.9 * head.distances(places)
        places[:, 2] = np.maximum(places[:, 2], head.depth)
    return places.astype(np.float64)
