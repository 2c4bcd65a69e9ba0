"""Slack's documented limits, checked from the outside: written from its reference, sharing nothing with the renderer under test.

`refusal` returns Slack's error name and the sentence it would give, or None. Unknown keys are refused too, as Slack does.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

KEYS = {
    "section": {"type", "block_id", "text", "fields", "accessory", "expand"},
    "header": {"type", "block_id", "text"},
    "context": {"type", "block_id", "elements"},
    "actions": {"type", "block_id", "elements"},
    "divider": {"type", "block_id"},
    "image": {"type", "block_id", "image_url", "alt_text", "title"},
    "button": {"type", "action_id", "text", "value", "url", "style", "accessibility_label"},
    "overflow": {"type", "action_id", "options", "confirm"},
}
ALL_BLOCKS = 13_200
METADATA = 1000


class RefusedError(Exception):
    """A limit is broken: Slack's error name, and what it says."""

    def __init__(self, error: str, message: str) -> None:
        super().__init__(message)
        self.error, self.message = error, message


def check_post(body: dict[str, Any], reachable: Callable[[str], bool]) -> None:
    """Check what chat.postMessage was given. Raises RefusedError."""
    blocks = body.get("blocks") or []
    if not body.get("text") and not blocks:
        raise RefusedError("no_text", "no text and no blocks")
    check_blocks(blocks, reachable)
    metadata = body.get("metadata")
    if metadata is not None:
        check_metadata(metadata)


def check_metadata(metadata: Any) -> None:
    """Check a message's metadata. Raises RefusedError."""
    if not isinstance(metadata, dict) or not isinstance(metadata.get("event_type"), str):
        raise RefusedError("invalid_metadata_format", "event_type is missing")
    if not isinstance(metadata.get("event_payload"), dict):
        raise RefusedError("invalid_metadata_schema", "event_payload is no object")
    if len(str(metadata).encode()) > METADATA:
        raise RefusedError("metadata_too_large", f"{len(str(metadata))} bytes")


def check_blocks(blocks: Any, reachable: Callable[[str], bool]) -> None:
    """Check a message's blocks, each and all together. Raises RefusedError."""
    if not isinstance(blocks, list) or len(blocks) > 50:
        raise RefusedError("invalid_blocks", "no more than 50 items allowed [json-pointer:/blocks]")
    for number, block in enumerate(blocks):
        _block(block, f"/blocks/{number}", reachable)
    ids = [block["block_id"] for block in blocks if "block_id" in block]
    if len(ids) != len(set(ids)):
        raise RefusedError("invalid_blocks", "block_id is not unique")
    if sum(100 + _size(block) for block in blocks) > ALL_BLOCKS:
        raise RefusedError("msg_blocks_too_long", "the blocks are too long together")


def _size(value: Any) -> int:
    if isinstance(value, dict):
        return sum(_size(item) for key, item in value.items() if key != "type")
    if isinstance(value, list):
        return sum(map(_size, value))
    return _units(value) if isinstance(value, str) else 0


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _block(block: Any, where: str, reachable: Callable[[str], bool]) -> None:
    kind = block.get("type") if isinstance(block, dict) else None
    if kind not in ("section", "header", "context", "actions", "divider", "image"):
        raise RefusedError("invalid_blocks", f"unsupported type: {kind} [json-pointer:{where}/type]")
    _keys(block, where)
    _length(block.get("block_id", "x"), 255, f"{where}/block_id")
    {"section": _section, "header": _header, "context": _context, "actions": _actions}.get(kind, _nothing)(
        block, where, reachable
    )
    if kind == "image":
        _image(block, where, reachable)


def _nothing(block: Any, where: str, reachable: Callable[[str], bool]) -> None:
    """A divider has nothing to check."""


def _keys(part: dict[str, Any], where: str) -> None:
    unknown = set(part) - KEYS[part["type"]]
    if unknown:
        raise RefusedError(
            "invalid_blocks", f"invalid additional property: {sorted(unknown)[0]} [json-pointer:{where}]"
        )


def _length(text: Any, limit: int, where: str) -> None:
    if not isinstance(text, str) or not text:
        raise RefusedError("invalid_blocks", f"must be more than 0 characters [json-pointer:{where}]")
    if _units(text) > limit:
        raise RefusedError(
            "invalid_blocks", f"must be less than {limit + 1} characters [json-pointer:{where}]"
        )


