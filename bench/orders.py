"""What the benches order: prompt sets of any length, the same every time.

What belongs here: words. What does not: making anything of them.
"""

from __future__ import annotations

from collections.abc import Sequence

STYLES = ("cartoon", "art_style", "realistic", "cyberpunk")
SUBJECTS = (
    "fox",
    "cat",
    "dragon",
    "octopus",
    "robot",
    "owl",
    "avocado",
    "whale",
    "corgi",
    "cactus",
)
MOODS = ("happy", "sleepy", "tiny", "red", "space")
THINGS = ("wearing a party hat", "reading a book", "holding a coffee", "wearing sunglasses")


def prompts_of(count: int, *, changed: Sequence[int] = ()) -> list[str]:
    """So many different prompts that the composer understands; some changed, by their number."""
    words = [
        f"a {mood} {subject} {thing}" for thing in THINGS for mood in MOODS for subject in SUBJECTS
    ]
    rounds = [f" and {n // len(words)} stars" if n >= len(words) else "" for n in range(count)]
    return [
        words[n % len(words)] + rounds[n] + (" in the rain" if n in changed else "")
        for n in range(count)
    ]


def upload_of(prompts: Sequence[str], *, size_px: int) -> bytes:
    """A prompt set as CSV; a prompt's style follows from its words, never from its position."""
    rows = [f"{prompt},{STYLES[len(prompt) % 4]},{size_px}" for prompt in prompts]
    return "\n".join(["prompt,style,resolution", *rows]).encode()
