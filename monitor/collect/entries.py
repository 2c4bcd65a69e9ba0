"""From an entry as a reader found it to the `Entry` everybody else sees: one way for every reader, so that they cannot differ here."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import escape
from urllib.parse import urlsplit

from monitor.collect.dates import parse_date
from monitor.html import clean_title, collapse, first_image
from monitor.models import Entry
from monitor.urls import MAX_URL, absolute

MAX_ENTRIES = 2_000
"""Most entries read from one document (spec, "Parsing"); a thousand from either end where that can be chosen."""
MAX_ID = 200_000
"""Longest id kept whole, in characters; identity hashes it, so only memory is at stake."""
MAX_CATEGORIES = 60
MAX_AUTHORS = 20
MAX_NAME = 120
MAX_BYLINE = 300
"""Longest author kept, in characters: journals name a dozen people in one element."""
MAX_BODY = 2 * 2**20
"""Longest summary or content kept, in characters."""
BREAKS_OFF = "the document breaks off; its last entry may be missing"
"""What is said of a document that was read as far as it goes."""

_LOOKS_HTML = re.compile(
    r"</\w+>|&#?\w+;|<(?:p|br|img|div|a|b|i|em|strong|ul|li|h\d)\b[^<>]*>", re.IGNORECASE
)
_IMAGE_PATH = re.compile(r"\.(?:jpe?g|png|webp|gif|avif)$", re.IGNORECASE)
_NOT_PICTURE = re.compile(r"\.(?:mp3|mp4|m4a|mov|webm|pdf|ogg|svg)$", re.IGNORECASE)
_LANGUAGE = re.compile(r"([A-Za-z]{2,3})(?:[-_]([A-Za-z]{4}))?(?:[-_]([A-Za-z]{2}|\d{3}))?(?:[-_][\w-]+)?")
_EMAIL = re.compile(
    r"(?:mailto:)?[\w.+-]{1,64}+@[A-Za-z0-9-]{1,63}+(?:\.[A-Za-z0-9-]{1,63}+){1,8}(?:\?subject=\S*+)?"
)
_EMPTY_BRACKETS = re.compile(r"\(\s*\)|<\s*>|&lt;\s*&gt;|\[\s*\]")
_BINARY = re.compile(r"(?:image|audio|video|font|model)/(?!svg)|application/(?:pdf|zip|x-shockwave-flash)")
SPARE_DATES = (
    "created",
    "dc_created",
    "dc_issued",
    "dcterms_available",
    "dcterms_date",
    "prism_publicationdate",
)
"""What says when an entry was published where nothing else does, best first, by the names of `feeds.elements.Names`."""
_BYLINE = re.compile(r"^(?:by|von|par|por|di)\s*:?\s+(?=\S)", re.IGNORECASE)


@dataclass(slots=True)
class Medium:
    """A candidate picture: its address, declared width in pixels (0: unknown), MIME type and `medium` word."""

    url: str
    width: int = 0
    type: str = ""
    medium: str = ""


@dataclass(slots=True)
class RawEntry:
    """An entry as a reader found it: strings as published, links resolved against `xml:base` only.

    Texts are (MIME type, value) pairs: the summary, and every other body in `contents`. `caption` is the text of a picture or film
    (`media:description`), `other_link` an alternate that is no HTML, `spare_dates` are those of rarer elements by their names: each speaks
    for the entry only where nothing else does.
    """

    id: str = ""
    link: str = ""
    other_link: str = ""
    title: str = ""
    published: str = ""
    updated: str = ""
    spare_dates: dict[str, str] = field(default_factory=dict)
    authors: list[str] = field(default_factory=list)
    summary: tuple[str, str] | None = None
    contents: list[tuple[str, str]] = field(default_factory=list)
    caption: str = ""
    language: str = ""
    categories: list[str] = field(default_factory=list)
    source: str = ""
    media: list[Medium] = field(default_factory=list)
    thumbnails: list[str] = field(default_factory=list)
    enclosures: list[Medium] = field(default_factory=list)


def build(raw: RawEntry, base: str, language: str | None) -> Entry:
    """Return the entry: links absolute, texts HTML, dates instants, lists without doubles.

    `base` is the feed's final address, `language` the feed's own (used where the entry names none).
    """
    content = max((as_html(*text) for text in raw.contents), key=len, default="")
    summary = as_html(*raw.summary) if raw.summary else ""
    if not content and not summary and raw.caption:
        summary = as_html("text/plain", raw.caption)
    identifier = raw.id.strip()[:MAX_ID]
    return Entry(
        id=identifier or None,
        url=_address(base, _own_link(raw)) or _permalink(base, identifier) or _address(base, raw.other_link),
        title=clean_title(raw.title),
        published=parse_date(raw.published or ("" if raw.updated else _spare_date(raw))),
        updated=parse_date(raw.updated),
        authors=_names(raw.authors),
        summary="" if summary == content else summary,
        content=content,
        image=picture(raw, base, content, summary),
        language=language_tag(raw.language) or language,
        categories=labels(raw.categories),
        source=clean_title(raw.source)[:MAX_NAME] or None,
    )


def _spare_date(raw: RawEntry) -> str:
    return next((date for name in SPARE_DATES if (date := raw.spare_dates.get(name, ""))), "")


def _own_link(raw: RawEntry) -> str:
    """A guid stands in as the link only if it is an address (RSS 2.0 makes it one by default; `12345` is none)."""
    is_address = raw.link.startswith(("http://", "https://", "/"))
    return "" if raw.link == raw.id and not is_address else raw.link


def _address(base: str, link: str) -> str | None:
    """Return the entry's link, absolute; as published where no base is known (a feed read from a file) and it names no other scheme."""
    if base or ":" in link.partition("/")[0]:
        return absolute(base, link)
    return absolute("", link) or link.strip()[:MAX_URL] or None


