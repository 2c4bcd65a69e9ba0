"""Pages on which several whole articles follow each other: the one the page is about is the one with its headline.

Sites load the next stories below the first ("infinite scroll"), or lay a whole section out and unfold one story of it. Every name and
every density speaks for the box around them all. The page's own headline does not: it stands in one of the boxes, and boxes of the
same make beside that one, with a headline and a byline of their own, are other articles.
"""

from __future__ import annotations

import re

from monitor.collect.extract.page import TEXTUAL, Node, Page
from monitor.collect.metadata.facts import Facts
from monitor.text import letters

MARK = "another article"
_LEVELS = 12  # elements looked at above a headline
_WORDS = 60  # words of the headline's own box: less is a card of a list
_TOP = 12  # lines and pictures of a box among which its headline and byline stand


def mark_others(page: Page, facts: Facts) -> None:
    """Mark the boxes that are articles beside the page's own."""
    box = _headline(page, letters(facts.title))
    for _ in range(_LEVELS):
        if box is None or box.tag in ("body", "html"):
            return
        others = _others(page, box)
        if others:
            for other in others:
                page.put_away(other, MARK)
            return
        box = box.parent


def _headline(page: Page, wanted: str) -> Node | None:
    """Return the element of the first heading that is the page's headline."""
    return next(
        (block.node for block in page.blocks if block.kind == "h" and wanted and block.letters == wanted),
        None,
    )


def _others(page: Page, box: Node) -> list[Node]:
    """Return the articles beside a box that is one itself."""
    if box.tag in TEXTUAL or sum(block.size for block in page.blocks[box.first : box.last]) < _WORDS:
        return []
    beside = (
        node
        for node in page.nodes
        if node.parent is box.parent and node is not box and node.tag == box.tag and node.last > node.first
    )
    return [node for node in beside if _is_alike(node, box) and _is_article(page, node)]


_DIGITS = re.compile(r"\d+")


def _is_alike(one: Node, other: Node) -> bool:
    """Tell whether two elements are of one make: most of their classes agree, numbers apart (`post-17 post`, `post-18 post`). The posts
    of a live blog are articles too, and of another make than what leads them."""
    left, right = (set(_DIGITS.sub("", node.attrs.get("class") or "").split()) for node in (one, other))
    return len(left & right) * 2 >= max(len(left), len(right))


def _is_article(page: Page, node: Node) -> bool:
    """Tell whether a box begins with a headline and a byline or date; an `<article>` says by its name what it is."""
    top = page.blocks[node.first : min(node.last, node.first + _TOP)]
    headed = any(block.kind == "h" for block in top)
    signed = any(block.mark == "byline" for block in top)
    return headed and (signed or node.tag == "article")
