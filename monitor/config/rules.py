"""From an offset in a rule's text to the place in the file, whatever way YAML wrote the rule.

A rule may stand plain, in single or double quotes, folded (`>`) or literal (`|`), over several lines and with escapes. YAML changes
only blanks and escapes, never the order of the other characters; so the characters of the value that are no blanks are laid beside
those of the source, one by one, and every offset has its place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from monitor.config.document import Scalar
from monitor.config.source import Source
from monitor.errors import Problem, RuleError

_UNQUOTED = "YAML took these quotes away: write '\"two words\"' for a phrase"
# YAML 1.2, 5.7: escapes in double quotes. Those that stand for a blank, or for a break that is folded away, are skipped as blanks.
_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.|\n))", re.DOTALL)
_BLANK_ESCAPES = frozenset("\n \tntvfrNLP_")
_CONTROL_ESCAPES = {"0": "\0", "a": "\a", "b": "\b", "e": "\x1b"}


def rule_problem(source: Source, scalar: Scalar, error: RuleError) -> Problem:
    """Return a rule's mistake as one of the file, underlined as far as it goes on its line."""
    offsets = positions(source, scalar)
    start, end = span(offsets, scalar, error.start, error.end)
    hint = error.hint
    if (
        scalar.style in ("'", '"')
        and error.message.startswith("two terms")
        and not re.search("[\"'“”]", scalar.text)
    ):
        hint = f"{hint}; {_UNQUOTED}" if hint else _UNQUOTED
    return source.problem(start, error.message, end=end, hint=hint)


def span(offsets: list[int], scalar: Scalar, start: int, end: int) -> tuple[int, int]:
    """Return the source offsets of a range of the value that begins and ends on characters that are no blanks."""
    if not offsets:
        return scalar.start, scalar.end
    inside = [offset for offset in offsets[start : max(end, start + 1)] if offset >= 0]
    if inside:
        return inside[0], inside[-1] + 1
    before = [offset for offset in offsets[:start] if offset >= 0]
    return (before[-1] + 1, before[-1] + 2) if before else (scalar.start, scalar.end)


def positions(source: Source, scalar: Scalar) -> list[int]:
    """Return for each character of the value its offset in the source; -1 for blanks, and [] if the two cannot be laid together."""
    written = list(_written(source.text, scalar))
    offsets, at = [], 0
    for char in scalar.text:
        if char.isspace():
            offsets.append(-1)
        elif at < len(written) and written[at][0] == char:
            offsets.append(written[at][1])
            at += 1
        else:
            return []
    return offsets


def _written(text: str, scalar: Scalar) -> Iterator[tuple[str, int]]:
    """Yield the characters of a scalar as YAML reads them, blanks left out, each with its offset in the source."""
    start, end = scalar.start, scalar.end
    if scalar.style in (">", "|"):
        start = text.find("\n", start, end) + 1 or end  # behind the indicator and any comment
    elif scalar.style in ("'", '"'):
        start, end = start + 1, end - 1
    if scalar.style == '"':
        yield from _escaped(text, start, end)
        return
    skip = False
    for offset in range(start, end):
        if skip:
            skip = False
        elif not text[offset].isspace():
            skip = scalar.style == "'" and text[offset] == "'"  # '' stands for one
            yield text[offset], offset


def _escaped(text: str, start: int, end: int) -> Iterator[tuple[str, int]]:
    """Yield the characters of a double-quoted text, its escapes read."""
    at = start
    while at < end:
        match = _ESCAPE.match(text, at, end)
        if match is None:
            char = text[at]
            if not char.isspace():
                yield char, at
            at += 1
            continue
        char = _escape_value(match)
        if char and not char.isspace():
            yield char, at
        at = match.end()


def _escape_value(match: re.Match[str]) -> str:
    """Return the character an escape stands for, nothing for a blank."""
    if code := match[1] or match[2] or match[3]:
        return chr(int(code, 16))
    return "" if match[4] in _BLANK_ESCAPES else _CONTROL_ESCAPES.get(match[4], match[4])
