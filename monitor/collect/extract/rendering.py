"""The chosen blocks, written down in the seed format."""

from __future__ import annotations

from collections.abc import Iterable

from monitor.collect.extract.images import best_address
from monitor.collect.extract.page import Block, Page
from monitor.seed import Writer

# Pictures in these boxes belong to something else than the article.
_FOREIGN = frozenset(
    ["related", "newsletter", "promotion", "advertisement", "navigation", "comments", "byline", "footer", "tags", "form", "aside", "hidden"]
) | {"share bar", "strip rule"}


def write(page: Page, kept: Iterable[int], first: int, lead: str | None) -> tuple[str, str | None]:
    """Return the document of the kept blocks (in page order) and its lead image.

    `first` is the number of the first kept paragraph: the lead image stands before it. `lead` is the picture the page's metadata names,
    used if the body has none there.
    """
    numbers = sorted(kept)
    pictures = {number: url for number in numbers if (url := _picture(page.blocks[number], page.url))}
    leading = next((url for number, url in pictures.items() if number < first), None) or lead
    writer = Writer()
    if leading:
        writer.image(leading)
    for number in numbers:
        if number in pictures and number > first:
            writer.image(pictures[number])
        else:
            put(writer, page.blocks[number])
    return writer.document(), leading


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
        case _:
            writer.prose(block.text)


def _picture(block: Block, base: str) -> str | None:
    if block.kind != "img" or (block.node.marked is not None and block.node.marked.mark in _FOREIGN):
        return None
    return best_address(block.node.attrs, base)
