"""Fragments of HTML as feeds carry them: to plain text, to lines, to a title, to an image address.

Why not a tree: a fragment is read for every entry of every changed feed, and a tree costs several times what this linear scan does; worse,
the tree builders measured take minutes on `<div>` x 200,000 or `<b><p>` x 2,000, which any feed may send. The scan below
looks at each character a bounded number of times, whatever the input (possessive groups; no pattern that looks past the next `<`).
Whole pages are another matter and belong to `monitor.collect.extract`.
"""

from __future__ import annotations

import re
from html import escape
from html import unescape as _unescape
from urllib.parse import urljoin

from monitor.text import single_spaced

MAX_TITLE = 300
"""Longest title kept, in characters (spec/safety: 5 MB titles were seen)."""

_INNER = r"""(?:<(?:[a-zA-Z/!?][^<>"']*+>|(?![a-zA-Z/!?]))"""
_VALUE = rf"""(?:"[^"<]*+{_INNER}[^"<]*+)*+"|'[^'<]*+{_INNER}[^'<]*+)*+')"""
"""A quoted attribute value. Captions in `alt` hold tags (`alt='in <em>Nature</em>'`): whole tags without quotes are let in, so that what
starts inside a value ends there, and a text of nothing but beginnings still takes linear time."""
_TAG = re.compile(rf"<(/?[a-zA-Z][a-zA-Z0-9]*)(?:[^<>\"']++|{_VALUE})*+>|<[a-zA-Z/!?][^<>]*+>")
_BLOCK_NAMES = (
    "address article aside blockquote body br center dd details dialog div dl dt fieldset figcaption figure footer form h1 h2 h3 h4"
    " h5 h6 head header hr html li main nav ol option p pre section summary table tbody td tfoot th thead title tr ul"
)
_BLOCKS = frozenset(_BLOCK_NAMES.split())
_SILENT_NAMES = "head iframe math noscript object script select style svg template textarea"
_SILENT = frozenset(_SILENT_NAMES.split())
"""Elements whose content is not text for a reader."""

_TITLE_TAG = re.compile(
    r"</?(a|abbr|acronym|b|bdi|bdo|big|blink|br|center|cite|code|del|dfn|div|em|font|h[1-6]|hr|i|img|ins|kbd|li|mark|nobr|ol|p|q|s|samp|"
    r"small|span|strike|strong|sub|sup|tt|u|ul|var|wbr)(?:\s[^<>]*+)?/?>",
    re.IGNORECASE,
)
_TITLE_BREAK_NAMES = "br div h1 h2 h3 h4 h5 h6 hr li ol p ul"
_TITLE_BREAKS = frozenset(_TITLE_BREAK_NAMES.split())
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u200b\u2060\ufeff\ufffd\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
"""Controls, soft hyphen, zero-width space and joiner, byte order mark, bidi marks, lone surrogates. ZWJ and ZWNJ stay: emoji and Farsi
need them (spec/seed-format)."""

_HUGE_REFERENCE = re.compile(r"&#\d{8,};?")
_HALVES = re.compile(
    r"&#(?:[xX]([dD][89abAB][0-9a-fA-F]{2})|(5[56]\d{3}));&#(?:[xX]([dD][c-fC-F][0-9a-fA-F]{2})|(5[67]\d{3}));"
)

_IMG = re.compile(rf"<img\b((?:[^<>\"']++|{_VALUE})*+)>", re.IGNORECASE)
_LINKED = re.compile(
    r"""(\s(?:href|src|poster|data-src)\s*+=\s*+)(?:"([^"]*+)"|'([^']*+)'|([^\s"'<>]++))""", re.IGNORECASE
)
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|#|\{")
_SOURCES = ("src", "data-src", "data-lazy-src", "data-original")
_ATTRIBUTE = re.compile(r"""([a-zA-Z][a-zA-Z0-9-]*+)\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s"'<>]++))""")


def to_text(fragment: str) -> str:
    """Return the text of an HTML fragment on one line: tags gone, entities resolved, blanks collapsed.

    Inline tags vanish (`CO<sub>2</sub>` is `CO2`), block tags and `<br>` part words. Scripts, styles and comments give nothing.
    """
    if "<" not in fragment and "&" not in fragment:
        return collapse(fragment)
    return " ".join(fragment_lines(fragment))


def fragment_lines(fragment: str) -> tuple[str, ...]:
    """Return the text of an HTML fragment as the lines its block elements and `<br>` make; empty lines are left out."""
    lines = _raw_lines(_without_comments(fragment))
    if "&" in fragment:  # an entity may itself be a line break; those of the source are none
        lines = unescape("\n".join([" ".join(line.split()) for line in lines])).split("\n")
    return tuple([line for line in map(collapse, lines) if line])


