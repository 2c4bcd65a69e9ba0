"""Captions and signatures that no name gives away: told by where they stand and by what else is known of the page.

A box that holds a picture and a line or two is a frame, whatever its class is called (hashed, or `picBox`); a line above or below the
text that is only the authors' names is their byline.
"""

from __future__ import annotations

import re

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
    _drop_described(page, why)


_LONGEST = 80  # words of a caption
_DESCRIPTION = 6  # words of a picture's alternative text from which it is a sentence about that picture
# How agencies sign their pictures, at the end of a caption and never of a sentence (that ends in a full stop of its own).
_SIGNED = re.compile(
    r"(?:[(/|©–—-]\s?|\b(?:via|by|photo:?|foto:?|credit:?|bild:?) )(?:(?:AP|AFP) (?:Photo|Foto)(?:/[^.]{1,50})?|Getty(?: Images)?|AFP(?: via Getty Images)?|Reuters|REUTERS(?:/[^.]{1,40})?|"
    r"Shutterstock|EPA(?:-EFE)?(?:/[^.]{1,30})?|dpa(?:[-/][^.]{1,30})?|picture[ -]alliance(?:/[^.]{1,40})?|imago(?: images)?(?:/[^.]{1,30})?|Xinhua|Alamy(?: Stock Photo)?|Unsplash|"
    r"Adobe Stock|iStock(?:photo)?|Keystone|ANSA|EFE|Europa Press)\)?$"
)


_TAIL = 120  # characters of a line in which such a signature is
_STOPS = frozenset('.!?:;,…”"。！？')


def _drop_described(page: Page, why: dict[int, str]) -> None:
    """Drop the paragraphs that are word for word a picture's alternative text, or signed as agencies sign pictures: captions without a frame."""
    said = _descriptions(page, why)
    for number, reason in why.items():
        block = page.blocks[number]
        if reason or not _DESCRIPTION <= block.size <= _LONGEST or block.kind not in ("p", "li"):
            continue
        if (block.text[-1] not in _STOPS and _SIGNED.search(block.text, max(0, len(block.text) - _TAIL))) or (
            said and block.letters in said
        ):
            why[number] = "caption"


def _descriptions(page: Page, why: dict[int, str]) -> set[str]:
    """Return the alternative texts of the pictures that are sentences, without those that a caption in its frame has said already."""
    pictures = (
        page.blocks[number].node.attrs.get("alt") for number in why if page.blocks[number].kind == "img"
    )
    said = {letters(alt) for alt in pictures if alt and alt.count(" ") >= _DESCRIPTION - 1}
    if said:
        said -= {page.blocks[number].letters for number, reason in why.items() if reason}
    return said


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
