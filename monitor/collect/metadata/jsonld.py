"""The page's own data (schema.org as JSON-LD): the most trusted source of metadata, in the broken forms it has in the wild.

Control characters in strings, comments and CDATA around the JSON, `@graph` and lists, several documents in one script; 1,500 brackets
raise RecursionError and a 6,000-digit number ValueError in `json`: what cannot be read is none.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any

Thing = dict[str, Any]

_WRAPPING = re.compile(
    r"^\s*(?://\s*)?(?:<!--|<!\[CDATA\[|/\*\s*<!\[CDATA\[\s*\*/)?|(?:-->|(?://|/\*)?\s*\]\]>\s*(?:\*/)?)\s*;?\s*$"
)
_COMMA = re.compile(r",\s*(?=[}\]])")
_MAX_THINGS = 2_000
_MAX_CHARS = 2 * 2**20

_ARTICLES = re.compile(
    r"(?:article|blogposting|posting|report|review|story|liveblog|recipe|howto|opinion|advertisercontent)",
    re.IGNORECASE,
)
_NOT_ARTICLES = frozenset(
    (
        "itemlist",
        "breadcrumblist",
        "website",
        "organization",
        "person",
        "imageobject",
        "listitem",
        "claimreview",
    )
)


def things(texts: Sequence[str]) -> list[Thing]:
    """Return every object of the page's JSON-LD scripts, outermost first, `@graph` and lists opened."""
    found: list[Thing] = []
    for text in texts:
        if len(text) <= _MAX_CHARS:
            found += _flatten(_load(text))
    return found


def _load(text: str) -> Any:
    """Read one script; None if it cannot be read."""
    text = _WRAPPING.sub("", text.strip())
    for repair in (str, _without_last_commas, html.unescape):
        try:
            return json.loads(repair(text), strict=False)
        except json.JSONDecodeError as error:
            if error.msg == "Extra data":
                return _load(text[: error.pos]) if 0 < error.pos < len(text) else None
        except (ValueError, RecursionError):
            return None
    return None


def _without_last_commas(text: str) -> str:
    return _COMMA.sub("", text)


def _flatten(value: Any) -> list[Thing]:
    """Open lists, `@graph`, `mainEntity` and the like, breadth first and bounded."""
    queue: list[Any] = [value]
    found: list[Thing] = []
    while queue and len(found) < _MAX_THINGS:
        item = queue.pop(0)
        if isinstance(item, list):
            queue += item[:_MAX_THINGS]
        elif isinstance(item, dict):
            found.append(item)
            queue += [
                item[key]
                for key in ("@graph", "mainEntity", "mainEntityOfPage", "itemListElement")
                if isinstance(item.get(key), list | dict)
            ]
    return found


def types(thing: Thing) -> tuple[str, ...]:
    """Return a thing's types in lower case, without namespace."""
    return tuple(name.rsplit("/", 1)[-1].rsplit(":", 1)[-1].lower() for name in strings(thing.get("@type")))


def article_of(found: Sequence[Thing]) -> Thing:
    """Return the thing that is the page's article: the article-like one that says most; empty if there is none."""
    articles = [
        thing
        for thing in found
        if any(_ARTICLES.search(name) and name not in _NOT_ARTICLES for name in types(thing))
    ]
    pages = [
        thing
        for thing in found
        if "webpage" in types(thing) and (thing.get("headline") or thing.get("datePublished"))
    ]
    return max(articles, key=_says, default=None) or max(pages, key=_says, default={})


def _says(thing: Thing) -> int:
    return sum(
        bool(thing.get(key))
        for key in (
            "headline",
            "datePublished",
            "author",
            "articleBody",
            "image",
            "publisher",
            "dateModified",
            "name",
        )
    )


def strings(value: Any) -> Iterator[str]:
    """Yield the strings of a value that may be a string, an object with a name, text or address, or a list of such, or a list of lists."""
    if isinstance(value, str):
        if value.strip():
            yield value.strip()
    elif isinstance(value, list):
        for item in value[:50]:
            yield from (
                strings(item)
                if not isinstance(item, list)
                else chain.from_iterable(
                    map(strings, (inner for inner in item[:50] if not isinstance(inner, list)))
                )
            )
    elif isinstance(value, dict):
        for key in ("name", "@value", "url", "@id"):
            if isinstance(value.get(key), str) and value[key].strip():
                yield value[key].strip()
                return


def first(value: Any) -> str:
    """Return the first string of a value, or an empty one."""
    return next(strings(value), "")


def addresses(value: Any) -> Iterator[str]:
    """Yield the image addresses of a value: strings, lists, ImageObjects."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value[:10]:
            yield from addresses(item) if not isinstance(item, list) else ()
    elif isinstance(value, dict):
        for key in ("url", "contentUrl", "@id"):
            if isinstance(value.get(key), str):
                yield value[key]
                return
