"""The text of a page before it is parsed: within the caps of spec "safety", and with what parsers would not show in elements."""

from __future__ import annotations

import re

MAX_CHARS = 3 * 2**20  # spec "safety", "Caps": pages 3 MiB and 20,000 tags
MAX_BYTES = 4 * MAX_CHARS  # what so many characters take at most
MAX_TAGS = 20_000

_TAG = re.compile(r"<[a-zA-Z]")
_HUGE = 20_000
_HUGE_TAG = re.compile(rf"<[a-zA-Z][^<>]{{{_HUGE},}}")
_MAX_ATTRIBUTES = (
    1_000  # lexbor looks for each name among the ones before it: 50,000 of them take half a minute
)


def cut(html: str, notes: list[str]) -> str:
    """Return the page within the caps of spec "safety", noting a cut: the article is near the top, a flood is not."""
    if len(html) > MAX_CHARS:
        html = html[:MAX_CHARS]
        notes.append("page cut at 3 MiB")
    if _has_huge_tag(html):
        html = _HUGE_TAG.sub(_shorten, html)
    if html.count("<") > MAX_TAGS:
        for number, match in enumerate(_TAG.finditer(html)):
            if number == MAX_TAGS:
                notes.append("page cut at 20,000 tags")
                return html[: match.start()]
    return html


def _has_huge_tag(html: str) -> bool:
    """Tell whether a tag is longer than any needs to be; looks at a few characters of each 20,000, and closer only where no tag ends."""
    at = 0
    while at < len(html):
        last = html.rfind(">", at, at + _HUGE)
        if last >= 0:
            at = last + 1
            continue
        end = html.find(">", at + _HUGE)
        end = end if end >= 0 else len(html)
        begin = html.rfind("<", at, end)
        if 0 <= begin < end - _HUGE:
            return True
        at = end + 1
    return False


def _shorten(match: re.Match[str]) -> str:
    """Cut a tag off after its first attributes if it has a flood of them; one long attribute is a picture inside the page."""
    tag = match[0]
    return tag[:2_000] if len(tag.split(None, _MAX_ATTRIBUTES + 1)) > _MAX_ATTRIBUTES else tag


_TOP = 20_000  # characters within which a page says that it is one of frames
# A page of frames has no body for parsers; what it says to those without frames is all its text.
_FRAMES = re.compile(r"</?(?:frameset|frame|noframes)(?:\s[^<>]{0,2000})?/?>", re.IGNORECASE)
_TEMPLATE = re.compile(r"<(/?)template\b([^<>]{0,400})>", re.IGNORECASE)


def opened(html: str) -> str:
    """Return the page with what browsers show of it in elements: shadow roots, which parsers keep apart, and text without any mark-up."""
    if "shadowrootmode" in html:
        html = _with_shadows(html)
    if _FRAMES.search(html, 0, _TOP):
        html = _FRAMES.sub("", html)
    return html if "<" in html else f"<pre>{html}</pre>"


def _with_shadows(html: str) -> str:
    """Turn declarative shadow roots into boxes; other templates stay what they are, which is nothing to see."""
    shown: list[bool] = []

    def boxed(match: re.Match[str]) -> str:
        if match[1]:
            return "</div>" if shown and shown.pop() else match[0]
        shown.append("shadowrootmode" in match[2].lower())
        return "<div>" if shown[-1] else match[0]

    return _TEMPLATE.sub(boxed, html)
