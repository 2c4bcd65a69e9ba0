"""Articles kept as data: lists of blocks as publishing systems store them (Arc, Sanity, Contentful, ProseMirror, Editor.js …), as HTML.

All of them are a list of objects, each a paragraph, heading, list or picture, with its text under one of a few keys or in spans below it.
So no system is asked for by name: of all lists in the data the one with the most prose under the page's own headline is the article.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from typing import Any

from monitor.text import count_words, letters

_KINDS = ("type", "_type", "nodeType", "__typename", "kind", "name", "blockName", "style", "tag")
_TEXTS = ("text", "content", "html", "value", "body", "innerHTML", "paragraph")
_BELOW = (
    "children",
    "content",
    "data",
    "spans",
    "nodes",
    "items",
    "fields",
    "attrs",
    "paragraph",
    "body",
    "value",
    "text",
)
_FOREIGN = re.compile(
    r"advert|(?:^|_|-)ad(?:$|_|-)|related|promo|newsletter|interstitial|oembed|embed|video|audio|script|raw.?html|link.?list|reference|gallery|form|poll|widget|subscri",
    re.IGNORECASE,
)
_MAX_VALUES, _MAX_BLOCKS, _DEPTH = 200_000, 2_000, 8
_LEAST = 40  # words of a list that can be an article
_PARAGRAPH = 8  # words on average: lists of names and labels have fewer


def best(data: list[Any], title: str) -> str:
    """Return the article among JSON values as HTML, or an empty string; `title` is the page's headline."""
    wanted = letters(title)
    found, top = "", (False, _LEAST - 1)
    for blocks, titled in _lists(data, wanted):
        piece, words = _render(blocks)
        if (titled, words) > top and words >= _LEAST:
            found, top = piece, (titled, words)
    return found


def _lists(data: list[Any], wanted: str) -> Iterator[tuple[list[Any], bool]]:
    """Yield each list that can be one of blocks, and whether it stands in an object that has the page's headline."""
    queue: list[tuple[Any, bool]] = [(value, False) for value in data]
    for _ in range(_MAX_VALUES):
        if not queue:
            return
        value, titled = queue.pop()
        if isinstance(value, dict):
            titled = titled or _is_titled(value, wanted)
            queue += [(inner, titled) for inner in value.values() if isinstance(inner, dict | list)]
        elif isinstance(value, list):
            if len(value) > 1 and isinstance(value[0], dict | str):
                yield value[:_MAX_BLOCKS], titled
            queue += [(inner, titled) for inner in value if isinstance(inner, dict | list)]


def _is_titled(thing: dict[str, Any], wanted: str) -> bool:
    named = [thing.get(key) for key in ("title", "headline", "headlines", "name")]
    texts = (inner for value in named for inner in (value.values() if isinstance(value, dict) else (value,)))
    return bool(wanted) and any(isinstance(text, str) and letters(text[:400]) == wanted for text in texts)


def _render(blocks: list[Any]) -> tuple[str, int]:
    """Return blocks as HTML and the number of their words; nothing if they are no prose."""
    pieces = [piece for block in blocks if (piece := _block(block))]
    words = sum(count_words(_TAGS.sub(" ", piece)) for piece in pieces)
    return ("".join(pieces), words) if words >= _PARAGRAPH * max(2, len(pieces)) else ("", 0)


_TAGS = re.compile(r"<[^<>]{0,2000}>")


def _block(block: Any) -> str:
    """Return one block as HTML."""
    if isinstance(block, str):
        return f"<p>{block}</p>" if " " in block else ""
    if not isinstance(block, dict):
        return ""
    kind = " ".join(value for key in _KINDS if isinstance(value := block.get(key), str)).lower()
    if _FOREIGN.search(kind):
        return ""
    if "image" in kind or "photo" in kind:
        return _picture(block)
    if "divider" in kind or "separator" in kind or kind in ("hr", "horizontalrule", "delimiter"):
        return "<hr>"
    if "list" in kind and "item" not in kind:
        return _list(block)
    text = _text(block, _DEPTH)
    tag = "h2" if "head" in kind else "blockquote" if "quote" in kind else "p"
    return f"<{tag}>{text}</{tag}>" if text.strip() else ""


def _picture(block: dict[str, Any]) -> str:
    address = next((block[key] for key in ("url", "src") if isinstance(block.get(key), str)), "")
    return f'<figure><img src="{escape(address)}"></figure>' if address else ""


def _list(block: dict[str, Any]) -> str:
    items = next(
        (block[key] for key in ("items", "children", "content") if isinstance(block.get(key), list)), None
    )
    if items is None:
        data = block.get("data")
        items = data.get("items") if isinstance(data, dict) else None
    lines = [_text(item, _DEPTH) for item in (items if isinstance(items, list) else ())[:_MAX_BLOCKS]]
    return "<ul>" + "".join(f"<li>{line}</li>" for line in lines if line.strip()) + "</ul>"


def _text(value: Any, depth: int) -> str:
    """Return the text of a block: a string under one of the usual keys, else what its spans say, in order."""
    if isinstance(value, str):
        return value
    if depth == 0:
        return ""
    if isinstance(value, list):
        return "".join(_text(inner, depth - 1) for inner in value[:_MAX_BLOCKS])
    if not isinstance(value, dict):
        return ""
    for key in _TEXTS:
        if isinstance(own := value.get(key), str):
            return own
    return next(
        (
            text
            for key in _BELOW
            if isinstance(value.get(key), dict | list) and (text := _text(value[key], depth - 1))
        ),
        "",
    )
