"""Text as the rules see it: which characters make a word, and what is the same word.

A text is *spaced*: word characters stay (case kept, accents and compatibility forms gone), everything else becomes a space, and the
signs that hold a word together stay in it: `don't`, `1,500`, `U.S`, `AT&T`, `C++`. A possessive 's vanishes. Scripts written without
spaces (Han, kana, Thai, Lao, Khmer, Myanmar) are spaced character by character, so that a term of theirs is a phrase.

Speed matters more here than anywhere: folding is the floor under every document. ASCII is one `bytes.translate`; common Latin text
is brought to ASCII by a single table; only what remains is looked at character by character.

Sources: Unicode NFKC (UAX #15), case folding (Unicode 3.13), script ranges (Scripts.txt 16.0).
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from bisect import bisect_right
from functools import cache
from itertools import accumulate
from typing import Any, NamedTuple

BORDER = "\x02"  # between paragraphs: a word of its own, so that no phrase reaches across
SOFT = "\x03"  # between lines that run on: paragraphs end, phrases do not

GLUE = "'.,&+#"
_KEPT = f"{GLUE}{BORDER}{SOFT}"
# Prefixes that Romance languages elide before a vowel: l'État, d'Ivoire, qu'elle, dell'arte. They are words of their own.
_ELISIONS = frozenset(
    b"l d j m n s t c qu jusqu lorsqu puisqu quoiqu dell all nell sull dall un quest".split()  # a list of 16 words
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
_QUOTES = (
    ("’", "'"),
    ("“", '"'),
    ("”", '"'),
    ("—", "-"),
    ("–", "-"),
    ("‘", "'"),
    ("\xa0", " "),
    ("é", "e"),
    ("…", " "),
    ("`", "'"),
)
_COMMON = "ßšžčćěřňťďľůőűğışąęńśźżŠŽČŁłŚŻĐđőăâîșțœ"  # Latin letters beyond Latin-1 that newspapers print


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


def _page() -> tuple[object, bytes]:
    """Return a 256-character code page of ASCII and the commonest Latin signs, and the table that brings its bytes to ASCII."""
    signs = [
        char for char in _LATIN if "\xa0" <= char <= "\xff" or "\u2010" <= char <= "\u203a" or char in _COMMON
    ][:128]
    page = "".join(map(chr, range(128))) + "".join(signs)
    table = bytes(range(128)) + "".join(_LATIN[char] for char in signs).encode()
    return codecs.charmap_build(page.ljust(256, "\ufffe")), table.ljust(256)


_PAGE, _PAGE_TABLE = _page()


def _one_for_one(text: str) -> bytes | None:
    """Return a text as ASCII in which every character has one of its own, or None if it is not that simple."""
    for sign, simple in _QUOTES:
        if sign in text:
            text = text.replace(sign, simple)
    if text.isascii():
        return text.encode("ascii")
    try:
        encoded: bytes = codecs.charmap_encode(text, "strict", _PAGE)[0]  # type: ignore[arg-type]  # an EncodingMap
    except UnicodeEncodeError:
        return None
    return encoded.translate(_PAGE_TABLE)


class _Piece(NamedTuple):
    """Shaped text and how many characters of the source it stands for, `even` if one for one."""

    out: str
    length: int
    even: bool


def _pieces(text: str) -> list[_Piece]:
    """Return the shaped text piece by piece: stretches of Latin one for one, everything else cluster by cluster."""
    found: list[_Piece] = []
    at = 0
    for run in _FOREIGN.finditer(text):
        start, end = run.span()
        if start > at:
            found.append(_Piece(_latin_shape(text[at:start]), start - at, even=True))
        found += [
            _Piece(_clusters[cluster], len(cluster), even=False)
            for cluster in CLUSTER.findall(text, start, end)
        ]
        at = end
    if at < len(text):
        found.append(_Piece(_latin_shape(text[at:]), len(text) - at, even=True))
    return found


def _latin_shape(text: str) -> str:
    return text.replace("`", "'") if text.isascii() else text.translate(_LATIN_TABLE)


# ── Glue ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
# What a byte of a line is. Lines that are not ASCII are judged by a stand-in of the same length (`_unglued`).
_NOTHING, _LETTER, _DIGIT = 0, 1, 2
_KIND = bytes(
    _DIGIT if chr(code).isdigit() else _LETTER if chr(code).isalpha() else _NOTHING for code in range(128)
).ljust(256, b"\0")
_SPACE, _GONE = 32, 1
_KEEP = {
    ord(sign): 0x80 + at for at, sign in enumerate(GLUE)
}  # how a sign is written that holds a word together
_STICKY = frozenset(b"+#")
# Signs that stand beside a space nearly always, so that most of them can simply be left out.
_SIGNS = b"'.,&+#\":;!?()[]%$"
_WORD_BYTES = bytes(code for code in range(128) if _KIND[code])
_BLANK_TABLE = bytearray(
    code if _KIND[code] or chr(code) in f"{BORDER}{SOFT}" else _SPACE for code in range(256)
)
for _sign, _kept in _KEEP.items():
    _BLANK_TABLE[_kept] = _sign
_LEFT_OUT = _SIGNS + bytes([_GONE])


@cache
def _junctions() -> Any:
    """Return the automaton that finds every sign before which or behind which a word goes on: all that needs a judgement."""
    from ahocorasick_rs import BytesAhoCorasick, Implementation

    before = [bytes([sign, word]) for sign in _SIGNS for word in _WORD_BYTES]
    behind = [bytes([word, sign]) for sign in _STICKY for word in _WORD_BYTES]
    return BytesAhoCorasick(before + behind, implementation=Implementation.DFA)  # small, and twice as fast


def _judge(line: bytearray) -> None:
    """Mark every sign that holds a word together, blank every other that parts two words, take out possessives; in place.

    Each sign is judged by its neighbours alone, so that a paragraph and a whole document give the same words. The line begins with
    one space and ends with three. Signs between a space and anything are left for the caller to blank or to leave out.
    """
    for _, start, _ in _junctions().find_matches_as_indexes(line, overlapping=True):
        sign = line[start]
        if _KIND[sign]:
            _judge_plus(line, start + 1)
        elif sign in _JUDGES:
            line[start] = _JUDGES[sign](line, start)
        elif line[start - 1] != _SPACE:
            line[start] = _SPACE


def _judge_apostrophe(line: bytearray, at: int) -> int:
    """Keep it inside a word (don't, O'Brien); a possessive 's goes; behind an elided article (l'État) it is a space."""
    after = line[at + 1]
    if after in b"sS" and not _KIND[line[at + 2]]:
        line[at + 1] = _GONE
        return _GONE
    return _KEEP[39] if _KIND[line[at - 1]] and not _is_elision(line, at) else _SPACE


def _is_elision(line: bytearray, at: int) -> bool:
    start = at
    while at - start < 8 and _KIND[line[start - 1]]:
        start -= 1
    return bytes(line[start:at]).lower() in _ELISIONS


def _judge_dot(line: bytearray, at: int) -> int:
    """Keep it between digits (3.5) and between single letters (U.S, a.m)."""
    before, after = _KIND[line[at - 1]], _KIND[line[at + 1]]
    if before == after == _DIGIT:
        return _KEEP[46]
    single = before == after == _LETTER and not _KIND[line[at - 2]] and not _KIND[line[at + 2]]
    return _KEEP[46] if single else _SPACE


def _judge_comma(line: bytearray, at: int) -> int:
    """Keep it between digits: 1,500."""
    return _KEEP[44] if _KIND[line[at - 1]] == _KIND[line[at + 1]] == _DIGIT else _SPACE


def _judge_ampersand(line: bytearray, at: int) -> int:
    """Keep it between words of which at least one has one or two letters: AT&T, R&D, PG&E; not in Barnes&Noble."""
    short_before = not (_KIND[line[at - 2]] and _KIND[line[at - 3]])
    short_after = not (_KIND[line[at + 2]] and _KIND[line[at + 3]])
    return _KEEP[38] if _KIND[line[at - 1]] and (short_before or short_after) else _SPACE


def _judge_plus(line: bytearray, at: int) -> None:
    """Keep one or two behind a single letter: C++, C#, A+."""
    end = at
    while line[end] in _STICKY:
        end += 1
    if _KIND[line[at - 1]] == _LETTER and not _KIND[line[at - 2]] and end - at <= 2 and not _KIND[line[end]]:
        line[at:end] = bytes(_KEEP[sign] for sign in line[at:end])
    else:
        line[at:end] = b" " * (end - at)