def _text(part: Any, kinds: tuple[str, ...], limit: int, where: str) -> None:
    if not isinstance(part, dict) or part.get("type") not in kinds:
        raise RefusedError("invalid_blocks", f"no text object of {kinds} [json-pointer:{where}]")
    allowed = {"type", "text", "verbatim"} if part["type"] == "mrkdwn" else {"type", "text", "emoji"}
    if set(part) - allowed:
        raise RefusedError("invalid_blocks", f"invalid additional property [json-pointer:{where}]")
    _length(part.get("text"), limit, f"{where}/text")


def _section(block: dict[str, Any], where: str, reachable: Callable[[str], bool]) -> None:
    if "text" not in block and "fields" not in block:
        raise RefusedError("invalid_blocks", f"text or fields is missing [json-pointer:{where}]")
    if "text" in block:
        _text(block["text"], ("mrkdwn", "plain_text"), 3000, f"{where}/text")
    fields = block.get("fields", [])
    if len(fields) > 10:
        raise RefusedError("invalid_blocks", f"no more than 10 items allowed [json-pointer:{where}/fields]")
    for field in fields:
        _text(field, ("mrkdwn", "plain_text"), 2000, f"{where}/fields")
    if "accessory" in block:
        _element(block["accessory"], f"{where}/accessory", reachable, {"button", "overflow", "image"})


def _header(block: dict[str, Any], where: str, reachable: Callable[[str], bool]) -> None:
    _text(block.get("text"), ("plain_text",), 150, f"{where}/text")


def _context(block: dict[str, Any], where: str, reachable: Callable[[str], bool]) -> None:
    elements = block.get("elements", [])
    if not 1 <= len(elements) <= 10:
        raise RefusedError("invalid_blocks", f"1 to 10 items allowed [json-pointer:{where}/elements]")
    for element in elements:
        if element.get("type") == "image":
            _image(element, where, reachable)
        else:
            _text(element, ("mrkdwn", "plain_text"), 3000, f"{where}/elements")


def _actions(block: dict[str, Any], where: str, reachable: Callable[[str], bool]) -> None:
    elements = block.get("elements", [])
    if not 1 <= len(elements) <= 25:
        raise RefusedError("invalid_blocks", f"1 to 25 items allowed [json-pointer:{where}/elements]")
    for element in elements:
        _element(element, f"{where}/elements", reachable, {"button", "overflow"})
    ids = [element.get("action_id") for element in elements]
    if len(ids) != len(set(ids)):
        raise RefusedError("invalid_blocks", f"action_id is not unique [json-pointer:{where}/elements]")


def _element(element: Any, where: str, reachable: Callable[[str], bool], kinds: set[str]) -> None:
    kind = element.get("type") if isinstance(element, dict) else None
    if kind not in kinds:
        raise RefusedError("invalid_blocks", f"unsupported type: {kind} [json-pointer:{where}/type]")
    _keys(element, where)
    if kind == "image":
        _image(element, where, reachable)
        return
    _length(element.get("action_id", "x"), 255, f"{where}/action_id")
    if kind == "button":
        _text(element.get("text"), ("plain_text",), 75, f"{where}/text")
        _length(element.get("value", "x"), 2000, f"{where}/value")
        _address(element.get("url", "https://x"), where)
    else:
        _options(element.get("options"), where)


def _options(options: Any, where: str) -> None:
    if not isinstance(options, list) or not 1 <= len(options) <= 5:
        raise RefusedError("invalid_blocks", f"1 to 5 options allowed [json-pointer:{where}/options]")
    for option in options:
        if set(option) - {"text", "value", "url", "description"}:
            raise RefusedError(
                "invalid_blocks", f"invalid additional property [json-pointer:{where}/options]"
            )
        _text(option.get("text"), ("plain_text",), 75, f"{where}/options/text")
        _length(option.get("value"), 150, f"{where}/options/value")
        _address(option.get("url", "https://x"), where)


def _address(url: Any, where: str) -> None:
    _length(url, 3000, f"{where}/url")
    if not url.startswith(("http://", "https://")):
        raise RefusedError("invalid_blocks", f"invalid url [json-pointer:{where}/url]")


def _image(image: dict[str, Any], where: str, reachable: Callable[[str], bool]) -> None:
    _keys({**image}, where) if image.get("type") == "image" else None
    _address(image.get("image_url"), where)
    _length(image.get("alt_text"), 2000, f"{where}/alt_text")
    if not reachable(image["image_url"]):
        raise RefusedError("invalid_blocks", f"downloading image failed [json-pointer:{where}/image_url]")
