"""Text as the rules see it: which characters make a word, and what is the same word.

A text is *spaced*: word characters stay (case kept, accents and compatibility forms gone), everything else becomes a space, and the
signs that hold a word together stay in it: `don't`, `1,500`, `U.S`, `AT&T`, `C++`. A possessive 's vanishes. Scripts written without
spaces (Han, kana, Thai, Lao, Khmer, Myanmar) are spaced character by character, so that a term of theirs is a phrase.

Speed matters more here than anywhere: folding is the floor under every document. ASCII is one `bytes.translate`; common Latin text
is brought to ASCII by a single table; only what remains is looked at character by character.

Sources: Unicode NFKC (UAX #15), case folding (Unicode 3.13), script ranges (Scripts.txt 16.0).
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from itertools import accumulate

BORDER = "\x02"  # between paragraphs: a word of its own, so that no phrase reaches across
SOFT = "\x03"  # between lines that run on: paragraphs end, phrases do not

GLUE = "'.,&+#"
_KEPT = f"{GLUE}{BORDER}{SOFT}"
# Prefixes that Romance languages elide before a vowel: l'État, d'Ivoire, qu'elle, dell'arte. They are words of their own.
_ELISIONS = frozenset(
    [
        "l",
        "d",
        "j",
        "m",
        "n",
        "s",
        "t",
        "c",
        "qu",
        "jusqu",
        "lorsqu",
        "puisqu",
        "quoiqu",
        "dell",
        "all",
        "nell",
        "sull",
        "dall",
        "un",
        "quest",
    ]
)

# ── One character at a time (cached): for what the tables below do not know ──────────────────────────────────────────────────────
UNSPACED = re.compile(
    "[\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3031-\u3035\u3038-\u303b\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u3105-\u312f"
    "\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # Han, kana, Bopomofo
    "\u0e01-\u0e3a\u0e40-\u0e4e\u0e50-\u0e59\u0e81-\u0ece\u0ed0-\u0edf\u1780-\u17d3\u17d7\u17dc-\u17dd\u17e0-\u17e9"  # Thai, Lao, Khmer
    "\u1000-\u109f\ua9e0-\ua9fe\uaa60-\uaa7f]"  # Myanmar
)
HANGUL = re.compile("[\uac00-\ud7a3]")
# Marks that are accents or vowel points in scripts whose readers write without them. Indic and Thai vowels are no accents.
_ACCENTS = re.compile(
    "[\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06dc"
    "\u06df-\u06e8\u06ea-\u06ed\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20f0\ufe20-\ufe2f]"
)
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\U000e0000-\U000e0fff]"
)
_APOSTROPHES = "'‘’‚‛′ʼʻ＇`´"
# Letters that Unicode does not decompose but readers type without their strokes.
_STROKES = str.maketrans(
    {
        "ø": "o",
        "Ø": "O",
        "ł": "l",
        "Ł": "L",
        "đ": "d",
        "Đ": "D",
        "ð": "d",
        "Ð": "D",
        "ħ": "h",
        "Ħ": "H",
        "ŧ": "t",
        "Ŧ": "T",
        "ı": "i",
    }
    | {"æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "þ": "th", "Þ": "TH", "ĸ": "k", "ŋ": "n", "Ŋ": "N"}
    | {"й": "\ue000", "Й": "\ue001"}  # i kratkoe is a letter of its own, not an accented и
)
_KRATKOE = str.maketrans({"\ue000": "й", "\ue001": "Й"})
_SYMBOLS = frozenset("™℠®©℗…‥·•")  # NFKC would glue some of them to the word before as letters
# A character with what belongs to it: combining marks, half-width voicing marks, conjoining Hangul vowels and finals.
CLUSTER = re.compile(
    "(?s)\\w[\u0300-\u036f\u0483-\u0487\u0591-\u05c7\u064b-\u065f\u0653-\u0655\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20f0\u3099\u309a\uff9e\uff9f\u1160-\u11ff]*|."
)


def unaccented(text: str) -> str:
    """Return `text` in NFKC without accents, strokes and invisible characters; case is kept."""
    text = unicodedata.normalize("NFKC", text).translate(_STROKES)
    text = _ACCENTS.sub("", unicodedata.normalize("NFD", _INVISIBLE.sub("", text)))
    return unicodedata.normalize("NFC", text).translate(_KRATKOE)


def _is_word(char: str) -> bool:
    return char.isalnum() or unicodedata.category(char)[0] == "M"


def _space_char(char: str) -> str:
    if char in _APOSTROPHES:
        return "'"
    if char in GLUE:
        return char
    if not _is_word(char):
        return " "
    return f" {char} " if UNSPACED.match(char) else char


class _Clusters(dict[str, str]):
    """The spaced form of each cluster met so far; bounded, because texts are other people's."""

    def __missing__(self, cluster: str) -> str:
        if len(self) > 50_000:
            self.clear()
        if cluster in _SYMBOLS:
            text = " "
        else:
            text = "".join(_space_char(char) for char in unaccented(cluster))
        if (
            len(text) > 1 and unicodedata.category(cluster[0]) == "No"
        ):  # ½ is a word of its own: 1½ is not 11 2
            text = f" {text} "
        if len(text.casefold()) != len(text):  # ß, ŉ …: written out, so that folding keeps every place
            text = text.casefold()
        self[cluster] = text
        return text


