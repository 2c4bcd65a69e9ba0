"""What of a candidate body is text: the verdict on each of its blocks, with its reason."""

from __future__ import annotations

import re

from monitor.collect.extract.candidates import TEXTUAL, value
from monitor.collect.extract.boilerplate import is_bio, is_boilerplate, is_offer, is_box_heading
from monitor.seed import is_contributor_line
from monitor.collect.metadata.facts import Facts
from monitor.collect.extract.page import Block, Node, Page

Verdict = tuple[int, str]


def verdicts(page: Page, node: Node, facts: Facts) -> list[Verdict]:
    """Return (block number, reason) for each block of the element; an empty reason keeps the block."""
    judged = []
    for number in range(node.first, node.last):
        judged.append((number, reason(page.blocks[number], node)))
    return _orphanless(page, _bioless(page, _tailless(page, _guestless(page, _headless(page, _linkless(page, judged), facts.title), node, facts)), facts))


def reason(block: Block, node: Node) -> str:
    """Return why one block is no text of this body, from itself alone."""
    marked = block.node.marked
    if marked is not None and marked.order > node.order:
        return marked.mark
    if block.kind in ("img", "hr", "cell", "row"):
        return ""
    if is_box_heading(block.text):
        return "heading of a box"
    if is_boilerplate(block.text, block.size):
        return "boilerplate line"
    if block.linked and block.linked >= block.size * 0.9 and block.kind != "h":
        return "link"
    return ""


def _linkless(page: Page, judged: list[tuple[int, str]]) -> list[tuple[int, str]]:
    """Drop lists that are mostly links: they lead elsewhere."""
    lists: dict[int, list[int]] = {}
    for number, why in judged:
        block = page.blocks[number]
        if block.kind == "li" and why in ("", "link"):
            lists.setdefault(_list_of(block.node).order, []).append(number)
    gone: set[int] = set()
    for numbers in lists.values():
        blocks = [page.blocks[n] for n in numbers]
        words, sentences = sum(b.size for b in blocks), sum(b.text[-1] in ".!?。" for b in blocks)
        if len(blocks) > 1 and sentences * 2 < len(blocks) and sum(b.linked for b in blocks) >= LINKS * words:
            gone.update(numbers)
    return [(number, why or ("list of links" if number in gone else "")) for number, why in judged]


LINKS = 0.6


def _list_of(node: Node) -> Node:
    while node.tag not in ("ul", "ol", "menu") and node.parent is not None and node.parent.kind == "li":
        node = node.parent
    return node.parent if node.parent is not None and node.tag == "li" else node


def _headless(page: Page, judged: list[tuple[int, str]], title: str) -> list[tuple[int, str]]:
    """Drop what stands above the first paragraph: headline, section, byline."""
    fold = _fold(title)
    last_head = -1
    for position, (number, why) in enumerate(judged):
        block = page.blocks[number]
        if block.kind == "h" and (block.node.tag == "h1" or (fold and _fold(block.text) == fold)):
            if sum(page.blocks[n].size for n, w in judged[:position] if not w) < 40:
                last_head = position
    return [
        (
            number,
            why
            or (
                "above the headline"
                if position <= last_head and page.blocks[number].kind not in ("img",)
                else ""
            ),
        )
        for position, (number, why) in enumerate(judged)
    ]


_NO_LETTER = re.compile(r"[\W_]+")


def _fold(text: str) -> str:
    """Return the letters and digits of a text, for comparing lines that differ in marks and spaces."""
    return _NO_LETTER.sub("", text.lower())


# ── Guests ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────

HOME = 0.12


def home_of(node: Node) -> Node:
    """Return the container a line lives in: the nearest element that is no part of text mark-up."""
    while node.parent is not None and node.tag in TEXTUAL:
        node = node.parent
    return node


def _key(node: Node) -> tuple[str, ...]:
    own = node.attrs.get("class") or ""
    if own or node.parent is None:
        return (node.tag, own)
    return (node.tag, "", node.parent.tag, node.parent.attrs.get("class") or "")


