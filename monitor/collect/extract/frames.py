"""Captions and signatures that no name gives away: told by where they stand and by what else is known of the page.

A box that holds a picture and a line or two is a frame, whatever its class is called (hashed, or `picBox`); a line above or below the
text that is only the authors' names is their byline.
"""

from __future__ import annotations

from monitor.collect.extract.page import Block, Node, Page
from monitor.collect.metadata import people
from monitor.collect.metadata.facts import Facts
from monitor.text import letters

_CAPTION, _CREDIT = (
    25,
    8,
)  # words of a caption and of a credit below it: more is a card or a text with a picture in it
_FRAME = 8  # lines and pictures of a frame, dropped ones among them
_TEXTUAL = frozenset(
    (
        "p",
        "li",
        "blockquote",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "td",
        "th",
        "body",
        "article",
        "main",
        "section",
    )
)
_SIGNATURE = 12  # words
_EDGE = 4  # lines at the end among which a signature stands
_TEXT = 15  # words of a line that is text


def drop(page: Page, why: dict[int, str], facts: Facts) -> None:
    """Drop the captions in frames, and the bylines above and below the text."""
    for number, reason in why.items():
        if page.blocks[number].kind == "img" and not reason:
            _drop_caption(page, why, number)
    if facts.authors:
        _drop_signatures(page, why, facts)


def _drop_caption(page: Page, why: dict[int, str], number: int) -> None:
    """Drop the lines that share a small box with the picture."""
    frame = _frame(page, page.blocks[number])
    if frame is None:
        return
    for other in range(frame.first, frame.last):
        if page.blocks[other].size and why.get(other) == "":
            why[other] = "caption"


def _frame(page: Page, picture: Block) -> Node | None:
    """Return the nearest box around a picture that holds lines too, if these can be its caption and nothing else is in it."""
    box = picture.node.parent
    while box is not None and box.tag not in _TEXTUAL and box.last - box.first <= _FRAME:
        blocks = page.blocks[box.first : box.last]
        lines = [block for block in blocks if block.size]
        if lines:
            alone = sum(block.kind == "img" for block in blocks) == 1
            return box if alone and _is_caption(lines) else None
        box = box.parent
    return None


def _is_caption(lines: list[Block]) -> bool:
    """Tell whether the lines are a caption, or a caption and its credit; a link is the title of something else."""
    first, *rest = lines
    if any(block.kind != "p" for block in lines) or first.linked == first.size:
        return False
    return first.size <= _CAPTION and len(rest) <= 1 and all(block.size <= _CREDIT for block in rest)


def _drop_signatures(page: Page, why: dict[int, str], facts: Facts) -> None:
    kept = [number for number, reason in why.items() if not reason and page.blocks[number].size]
    top = next((at for at, number in enumerate(kept) if page.blocks[number].size >= _TEXT), 0)
    known = {letters(name) for name in facts.authors}
    for number in {*kept[:top], *kept[-_EDGE:]}:
        block = page.blocks[number]
        if block.size <= _SIGNATURE and block.kind in ("p", "h", "li"):
            names = people.tidy((block.text,), listed=True)
            if names and {letters(name) for name in names} <= known:
                why[number] = "signature"
