"""Digests as Slack messages: within every limit, nothing live that was not meant, nothing lost, order kept."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from monitor.deliver.display import web_address
from monitor.deliver.slack.limits import FALLBACK_TEXT, fits, problems
from monitor.deliver.slack.render import LISTED, render, render_single
from monitor.models import Digest, DigestStory, Link, Part, SlotKind, TopicSection
from tests.standins.digests import digest, empty, section, story
from tests.standins.hostile import digests
from tests.standins.slack.limits import check_post
from tests.standins.slack.mrkdwn import Reading, read

# A digest of a thousand stories takes minutes to shrink and cannot be read: a failing one is reported as it was drawn.
property_test = settings(
    max_examples=15,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)

pytestmark = pytest.mark.filterwarnings(
    "ignore:Generating overly large repr"
)  # of a failing digest of that size


def messages(parts: tuple[Part, ...]) -> Iterator[dict[str, Any]]:
    """Every message that could go out, those that stand in for a file included."""
    for part in parts:
        payload = json.loads(part.payload)
        yield from payload["pieces"] if payload["type"] == "file" else [payload]


def mrkdwn(value: object) -> Iterator[str]:
    """Every text that Slack would parse."""
    if isinstance(value, dict):
        if value.get("type") == "mrkdwn":
            yield value["text"]
        for item in value.values():
            yield from mrkdwn(item)
    elif isinstance(value, list):
        for item in value:
            yield from mrkdwn(item)


def readings(parts: tuple[Part, ...]) -> Iterator[Reading]:
    for message in messages(parts):
        yield read(message["text"])
        for text in mrkdwn(message["blocks"]):
            yield read(text)


def addresses(parts: tuple[Part, ...]) -> list[str]:
    """The addresses of all links and menu entries, in order."""
    found: list[str] = []
    for message in messages(parts):
        for block in message["blocks"]:
            found += [url for text in mrkdwn(block) for url, _label in read(text).links]
            found += [
                option["url"] for option in block.get("accessory", {}).get("options", ()) if "url" in option
            ]
    return found


def in_reading_order(digest: Digest) -> list[DigestStory]:
    """The order a reader meets: every topic's top stories, then what is beyond the caps; alerts and replies topic by topic."""
    if digest.slot.kind in (SlotKind.ALERT, SlotKind.FOLLOW_UP):
        return list(digest.stories)
    return [one for part in digest.sections for one in part.stories] + [
        one for part in digest.sections for one in part.rest
    ]


@property_test
@given(digests())
def test_every_message_keeps_every_limit(digest: Digest) -> None:
    """Whatever the feeds send, no message breaks a limit: by the project's own reckoning and by the stand-in's."""
    for message in messages(render(digest, interactive=True)):
        assert problems(message) == ()
        check_post(message, reachable=lambda url: True)


@property_test
@given(digests())
def test_nothing_foreign_comes_alive(digest: Digest) -> None:
    """No mention, no broken entity, no broken link, and no link but to an address of the digest's own."""
    meant = {one.url for one in digest.stories} | {link.url for one in digest.stories for link in one.members}
    allowed = {address.replace("|", "%7C") for url in meant if (address := web_address(url))}
    for reading in readings(render(digest, interactive=True)):
        assert reading.mentions == []
        assert reading.broken == []
        assert {url for url, _label in reading.links} <= allowed


@property_test
@given(digests())
def test_every_story_is_reached_in_order(digest: Digest) -> None:
    """Every story with a web address can be opened from the parent, the thread or the file that stands in, in the digest's order."""
    parts = render(digest, interactive=True)
    met = iter(addresses(parts))
    wanted = [
        address
        for one in in_reading_order(digest)
        if (address := web_address(one.url)) and len(address) <= 3000
    ]
    for address in wanted:
        assert any(url in (address, address.replace("|", "%7C")) for url in met), address


@property_test
@given(digests(kinds=(SlotKind.SCHEDULED,)))
def test_a_webhook_says_what_it_leaves_out(digest: Digest) -> None:
    """One message, within the limits, and the number of stories it cannot hold."""
    message = json.loads(render_single(digest).payload)
    assert fits(message)
    shown = sum(
        block["text"]["text"].startswith("*") and "block_id" not in block
        for block in message["blocks"][1:]
        if block["type"] == "section"
    )
    left = len(digest.stories) - shown
    assert left == 0 or message["blocks"][-1]["elements"][0]["text"] == f"and {left:,} more"


def test_a_digest_is_a_parent_and_a_thread() -> None:
    """The parent opens with title, counts and health; what is beyond the cap is numbered on in the thread."""
    parts = render(digest(section(stories=3, rest=2)), interactive=True)
    parent, thread = (json.loads(part.payload) for part in parts)
    assert [part.thread_part for part in parts] == [None, 0]
    assert parent["blocks"][0]["text"]["text"] == "Morning digest · Tue 24 Nov"
    assert "212 of 215 feeds read, 3 failing" in parent["blocks"][1]["elements"][0]["text"]
    assert [block["type"] for block in parent["blocks"]].count("section") == 1 + 3
    assert "2 more in the thread" in json.dumps(parent["blocks"])
    lines = thread["blocks"][1]["text"]["text"].split("\n")
    assert [line.split(" ")[0] for line in lines] == ["4.", "5."]


