"""Clicks and `/monitor` commands, read into one kind of value."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.deliver.slack.commands import Command, Verb, allowed, as_typed, parse
from monitor.deliver.slack.render import render
from monitor.models import SlotKind
from tests.standins.digests import digest, section

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(
        ("type", "actions", "action_id", "selected_option", "value", "user", "id", "text", "user_id", "channel")), inner),
    max_leaves=12,
)  # fmt: skip


def click(action: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """What Slack sends for a click, as far as it is read."""
    return {
        "type": "block_actions",
        "user": {"id": "U1"},
        "channel": {"id": "C1"},
        "message": {"ts": "1700000000.000001"},
        "trigger_id": "t.1",
        "response_url": "https://hooks.slack.example/r",
        "actions": [action],
    } | changes


def say(text: str, **changes: Any) -> Command | None:
    payload = {"command": "/monitor", "text": text, "user_id": "U1", "channel_id": "C1", "trigger_id": "t.1"}
    return parse("slash_commands", payload | changes)


def test_every_entry_of_a_rendered_menu_is_read_back() -> None:
    """What the renderer writes into menus and buttons is what the reader understands."""
    verbs = []
    for kind in (SlotKind.SCHEDULED, SlotKind.ALERT):
        for part in render(digest(section(1), kind=kind), interactive=True):
            for block in json.loads(part.payload)["blocks"]:
                options = block.get("accessory", {}).get("options", [])
                actions = [{"action_id": "story", "selected_option": option} for option in options]
                for action in [*actions, *(block["elements"] if block["type"] == "actions" else [])]:
                    command = parse("interactive", click(action))
                    assert command is not None
                    assert command.verb is Verb.STATUS or (command.story, command.topic) == ("s0001", "irs")
                    verbs.append(command.verb)
    votes = [Verb.RELEVANT, Verb.IRRELEVANT, Verb.WHY, Verb.MUTE]
    assert verbs == [*votes, Verb.STATUS, *votes]


def test_the_same_click_has_the_same_key() -> None:
    """A double click and a redelivery are told from a second opinion."""
    up, down = (
        {"action_id": "story", "selected_option": {"value": f"{verb} s1 a1 irs"}}
        for verb in ("relevant", "irrelevant")
    )
    keys = [
        parse("interactive", click(action, trigger_id=str(number))).key
        for number, action in enumerate((up, up, down))
    ]  # type: ignore[union-attr]
    assert keys[0] == keys[1] != keys[2]


@pytest.mark.parametrize(
    ("text", "verb", "rest"),
    [
        ("status", Verb.STATUS, ""),
        ("test IRS NEAR/5 audit", Verb.TEST, "IRS NEAR/5 audit"),
        ("test “tax court” AND &lt;x&gt;", Verb.TEST, '"tax court" AND <x>'),
        ("Explain <https://a.example/x?a=1&amp;b=2|a.example>", Verb.EXPLAIN, "https://a.example/x?a=1&b=2"),
        ("mute 9f0d", Verb.MUTE, "9f0d"),
        ("unmute 9f0d", Verb.UNMUTE, "9f0d"),
        ("digest now", Verb.DIGEST, ""),
        ("digest now morning", Verb.DIGEST, "morning"),
        ("digest", Verb.HELP, ""),
        ("test", Verb.HELP, ""),
        ("mute  ", Verb.HELP, ""),
        ("dance", Verb.HELP, ""),
        ("", Verb.HELP, ""),
    ],
)
def test_a_command_is_read(text: str, verb: Verb, rest: str) -> None:
    """Slack's links, entities and curly quotes are undone; what is incomplete or unknown asks for help."""
    command = say(text)
    assert command is not None
    if verb is Verb.HELP:
        rest = command.text
    assert (command.verb, command.text) == (verb, rest)


@pytest.mark.parametrize(
    ("text", "what", "until"),
    [
        ("mute irs until Friday", "irs", "Friday"),
        ("mute Immigration enforcement until 2026-12-01", "Immigration enforcement", "2026-12-01"),
        ("mute <https://a.example/until/x> for 7d", "https://a.example/until/x", "7d"),
        ("mute irs for 2 weeks", "irs", "2 weeks"),
        ("mute irs until", "irs until", ""),
        ("mute Waiting until the end of May", "Waiting until the end of May", ""),
        ("mute 9f0d", "9f0d", ""),
        ("unmute irs until Friday", "irs until Friday", ""),
    ],
)
def test_a_mute_may_name_its_end(text: str, what: str, until: str) -> None:
    """Behind the last `until` or `for`, if a word or two follow; topics may have blanks in their names."""
    command = say(text)
    assert command is not None
    assert (command.text, command.until) == (what, until)


@settings(max_examples=50)
@given(
    st.sampled_from(("interactive", "slash_commands", "events_api", "")),
    st.dictionaries(st.text(max_size=8), json_values) | json_values,
)
def test_nothing_sent_is_an_error(kind: str, payload: Any) -> None:
    """Whatever arrives, the answer is a command or nothing."""
    command = parse(kind, payload if isinstance(payload, dict) else {"actions": [payload], "text": payload})
    assert command is None or isinstance(command, Command)


@pytest.mark.parametrize("value", ["delete s1 a1 irs", "test x", "", "relevant"])
def test_a_foreign_click_is_not_ours(value: str) -> None:
    """Only the renderer's own verbs are taken from a click; nobody without a name clicks."""
    command = parse("interactive", click({"action_id": "story", "selected_option": {"value": value}}))
    assert command is None or command.verb is Verb.RELEVANT
    assert parse("interactive", click({"value": "why s a t"}, user={})) is None


def test_changing_is_for_configured_users() -> None:
    """Everybody may read and vote; what others see is changed by admins alone."""
    verbs = {verb for verb in Verb if allowed(Command(verb, "U1"), ())}
    assert verbs == set(Verb) - {Verb.MUTE, Verb.UNMUTE, Verb.DIGEST}
    assert all(allowed(Command(verb, "U1"), {"U1"}) for verb in Verb)


def test_typed_text_is_what_was_typed() -> None:
    """Links without labels, nested entities once, blanks folded."""
    assert as_typed("  <https://a.example>   &amp;lt; ") == "https://a.example &lt;"
