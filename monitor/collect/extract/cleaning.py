"""What of a candidate body is text: the verdict on each of its blocks, with its reason."""

from __future__ import annotations

from monitor.collect.extract.boilerplate import is_boilerplate, is_box_heading
from monitor.collect.extract.page import Block, Node, Page

Verdict = tuple[int, str]


def verdicts(page: Page, node: Node, title: str = "") -> list[Verdict]:
    """Return (block number, reason) for each block of the element; an empty reason keeps the block."""
    judged = []
    for number in range(node.first, node.last):
        judged.append((number, reason(page.blocks[number], node)))
    return _headless(page, _linkless(page, judged), title)


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
