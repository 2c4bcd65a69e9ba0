"""Which signs hold a word together, and which part two: `don't`, `1,500`, `U.S`, `AT&T`, `C++`; but l'État, Barnes&Noble.

Judged on ASCII lines, byte by byte where an automaton says that a word goes on before or behind a sign; most signs stand beside a
space and cost nothing.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from monitor.topics.letters import GLUE

BORDER = "\x02"  # between paragraphs: a word of its own, so that no phrase reaches across
SOFT = "\x03"  # between lines that run on: paragraphs end, phrases do not

# Prefixes that Romance languages elide before a vowel: l'État, d'Ivoire, qu'elle, dell'arte. They are words of their own.
ELISIONS = b" l d j m n s t c qu jusqu lorsqu puisqu quoiqu dell all nell sull dall un quest "
_ELISIONS = frozenset(ELISIONS.split())

# What a byte of a line is. Lines that are not ASCII are judged by a stand-in of the same length (`words._unglued`).
_NOTHING, _LETTER, _DIGIT = 0, 1, 2
_KIND = bytes(
    _DIGIT if chr(code).isdigit() else _LETTER if chr(code).isalpha() else _NOTHING for code in range(128)
).ljust(256, b"\0")
_SPACE, _GONE = 32, 0x9F  # a byte that no ASCII line has
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


def judge(line: bytearray) -> None:
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


def blanked(line: bytes | bytearray) -> bytes:
    """Return a judged stretch in words, spaces and glue; one for one."""
    return bytes(line.translate(_BLANK_TABLE))


def squeezed(line: bytearray) -> bytes:
    """Return a judged line as its words between single spaces."""
    words = bytes(line.translate(_BLANK_TABLE, _LEFT_OUT))
    at = words.find(b"  ")
    for _ in range(_FEW):
        if at < 0:
            return words
        words = words[:at] + words[at + 1 :]
        at = words.find(b"  ", at)
    while b"  " in words:
        words = words.replace(b"   ", b" ").replace(b"  ", b" ")
    return words


_FEW = 8  # double spaces that are cheaper taken out one by one