_clusters = _Clusters()

# ── ASCII, and Latin text that becomes ASCII one character for one ──────────────────────────────────────────────────────────────
_TO_SPACE = bytes(code if chr(code).isalnum() or chr(code) in _KEPT else 32 for code in range(128)).ljust(256)
_TO_SPACE = _TO_SPACE[:96] + b"'" + _TO_SPACE[97:]  # a backtick is an apostrophe
_QUOTES = (
    ("’", "'"),
    ("“", '"'),
    ("”", '"'),
    ("—", "-"),
    ("–", "-"),
    ("‘", "'"),
    ("\xa0", " "),
    ("…", " "),
    ("é", "e"),
    ("•", " "),
)


def _latin() -> dict[str, str]:
    """Return the Latin letters and typographic signs whose spaced form is one ASCII character."""
    found = {}
    for code in (*range(0xA0, 0x180), *range(0x1E00, 0x1F00), *range(0x2010, 0x2050)):
        char = chr(code)
        text = _clusters[char]
        if len(text) == 1 and text.isascii():
            found[char] = text
    return found


_LATIN = _latin()
_FOREIGN = re.compile(f"[^\x00-\x7f{re.escape(''.join(_LATIN))}]+")
_LATIN_TABLE = str.maketrans(_LATIN)


def _ascii(text: str) -> str:
    """Return ASCII text with everything that is neither word nor glue turned to spaces."""
    return text.encode("ascii").translate(_TO_SPACE).decode("ascii")


def _shape(text: str) -> str:
    """Return the text in word characters, spaces and glue; lengths change only where foreign characters stand."""
    if text.isascii():
        return _ascii(text)
    for sign, simple in _QUOTES:
        if sign in text:
            text = text.replace(sign, simple)
    if text.isascii():
        return _ascii(text)
    return "".join(out for out, _ in _pieces(text))


def _pieces(text: str) -> list[tuple[str, int]]:
    """Return the shaped text piece by piece with the number of characters each stands for; a piece is one for one unless foreign."""
    found: list[tuple[str, int]] = []
    at = 0
    for run in _FOREIGN.finditer(text):
        start, end = run.span()
        if start > at:
            found.append((_latin_shape(text[at:start]), start - at))
        found.extend((_clusters[cluster], len(cluster)) for cluster in CLUSTER.findall(text, start, end))
        at = end
    if at < len(text):
        found.append((_latin_shape(text[at:]), len(text) - at))
    return found


def _latin_shape(text: str) -> str:
    return _ascii(text if text.isascii() else text.translate(_LATIN_TABLE))


# ── Glue ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
_NO_WORD = frozenset(f" {_KEPT}")
_UNGLUED = str.maketrans(dict.fromkeys(GLUE, " "))


def _glued(text: str) -> str:
    """Turn every sign that does not hold a word together into a space, and possessives too; one for one.

    Each sign is judged by its neighbours alone, so that a paragraph and a whole document give the same words.
    """
    text = f" {text} "
    kept: list[tuple[int, str]] = []
    for sign, judge in _JUDGES:
        at = text.find(sign)
        while at >= 0:
            if (text[at + 1] not in _NO_WORD and text[at - 1] not in _NO_WORD) or sign in "+#'":
                change = judge(text, at)
                if change:
                    kept.append((at, change))
            at = text.find(sign, at + 1)
    bare = text.translate(_UNGLUED) if not text.isascii() else text.encode().translate(_GLUELESS).decode()
    if not kept:
        return bare[1:-1]
    return _patched(bare, kept)[1:-1]


_GLUELESS = bytes(32 if chr(code) in GLUE else code for code in range(256))


