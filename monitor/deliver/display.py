"""Foreign text made fit to show: one printable line, its emphasised runs, its links.

Headlines, leads and addresses come from other people's feeds. Whatever shows them (a terminal, a page, a chat message, a mail) first
passes them through here, so that no control character, bidirectional override, hidden letter or odd address reaches a reader; each
target then adds the escaping of its own markup. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple
from urllib.parse import quote, urlsplit

ELLIPSIS = "…"

_BLANKS = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u2028\u2029]+")
# Bidi embeddings, overrides and isolates (UAX #9) reorder what follows them; the rest is invisible and hides or splits words.
# U+200C and U+200D stay: Persian and emoji need them.
_HIDDEN = re.compile(
    "[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e0fff]"
)
_SURROGATES = re.compile("[\ud800-\udfff]")
_PILED_MARKS = re.compile(
    "([\u0300-\u036f]{3})[\u0300-\u036f]+"
)  # more than three stacked accents only smear the line above
_URL_UNSAFE = re.compile(r"[^\x21\x23-\x3b\x3d\x3f-\x5b\x5d\x5f\x61-\x7a\x7e]")


class Run(NamedTuple):
    """A stretch of clean text, emphasised or not."""

    text: str
    bold: bool


def line(text: str) -> str:
    """Return `text` as one printable line: blanks and controls folded to one space, hidden characters and bidi tricks gone."""
    return _clean(text).strip()


def _clean(text: str) -> str:
    if text.isascii() and text.isprintable():
        return re.sub("  +", " ", text)
    text = _HIDDEN.sub("", _BLANKS.sub(" ", text))
    text = _PILED_MARKS.sub(r"\1", _SURROGATES.sub("\N{REPLACEMENT CHARACTER}", text))
    return re.sub("  +", " ", text)


def clip(text: str, limit: int) -> str:
    """Shorten to at most `limit` characters, ending in an ellipsis, at a word's end when one is near."""
    if len(text) <= limit:
        return text
    cut = text[: max(0, limit - 1)]
    space = cut.rfind(" ")
    if space > limit * 0.6:
        cut = cut[:space]
    return cut.rstrip(" ,;:–—-") + ELLIPSIS if limit > 0 else ""


def runs(text: str, bold: Iterable[tuple[int, int]], limit: int | None = None) -> tuple[Run, ...]:
    """Split `text` at its emphasised (start, end) ranges into clean runs, all together at most `limit` characters.

    Ranges outside the text or overlapping an earlier one are ignored rather than trusted.
    """
    pieces: list[Run] = []
    at = 0
    for start, end in bold:
        if at <= start < end <= len(text):
            pieces += [Run(text[at:start], False), Run(text[start:end], True)]
            at = end
    pieces.append(Run(text[at:], False))
    if limit is not None:
        pieces = _near(pieces, limit * 10)
    clean = _joined(pieces)
    return clean if limit is None else _clipped(clean, limit)


def _near(pieces: Iterable[Run], most: int) -> list[Run]:
    """Keep the first `most` characters: of a text far beyond its limit no more is looked at."""
    out: list[Run] = []
    for text, bold in pieces:
        out.append(Run(text[: max(0, most)], bold))
        most -= len(text)
    return out


def _joined(pieces: Iterable[Run]) -> tuple[Run, ...]:
    """Clean each run by itself, so that the ranges stay true, and fold blanks that now meet at a seam."""
    out: list[Run] = []
    for text, bold in pieces:
        clean = _clean(text)
        if not out or out[-1].text.endswith(" "):
            clean = clean.lstrip()
        if clean:
            out.append(Run(clean, bold))
    if out:
        out[-1] = Run(out[-1].text.rstrip(), out[-1].bold)
    return tuple(run for run in out if run.text)


def _clipped(pieces: tuple[Run, ...], limit: int) -> tuple[Run, ...]:
    whole = "".join(run.text for run in pieces)
    if len(whole) <= limit:
        return pieces
    kept = clip(whole, limit).removesuffix(ELLIPSIS)
    out: list[Run] = []
    room = len(kept)
    for text, bold in pieces:
        if room <= 0:
            break
        out.append(Run(text[:room], bold))
        room -= len(text)
    return (*out, Run(ELLIPSIS, False))


def web_address(url: str) -> str | None:
    """Return `url` if it is an absolute http(s) address, with everything percent-encoded that could end or reshape a link.

    Encoded are controls, blanks, non-ASCII letters and ``" < > | \\ ^ ` { }``; what is encoded already stays as it is.
    None for anything else (`javascript:`, relative, no host): it is shown, but never linked.
    """
    cleaned = _URL_UNSAFE.sub(lambda found: quote(found[0], safe="", errors="replace"), url.strip())
    try:
        parts = urlsplit(cleaned)
    except ValueError:
        return None
    return cleaned if parts.scheme.lower() in ("http", "https") and parts.netloc else None


def host(url: str) -> str:
    """Return the host to show beside a link, without `www.`; empty if the address has none."""
    try:
        name = urlsplit(url).hostname or ""
    except ValueError:
        return ""
    return line(name.removeprefix("www."))
