"""Repeated units: the cards of other articles and the posts of a discussion, told by their build where no name tells them.

A template repeats one box for each article it offers and one for each comment. Boxes of one make side by side, each with a title that
leads to another page of the site, are cards; boxes each with a "reply" or with who said it and when are a discussion. Class names are
no help on half of the web (they are hashed, or in the site's own words), so neither is asked for.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from monitor.collect.extract.page import Block, Node, Page
from monitor.collect.metadata.facts import Facts
from monitor.collect.metadata.written import first_date
from monitor.urls import absolute, canonical, registrable

_CARDS, _POSTS = 3, 2  # units from which there is a group; two cards may be two parts of an article
_MOST = 0.75  # share of the units that must show what they are: one card may be an advertisement
_BLOCKS = 40  # lines and pictures of a unit: more is a chapter
_CARD = 90  # words of a card; a chapter of a list of things has more
_OWN_CARD = 150  # words of a card that is an `<article>`: the page itself says that it is another one
_TITLE = 3  # words
_HALF = 0.5  # share of a text from which units must be dated to be cards
_REST = {  # words of text that must be left: a page of cards or posts is about them
    "cards of other articles": 120,
    "discussion": 40,
}
_SIGNATURE = 100  # characters of a line that says who posted it and when
_HEADING = 3  # blocks between a discussion's heading and its first post

_REPLY = frozenset(
    (
        "reply, reply to this, log in to reply, reply to this comment, antworten, répondre, responder, rispondi, beantwoorden, reageer, svar, svara, "
        "vastaa, odpowiedz, odpovědět, ответить, відповісти, yanıtla, cevapla, 返信, 返信する, 回复, 回覆, 답글, 답글 달기, رد, जवाब दें"
    ).split(", ")
)
_SAID = re.compile(
    r"(?:\b(?:says|said|wrote|writes|commented|sagt|sagte|schreibt|schrieb|dit|a dit|a écrit|dice|dijo|disse|diz|zegt|schreef|ha detto|"
    r"skriver|sier|säger|pisze|пишет|говорит|napsal)\s?:?$)|\b(?:says|sagt|dit|dice|disse|zegt|said) ?:",
    re.IGNORECASE,
)
_AGO = re.compile(
    r"\b\d{1,3}\s?(?:[smhdwy]|mo|min|hrs?|(?:second|minute|hour|day|week|month|year)s?)(?: ago)?$|\bago$|^vor \d|^il y a \d|^hace \d|^há \d|geleden$|siden$|назад$|前$|전$",
    re.IGNORECASE,
)
_DISCUSSION = re.compile(
    r"(?:\d[\d.,]* )?(?:(?:reader|user|all|recent|your) )?(?:comments?|responses?|replies|discussion|thoughts on .{3,200}|kommentare?|leserkommentare|ergänzungen|antworten|"
    r"commentaires?|réactions?|comentarios?|comentários?|respuestas|commenti|reacties|opmerkingen|kommentarer|комментари\w+|отзыв\w*|コメント|评论|評論|留言|댓글|تعليقات|टिप्पणियाँ)"
    r"(?: ?[(（:]? ?\d[\d.,]* ?[)）]?)?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Group:
    """The blocks of units of one make, and why they are no part of the article; `sure` if they cannot be the chapters of a list of things."""

    blocks: tuple[int, ...]
    why: str
    sure: bool = True


def drop(page: Page, why: dict[int, str], facts: Facts) -> None:
    """Drop the cards and discussions in a body, if text enough is left without them."""
    for group in groups(page, facts):
        numbers = [n for n in group.blocks if why.get(n) == ""]
        words, total = sum(page.blocks[n].size for n in numbers), _words(page, why)
        enough = total - words >= min(_REST[group.why], words)
        if words and enough and (group.sure or words < _HALF * total):
            why.update(dict.fromkeys(numbers, group.why))


def is_inside(page: Page, node: Node) -> bool:
    """Tell whether an element lies within a discussion or a row of cards that were found; it is a part of that and no article."""
    return any(set(group.blocks).issuperset(range(node.first, node.last)) for group in page.groups or ())


def _words(page: Page, why: dict[int, str]) -> int:
    return sum(page.blocks[n].size for n, reason in why.items() if not reason)


def groups(page: Page, facts: Facts) -> tuple[Group, ...]:
    """Return the groups of a page, found once."""
    if page.groups is None:
        page.groups = tuple(_find(page, facts))
    return page.groups


def _find(page: Page, facts: Facts) -> Iterator[Group]:
    site = Site(page, facts)
    done = 0
    for units in _rows(page):
        if units[0].first < done or units[0].marked is not None:
            continue
        heading = _heading_before(page, units[0].first)
        if _are_posts(page, units, headed=heading is not None):
            done = units[-1].last
            first = units[0].first if heading is None else heading
            yield Group(tuple(range(first, done)), "discussion")
        elif cards := _cards(page, units, site):
            numbers = tuple(n for unit in cards for n in range(unit.first, unit.last))
            yield Group(numbers, "cards of other articles", sure=_are_dated(page, cards))


def _rows(page: Page) -> Iterator[list[Node]]:
    """Yield the boxes of one make side by side, outermost first."""
    rows: dict[tuple[int, str, str], list[Node]] = {}
    for node in page.nodes:
        if node.parent is not None and 0 < node.last - node.first <= _BLOCKS and node.tag not in _NO_UNITS:
            make = "" if node.tag in _OF_ONE_MAKE else node.attrs.get("class") or ""
            rows.setdefault((node.parent.order, node.tag, make), []).append(node)
    yield from (row for row in rows.values() if len(row) >= _POSTS)


_OF_ONE_MAKE = frozenset(
    ("article", "li")
)  # beside each other they are of one make, whatever their classes say of each
_NO_UNITS = frozenset("p h1 h2 h3 h4 h5 h6 tr td th blockquote pre span br".split())


@dataclass(slots=True)
class Site:
    """Where the page is, to tell whether a title leads to another page of the site."""

    page: Page
    facts: Facts

    def elsewhere(self, href: str | None) -> bool:
        """Tell whether an address is another page of this site."""
        address = absolute(self.page.base, href) if href else None
        if address is None or registrable(address) != registrable(self.page.url):
            return False
        return canonical(address) not in (
            canonical(self.page.url),
            canonical(self.facts.canonical or self.page.url),
        )


def _texts(page: Page, unit: Node) -> list[Block]:
    return [block for block in page.blocks[unit.first : unit.last] if block.text]


def _are_posts(page: Page, units: list[Node], *, headed: bool) -> bool:
    """Tell whether most units are posts of a discussion."""
    return _mostly(units, _POSTS, lambda unit: _is_post(_texts(page, unit), headed=headed))


def _mostly(units: list[Node], least: int, shows: Callable[[Node], bool]) -> bool:
    """Tell whether most units, and at least so many, show something; asked of no more of them than it takes to know that they do not."""
    allowed = len(units) - max(least, _MOST * len(units))
    return allowed >= 0 and all((allowed := allowed - (not shows(unit))) >= 0 for unit in units)


def _cards(page: Page, units: list[Node], site: Site) -> list[Node]:
    """Return the units that are cards, if most are; those between them with no link are dropped with them."""
    own = units[0].tag == "article"
    small = [
        unit
        for unit in units
        if 0 < sum(block.size for block in _texts(page, unit)) <= (_OWN_CARD if own else _CARD)
    ]
    if len(small) < max(_CARDS, _MOST * len(units)):
        return []
    cards = sum(_is_card(_texts(page, unit), site, least=1 if own else _TITLE) for unit in small)
    return small if cards >= max(_CARDS, _MOST * len(units)) else []


def _is_post(blocks: list[Block], *, headed: bool) -> bool:
    """Tell whether a unit is a post: a reply to it is offered, or it says who said it; under a discussion's heading, when is enough."""
    if not any(block.size > block.linked for block in blocks):
        return False
    return any(_signs(block, headed=headed) for block in blocks)


