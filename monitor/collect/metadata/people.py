"""Who wrote it: JSON-LD's authors unless they are the publisher, then meta tags, then the byline people see."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from monitor.collect.metadata import jsonld, tags
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
)

_BY = re.compile(
    r"^(?:(?:(?:re)?written|posted|published|reported|edited|reviewed|words|story|text|article|analysis|opinion|guest post|contributed|created|updated)?\s?(?:by|von|par|por|di|door|av|af)\s*:?\s+"
    r"|by(?=[A-Z])|(?:autorin/autor|contributors?:?|von:|par:|por:)\s+|(?:authors?|autor(?:in|en|es)?|auteurs?|autore|texto|text|written|автор|фото|文|作者|記者|记者|기자)(?:\s?[:：]|(?<=[記记]者)\s)\s*|[|•·–—:-]\s*)",
    re.IGNORECASE,
)
_JOINED = re.compile(r"\s+(?:and|und|et|y|e|og|och|en|&)\s+|\s*[;|•·、]\s*")
_SPLIT = re.compile(r"\s*[,;/|•·、]\s*|\s+(?:and|und|et|y|e|og|och|&)\s+")
_ROLE = re.compile(
    r"\s*(?:[,|(–—-]|\bfor\b|\bat\b)\s*(?:[\w'’.&-]+ ){0,4}?(?:writer|reporter|editor|correspondent|columnist|contributor|journalist|redakteur(?:in)?|freelancer|staff|producer|ceo|founder|phd|md|published|updated)\b.*$"
    r"|\s+(?:기자|記者|记者|特派員|통신원)$",
    re.IGNORECASE,
)
_NO_NAME = re.compile(
    r"https?:|www\.|@|\d|[!?%$€{}<>\[\]]|^(?:admin|administrator|authors?|unknown|none|null|undefined|guest|user|editor|root|n/?a|about|bio|follow|updated?|published|posted|staff|share|home|read more|"
    r"guide by|(?:mon|tues|wednes|thurs|fri|satur|sun)(?:day)?|sat|tue|thu|wed|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|\w+ed by|view all .*|quelle.*|source.*|foto.*|photo.*)$",
    re.IGNORECASE,
)


def authors(page: Page, article: jsonld.Thing, head: dict[str, list[str]], site: str) -> tuple[str, ...]:
    """Return the authors' names; a publisher named as author only where nobody else is."""
    publisher = {letters(site), letters(jsonld.first(article.get("publisher")))} - {""}
    named = tidy(jsonld.strings(article.get("author") or article.get("creator")))
    tagged = tidy(tags.pick_all(head, *_TAGS), listed=True)
    for names in (named, tagged, byline(page)):
        if any(letters(name) not in publisher for name in names):
            return names
    return named or tagged


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
    return 1 < len(name) <= 60 and len(name.split()) <= 6 and _NO_NAME.search(name) is None


def byline(page: Page) -> tuple[str, ...]:
    """Return the names of the byline: near the headline an element named for the author, a line that begins with "By", or a link to an
    author's page; elsewhere only an element so named."""
    near, elsewhere = _lines(page)
    for lines, wanted in (
        (near, _says_author),
        (near, _begins_with_by),
        (near, _links_author),
        (elsewhere, _marked_author),
    ):
        for block in lines:
            names = tidy((block.text,), listed=True) if wanted(block) else ()
            if names and _looks_human(names[0]):
                return names
    return ()


def _lines(page: Page) -> tuple[list[Block], list[Block]]:
    """Return the short lines around the first headline, and all others."""
    blocks = page.blocks[:600]
    headline = next((number for number, block in enumerate(blocks) if block.node.tag == "h1"), 0)
    near = [block for block in blocks[max(0, headline - 10) : headline + 40] if 0 < block.size <= 14]
    return near, [block for block in blocks if 0 < block.size <= 14]


def _says_author(block: Block) -> bool:
    """Tell whether the line stands in an element named for its author."""
    names = (*block.node.signs, *(block.node.parent.signs if block.node.parent else ()))
    return any("author" in name or "byline" in name or name in ("writer", "reporter") for name in names)


def _marked_author(block: Block) -> bool:
    return block.node.marked is not None and block.node.marked.mark == "byline" and _says_author(block)


def _begins_with_by(block: Block) -> bool:
    return _SAYS_BY.match(block.text) is not None


def _links_author(block: Block) -> bool:
    return block.linked == block.size and _AUTHOR_PAGE.search(block.href or "") is not None


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