def _permalink(base: str, identifier: str) -> str | None:
    """An id that is a web address stands in for a missing link (RSS 2.0: guid is a permalink unless it says otherwise)."""
    return absolute(base, identifier) if identifier.startswith(("http://", "https://")) else None


def as_html(kind: str, value: str) -> str:
    """Return a text as HTML. Declared plain text is escaped unless it plainly is HTML all the same, as it often is in feeds;
    a picture or a film written out (Atom allows that) is no text."""
    if _BINARY.match(kind):
        return ""
    value = value.strip()[:MAX_BODY]
    if kind == "text/plain" and not _LOOKS_HTML.search(value):
        return escape(value, quote=False)
    return value


def person(raw: str) -> str:
    """Return the name in an RSS author (`jane@example.org (Jane Doe)`); empty if there is only an address.

    feedparser's own rule takes the first four letters of a longer top-level domain for all of it; both readers use this one.
    """
    if "@" not in raw:
        return raw
    name = _EMPTY_BRACKETS.sub("", _EMAIL.sub("", raw[:1_000])).strip()
    return name[1:-1].strip() if name.startswith("(") and name.endswith(")") else name


def labels(terms: list[str]) -> tuple[str, ...]:
    """Return categories cleaned, without doubles, in order."""
    cleaned = (clean_title(term)[:MAX_NAME] for term in terms[: 5 * MAX_CATEGORIES])
    return tuple(dict.fromkeys(term for term in cleaned if term))[:MAX_CATEGORIES]


def _byline(name: str) -> str:
    """Return an author's name, or as many whole ones of a list as fit."""
    if len(name) < MAX_BYLINE:  # a title is no longer either: what has its length was cut there
        return name
    return name[: MAX_BYLINE - 1].rpartition(",")[0] or name[: MAX_BYLINE - 1]


def _names(authors: list[str]) -> tuple[str, ...]:
    cleaned = (_byline(_BYLINE.sub("", clean_title(name))) for name in authors[: 5 * MAX_AUTHORS])
    return tuple(dict.fromkeys(name for name in cleaned if name))[:MAX_AUTHORS]


def language_tag(raw: str) -> str | None:
    """Return a language tag in its usual spelling (`en-US`, `zh-Hant-TW`; BCP 47, 2.1.1), or None if it is none."""
    match = _LANGUAGE.fullmatch(collapse(raw[:40]))
    if match is None:
        return None
    parts = (match[1].lower(), (match[2] or "").title(), (match[3] or "").upper())
    return "-".join(part for part in parts if part)


def picture(raw: RawEntry, base: str, content: str, summary: str) -> str | None:
    """Return the entry's image: the widest `media:content`, else a thumbnail, an image enclosure, the first `<img>` in the text."""
    media = [medium for medium in raw.media if _is_picture(medium)]
    candidates = [
        *(medium.url for medium in sorted(media, key=lambda medium: -medium.width)),
        *raw.thumbnails,
        *(medium.url for medium in raw.enclosures if _is_picture(medium)),
    ]
    found = next((address for link in candidates if (address := absolute(base, link))), None)
    if found:
        return found
    link = first_image(content) or first_image(summary)
    return absolute(base, link) if link else None


def _is_picture(medium: Medium) -> bool:
    if medium.medium or medium.type:
        named = medium.medium == "image" or medium.type.startswith("image/")
        return named and not medium.type.startswith("image/svg")
    path = path_of(medium.url)
    return bool(_IMAGE_PATH.search(path)) or (medium.width > 0 and not _NOT_PICTURE.search(path))


def path_of(url: str) -> str:
    """Return the path of an address, empty if it cannot be read."""
    try:
        return urlsplit(url).path
    except ValueError:
        return ""


def pixels(raw: str) -> int:
    """Return a declared width in pixels, 0 if it is none."""
    digits = raw.strip().removesuffix("px")
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 6 else 0
