"""How bodies end: with teasers under a box's heading, with the author's portrait, with the next article of an endless page, or with a
heading whose text is gone."""

from __future__ import annotations

from monitor.collect.extract.boilerplate import is_bio, presents
from monitor.collect.extract.page import Node, Page
from monitor.collect.metadata.facts import Facts
from monitor.seed import is_contributor_line
from monitor.text import letters
from monitor.urls import absolute, canonical

Key = tuple[str, ...]

_PARAGRAPH = 15  # words
_ENOUGH = 80  # words of a first article, before a second headline can begin another one
_TRIES = 12  # headings of boxes looked at: more is a flood
_LEVELS = 40  # elements looked at above a heading; deeper nesting is no template's


def drop(page: Page, why: dict[int, str], facts: Facts) -> None:
    """Drop what is no part of the article at its end."""
    _drop_next_article(page, why, facts)
    _drop_teasers(page, why)
    _drop_biography(page, why, facts)
    _drop_bare_headings(page, why)


def _kept(page: Page, why: dict[int, str]) -> list[int]:
    return [number for number, reason in why.items() if not reason and page.blocks[number].size]


def _drop_next_article(page: Page, why: dict[int, str], facts: Facts) -> None:
    """Cut at the first later headline that is a link to another article: sites load the next story into the same container.

    A link among a headline's words leads to what it speaks of; some authors head every chapter with an `<h1>`.
    """
    words = 0
    for number, reason in why.items():
        block = page.blocks[number]
        if (
            words >= _ENOUGH
            and block.node.tag == "h1"
            and block.linked * 2 > block.size
            and _leads_elsewhere(page, block.href, block.text, facts)
        ):
            _cut(why, number, "next article")
            return
        words += 0 if reason else block.size


def _leads_elsewhere(page: Page, href: str | None, text: str, facts: Facts) -> bool:
    address = absolute(page.base, href) if href else None
    if address is None or letters(text) == letters(facts.title):
        return False
    return canonical(address) not in (canonical(page.url), canonical(facts.canonical or page.url))


def _cut(why: dict[int, str], start: int, reason: str) -> None:
    """Drop every block from `start` on that is not dropped yet."""
    why.update((number, old or reason) for number, old in list(why.items()) if number >= start)


def _drop_teasers(page: Page, why: dict[int, str]) -> None:
    """Cut what follows the heading of a box in the last part of the body, if it is a list of teasers and no text."""
    total = sum(page.blocks[number].size for number in _kept(page, why))
    words, tries, homes = 0, 0, set[Key]()
    for number, reason in why.items():
        block = page.blocks[number]
        if reason == "heading of a box" and words > 0.5 * total and tries < _TRIES:
            tries += 1
            if _only_teasers(page, why, number, homes | _keys_around(block.node)):
                _cut(why, number, "after the heading of a box")
                return
        elif not reason:
            words += block.size
            if block.size >= _PARAGRAPH:
                homes.add(block.node.home.key)


def _keys_around(node: Node) -> set[Key]:
    """Return the makes of the containers around an element."""
    keys: set[Key] = set()
    above: Node | None = node
    for _ in range(_LEVELS):
        if above is None:
            break
        keys.add(above.key)
        above = above.parent
    return keys


def _only_teasers(page: Page, why: dict[int, str], start: int, homes: set[Key]) -> bool:
    """Tell whether nothing after `start` is a paragraph in a container the body has used, and something is a link."""
    linked = False
    for number, reason in why.items():
        block = page.blocks[number]
        if number <= start or not block.size:
            continue
        if not reason and block.size >= _PARAGRAPH and block.node.home.key in homes:
            return False
        linked = linked or block.linked >= 0.9 * block.size
    return linked


def _drop_biography(page: Page, why: dict[int, str], facts: Facts) -> None:
    """Drop the author's own presentation from the last three lines of a text that has some."""
    kept = _kept(page, why)
    for number in kept[-3:] if len(kept) >= 6 else ():
        block = page.blocks[number]
        if (
            block.kind == "p"
            and block.size >= 8
            and (is_bio(block.text) or presents(block.text, facts.authors))
            and not is_contributor_line(block.text)
        ):
            why[number] = "author's biography"


_BOXES = frozenset(("list of links", "box of links", "related", "after the heading of a box"))


def _drop_bare_headings(page: Page, why: dict[int, str]) -> None:
    """Drop a heading whose text is gone: one at the end, or one that had nothing but a list of links below it."""
    below: list[str] = []  # why the blocks between this line and the next kept one went
    following = ""
    for number in reversed(why):
        block = page.blocks[number]
        if why[number]:
            below += [why[number]] if block.size else []
        elif block.kind == "h" and (
            not following or (following == "h" and below and _BOXES.issuperset(below))
        ):
            why[number] = "heading without text"
        elif block.size:
            below, following = [], block.kind