def _guestless(page: Page, judged: list[tuple[int, str]], top: Node, facts: Facts) -> list[tuple[int, str]]:
    totals: dict[tuple[str, ...], float] = {}
    counts: dict[tuple[str, ...], int] = {}
    spelled: dict[str, float] = {}
    homes: dict[int, Node] = {}
    teasers: dict[tuple[str, ...], int] = {}
    for number, why in judged:
        block = page.blocks[number]
        if block.size and block.linked >= 0.9 * block.size and why in ("", "link"):
            key = _key(home_of(block.node))
            teasers[key] = teasers.get(key, 0) + 1
        if why or not block.size:
            continue
        home = homes[number] = home_of(block.node)
        worth = max(0.0, value(block))
        if worth:
            totals[_key(home)] = totals.get(_key(home), 0.0) + worth
            counts[_key(home)] = counts.get(_key(home), 0) + 1
            own = block.node.attrs.get("class")
            if own and block.node.tag == "p":
                spelled[own] = spelled.get(own, 0.0) + worth
    total = sum(totals.values())
    if not total:
        return judged
    main = {
        key
        for key, words in totals.items()
        if (words >= HOME * total or (counts[key] >= 3 and words >= 25 * counts[key])) and teasers.get(key, 0) < 0.5 * counts[key]
    } or {max(totals, key=lambda k: totals[k])}
    common = {name for name, words in spelled.items() if words > 0.4 * total}
    at = [number for number, home in homes.items() if value(page.blocks[number]) > 0 and (_key(home) in main or page.blocks[number].node.attrs.get("class") in common)]
    if not at:
        return judged
    first, last = at[0], at[-1]
    above: set[int] = set()
    for number in at:
        node: Node | None = homes[number]
        while node is not None and node.order not in above:
            above.add(node.order)
            node = node.parent
    groups: dict[int, list[int]] = {}
    for number, home in homes.items():
        if home.order in above or _key(home) in main:
            continue
        node = home
        while node.parent is not None and node.parent.order not in above:
            node = node.parent
        groups.setdefault(node.order, []).append(number)
    gone: dict[int, str] = {}
    witness = _fold(facts.witness)
    said = {number for number in homes if _fold(page.blocks[number].text) in witness} if len(witness) > 300 else set()
    heard = sum(page.blocks[n].size for n in at if n in said) / (sum(page.blocks[n].size for n in at) or 1)
    for numbers in groups.values():
        if heard > HEARD:
            words = sum(page.blocks[n].size for n in numbers)
            share = sum(page.blocks[n].size for n in numbers if n in said) / (words or 1)
            if share > 0.6 and words > 4:
                continue
            questions = sum(page.blocks[n].text[-1:] in "?？؟" for n in numbers)
            if share < 0.1 and 3 < words < 0.35 * total and questions < 3:
                gone.update(dict.fromkeys(numbers, "not in the page's own data"))
                continue
        why = _guest(page, numbers, first, last, total, facts)
        if why:
            gone.update(dict.fromkeys(numbers, why))
    if heard > HEARD:
        known = sorted(said)
        for side in ([n for n in homes if n < known[0]], [n for n in homes if n > known[-1]]):
            side = [n for n in side if n not in gone and not is_contributor_line(page.blocks[n].text)]
            if sum(page.blocks[n].size for n in side) < 0.1 * total:
                gone.update(dict.fromkeys(side, "not in the page's own data"))
    return [(number, why or gone.get(number, "")) for number, why in judged]


HEARD = 0.8


def _guest(page: Page, numbers: list[int], first: int, last: int, total: float, facts: Facts) -> str:
    blocks = [page.blocks[n] for n in numbers]
    words = sum(b.size for b in blocks)
    linked = sum(b.linked for b in blocks)
    prose = sum(max(0.0, value(b)) for b in blocks)
    offers = sum(is_offer(b.text) for b in blocks)
    if offers >= 2 and offers * 5 >= len(blocks):
        return "subscription box"
    if numbers[0] > last:
        if linked > 0.3 * words:
            return "after the body"
        if sum(b.size >= 15 for b in blocks) >= 3 and linked < 0.15 * words:
            return ""
        return "after the body" if words < AFTER * total else ""
    if numbers[-1] < first:
        if numbers[-1] == first - 1 and all(b.kind == "h" and b.size <= 15 for b in blocks) and _fold(blocks[0].text)[:60] not in _fold(facts.description):
            return ""
        return "" if _opens(blocks, prose, linked, facts) else "before the body"
    if linked > 0.3 * words and linked > 4 and prose < 40:
        return "box of links"
    if words < 120 and any(is_boilerplate(b.text, b.size) or is_box_heading(b.text) for b in blocks):
        return "promotional box"
    if words <= 5 and all(b.kind == "p" for b in blocks):
        return "box without prose"
    return ""


