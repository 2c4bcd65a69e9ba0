"""Articles that are not in the page's elements: single-page applications carry them in their scripts, as HTML inside strings or as data.

Looked for only when the elements hold next to nothing, so that there is "no empty answer where there is text" (spec "seed-format"). The last
resort is JSON-LD's `articleBody`, which is text without structure.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from monitor.collect.extract import blocks

_SCRIPT = re.compile(r"<script\b[^>]*>(.*?)</script", re.IGNORECASE | re.DOTALL)
_STRING = re.compile(r'"((?:[^"\\]|\\.){300,})"', re.DOTALL)
_PARAGRAPHS = re.compile(r"<p[ >]|<br ?/?>", re.IGNORECASE)
_MAX_SCRIPTS, _MAX_CHARS, _MAX_DEPTH = 400, 2 * 2**20, 3


def fragment(html: str, title: str, witness: str) -> str:
    """Return the richest article inside the page's scripts as HTML, else the witness as paragraphs; empty if there is none.

    An article is a string of HTML, or a list of blocks under the page's headline (`title`).
    """
    found = max(_fragments(html), key=_paragraphs, default="")
    kept = blocks.best(list(_values(html)), title)
    richest = max(found if _paragraphs(found) >= 2 else "", kept, key=len)
    return richest or "".join(f"<p>{line}</p>" for line in witness.split("\n") if line.strip())


_ASSIGNED = re.compile(r"(?:[\w$\])'\"]\s*=|\()\s*(?=[{\[])")
_TRIES, _FAILED = 40, 4 * 2**20  # tries a script, and characters of what turned out to be no JSON


def _values(html: str) -> Iterator[Any]:
    """Yield the JSON values in the page's scripts: whole scripts, and what is assigned to a name or handed to a function."""
    spent = 0
    for number, match in enumerate(_SCRIPT.finditer(html)):
        if number < _MAX_SCRIPTS and len(match[1]) <= _MAX_CHARS and spent <= _FAILED:
            for start in _starts(match[1]):
                value, cost = _decode(match[1], start)
                spent += cost
                if value is not None:
                    yield value


def _starts(script: str) -> Iterator[int]:
    """Yield where JSON may begin in a script."""
    first = len(script) - len(script.lstrip())
    if script[first : first + 1] in ("{", "["):
        yield first
        return
    for tries, match in enumerate(_ASSIGNED.finditer(script)):
        if tries == _TRIES:
            return
        yield match.end()


_DECODER = json.JSONDecoder(strict=False)


def _decode(script: str, start: int) -> tuple[Any, int]:
    """Return the JSON value that begins at `start`, or None, and how many characters were read in vain."""
    try:
        return _DECODER.raw_decode(script, start)[0], 0
    except json.JSONDecodeError as error:
        return None, error.pos - start
    except (ValueError, RecursionError):
        return None, _FAILED


def _paragraphs(text: str) -> int:
    return len(_PARAGRAPHS.findall(text))


def _fragments(html: str) -> Iterator[str]:
    """Yield the strings of the page's scripts that hold HTML paragraphs."""
    for number, match in enumerate(_SCRIPT.finditer(html)):
        if number < _MAX_SCRIPTS and len(match[1]) <= _MAX_CHARS:
            yield from _strings(match[1], _MAX_DEPTH)


def _strings(text: str, depth: int) -> Iterator[str]:
    """Yield the long JSON strings of a text that hold paragraphs, and those inside them (data is often quoted twice)."""
    for match in _STRING.finditer(text):
        if "<p" not in match[1] and "003cp" not in match[1] and "<br" not in match[1]:
            continue
        try:
            value = json.loads(f'"{match[1]}"', strict=False)
        except ValueError:
            continue
        nested = list(_strings(value, depth - 1)) if depth and '"' in value else []
        yield max(nested, key=_paragraphs, default=value)
