"""What of a candidate body is text: the verdict on each of its blocks, with the reason for each that goes.

Four passes, each seeing what the ones before it left: what a line says of itself, what a list or headline is, whose container it is in
(`guests`), and how the body ends (`endings`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from monitor.collect.extract import endings, frames, guests, units
from monitor.collect.extract.boilerplate import (
    is_boilerplate,
    is_box_heading,
    is_paywall_notice,
    speaks_of_paying,
)
from monitor.collect.extract.marks import is_captioned
from monitor.collect.extract.page import Block, Node, Page
from monitor.collect.metadata.facts import Facts
from monitor.collect.metadata.written import is_date_line
from monitor.seed import is_rule
from monitor.text import letters

# Block number -> why it is dropped, "" if it is kept; in page order.
Verdicts = dict[int, str]

LINKED_LINE = 0.9  # share of a line's words inside links from which it is a link and no sentence
LINKED_LIST = 0.6  # the same for a list; reading lists and ingredient lists stay well below
_NOTICE = 30  # words of a notice to pay; a longer line is prose about paywalls
_INTRODUCTION = 40  # words that may stand above a headline inside the body: more is text


def verdicts(
    page: Page, node: Node, facts: Facts, known: dict[tuple[int, ...], Verdicts] | None = None
) -> Verdicts:
    """Return the verdict on each block of an element.

    `known` is shared between the candidates of a page: the same lines in a wider element need not be judged again.
    """
    why = {number: own_reason(page.blocks[number], node) for number in range(node.first, node.last)}
    _drop_link_lists(page, why)
    left = tuple(number for number, reason in why.items() if not reason)
    if known is not None and left in known:
        return why | known[left]
    _drop_headline(page, why, facts.title)
    _drop_date_lines(page, why)
    frames.drop(page, why, facts)
    units.drop(page, why, facts)
    guests.drop(page, why, facts)
    _drop_notices(page, why)
    _drop_repeats(page, why)
    endings.drop(page, why, facts)
    if known is not None:
        known[left] = {number: why[number] for number in left}
    return why


def ruled(page: Page, node: Node) -> Verdicts:
    """Return the verdicts by a site's own rule: what its `body` selector names, less what its `strip` names and boilerplate lines."""
    inside = {number for body in page.bodies for number in range(body.first, body.last)}
    return {
        number: own_reason(page.blocks[number], node) if number in inside else "outside the site's body"
        for number in range(node.first, node.last)
    }


def own_reason(block: Block, node: Node) -> str:
    """Return why a block is no text of this body, from itself and the elements between it and the body."""
    marked = block.node.marked
    if marked is not None and marked.order > node.order:
        return "" if block.kind == "img" and is_captioned(marked) else marked.mark
    if block.why is None:
        block.why = _line_reason(block)
    return block.why


def _line_reason(block: Block) -> str:
    if block.kind in ("img", "hr", "cell", "row") or block.node.tag == "pre" or is_rule(block.text):
        return ""
    if is_box_heading(block.text):
        return "heading of a box"
    if is_boilerplate(block.text, block.size):
        return "boilerplate line"
    if block.linked and block.linked >= block.size * LINKED_LINE and block.kind != "h":
        return "link"
    return ""


def _drop_link_lists(page: Page, why: Verdicts) -> None:
    """Drop lists that are mostly links and no sentences: they lead elsewhere. A single linked item may be one of the text's own."""
    lists: dict[int, list[int]] = {}
    for number, reason in why.items():
        block = page.blocks[number]
        if block.kind == "li" and reason in ("", "link"):
            lists.setdefault(_list_of(block.node).order, []).append(number)
    for numbers in lists.values():
        blocks = [page.blocks[number] for number in numbers]
        sentences = sum(block.text[-1] in ".!?。" for block in blocks)
        linked, words = sum(block.linked for block in blocks), sum(block.size for block in blocks)
        if len(blocks) > 1 and sentences * 2 < len(blocks) and linked >= LINKED_LIST * words:
            why.update((number, why[number] or "list of links") for number in numbers)


def _list_of(node: Node) -> Node:
    """Return the list an item belongs to."""
    while node.tag not in ("ul", "ol", "menu") and node.parent is not None and node.kind == "li":
        node = node.parent
    return node