def _opens(blocks: list[Block], prose: float, linked: int, facts: Facts) -> bool:
    """Tell whether a box above the body is the article's first words: full sentences, and not the dek."""
    dek = _fold(facts.description)[:120]
    sentences = [b for b in blocks if b.size >= 12 and b.text[-1] in ".!?。！？”\"।" and b.kind in KINDS]
    if not sentences or prose < BEFORE:
        return False
    return not any(dek and (_fold(b.text).startswith(dek[:60]) or dek.startswith(_fold(b.text)[:60])) for b in blocks if b.size > 5)


KINDS = ("p", "quote")
AFTER, BEFORE = 0.3, 15


def _tailless(page: Page, judged: list[tuple[int, str]]) -> list[tuple[int, str]]:
    """Cut what follows the heading of a box in the last part of the body, if it is a list of teasers and no text."""
    total = sum(page.blocks[number].size for number, why in judged if not why)
    before = 0
    homes: set[tuple[str, ...]] = set()
    for position, (number, why) in enumerate(judged):
        block = page.blocks[number]
        if why == "heading of a box" and before > 0.5 * total and _only_teasers(page, judged[position + 1 :], homes | _keys_above(block.node)):
            return judged[:position] + [(n, w or "after the heading of a box") for n, w in judged[position:]]
        if not why and block.size:
            before += block.size
            if block.size >= 15:
                homes.add(_key(home_of(block.node)))
    return judged


def _keys_above(node: Node) -> set[tuple[str, ...]]:
    """Return the keys of the containers around an element."""
    keys = set()
    above: Node | None = node
    while above is not None:
        keys.add(_key(above))
        above = above.parent
    return keys


def _only_teasers(page: Page, rest: list[tuple[int, str]], homes: set[tuple[str, ...]]) -> bool:
    """Tell whether nothing in the rest is a paragraph of a container the body has used, and something is a link."""
    blocks = [(page.blocks[number], why) for number, why in rest if page.blocks[number].size]
    own = any(not why and block.size >= 15 and _key(home_of(block.node)) in homes for block, why in blocks)
    return not own and any(block.linked >= 0.9 * block.size for block, _ in blocks)


def _bioless(page: Page, judged: list[tuple[int, str]], facts: Facts) -> list[tuple[int, str]]:
    """Drop the author's own presentation at the end."""
    kept = [position for position, (number, why) in enumerate(judged) if not why and page.blocks[number].size]
    if len(kept) < 6:
        return judged
    result = list(judged)
    for position in kept[-3:]:
        block = page.blocks[judged[position][0]]
        if block.kind == "p" and block.size >= 8 and is_bio(block.text) and not is_contributor_line(block.text):
            result[position] = (judged[position][0], "author's biography")
    return result


_BOX_REASONS = frozenset(("list of links", "box of links", "related", "after the heading of a box"))


def _orphanless(page: Page, judged: list[tuple[int, str]]) -> list[tuple[int, str]]:
    """Drop a heading whose text is gone: one at the end, or one that had nothing but links below it."""
    result = list(judged)
    below: list[str] = []  # why the blocks between this heading and the next kept block went
    following = ""
    for position in range(len(judged) - 1, -1, -1):
        number, why = judged[position]
        block = page.blocks[number]
        if not block.size:
            continue
        if why:
            below.append(why)
            continue
        if block.kind == "h" and (not following or (following == "h" and below and all(reason in _BOX_REASONS for reason in below))):
            result[position] = (number, "heading without text")
            continue
        below, following = [], block.kind
    return result