def unescape(text: str) -> str:
    """Return `text` with its entities resolved; never raises (the standard function does, on a number of over 4,300 digits)."""
    text = join_halves(text)
    try:
        return _unescape(text)
    except ValueError:
        return _unescape(_HUGE_REFERENCE.sub("", text))


def join_halves(text: str) -> str:
    """Return `text` with characters that were written as two references, one for each half of UTF-16, in one: programs that count in UTF-16
    write every emoji so, and no parser takes it."""
    return _HALVES.sub(_whole, text) if "&#" in text else text


def _whole(match: re.Match[str]) -> str:
    high = int(match[1], 16) if match[1] else int(match[2])
    low = int(match[3], 16) if match[3] else int(match[4])
    if not (0xD800 <= high < 0xDC00 <= low < 0xE000):
        return match[0]
    return chr(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00))


def _raw_lines(fragment: str) -> list[str]:
    """Cut a fragment at its block tags; blanks stay as they are."""
    pieces = _TAG.split(fragment)
    lines: list[str] = []
    line = [pieces[0]]
    silent = ""
    for name, text in zip(pieces[1::2], pieces[2::2], strict=True):
        tag = name.lower() if name else ""
        if silent:
            silent = "" if tag == "/" + silent else silent
        elif tag.lstrip("/") in _BLOCKS:
            lines.append("".join(line))
            line = []
        if tag in _SILENT and not silent:
            silent = tag
        if not silent:
            line.append(text)
    lines.append("".join(line))
    return lines


def _without_comments(fragment: str) -> str:
    """Drop `<!-- … -->`; one that is never closed hides the rest, as it does in a browser."""
    if "<!--" not in fragment:
        return fragment
    kept = []
    position = 0
    while (start := fragment.find("<!--", position)) >= 0:
        kept.append(fragment[position:start])
        end = fragment.find("-->", start + 4)
        position = len(fragment) if end < 0 else end + 3
    kept.append(fragment[position:])
    return "".join(kept)


def collapse(text: str) -> str:
    """Return `text` with every run of Unicode blanks as one space, none at the ends, and invisible letters removed."""
    if not text.isprintable() or "\ufffd" in text:
        text = _INVISIBLE.sub("", text)
    return single_spaced(text)


def clean_title(raw: str) -> str:
    """Return a headline fit to show: markup, entities (even doubly escaped ones) and stray blanks resolved, at most `MAX_TITLE` long.

    Only what looks like a known inline tag is markup: `<b>` goes, `Inflation < 3%` and `List<String>` stay.
    """
    if not raw:
        return ""
    title = raw[: 20 * MAX_TITLE]
    for _ in range(2 if "<" in title or "&" in title else 0):
        if "<" in title:
            title = _TITLE_TAG.sub(_title_tag, title)
        if "&" in title:
            title = unescape(title)
    title = collapse(title)
    return title if len(title) <= MAX_TITLE else title[: MAX_TITLE - 1].rstrip() + "…"


def _title_tag(match: re.Match[str]) -> str:
    return " " if match[1].lower() in _TITLE_BREAKS else ""


def rebase(fragment: str, base: str) -> str:
    """Return the fragment with its relative links and pictures made absolute against `base` (an http(s) address; nothing is done with another)."""
    if "<" not in fragment or not base.startswith(("http://", "https://")):
        return fragment
    return _TAG.sub(lambda tag: _LINKED.sub(lambda match: _rebased(match, base), tag[0]), fragment)


def _rebased(match: re.Match[str], base: str) -> str:
    address = unescape(next(value for value in match.groups()[1:] if value is not None)).strip()
    if not address or _ABSOLUTE.match(address):
        return match[0]
    try:
        return f'{match[1]}"{escape(urljoin(base, address))}"'
    except ValueError:
        return match[0]


def first_image(fragment: str) -> str | None:
    """Return the address of the fragment's first real image as written (maybe relative), or None.

    Pixels for counting readers (width or height of at most 2), `data:` addresses and addresses in templates are passed over.
    """
    if "<img" not in fragment and "<IMG" not in fragment:
        return None
    for match in _IMG.finditer(fragment):
        attributes = _attributes(match[1])
        address = next((value for name in _SOURCES if _is_address(value := attributes.get(name, ""))), None)
        if address and not _is_pixel(attributes):
            return address
    return None


def _is_address(value: str) -> bool:
    return bool(value) and not value.startswith(("data:", "{", "about:"))


def _attributes(source: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, double, single, bare in _ATTRIBUTE.findall(source):
        found.setdefault(name.lower(), unescape(double or single or bare).strip())
    return found


def _is_pixel(attributes: dict[str, str]) -> bool:
    return any(
        attributes.get(side, "").rstrip("px").strip() in {"0", "1", "2"} for side in ("width", "height")
    )
