"""A prompt to a plan: subject, parts with their relation, mood, colour, pose, backdrop, notes.

What belongs here: cutting a sentence and saying plainly what was not understood. What does not:
which drawing a phrase means (`words`) and where things go (`placing`). A prompt is hostile until
it is words: only the first LETTERS characters and WORDS words are considered.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field

from maquette.engines.composer import lexicon, wardrobe
from maquette.engines.composer.words import Match, Words
from maquette.errors import InputError

LETTERS = 600
WORDS = 40
PARTS = 4
REFUSED_BELOW = 0.5  # a wrong sticker is worse than a clear line
NEAR_REFUSED_BELOW = 0.62  # by nearness alone: below it, most drawings were of something else
SURE_FROM = 0.7  # found by nearness alone, anything less is a cousin
PART_FROM = 0.62
_WORD = re.compile(r"[^\W\d_]{2,}")
# "a cup of tea" is tea
_MEASURE = re.compile(r"\b(cup|mug|glass|slice|piece|bowl|plate|pint|bunch|pair|bottle)s? of\b")
# the ice is no subject
_ON_ICE = re.compile(r"\b(ice|figure) skating\b")


@dataclass(frozen=True)
class Part:
    """Something the subject wears, holds, rides or stands in."""

    name: str
    relation: str
    tint_deg: float | None = None


@dataclass(frozen=True)
class Plan:
    """What is going to be drawn, and what the person is told about it."""

    subject: str
    score: float
    parts: tuple[Part, ...] = ()
    mood: str = ""
    pose: str = ""
    backdrop: str = ""
    tint_deg: float | None = None
    is_rainbow: bool = False
    has_face: bool = False  # a face is drawn on it: food and things have none
    is_animal: bool = False
    is_approximate: bool = False
    notes: tuple[str, ...] = ()


@dataclass
class _Draft:
    """The plan while it is being read."""

    subject: Match | None = None
    parts: list[Part] = field(default_factory=list)
    hints: list[str] = field(default_factory=list)
    mood: str = ""
    tint_deg: float | None = None
    is_approximate: bool = False
    notes: list[str] = field(default_factory=list)


def parse(prompt: str, words: Words) -> Plan:
    """Read a prompt; raises InputError where nothing can be drawn for it."""
    draft = _Draft()
    spoken = _spoken(prompt, words, draft.notes)
    for relation, piece in _pieces(spoken, words):
        _adjectives([relation], draft)
        said = [word for word in piece if word not in lexicon.STOP]
        if not said:
            if relation in lexicon.SILENT:
                draft.notes.append(f"not drawn: {relation}")
            continue
        if draft.subject is None:
            _read_subject(said, draft, words)
        elif len(draft.parts) < PARTS:
            _read_part(relation, said, draft, words)
        else:
            draft.notes.append(f"not drawn: {' '.join(said)}")
    if draft.subject is None:
        raise InputError(
            "PROMPT_NO_SUBJECT",
            f"no thing to draw is named in {_quoted(prompt)}",
            fix="name an animal, food or thing: 'grumpy cat wearing a wizard hat'",
        )
    return _finished(draft, draft.subject, words)


def _quoted(text: str) -> str:
    """User text for a message: short, one line, printable."""
    shown = "".join(c if c.isprintable() else " " for c in text[:60])
    return repr(" ".join(shown.split()) + ("…" if len(text) > 60 else ""))


def _spoken(prompt: str, words: Words, notes: list[str]) -> list[str]:
    """The words of a prompt in lower case; an emoji counts as its name."""
    text = unicodedata.normalize("NFC", prompt[:LETTERS])
    named = "".join(_emoji_words(c, words) if ord(c) > 0x2100 else c for c in text)
    plain = unicodedata.normalize("NFKD", named.lower().replace("’", "'"))
    plain = "".join(c for c in plain if not "\u0300" <= c <= "\u036f")  # é is e
    plain = unicodedata.normalize("NFC", plain)
    plain = _MEASURE.sub(" ", plain.replace("'s ", " ").replace("'", ""))
    plain = _ON_ICE.sub("with an ice skate", plain)
    if any(c.isdigit() for c in plain):
        notes.append("numbers are not drawn")
    found = _WORD.findall(plain)
    if len(found) > WORDS or len(prompt) > LETTERS:
        notes.append(f"only the first {WORDS} words are read")
    found = found[:WORDS]
    foreign = [word for word in found if not word.isascii()]
    if foreign:
        notes.append("the composer reads English; not read: " + _quoted(" ".join(foreign)))
    known = [word for word in found if word.isascii() and len(word) < 30]
    for word in known:
        if word in lexicon.NUMBERS:
            notes.append(f"'{word}' is not drawn: a sticker has one subject")
        elif word in lexicon.NEGATIONS:
            notes.append(f"'{word}' is not understood")
    unsaid = lexicon.NUMBERS | lexicon.NEGATIONS
    return [word for word in known if word not in unsaid]


def _emoji_words(character: str, words: Words) -> str:
    """An emoji is a thing of its own: the cat and taco of two neighbours stand side by side."""
    name = words.named_by_emoji(character)
    return f" {name.replace('-', ' ')} and " if name else character


def _pieces(spoken: Sequence[str], words: Words) -> list[tuple[str, list[str]]]:
    """Cut at relation words: [("", subject words), ("wearing", [...]), ...]."""
    pieces: list[tuple[str, list[str]]] = [("", [])]
    for word in spoken:
        if word not in lexicon.RELATIONS and not (pieces[-1][1] and _is_deed(word, words)):
            pieces[-1][1].append(word)
        elif not pieces[-1][1] and pieces[-1][0] in lexicon.CONSUMING | {"wearing", "holding"}:
            continue  # "playing on a guitar": the first word says more
        else:
            pieces.append((word, []))
    return pieces


def _is_deed(word: str, words: Words) -> bool:
    """A verb no list knows: "watering" in "robot watering a plant", but not "dumpling"."""
    return len(word) > 5 and word.endswith("ing") and not (_is_special(word) or words.listed(word))


def _is_special(word: str) -> bool:
    return word in lexicon.MOODS or word in lexicon.COLOURS or word in lexicon.HINTS


def _choose(said: Sequence[str], words: Words) -> tuple[Match, tuple[int, int]]:
    """The best phrase of one to three words in a piece, and where it stands.

    Moods, colours and hints are no nouns while other words remain: "space corgi" is a dog and
    "green monster" no apple, unless a list knows the whole phrase ("red heart").
    """
    plain = [i for i, word in enumerate(said) if not _is_special(word)]
    spans = [(i, j) for i in range(len(said)) for j in range(i + 1, min(len(said), i + 3) + 1)]
    found: list[tuple[Match, tuple[int, int]]] = []
    unknown: list[tuple[int, int]] = []
    for i, j in spans:
        special = [word for word in said[i:j] if _is_special(word)]
        if special and plain and j - i == 1:
            continue
        match = words.listed(" ".join(said[i:j]))
        if match:
            found.append((match, (i, j)))
        elif not special or not plain:
            unknown.append((i, j))
    if not any(match.how != "kin" and j == len(said) for match, (_, j) in found):
        found += zip(words.near([" ".join(said[i:j]) for i, j in unknown]), unknown, strict=True)
    return max(found, key=lambda pair: _rank(pair[0], pair[1], len(said)))


def _rank(match: Match, span: tuple[int, int], count: int) -> float:
    sure = 0.95 if match.how == "kin" else match.score
    length = span[1] - span[0]
    return sure + (0.12 if sure > 0.85 else 0.06) * length + 0.15 * (span[1] == count)


def _adjectives(said: Sequence[str], draft: _Draft) -> float | None:
    """Take moods and hints out of a row of words; a colour is returned for whom it belongs to."""
    tint: float | None = None
    for word in said:
        draft.mood = lexicon.MOODS.get(word, draft.mood)
        draft.hints += lexicon.HINTS.get(word, ())
        tint = lexicon.COLOURS.get(word, tint)
    return tint


def _lost(said: Sequence[str], match: Match, words: Words) -> list[str]:
    """Words of a matched phrase that the drawing does not stand for: disco in "disco ball"."""
    if match.how != "near":
        return []
    told = " ".join([match.name.replace("-", " "), *words.index[match.name]["keywords"]])
    return [word for word in said if word[:4] not in told]


def _note_match(match: Match, rest: Sequence[str], draft: _Draft, words: Words) -> None:
    """Say what stands in for what, and which words went undrawn."""
    drawn_as = match.name.replace("-", " ").removesuffix(" face")
    lost = _lost(match.phrase.split(), match, words)
    is_other = match.how == "keyword" and match.phrase not in match.name.replace("-", " ")
    is_unsure = match.how in ("keyword", "near") and match.score < SURE_FROM
    if match.how == "kin" or is_other or is_unsure or lost:
        draft.notes.append(f"'{match.phrase}' is drawn as {drawn_as}")
    left = [word for word in rest if not _is_special(word)]
    if left:
        shown = list(dict.fromkeys(left))
        draft.notes.append(f"not drawn: {', '.join(shown[:6])}" + (" …" if shown[6:] else ""))


def _read_subject(said: list[str], draft: _Draft, words: Words) -> None:
    match, (i, j) = _choose(said, words)
    if match.score < (NEAR_REFUSED_BELOW if match.how == "near" else REFUSED_BELOW):
        raise InputError(
            "SUBJECT_UNKNOWN",
            f"the composer knows no '{' '.join(said[:6])}'; nearest:"
            f" {match.name.replace('-', ' ')} ({match.score:.2f})",
            fix="name an animal, food or thing that has an emoji, or use a diffusion engine",
        )
    rest = said[:i] + said[j:]
    draft.subject = match
    draft.tint_deg = _adjectives(rest, draft)
    chosen = [hint for word in said[i:j] for hint in lexicon.HINTS.get(word, ())]
    # "pirate" alone is a person in a pirate's kit; an astronaut's drawing wears its own
    draft.hints += [h for h in chosen if match.how == "kin" or h.startswith("backdrop:")]
    lost = _lost(match.phrase.split(), match, words)
    draft.is_approximate = (
        (match.how == "near" and (match.score < SURE_FROM or bool(lost)))
        or (match.how == "keyword" and match.score < SURE_FROM)
        # a kit makes a pirate of a person; a bear stays a bear for a quokka
        or (match.how == "kin" and not chosen)
    )
    _note_match(match, rest, draft, words)


def _read_part(relation: str, said: list[str], draft: _Draft, words: Words) -> None:
    if all(_is_special(word) for word in said) and not words.listed(" ".join(said)):
        _adjectives(said, draft)
        return
    if relation in ("in", "at", "under", "through", "near", "by") and _is_scene(said):
        _adjectives(said, draft)
        return
    match, (i, j) = _choose(said, words)
    rest = said[:i] + said[j:]
    if not match.is_exact and match.score < PART_FROM:
        draft.notes.append(
            f"left out: '{' '.join(said[:6])}', nearest is {match.name} ({match.score:.2f})"
        )
        return
    tint = _adjectives(rest, draft)
    if draft.subject and match.name == draft.subject.name:
        return
    draft.parts.append(Part(match.name, relation, tint))
    _note_match(match, rest, draft, words)


def _is_scene(said: Sequence[str]) -> bool:
    return any(h.startswith("backdrop:") for word in said for h in lexicon.HINTS.get(word, ()))


def _finished(draft: _Draft, subject: Match, words: Words) -> Plan:
    group = words.group(subject.name)
    is_living = group in wardrobe.FACELESS_GROUPS and subject.name not in wardrobe.PLANTS
    name = wardrobe.SIBLINGS.get((subject.name, draft.mood), subject.name)
    parts = [*draft.parts, *_kit(draft.hints, subject.name, [p.name for p in draft.parts])]
    if wardrobe.SLOTS.get(subject.name) == "hat" or subject.name in wardrobe.OWN_PARTS:
        parts = [part for part in parts if wardrobe.SLOTS.get(part.name) != "hat"]
    pose = _last(draft.hints, "pose:")
    wears_face = any(wardrobe.SLOTS.get(part.name) in wardrobe.ON_FACE for part in parts)
    asks_for_face = bool(draft.mood or pose) or wears_face
    return Plan(
        subject=name if name in words.index else subject.name,
        score=round(subject.score, 3),
        parts=tuple(parts[: PARTS + 1]),
        mood=draft.mood,
        pose=pose,
        backdrop=_last(draft.hints, "backdrop:"),
        tint_deg=draft.tint_deg,
        is_rainbow="tint:rainbow" in draft.hints,
        has_face=group == "Food & Drink" or (not is_living and asks_for_face),
        is_animal=(group == "Animals & Nature" and is_living) or "cat" in subject.name.split("-"),
        is_approximate=draft.is_approximate,
        notes=tuple(dict.fromkeys(draft.notes)),
    )


def _kit(hints: Sequence[str], subject: str, have: Sequence[str]) -> list[Part]:
    """Parts that hints ask for, one per slot and none that is there already."""
    taken = {wardrobe.SLOTS.get(name, "held") for name in have} - {"held"}
    kit: list[Part] = []
    for hint in dict.fromkeys(hints):
        slot = wardrobe.SLOTS.get(hint, hint)
        if ":" in hint or slot in taken or hint in have or hint == subject:
            continue
        if hint == "party-hat" and "cake" in subject:
            continue
        taken.add(slot)
        kit.append(Part(hint, "hint"))
    return kit


def _last(hints: Sequence[str], prefix: str) -> str:
    values = [hint.removeprefix(prefix) for hint in hints if hint.startswith(prefix)]
    return values[-1] if values else ""