def _patched(bare: str, kept: list[tuple[int, str]]) -> str:
    parts: list[str] = []
    at = 0
    for start, change in sorted(kept):
        parts += (bare[at:start], change)
        at = start + len(change)
    parts.append(bare[at:])
    return "".join(parts)


def _judge_apostrophe(text: str, at: int) -> str:
    """Keep it inside a word (don't, O'Brien); a possessive 's becomes two spaces; an elision is a space."""
    after = text[at + 1]
    if after in "sS" and text[at + 2 : at + 3] in _NO_WORD:
        return "  "
    if after in _NO_WORD or text[at - 1] in _NO_WORD:
        return ""
    start = at
    while at - start < 7 and text[start - 1] not in _NO_WORD:
        start -= 1
    return "" if text[start:at].casefold() in _ELISIONS else "'"


def _judge_dot(text: str, at: int) -> str:
    """Keep it between digits (3.5) and between single letters (U.S, a.m)."""
    before, after = text[at - 1], text[at + 1]
    if before.isdigit() and after.isdigit():
        return "."
    single = text[at - 2] in _NO_WORD and text[at + 2 : at + 3] in _NO_WORD
    return "." if single and before.isalpha() and after.isalpha() else ""


def _judge_comma(text: str, at: int) -> str:
    """Keep it between digits: 1,500."""
    return "," if text[at - 1].isdigit() and text[at + 1].isdigit() else ""


def _judge_ampersand(text: str, at: int) -> str:
    """Keep it where at least one side is one or two letters: AT&T, R&D, PG&E; not in Barnes&Noble."""
    short_before = text[at - 2] in _NO_WORD or text[at - 3] in _NO_WORD
    short_after = text[at + 2] in _NO_WORD or text[at + 3 : at + 4] in _NO_WORD
    return "&" if short_before or short_after else ""


def _judge_plus(text: str, at: int) -> str:
    """Keep it behind a single letter: C++, C#, A+."""
    start = at
    while text[start - 1] in "+#" and at - start < 2:
        start -= 1
    letter = text[start - 1].isalpha() and text[start - 2] in _NO_WORD
    end = at + 1
    while text[end] in "+#" and end - start < 3:
        end += 1
    return text[at] if letter and end - start <= 2 and text[end] in _NO_WORD else ""


_JUDGES = (
    ("'", _judge_apostrophe),
    (".", _judge_dot),
    (",", _judge_comma),
    ("&", _judge_ampersand),
    ("+", _judge_plus),
    ("#", _judge_plus),
)


# ── What the rest of the package uses ───────────────────────────────────────────────────────────────────────────────────────────
def spaced(text: str) -> str:
    """Return `text` as its words between single spaces, with one space before and behind; paragraph marks stay as words."""
    shaped = _shape(text).replace(", ", " ").replace(". ", " ")
    return f" {' '.join(_glued(shaped).split())} "


def fold(text: str) -> str:
    """Return spaced text casefolded; every character stays in its place."""
    return text.lower() if text.isascii() else text.casefold()


def places(text: str) -> list[tuple[int, int]]:
    """Return where the words of `spaced(text)` stand in `text`, as (start, end) offsets."""
    pieces = [(_latin_shape(text), len(text))] if text.isascii() else _pieces(text)
    shaped = "".join(out for out, _ in pieces)
    spans = [_whole(shaped, match) for match in _RUN.finditer(_glued(shaped))]
    if len(pieces) == 1 and len(shaped) == len(text):
        return spans
    return _led_back(pieces, spans)


_RUN = re.compile("[^ ]+")


def _whole(shaped: str, match: re.Match[str]) -> tuple[int, int]:
    """Return the span of a word with the last full stop of a dotted one: U.S. ends behind its second dot."""
    start, end = match.span()
    dotted = "." in match[0] and match[0][-1].isalpha() and shaped[end : end + 1] == "."
    return start, end + dotted


def _led_back(pieces: list[tuple[str, int]], spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Lead spans in the shaped text back to the text it came from."""
    shaped_at = [0, *accumulate(len(out) for out, _ in pieces)]
    source_at = [0, *accumulate(length for _, length in pieces)]

    def back(at: int, *, after: bool) -> int:
        index = bisect_right(shaped_at, at - after) - 1
        out, length = pieces[index]
        if (len(out) == length and length > 1) or out == "" or (len(out) == 1 == length):
            return source_at[index] + at - shaped_at[index]
        return source_at[index + 1] if after else source_at[index]

    return [(back(start, after=False), back(end, after=True)) for start, end in spans]
