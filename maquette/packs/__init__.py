"""Packs: what a set of finished stickers is handed over as, and the one table of platforms.

What belongs here: the table. What does not: any platform's rules, each of which is a module.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from maquette.batch.stages import Stage
from maquette.packs import discord, imessage, line, signal, telegram, whatsapp
from maquette.packs.limits import Limits
from maquette.packs.stickers import PackFacts, Sticker


def _none(stickers: Sequence[Sticker]) -> tuple[str, ...]:
    del stickers
    return ()


@dataclass(frozen=True)
class Platform:
    """One chat platform.

    Attributes:
        fit: map stage: a cut-out and its motion to one file, the object named as the platform.
        arrange: stickers and pack facts to the files of the platform's folder; raises InputError
            PACK_TOO_SMALL or PACK_NOT_POSSIBLE.
        left_out: ids of those that `arrange` has no place for, where it makes a pack at all.
    """

    limits: Limits
    fit: Stage
    arrange: Callable[[Sequence[Sticker], PackFacts], dict[str, bytes]]
    left_out: Callable[[Sequence[Sticker]], tuple[str, ...]] = _none


PLATFORMS: dict[str, Platform] = {
    "imessage": Platform(imessage.LIMITS, imessage.fit_imessage, imessage.arrange),
    "whatsapp": Platform(
        whatsapp.LIMITS, whatsapp.fit_whatsapp, whatsapp.arrange, whatsapp.left_out
    ),
    "telegram": Platform(telegram.LIMITS, telegram.fit_telegram, telegram.arrange),
    "signal": Platform(signal.LIMITS, signal.fit_signal, signal.arrange),
    "line": Platform(line.LIMITS, line.fit_line, line.arrange, line.left_out),
    "discord": Platform(discord.LIMITS, discord.fit_discord, discord.arrange),
}
