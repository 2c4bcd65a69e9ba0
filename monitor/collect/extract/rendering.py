"""The chosen blocks, written down in the seed format."""

from __future__ import annotations

import re
from collections.abc import Iterable

from monitor.collect.extract import consent, streams
from monitor.collect.extract.images import best_address, same_picture
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
) | {"share bar", "strip rule", "shown on pointing", consent.MARK, streams.MARK}


# What embedded posts end in: the address of the post or its picture, shortened.
_BARE_LINKS = re.compile(r"(?:\s+(?:https?://|pic\.twitter\.com/)\S+)+$")
_SIGNED = re.compile(
    r"^([—–-] ?.{1,80}\(@\w{1,30}\))\s.{1,40}$"
)  # its author; the date that follows is none of the text


_PARAGRAPH = 10  # words: a shorter line (a kicker, a heading, a place) may stand above the lead picture


def write(page: Page, kept: Iterable[int], body: Node, lead: str | None) -> tuple[str, str | None]:
    """Return the document of the kept blocks (in page order) and its lead image.

    The lead image is the picture between headline and first paragraph, else another in the body before its first paragraph or just above
    the headline, else `lead`, the one the page's metadata names, in the form in which the body shows it if it does.
    """
    numbers = sorted(kept)
    first = _first_paragraph(page, numbers)
    pictures = {number: url for number in numbers if (url := _picture(page.blocks[number], page.base))}
    leading = _leading(page, pictures, body, first, lead) or _as_shown(lead, pictures)
    writer = Writer()
    if leading:
        writer.image(leading)
    for number in numbers:
        if number in pictures and number > first:
            writer.image(pictures[number])
        else:
            put(writer, page.blocks[number])
    return writer.document(), leading


def _first_paragraph(page: Page, numbers: list[int]) -> int:
    """Return the number of the first paragraph, or of the first line where all are short."""
    lines = [number for number in numbers if page.blocks[number].size]
    return next(
        (
            number
            for number in lines
            if page.blocks[number].size >= _PARAGRAPH and page.blocks[number].kind != "h"
        ),
        lines[0] if lines else 0,
    )


def _as_shown(lead: str | None, pictures: dict[int, str]) -> str | None:
    """Return the form in which the body shows the picture that the metadata names, so that it is not shown twice."""
    return next((url for url in pictures.values() if lead and same_picture(url, lead)), lead)


_REACH = 60  # blocks: a lead picture further above the first paragraph belongs to something else


_ROW = 4  # pictures between headline and text: so many are a row of films or of share buttons, not one that leads


def _leading(page: Page, pictures: dict[int, str], body: Node, first: int, lead: str | None) -> str | None:
    """Return the picture between the headline and the first paragraph, else one of the body's own above that, else the nearest above
    the headline, within the same article. Of a whole row of pictures only the one that the page's metadata names as well (`lead`) leads."""
    whole = body
    while whole.parent is not None and whole.tag not in ("article", "main", "body"):
        whole = whole.parent
    reach = range(max(0, first - _REACH), first)
    headline = max((n for n in reach if page.blocks[n].node.tag == "h1"), default=-1)
    start = min(whole.first, headline) if headline >= 0 else whole.first
    below = _shown(page, (n for n in reach if n > headline and n >= start))
    own = [pictures[n] for n in pictures if n < first]
    higher = _shown(page, (n for n in reversed(reach) if headline > n >= headline - 8 and n >= whole.first))
    if len(below) >= _ROW:
        below = [url for url in below if url in own or (lead and same_picture(url, lead))]
    return next(iter((*below, *own, *higher)), None)


def _shown(page: Page, numbers: Iterable[int]) -> list[str]:
    return [url for n in numbers if (url := _picture(page.blocks[n], page.base))]


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
    if block.kind != "img" or block.mark in _FOREIGN:
        return None
    return best_address(block.node.attrs, base)
