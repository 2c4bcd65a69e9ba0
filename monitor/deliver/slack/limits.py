"""What Slack accepts: every documented limit as a number, and one function that says which of them a message breaks. Pure.

Source: docs.slack.dev, reference "Blocks", "Block elements", "Composition objects", chat.postMessage and message metadata. The limit
on all blocks together is undocumented: about 13,200 characters with some 100 a block on top were measured before Slack answered
`msg_blocks_too_long`, so that the budget here keeps a distance. Lengths count UTF-16 units, as Slack's servers do for JSON strings.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Block = dict[str, Any]
Message = dict[str, Any]

BLOCKS = 50
BLOCK_BUDGET = 45  # room for what a later release puts beside a digest
SECTION_TEXT = 3000
HEADER_TEXT = 150
FIELDS, FIELD_TEXT = 10, 2000
CONTEXT_ELEMENTS = 10
ACTION_ELEMENTS = 25
BUTTON_TEXT, BUTTON_VALUE = 75, 2000
URL = 3000
OPTIONS, OPTION_TEXT, OPTION_VALUE = 5, 75, 150
IMAGE_URL, IMAGE_ALT = 3000, 2000
TOTAL_BUDGET = 11_000
BLOCK_OVERHEAD = 100
FALLBACK_TEXT = 300
POST_TEXT = 40_000
UPDATE_TEXT_BYTES = 4000
METADATA_BYTES = 1000

_TEXT_LIMITS = {"section": SECTION_TEXT, "header": HEADER_TEXT, "context": SECTION_TEXT}


def units(text: str) -> int:
    """Return the length of `text` in UTF-16 units."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def strings(value: object) -> Iterator[str]:
    """Yield every string a block holds, except the names of its types."""
    if isinstance(value, dict):
        for key, item in value.items():
            if key != "type":
                yield from strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from strings(item)
    elif isinstance(value, str):
        yield value


def cost(block: Block) -> int:
    """Return what a block takes of the budget for all blocks together."""
    return BLOCK_OVERHEAD + sum(units(text) for text in strings(block))


def fits(message: Message) -> bool:
    """Say whether a message keeps every limit, with the distances this project keeps."""
    return not problems(message)


def problems(message: Message) -> tuple[str, ...]:
    """Return each limit the message breaks, in words."""
    blocks = message.get("blocks", [])
    found = (
        [] if 0 < units(message["text"]) < FALLBACK_TEXT else [f"text of {units(message['text'])} characters"]
    )
    if len(blocks) > BLOCK_BUDGET:
        found.append(f"{len(blocks)} blocks")
    if (total := sum(map(cost, blocks))) > TOTAL_BUDGET:
        found.append(f"blocks of {total} characters together")
    for block in blocks:
        found.extend(_block_problems(block))
    return tuple(found)


def _block_problems(block: Block) -> Iterator[str]:
    kind = block["type"]
    if kind in ("section", "header"):
        yield from _length(kind, block["text"]["text"], _TEXT_LIMITS[kind])
    if kind == "context":
        yield from _number("context elements", len(block["elements"]), CONTEXT_ELEMENTS)
        for element in block["elements"]:
            yield from _length("context", element.get("text", "x"), SECTION_TEXT)
    if kind == "actions":
        yield from _number("actions", len(block["elements"]), ACTION_ELEMENTS)
    if kind == "image":
        yield from _image_problems(block)
    for element in _elements(block):
        yield from _element_problems(element)


def _elements(block: Block) -> Iterator[Block]:
    if "accessory" in block:
        yield block["accessory"]
    if block["type"] == "actions":
        yield from block["elements"]


def _element_problems(element: Block) -> Iterator[str]:
    if element["type"] == "button":
        yield from _length("button text", element["text"]["text"], BUTTON_TEXT)
        yield from _length("button value", element.get("value", "x"), BUTTON_VALUE)
        yield from _length("button url", element.get("url", "x"), URL)
    elif element["type"] == "overflow":
        yield from _number("options", len(element["options"]), OPTIONS)
        for option in element["options"]:
            yield from _length("option text", option["text"]["text"], OPTION_TEXT)
            yield from _length("option value", option["value"], OPTION_VALUE)
            yield from _length("option url", option.get("url", "x"), URL)
    elif element["type"] == "image":
        yield from _image_problems(element)


def _image_problems(image: Block) -> Iterator[str]:
    yield from _length("image url", image["image_url"], IMAGE_URL)
    yield from _length("image alt text", image["alt_text"], IMAGE_ALT)


def _length(what: str, text: str, limit: int) -> Iterator[str]:
    if not 1 <= units(text) <= limit:
        yield f"{what} of {units(text)} characters"


def _number(what: str, number: int, limit: int) -> Iterator[str]:
    if not 1 <= number <= limit:
        yield f"{number} {what}"
