"""What of a candidate body is text: the verdict on each of its blocks, with its reason."""

from __future__ import annotations

from monitor.collect.extract.candidates import TEXTUAL, value
from monitor.collect.extract.boilerplate import is_boilerplate, is_box_heading
from monitor.collect.extract.page import Block, Node, Page

Verdict = tuple[int, str]


def verdicts(page: Page, node: Node, title: str = "") -> list[Verdict]:
    """Return (block number, reason) for each block of the element; an empty reason keeps the block."""
    judged = []
    for number in range(node.first, node.last):
        judged.append((number, reason(page.blocks[number], node)))
    return _guestless(page, _headless(page, _linkless(page, judged), title), node)


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
    """Keep single linked list items and headings among text; lists of links go."""
    return judged


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


def _fold(text: str) -> str:
    return "".join(char for char in text.lower() if char.isalnum())


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


def _guestless(page: Page, judged: list[tuple[int, str]], top: Node) -> list[tuple[int, str]]:
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
        if home.order in above:
            continue
        node = home
        while node.parent is not None and node.parent.order not in above:
            node = node.parent
        groups.setdefault(node.order, []).append(number)
    gone: dict[int, str] = {}
    for numbers in groups.values():
        why = _guest(page, numbers, first, last, total)
        if why:
            gone.update(dict.fromkeys(numbers, why))
    return [(number, why or gone.get(number, "")) for number, why in judged]


def _guest(page: Page, numbers: list[int], first: int, last: int, total: float) -> str:
    blocks = [page.blocks[n] for n in numbers]
    words = sum(b.size for b in blocks)
    linked = sum(b.linked for b in blocks)
    prose = sum(max(0.0, value(b)) for b in blocks)
    if numbers[0] > last:
        if sum(b.size >= 15 for b in blocks) >= 3 and linked < 0.15 * words:
            return ""
        return "after the body" if words < AFTER * total else ""
    if numbers[-1] < first:
        return "before the body" if prose < BEFORE else ""
    if linked > 0.3 * words and linked > 4 and prose < 40:
        return "box of links"
    if words < 120 and any(is_boilerplate(b.text, b.size) or is_box_heading(b.text) for b in blocks):
        return "promotional box"
    if words <= 5 and all(b.kind == "p" for b in blocks):
        return "box without prose"
    return ""


AFTER, BEFORE = 0.3, 200
