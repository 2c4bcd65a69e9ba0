"""Text as the rules see it: a line of words.

A text is *spaced*: word characters stay (case kept, accents and compatibility forms gone), everything else becomes a space, and the
signs that hold a word together stay in it (`glue`). A possessive 's vanishes. Scripts written without spaces (Han, kana, Thai, Lao,
Khmer, Myanmar) are spaced character by character, so that a term of theirs is a phrase.

Speed matters more here than anywhere: folding is the floor under every document. ASCII is a few passes over bytes; common Latin text
is brought to ASCII by a single table; only what remains is looked at character by character (`letters`).
"""

from __future__ import annotations

import codecs
import re
from bisect import bisect_right
from itertools import accumulate
from typing import NamedTuple

from monitor.topics.glue import BORDER, SOFT, blanked, judge, squeezed
from monitor.topics.letters import CLUSTER, CLUSTERS, HANGUL, MARK, UNSPACED

__all__ = [
    "BORDER",
    "CLUSTER",
    "CODE_PAGE",
    "HANGUL",
    "SOFT",
    "UNSPACED",
    "fold",
    "places",
    "spaced",
    "words_of",
]

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
        text = CLUSTERS[char]
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


def _code_page() -> bytes:
    """Return the ASCII byte of every character that has one of its own, by its number; 0 for one that has none."""
    chars = {chr(code): chr(code) for code in range(1, 128)} | {"\0": " "} | _LATIN | dict(_QUOTES)
    page = bytearray(max(map(ord, chars)) + 1)
    for char, simple in chars.items():
        page[ord(char)] = ord(simple)
    return bytes(page)


CODE_PAGE = _code_page()


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
        if start > at and MARK.match(text, start) and text[start - 1].isalnum():
            start -= 1  # an accent belongs to the letter before it
        if start > at:
            found.append(_Piece(_latin_shape(text[at:start]), start - at, even=True))
        found += [
            _Piece(CLUSTERS[cluster], len(cluster), even=False)
            for cluster in CLUSTER.findall(text, start, end)
        ]
        at = end
    if at < len(text):
        found.append(_Piece(_latin_shape(text[at:]), len(text) - at, even=True))
    return found


def _latin_shape(text: str) -> str:
    return text.replace("`", "'") if text.isascii() else text.translate(_LATIN_TABLE)


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
    judge(judged)
    return blanked(judged[1:-3]).decode("ascii")


# ── What the rest of the package uses ───────────────────────────────────────────────────────────────────────────────────────────
def spaced(text: str) -> bytes:
    """Return the words of `text` between single spaces in UTF-8, one space before and behind; paragraph marks stay as words."""
    simple = _one_for_one(text)
    if simple is None:
        words = _unglued("".join(piece.out for piece in _pieces(text))).split()
        return " ".join(["", *words, ""]).encode() if words else b" "
    judged = bytearray(b" %b   " % simple)
    judge(judged)
    return squeezed(judged)


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
    shaped = whole.translate(_stand_ins).encode("ascii")
    spans = [_with_dot(shaped, start, end) for start, end in _runs(_unglued(whole))]
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
        and chr(shaped[end - 1]).isalpha()
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
