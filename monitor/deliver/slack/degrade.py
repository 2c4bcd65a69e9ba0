"""Lighter forms of a message that Slack refused: without images, split smaller, plain text. Pure.

Each refusal is definite (nothing was stored), so that the next form may go out under the same nonce.
"""

from __future__ import annotations

from collections.abc import Iterator

from monitor.deliver.slack.limits import POST_TEXT, Message, strings

Form = tuple[Message, ...]


def lighter(message: Message, *, split: bool = True) -> Iterator[Form]:
    """Yield the forms to try in turn; a form of several messages is sent piece by piece, the later ones as replies.

    A piece that is refused again goes out as text by itself (`as_text`): what its siblings stored must not be repeated.
    """
    bare = without_images(message)
    if bare != message:
        yield (bare,)
    yield halves(bare) if split and len(bare["blocks"]) > 1 else (as_text(bare),)


def without_images(message: Message) -> Message:
    """Return the message with image blocks and image accessories left out."""
    kept = [block for block in message["blocks"] if block["type"] != "image"]
    cleaned = [
        {key: item for key, item in block.items() if key != "accessory" or item["type"] != "image"}
        for block in kept
    ]
    return {**message, "blocks": cleaned}


def halves(message: Message) -> Form:
    """Return the message as two, cut between blocks."""
    body = message["blocks"]
    middle = (len(body) + 1) // 2
    return ({**message, "blocks": body[:middle]}, {**message, "blocks": body[middle:]})


def as_text(message: Message) -> Message:
    """Return the message as text alone: every line its blocks show, links kept, no menus."""
    lines = [line for block in message["blocks"] for line in _texts(block)]
    text = "\n".join(lines) or message["text"]
    while (
        len(text) > POST_TEXT - 1000
    ):  # cut between lines, so that no link is broken; blocks never hold this much
        text = text.rpartition("\n")[0]
    return {"type": "message", "text": text or message["text"], "blocks": []}


def _texts(block: dict[str, object]) -> Iterator[str]:
    if block["type"] in ("section", "header"):
        yield from strings({"text": block["text"]})
    elif block["type"] == "context":
        yield from strings({"elements": block["elements"]})
