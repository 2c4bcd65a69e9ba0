"""Answers in Slack: within its limits, and foreign text stays text."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.deliver.slack import replies
from monitor.deliver.slack.limits import problems
from monitor.models import DigestStory
from tests.standins.digests import story
from tests.standins.hostile import long_texts, stories, texts
from tests.standins.slack.limits import check_blocks
from tests.standins.slack.mrkdwn import read

foreign = settings(deadline=None, max_examples=20)


def accepted(message: dict[str, Any]) -> None:
    """Every limit kept, nothing live but our own links."""
    check_blocks(message["blocks"], reachable=lambda url: True)
    for block in message["blocks"]:
        parts = block.get("elements", [block.get("text", {})])
        for text in [part["text"] for part in parts if part.get("type") == "mrkdwn"]:
            assert read(text).mentions == read(text).broken == []


@foreign
@given(st.lists(st.tuples(long_texts, st.just(((0, 3),))), max_size=20), long_texts, long_texts, texts)
def test_the_modal_fits(sentences: list[Any], rule: str, reason: str, name: str) -> None:
    """However long the rule and however many sentences, the modal opens."""
    parts = ((name, reason), ("title", "+20"))
    view = replies.why(
        replies.Why(name, rule, "config/topics/irs.yaml:12", reason, 81.0, parts, tuple(sentences))
    )
    accepted(view)
    assert len(view["title"]["text"]) <= 24
    assert len(view["blocks"]) <= 100


@foreign
@given(texts, st.lists(stories(), max_size=12), st.lists(long_texts, max_size=40))
def test_every_answer_fits(text: str, found: list[DigestStory], told: list[str]) -> None:
    """Status, backtests, mutes and incidents with hostile names in them."""
    for message in (
        replies.tested(text, 7, 4812, found),
        replies.muted(text, "s1", text),
        replies.voted(True, text),
        replies.lines(text, told),
        replies.incident(text, told, "08:00"),
        replies.incident(text, told, "08:00", "09:12"),
    ):
        accepted(message)
        assert not [
            problem for problem in problems(message) if "text of" not in problem or "text of 0" in problem
        ]


def test_why_shows_the_terms_in_their_sentences() -> None:
    """Topic and score, the sentence with its term bold, the parts of the score, the rule and its file."""
    told = replies.Why(
        "IRS",
        "IRS NEAR/5 audit",
        "config/topics/irs.yaml:12",
        "matches: strong",
        81.4,
        (("title", "+20"),),
        (("The IRS said", ((4, 7),)),),
    )
    text = str(replies.why(told)["blocks"])
    for shown in ("*IRS* · score 81", "The *IRS* said", "title: *+20*", "IRS NEAR/5 audit", "irs.yaml:12"):
        assert shown in text, shown


def test_a_backtest_counts_and_links() -> None:
    """How many of how many, the first eight linked, and how many more."""
    message = replies.tested("IRS", 7, 4812, [story(number) for number in range(10)])
    assert "`IRS` matches *10* of 4,812 articles of the last 7 days." in message["blocks"][0]["text"]["text"]
    assert message["blocks"][-1]["elements"][0]["text"] == "and 2 more"


@pytest.mark.parametrize(
    ("ended", "shown"), [("", ":warning: since 08:00"), ("09:12", ":white_check_mark: 09:12, began 08:00")]
)
def test_an_incident_is_one_message(ended: str, shown: str) -> None:
    """The same message while it lasts and when it is over."""
    message = replies.incident("Slack refuses the token", ["3 digests wait"], "08:00", ended)
    assert message["blocks"][1]["elements"][0]["text"] == shown
    assert problems(message) == ()


def test_short_answers_are_sentences() -> None:
    """Undo has its button; the rest are plain words."""
    assert replies.muted("Figures", "s1", "irs")["blocks"][1]["elements"][0]["value"] == "unmute s1 - irs"
    for message in (
        replies.gone(),
        replies.refused(),
        replies.usage(),
        replies.unmuted(True),
        replies.unmuted(False),
    ):
        accepted(message)
