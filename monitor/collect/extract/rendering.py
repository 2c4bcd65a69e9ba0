"""The chosen blocks, written down in the seed format."""

from __future__ import annotations

import re
from collections.abc import Iterable

from monitor.collect.extract.images import best_address
from monitor.collect.extract.page import Block, Node, Page
from monitor.seed import Writer

# Pictures in these boxes belong to something else than the article.
_FOREIGN = frozenset(
    [
        "related",
        "newsletter",
        "promotion",
        "advertisement",
        "navigation",
        "comments",
        "byline",
        "footer",
        "tags",
        "form",
        "aside",
        "hidden",
    ]
) | {"share bar", "strip rule"}


# What embedded posts end in: the address of the post or its picture, shortened.
_BARE_LINKS = re.compile(r"(?:\s+(?:https?://|pic\.twitter\.com/)\S+)+$")
_SIGNED = re.compile(
    r"^([—–-] ?.{1,80}\(@\w{1,30}\))\s.{1,40}$"
)  # its author; the date that follows is none of the text


def write(page: Page, kept: Iterable[int], body: Node, lead: str | None) -> tuple[str, str | None]:
    """Return the document of the kept blocks (in page order) and its lead image.

    The lead image is the first picture in the body before its first paragraph, else the one between headline and body, else `lead`, the one
    the page's metadata names.
    """
    numbers = sorted(kept)
    first = next((number for number in numbers if page.blocks[number].size), 0)
    pictures = {number: url for number in numbers if (url := _picture(page.blocks[number], page.url))}
    leading = (
        next((url for number, url in pictures.items() if number < first), None)
        or _above(page, body, first)
        or lead
    )
    writer = Writer()
    if leading:
        writer.image(leading)
    for number in numbers:
        if number in pictures and number > first:
            writer.image(pictures[number])
        else:
            put(writer, page.blocks[number])
    return writer.document(), leading


_REACH = 60  # blocks: a lead picture further above the first paragraph belongs to something else


def _above(page: Page, body: Node, first: int) -> str | None:
    """Return the picture between the headline and the body, else the nearest above the headline, within the same article."""
    whole = body
    while whole.parent is not None and whole.tag not in ("article", "main", "body"):
        whole = whole.parent
    numbers = range(max(whole.first, first - _REACH), first)
    headline = max((n for n in numbers if page.blocks[n].node.tag == "h1"), default=-1)
    below = (n for n in numbers if n > headline)
    higher = (n for n in reversed(numbers) if headline > n >= headline - 8)
    return next((url for n in (*below, *higher) if (url := _picture(page.blocks[n], page.url))), None)


def put(writer: Writer, block: Block) -> None:
    """Write one block."""
    match block.kind:
        case "hr":
            writer.rule()
        case "li":
            writer.item(block.text)
        case "row":
            writer.row(block.cells)
        case "img" | "cell":
            pass
        case "quote":
            writer.prose(_SIGNED.sub(r"\1", _BARE_LINKS.sub("", block.text)))
        case _:
            writer.prose(block.text)


def _picture(block: Block, base: str) -> str | None:
    if block.kind != "img" or (block.node.marked is not None and block.node.marked.mark in _FOREIGN):
        return None
    return best_address(block.node.attrs, base)
