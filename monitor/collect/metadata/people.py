"""Who wrote it: JSON-LD's authors unless they are the publisher, then meta tags, then the byline people see."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Set
from itertools import pairwise
from typing import TYPE_CHECKING

from monitor.collect.metadata import jsonld, tags
from monitor.collect.metadata.written import first_date, parts_beside_dates
from monitor.text import clean, letters

if TYPE_CHECKING:
    from monitor.collect.extract.page import Block, Page

_MAX_AUTHORS = 20
_TAGS = (
    "author",
    "article:author",
    "parsely-author",
    "sailthru.author",
    "dc.creator",
    "dcterms.creator",
    "byl",
    "citation_author",
    "og:article:author",
    "twitter:data1",
    "articleauthor",
    "authorname",
    "contentauthor",
    "byline",
)

_BY = re.compile(
    r"^(?:(?:(?:re)?written|posted|published|reported|edited|reviewed|words|story|text|article|analysis|opinion|guest post|contributed|created|updated)?\s?(?:by|von|par|por|di|door|av|af)\s*:?\s+"
    r"|by(?=[A-Z])|(?:autorin/autor|contributors?:?|von:|par:|por:)\s+|(?:authors?|autor(?:in|en|es)?|auteurs?|autore|texto|text|written|автор|фото|文|作者|責任編輯|责任编辑|编辑|編輯|记者|記者|기자)(?:\s?[:：]|(?<=[記记]者)\s)\s*|[|•·–—:-]\s*)",
    re.IGNORECASE,
)
_JOINED = re.compile(r"\s+(?:and|und|et|y|e|og|och|en|&)\s+|\s*[;|•·⋅、]\s*")
_SPLIT = re.compile(r"\s*[,;/|•·⋅、]\s*(?:(?:and|und|et|y|e|og|och)\s+)?|\s+(?:and|und|et|y|e|og|och|&)\s+")
_ROLE = re.compile(
    r"\s*(?:[,|(–—-]|\bfor\b|\bat\b)\s*(?:[\w'’.&-]+ ){0,4}?(?:writer|reporter|editor|correspondent|columnist|contributor|journalist|redakteur(?:in)?|freelancer|staff|producer|ceo|founder|phd|md|published|updated)\b.*$"
    r"|\s+(?:기자|記者|记者|特派員|통신원)$",
    re.IGNORECASE,
)
_NO_NAME = re.compile(
    r"https?:|www\.|@|\d|[!?%$€{}<>\[\]]|^(?:admin|administrator|authors?|unknown|none|null|undefined|name|user admin|guest|user|editor|root|n/?a|about|bio|follow|updated?|published|posted|staff|share|home|read more|"
    r"guide by|(?:mon|tues|wednes|thurs|fri|satur|sun)(?:day)?|sat|tue|thu|wed|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|\w+ed (?:by|on .*)|(?:[^\W\d_]+ )?by|view all .*|quelle.*|source.*|来源.*|來源.*|出处.*|foto.*|photo.*)$",
    re.IGNORECASE,
)


def authors(page: Page, article: jsonld.Thing, head: dict[str, list[str]], site: str) -> tuple[str, ...]:
    """Return the authors' names; the publisher alone only where nobody else is named.

    Beside people the publisher counts where the page's data says so ("Ann Lee, The Daily"); in a tag it is a template's habit.
    """
    publisher = {letters(site), letters(jsonld.first(article.get("publisher")))} - {""}
    named = tidy(jsonld.strings(article.get("author") or article.get("creator")))
    tagged = tidy(map(_in_order, tags.pick_all(head, *_TAGS)), listed=True)
    if any(letters(name) not in publisher for name in named):
        return named
    people = tuple(name for name in tagged if letters(name) not in publisher)
    return people or byline(page, publisher) or named or tagged


_CATALOGUED = re.compile(r"([^\W\d_][\w.'’-]*),\s+((?:[^\W\d_][\w.'’-]*)(?:\s[^\W\d_][\w.'’-]*){0,2})")


def _in_order(name: str) -> str:
    """Return a name as people say it: libraries and journals write "Holm, Ann B.", one author a tag."""
    match = _CATALOGUED.fullmatch(name)
    return f"{match[2]} {match[1]}" if match and not _TITLE.fullmatch(match[2]) else name


# What follows a name after a comma and is none: degrees as they are written, and offices, of a house or not.
_TITLE = re.compile(
    r"(?:M\.?D|M\.?A|M\.?Sc?|M\.?P\.?H|M\.?B\.?A|M\.?Ed|B\.?A|B\.?Sc?|Ph\.?D|D\.O|DDS|R\.?D|RDN|R\.?N|NP|PA-C|J\.?D|Ed\.?D|LMFT|LCSW|CPA|CFP|PharmD|Esq|Jr|Sr|II|III)\.?"
    r"|(?:CEO|CTO|CFO|COO|CMO|(?:[Cc]o-?)?[Ff]ounder|[Pp]resident|[Dd]irector|[Ww]riter|[Ee]ditor(?:-[Ii]n-[Cc]hief)?|[Rr]eporter|[Cc]orrespondent|[Cc]olumnist|[Jj]ournalist|[Pp]roducer)(?:,? (?:of|at|and|&) .{1,50})?"
)


def tidy(raw: Iterable[str], *, listed: bool = False) -> tuple[str, ...]:
    """Return clean, distinct names in their order; `listed` cuts at commas too ("Ann Lee, Bob Ray and Cy Fox")."""
    found: dict[str, str] = {}
    for text in raw:
        for name in _parts(text, listed):
            if _is_name(name):
                found.setdefault(letters(name), name)
    return tuple(found.values())[:_MAX_AUTHORS]


def _parts(text: str, listed: bool) -> Iterator[str]:
    """Yield the names a text holds, without "By" and roles; an address is no text."""
    text = _BY.sub("", clean(text[:400]))
    if "://" in text:
        return
    for part in (_SPLIT if listed else _JOINED).split(text):
        yield _ROLE.sub("", part).strip(" ,;:|–—-.•·()*")


def _is_name(name: str) -> bool:
    words = name.split()
    return (
        1 < len(name) <= 60
        and len(words) <= 6
        and _NO_NAME.search(name) is None
        and _TITLE.fullmatch(name) is None
    )


def byline(page: Page, publisher: Set[str] = frozenset()) -> tuple[str, ...]:
    """Return the names of the byline: near the headline an element named for the author, a line that begins with "By", a link to an
    author's page, or a name beside a date; elsewhere an element named for the author; else a name above the first paragraph.

    `publisher` is what the publisher is called, in letters (`text.letters`): it signs no article.
    """
    near, elsewhere = _lines(page)
    for lines, reading in (
        (near, _said_author),
        (near, _said_by),
        (near, _linked_author),
        (near, _beside_date),
        (elsewhere, _marked_author),
        (elsewhere, _written_by),
        (elsewhere, _linked_to_author),
    ):
        for block in lines:
            text = _beside_dates(reading(block))
            names = tidy((text,), listed=True) if text else ()
            if names and _looks_human(names[0]) and letters(names[0]) not in publisher:
                return names
    return tidy((_above_text(page),), listed=True)


def _lines(page: Page) -> tuple[list[Block], list[Block]]:
    """Return the short lines around the first headline, and all others."""
    blocks = page.blocks[:_BLOCKS]
    headline = _headline(page)
    near = [block for block in blocks[max(0, headline - 10) : headline + 40] if 0 < block.size <= 14]
    return near, [block for block in blocks if 0 < block.size <= 14]


_BLOCKS = 600  # a byline is further up


def _headline(page: Page) -> int:
    return next((number for number, block in enumerate(page.blocks[:_BLOCKS]) if block.node.tag == "h1"), 0)


def _names_author(block: Block) -> bool:
    """Tell whether the line stands in an element named for its author."""
    names = (*block.node.signs, *(block.node.parent.signs if block.node.parent else ()))
    return any("author" in name or "byline" in name or name in ("writer", "reporter") for name in names)


_LATER = re.compile(r"^.{0,40}?\bby:? (?=[A-Z])")
_CLOSING = re.compile(r"(?:[\s,|–—·•-]|\b(?:posted|published|updated|on|at|in|am|um|le|el|il|op|den)\b)*$")


def _beside_dates(text: str) -> str:
    """Return what a byline says of who: "by Ann Lee - 16 April 2026 8:02 UTC" and "on 16 April 2026 by Ann Lee" are Ann Lee's."""
    before, *after = parts_beside_dates(text)
    if not after:
        return text
    name = _CLOSING.sub("", before)
    return name if " " in name else _LATER.sub("", after[-1])


