"""`fits` agrees with Slack: what it lets pass is accepted, what breaks a limit is named."""

from __future__ import annotations

from typing import Any

import pytest

from monitor.deliver.slack import limits
from monitor.deliver.slack.blocks import context, section
from tests.standins.slack.limits import RefusedError, check_post


def message(*blocks: dict[str, Any], text: str = "text") -> dict[str, Any]:
    return {"type": "message", "text": text, "blocks": list(blocks)}


def actions(*elements: dict[str, Any]) -> dict[str, Any]:
    return {"type": "actions", "elements": list(elements)}


def button(**changes: Any) -> dict[str, Any]:
    return {"type": "button", "action_id": "a", "text": {"type": "plain_text", "text": "x"}} | changes


def overflow(*options: dict[str, Any]) -> dict[str, Any]:
    return section("x", {"type": "overflow", "action_id": "a", "options": list(options)})


def option(**changes: Any) -> dict[str, Any]:
    return {"text": {"type": "plain_text", "text": "x"}, "value": "v"} | changes


def image(**changes: Any) -> dict[str, Any]:
    return {"type": "image", "image_url": "https://a.example/i.png", "alt_text": "x"} | changes


BROKEN = {
    "section of 3001": message(section("x" * 3001)),
    "empty section": message(section("")),
    "header of 151": message({"type": "header", "text": {"type": "plain_text", "text": "x" * 151}}),
    "11 context elements": message(context(*["x"] * 11)),
    "26 buttons": message(actions(*[button(action_id=str(number)) for number in range(26)])),
    "button text of 76": message(actions(button(text={"type": "plain_text", "text": "x" * 76}))),
    "button value of 2001": message(actions(button(value="x" * 2001))),
    "button url of 3001": message(actions(button(url="https://a.example/".ljust(3001, "x")))),
    "6 options": message(overflow(*[option() for _number in range(6)])),
    "option value of 151": message(overflow(option(value="x" * 151))),
    "option url of 3001": message(overflow(option(url="https://a.example/".ljust(3001, "x")))),
    "image alt of 2001": message(image(alt_text="x" * 2001)),
    "image without alt": message(image(alt_text="")),
    "51 blocks": message(*[{"type": "divider"} for _number in range(51)]),
    "13,500 characters": message(*[section("x" * 2600) for _number in range(5)]),
    "astral letters count twice": message(section("😀" * 1501)),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_limit_is_named(case: str) -> None:
    """Each limit is broken by one message that the stand-in refuses too."""
    with pytest.raises(RefusedError):
        check_post(BROKEN[case], reachable=lambda url: True)
    assert not limits.fits(BROKEN[case])


@pytest.mark.parametrize(
    "message_",
    [
        message(section("x" * 3000)),
        message(context(*["x"] * 10)),
        message(actions(button(value="x" * 2000))),
        message(overflow(*[option(value="x" * 150) for _number in range(5)])),
        message(*[{"type": "divider"} for _number in range(45)]),
    ],
)
def test_the_limit_itself_fits(message_: dict[str, Any]) -> None:
    """A message exactly at a limit is accepted by both."""
    check_post(message_, reachable=lambda url: True)
    assert limits.fits(message_)


@pytest.mark.parametrize("length", [0, 300])
def test_the_fallback_is_set_and_short(length: int) -> None:
    """`text` is never empty and stays under 300 characters."""
    assert limits.problems(message(text="x" * length)) == (f"text of {length} characters",)
