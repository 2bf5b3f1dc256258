"""The face as curves: which of the 478 landmarks outline what.

What belongs here: the numbers of MediaPipe's mesh, in drawing order. What does not: drawing.
Left and right are the picture's.
"""

from __future__ import annotations

from dataclasses import dataclass

OVAL = (10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377,
        152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67,
        109)  # fmt: skip
JAW = (323, 361, 288, 397, 365, 379, 378, 400, 377, 152,
       148, 176, 149, 150, 136, 172, 58, 132, 93)  # fmt: skip
# lips run from the left corner over the top to the right one, and back below
LIPS_OUTER = (61, 185, 40, 39, 37, 0, 267, 269, 270, 409,
              291, 375, 321, 405, 314, 17, 84, 181, 91, 146)  # fmt: skip
LIPS_INNER = (78, 191, 80, 81, 82, 13, 312, 311, 310, 415,
              308, 324, 318, 402, 317, 14, 87, 178, 88, 95)  # fmt: skip
LIP_CORNER = 10  # where in both of them the right corner is
MOUTH_CORNERS = (61, 291)
NOSTRILS = ((98, 97), (327, 326))
HAIRLINE, CHIN = 10, 152
# cheeks, forehead, nose: skin in every face that is seen from the front
SKIN = (50, 101, 118, 205, 36, 280, 330, 347, 425, 266, 9, 151, 108, 337, 4, 5, 195, 197)
MIDDLE_OF_FACE = (118, 347, 425, 205, 9)


@dataclass(frozen=True)
class Side:
    """One eye and its brow; lids run from the left corner of the picture to the right."""

    iris: tuple[int, ...]  # the middle first
    upper_lid: tuple[int, ...]
    lower_lid: tuple[int, ...]
    crease: tuple[int, ...]  # above the upper lid
    brow: tuple[int, ...]  # all around
    cheek: tuple[int, ...]  # below what glasses cover
    outer_first: bool  # whether the left corner is the outer one

    @property
    def eye(self) -> tuple[int, ...]:
        """All around the eye."""
        return self.upper_lid + self.lower_lid[-2:0:-1]


SIDES = (
    Side(
        iris=(468, 469, 470, 471, 472),
        upper_lid=(33, 246, 161, 160, 159, 158, 157, 173, 133),
        lower_lid=(33, 7, 163, 144, 145, 153, 154, 155, 133),
        crease=(247, 30, 29, 27, 28, 56, 190),
        brow=(70, 63, 105, 66, 107, 55, 65, 52, 53, 46),
        cheek=(205, 36, 50),
        outer_first=True,
    ),
    Side(
        iris=(473, 474, 475, 476, 477),
        upper_lid=(362, 398, 384, 385, 386, 387, 388, 466, 263),
        lower_lid=(362, 382, 381, 380, 374, 373, 390, 249, 263),
        crease=(414, 286, 258, 257, 259, 260, 467),
        brow=(336, 296, 334, 293, 300, 276, 283, 282, 295, 285),
        cheek=(425, 266, 280),
        outer_first=False,
    ),
)