def test_a_story_shows_headline_lead_and_source() -> None:
    """A bold linked headline, the lead with the matched terms bold, and `source · age · also …` in italics."""
    parent = json.loads(render(digest(), interactive=False)[0].payload)
    text = parent["blocks"][4]["text"]["text"]
    headline, lead, source = text.split("\n")
    assert (
        headline
        == "*<https://news.example/1/figures?from=feed&amp;n=1|Auditors question the agency's figures, part 1>*"
    )
    assert lead.startswith("The *agency*'s auditors")
    assert source.startswith("_The Courier · <!date^")
    assert "{ago}" in source
    assert source.endswith(
        "also <https://wire.example/1|Harbor Wire> and <https://ledger.example/1|Daily Ledger>_"
    )


def test_an_outlets_second_article_is_linked() -> None:
    """A story that one outlet told twice leads to both."""
    second = Link("A second look at the figures", "https://news.example/second", "The Courier")
    topic = TopicSection("irs", "IRS", (story(outlets=("The Courier",), members=(second,)),))
    (part,) = render(digest(topic), interactive=False)
    assert "also <https://news.example/second|A second look at the figures>_" in part.payload


def test_without_a_listener_nothing_can_be_clicked() -> None:
    """Menus and buttons need Socket Mode; without it Slack would answer every click with an error."""
    silent = render(digest(section(2, 2)), interactive=False)
    assert not any("action_id" in part.payload for part in silent)
    assert any("action_id" in part.payload for part in render(digest(section(2, 2)), interactive=True))


def test_an_address_too_long_for_the_text_is_in_the_menu() -> None:
    """A link that would fill the section is offered as a menu entry, unescaped, so that the story stays reachable."""
    url = "https://news.example/?q=" + "&" * 1500
    topic = TopicSection("irs", "IRS", (story(url=url),), (story(2, url=url),))
    for message in messages(render(digest(topic), interactive=True)):
        options = [
            option for block in message["blocks"] for option in block.get("accessory", {}).get("options", ())
        ]
        assert url in [option.get("url") for option in options]


@pytest.mark.parametrize(("beyond", "files"), [(LISTED, 0), (LISTED + 1, 1)])
def test_a_long_rest_comes_as_a_table(beyond: int, files: int) -> None:
    """Up to 200 stories are listed; beyond that a CSV holds every story of the digest."""
    parts = render(digest(section(stories=10, rest=beyond)), interactive=True)
    payloads = [json.loads(part.payload) for part in parts]
    assert [payload["type"] for payload in payloads].count("file") == files
    if files:
        rows = list(csv.reader(io.StringIO(payloads[-1]["content"])))
        assert len(rows) == 1 + 10 + beyond
        assert [one["blocks"][1]["text"]["text"].split(".")[0] for one in payloads[-1]["pieces"]] == ["211"]


def test_an_alert_is_headline_reason_and_buttons() -> None:
    """An alert shows its story, why it came, where else it is, and the votes; no header."""
    alert = digest(section(stories=1), kind=SlotKind.ALERT)
    (part,) = render(alert, interactive=True)
    payload = json.loads(part.payload)
    assert [block["type"] for block in payload["blocks"]] == ["section", "context", "actions"]
    assert "matched IRS (81)" in payload["blocks"][1]["elements"][0]["text"]
    assert [button["text"]["text"] for button in payload["blocks"][2]["elements"]] == [
        "Relevant",
        "Not relevant",
        "Why this?",
        "Mute story",
    ]
    assert payload["text"] == "Auditors question the agency's figures, part 1"


def test_a_reply_tells_what_is_new() -> None:
    """A follow-up says the change, or how far the story has spread since."""
    outlets = ("Daily Ledger", "The Courier", "Harbor Wire")  # it speaks through a new one
    grown = story(outlets=outlets, new_outlets=2, newcomers=("Daily Ledger", "Harbor Wire"))
    changed = story(2, change="87,000 → 80,000")
    topic = TopicSection("irs", "IRS", (grown, changed))
    (part,) = render(digest(topic, kind=SlotKind.FOLLOW_UP), interactive=True)
    first, _source, second, _source = (block for block in json.loads(part.payload)["blocks"])
    assert first["text"]["text"].startswith("*Now at 3 outlets (+2)*: Daily Ledger, Harbor Wire\n")
    assert second["text"]["text"].startswith("*Changed:* 87,000 → 80,000\n")


def test_a_reply_names_six_new_outlets_and_counts_the_rest() -> None:
    """A story that forty outlets took up does not fill the thread with their names."""
    new = tuple(f"Outlet {number}" for number in range(40))
    grown = story(outlets=("The Courier", *new), new_outlets=40, newcomers=new)
    (part,) = render(digest(TopicSection("irs", "IRS", (grown,)), kind=SlotKind.FOLLOW_UP), interactive=True)
    assert "*Now at 41 outlets (+40)*: Outlet 0, Outlet 1" in part.payload
    assert "Outlet 5 and 34 more" in part.payload
    assert "Outlet 6" not in part.payload


def test_an_empty_digest_says_so() -> None:
    """`when_empty: note` posts the counts and one sentence."""
    (part,) = render(empty(), interactive=True)
    assert "Nothing new on these topics." in part.payload


def test_a_late_digest_owns_up() -> None:
    """The sentence about a delay stands under the counts."""
    payload = json.loads(render(digest(late="late: due 08:00, sent 09:12"), interactive=True)[0].payload)
    assert "Late: due 08:00, sent 09:12" in payload["blocks"][2]["elements"][0]["text"]


def test_the_fallback_is_one_short_line() -> None:
    """Notifications show `text`: set, and under 300 characters, however long the headline."""
    payload = json.loads(
        render(digest(TopicSection("irs", "IRS", (story(headline="word " * 600),))), True)[0].payload
    )
    assert 0 < len(payload["text"]) < FALLBACK_TEXT
