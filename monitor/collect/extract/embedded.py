"""Articles that are not in the page's elements: single-page applications carry them as HTML inside JavaScript strings.

Looked for only when the elements hold next to nothing, so that there is "no empty answer where there is text" (spec "seed-format"). The last
resort is JSON-LD's `articleBody`, which is text without structure.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

_SCRIPT = re.compile(r"<script\b[^>]*>(.*?)</script", re.IGNORECASE | re.DOTALL)
_STRING = re.compile(r'"((?:[^"\\]|\\.){300,})"', re.DOTALL)
_PARAGRAPHS = re.compile(r"<p[ >]|<br ?/?>", re.IGNORECASE)
_MAX_SCRIPTS, _MAX_CHARS, _MAX_DEPTH = 400, 2 * 2**20, 3


def fragment(html: str, witness: str) -> str:
    """Return the richest piece of article HTML inside the page's scripts, else the witness as paragraphs; empty if there is none."""
    found = max(_fragments(html), key=_paragraphs, default="")
    if _paragraphs(found) >= 2:
        return found
    return "".join(f"<p>{line}</p>" for line in witness.split("\n") if line.strip())


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