def _signs(block: Block, *, headed: bool) -> bool:
    text = block.text
    if len(text) > _SIGNATURE and block.kind != "box":
        return False
    if text.casefold().strip(" ↓↩()[]") in _REPLY or (":" in text and _SAID.search(text)):
        return True
    return headed and _is_when(block)


def _are_dated(page: Page, cards: list[Node]) -> bool:
    """Tell whether most cards say when their article is of; the chapters of a list, which may lead elsewhere too, do not."""
    dated = sum(any(_is_when(block) for block in _texts(page, card)) for card in cards)
    return dated >= _MOST * len(cards)


def _is_when(block: Block) -> bool:
    text = block.text
    return len(text) <= _SIGNATURE and (_AGO.search(text) is not None or first_date(text) is not None)


def _is_card(blocks: list[Block], site: Site, least: int) -> bool:
    """Tell whether a unit has a line of `least` words or more that is a link to another page of the site: its title."""
    return any(
        block.size >= least and block.linked >= 0.9 * block.size and site.elsewhere(block.href)
        for block in blocks
    )


def _heading_before(page: Page, first: int) -> int | None:
    """Return the number of the heading of a discussion just above a block."""
    for number in range(first - 1, max(-1, first - 1 - _HEADING), -1):
        text = page.blocks[number].text
        if len(text) <= _SIGNATURE and _DISCUSSION.fullmatch(text):
            return number
    return None