def _written_by(block: Block) -> str:
    """Return the name in a line that is nothing but "Written by Ann Lee", wherever it stands."""
    return block.text if _WRITTEN.match(block.text) and not _is_foreign(block) else ""


_WRITTEN = re.compile(
    r"(?:written|words|story|text|article|reporting) by:? (?=[A-Z])|(?:author|autor(?:in)?|auteur): ?(?=[A-ZÀ-Ý])",
    re.IGNORECASE,
)
_FOREIGN = frozenset(("related", "comments", "navigation", "aside", "footer", "promotion", "advertisement"))


def _is_foreign(block: Block) -> bool:
    return block.mark in _FOREIGN


def _said_author(block: Block) -> str:
    return block.text if _names_author(block) else ""


def _marked_author(block: Block) -> str:
    return _said_author(block) if block.mark == "byline" else ""


def _said_by(block: Block) -> str:
    return block.text if _SAYS_BY.match(block.text) else ""


def _linked_author(block: Block) -> str:
    return block.text if block.linked == block.size and _AUTHOR_PAGE.search(block.href or "") else ""


def _linked_to_author(block: Block) -> str:
    """Return the name that is a link to its owner's page among the site's authors, far from the headline; no section, and no guest."""
    words = block.text.split()
    named = 2 <= len(words) <= 4 and all(_NAME_PART.fullmatch(word) for word in words)
    linked = block.linked == block.size and _AUTHORS.search(block.href or "") is not None
    return block.text if named and linked and not _is_foreign(block) else ""