_JUDGES = {39: _judge_apostrophe, 46: _judge_dot, 44: _judge_comma, 38: _judge_ampersand}


class _StandIns(dict[int, str]):
    """For each character one of ASCII that is glued alike."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        self[code] = char if code < 128 else "0" if char.isdigit() else "x"
        return self[code]


_stand_ins = _StandIns()


def _unglued(shaped: str) -> str:
    """Return a shaped line, not all ASCII, in words, spaces and glue; one for one."""
    line = _blanked(shaped.translate(_stand_ins).encode("ascii"))
    return "".join(char if kept != " " else " " for char, kept in zip(shaped, line, strict=True))


def _blanked(line: bytes) -> str:
    """Return an ASCII line in words, spaces and glue; one for one."""
    judged = bytearray(b" %b   " % line)
    _judge(judged)
    return blanked(judged[1:-3]).decode("ascii")


# ── What the rest of the package uses ───────────────────────────────────────────────────────────────────────────────────────────
def spaced(text: str) -> bytes:
    """Return the words of `text` between single spaces in UTF-8, one space before and behind; paragraph marks stay as words."""
    return spaced_and_even(text)[0]


def spaced_and_even(text: str) -> tuple[bytes, bytearray | None]:
    """Return `spaced(text)` and, where every character has one of its own, the line it was made from (one place further on).

    A stretch of that line, given to `blanked`, shows the words of that stretch of text in place.
    """
    simple = _one_for_one(text)
    if simple is None:
        words = _unglued("".join(piece.out for piece in _pieces(text))).split()
        return (" ".join(["", *words, ""]).encode() if words else b" "), None
    judged = bytearray(b" %b   " % simple)
    _judge(judged)
    line = bytes(judged.translate(_BLANK_TABLE, _LEFT_OUT))
    while b"  " in line:
        line = line.replace(b"   ", b" ").replace(b"  ", b" ")
    return line, judged


def blanked(line: bytes | bytearray) -> bytes:
    """Return a judged stretch in words, spaces and glue; one for one."""
    return bytes(line.translate(_BLANK_TABLE))


def nth_word(line: bytes, number: int) -> tuple[int, int]:
    """Return the (start, end) of the word of that number in a blanked line."""
    start = len(line) - len(line.split(None, number)[-1])
    end = line.find(b" ", start)
    return start, len(line) if end < 0 else end


def fold(line: bytes) -> bytes:
    """Return a spaced line casefolded: the same words, in the same order."""
    return line.lower() if line.isascii() else line.decode().casefold().encode()


def words_of(text: str) -> list[str]:
    """Return the words of a text, case kept."""
    return spaced(text).decode().split()


def places(text: str) -> list[tuple[int, int]]:
    """Return where the words of `spaced(text)` stand in `text`, as (start, end) offsets."""
    simple = _one_for_one(text)
    if simple is not None:
        return [_with_dot(simple, start, end) for start, end in _runs(_blanked(simple))]
    pieces = _pieces(text)
    whole = "".join(piece.out for piece in pieces)
    spans = [_with_dot(whole.encode("ascii", "replace"), start, end) for start, end in _runs(_unglued(whole))]
    return _led_back(pieces, spans)


def _runs(line: str) -> list[tuple[int, int]]:
    """Return the (start, end) of every word in a line of words and spaces."""
    parts = line.split(" ")
    ends = accumulate(len(part) + 1 for part in parts)
    return [(end - 1 - len(part), end - 1) for end, part in zip(ends, parts, strict=True) if part]


def _with_dot(shaped: bytes, start: int, end: int) -> tuple[int, int]:
    """Return the span of a word with the last full stop of a dotted one: U.S. ends behind its second dot."""
    if (
        shaped[end : end + 1] == b"."
        and shaped[end - 2 : end - 1] == b"."
        and _KIND[shaped[end - 1]] == _LETTER
        and end - start > 2
    ):
        return start, end + 1
    return start, end


def _led_back(pieces: list[_Piece], spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Lead spans in the shaped text back to the text it came from."""
    shaped_at = [0, *accumulate(len(piece.out) for piece in pieces)]
    source_at = [0, *accumulate(piece.length for piece in pieces)]

    def back(at: int, *, after: bool) -> int:
        index = bisect_right(shaped_at, at - after) - 1
        if pieces[index].even:
            return source_at[index] + at - shaped_at[index]
        return source_at[index + 1] if after else source_at[index]

    return [(back(start, after=False), back(end, after=True)) for start, end in spans]