def _drop_headline(page: Page, why: Verdicts, title: str) -> None:
    """Drop the headline and what stands above it (section, kicker): they are metadata."""
    wanted, words, last = letters(title), 0, -1
    for number, reason in why.items():
        block = page.blocks[number]
        if (
            block.kind == "h"
            and words < _INTRODUCTION
            and (block.node.tag == "h1" or block.letters == wanted != "")
        ):
            last = number
        words += 0 if reason else block.size
        if words >= _INTRODUCTION:
            break
    for number, reason in why.items():
        if number <= last and not reason and page.blocks[number].kind != "img":
            why[number] = "above the headline"


_CHRONICLE = 3  # lines that are only a date: so many and more are a chronicle's own headings
_OPENING = 12  # words of a line that is text: below it, a date is part of that


def _drop_date_lines(page: Page, why: Verdicts) -> None:
    """Drop the lines above the first paragraph that say nothing but a date, unless the text is made of such lines."""
    above: list[int] = []
    for number in _kept(page, why):
        block = page.blocks[number]
        if block.kind in ("p", "li", "quote") and is_date_line(block.text):
            above.append(number)
        elif block.size >= _OPENING:
            break
    if above:
        dates = sum(is_date_line(page.blocks[number].text) for number in _kept(page, why))
        if dates < max(_CHRONICLE, len(above) + 1):
            why.update(dict.fromkeys(above, "line that is a date"))


def _kept(page: Page, why: Verdicts) -> list[int]:
    return [number for number, reason in why.items() if not reason and page.blocks[number].size]


def _drop_notices(page: Page, why: Verdicts) -> None:
    """Drop the notices to pay that stand among paragraphs; those in boxes went with their boxes, which they helped to tell."""
    short = [n for n, reason in why.items() if not reason and 0 < page.blocks[n].size <= _NOTICE]
    if speaks_of_paying("\n".join([page.blocks[n].text for n in short])):
        why.update((n, "notice to pay") for n in short if is_paywall_notice(page.blocks[n].text))


_REPEATED = 12  # words: a shorter line may be said twice (a refrain, "Material: stainless steel" of two coffee machines)
_ECHO = 0.25  # share of a text from which its repetitions are its own
_OFTEN = 2  # times again
_TWICE = 0.4  # and from which the template has written the whole article out twice, for two sizes of screen
_ABOVE = 6  # lines above a second copy among which its headline and dek stand


def _drop_repeats(page: Page, why: Verdicts) -> None:
    """Drop the few paragraphs that another container has said word for word: templates write captions, offers and answers out for each
    size of screen, and some the whole article. Within one container the author repeats, not the template."""
    seen: dict[str, Node] = {}
    again: list[int] = []
    words = 0
    for number, reason in why.items():
        block = page.blocks[number]
        words += 0 if reason else block.size
        if not reason and block.kind == "p" and block.size >= _REPEATED:
            home = block.node.home
            if seen.setdefault(block.text, home) is not home:
                again.append(number)
    repeated = sum(page.blocks[number].size for number in again)
    if repeated < _ECHO * words:
        why.update(dict.fromkeys(again, "said before"))
        why.update(dict.fromkeys(_refrains(page, why, again, seen), "said again and again"))
    elif repeated >= _TWICE * words and _are_copies(page, again, seen):
        why.update({number: why[number] or "said before" for number in _second_copy(page, why, again)})


def _refrains(page: Page, why: Verdicts, again: list[int], seen: dict[str, Node]) -> list[int]:
    """Return the first places of what is said again and again, each time in a box of a make that says nothing else: captions of a
    gallery, and what stands in the place of every film that wants consent, are the text's not even the first time."""
    often = {text for text, times in Counter(page.blocks[n].text for n in again).items() if times >= _OFTEN}
    lines = (
        [n for n, reason in why.items() if not reason and page.blocks[n].size >= _REPEATED] if often else []
    )
    said = {(page.blocks[n].node.home.key, page.blocks[n].text) for n in lines}
    company = Counter(key for key, _ in said)
    return [n for n in lines if page.blocks[n].text in often and company[seen[page.blocks[n].text].key] == 1]


def _are_copies(page: Page, again: list[int], seen: dict[str, Node]) -> bool:
    """Tell whether what is said again stands in one container, and what it repeats in another."""
    homes = {page.blocks[number].node.home.order for number in again}
    return len(homes) == 1 == len({seen[page.blocks[number].text].order for number in again})


def _second_copy(page: Page, why: Verdicts, again: list[int]) -> Iterator[int]:
    """Yield the lines of an article's second copy: from a little above its first paragraph on, what a line above has said."""
    said: set[str] = set()
    for number in why:
        block = page.blocks[number]
        if again[0] - _ABOVE <= number <= again[-1] and block.size and block.letters in said:
            yield number
        said.add(block.letters)