_AUTHORS = re.compile(
    r"/(?:authors?|autor(?:es|in)?|auteurs?|contributors?|writers?|reporters?)/", re.IGNORECASE
)


def _beside_date(block: Block) -> str:
    """Return the first part of a line like `Ann Lee | Senior Writer | July 2, 2025`."""
    name, bar, rest = block.text.partition(" | ")
    return name if bar and first_date(rest) is not None else ""


_TEXT = 15  # words of a paragraph that is text


def _above_text(page: Page) -> str:
    """Return the line of two to four capitalized words that is a paragraph of its own above the first one of the text."""
    blocks = page.blocks[_headline(page) : _BLOCKS]
    for line, following in pairwise(blocks):
        if following.size >= _TEXT and following.kind == "p" and following.node.marked is None:
            words = line.text.split()
            alone = line.node.tag == following.node.tag == "p" and line.node.parent is following.node.parent
            named = 2 <= len(words) <= 4 and all(_NAME_PART.fullmatch(word) for word in words)
            return line.text if alone and named and not line.linked else ""
    return ""


_NAME_PART = re.compile(r"[^\W\d_a-zß-öø-ÿ](?:[^\W\d_A-ZÀ-Ý][^\W\d_]*|\.)(?:[-’'][^\W\d_]+)*")
_SAYS_BY = re.compile(
    r"(?:(?:re)?(?:written|posted|story|words) )?by:? ?(?=[A-Z])|(?:von|par|por|di|door|av|af):? (?=[A-ZÀ-Ý])|(?:author|autor(?:in)?(?:/autor)?|auteur|contributor)s?\b:? ?(?=[A-ZÀ-Ý])",
    re.IGNORECASE,
)
_AUTHOR_PAGE = re.compile(
    r"/(?:authors?|autor(?:es|en|in)?|auteurs?|people|profiles?|staff|reporters?|journalists?|contributors?|writers?|by)/",
    re.IGNORECASE,
)


def _looks_human(name: str) -> bool:
    """Tell whether a visible text can be a name: two words that begin with capitals, or a script without capitals."""
    words = name.split()
    if not name.isascii() and not any(char.isupper() or char.islower() for char in name):
        return len(name) <= 12
    return 2 <= len(words) <= 5 and words[0][0].isupper() and words[-1][0].isupper()
