"""What the bot answers in Slack: ephemeral messages and the "Why this?" modal, as plain block dictionaries. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from monitor.deliver.display import clip, line, runs
from monitor.deliver.slack import markup
from monitor.deliver.slack.blocks import button, context, section
from monitor.deliver.slack.limits import FALLBACK_TEXT, OPTION_VALUE, SECTION_TEXT, Block, Message, units
from monitor.models import DigestStory

MODAL_TITLE = 24
SENTENCES = 12
NEWS = 9  # lines; with their names they fit a section
RULE = 1500

HELP = (
    "*`/monitor status`*  feeds, queue, last and next digests",
    "*`/monitor votes [TOPIC]`*  how relevant topics and sources are by your votes, and what leaving a phrase out would change",
    "*`/monitor test RULE`*  what a rule would have found in the last 7 days",
    "*`/monitor explain URL`*  which topics an article matches, and why",
    "*`/monitor mute STORY|TOPIC [until Friday|2026-12-01|7d]`*  tell no more of a story until it grows, or until then; of a topic until then",
    "*`/monitor unmute STORY|TOPIC`*  tell it again",
    "*`/monitor digest now [NAME]`*  send what is pending",
)


@dataclass(frozen=True, slots=True)
class Why:
    """Why a story is in a digest: the topic, its rule and where it stands, the score and its parts, the sentences with their terms.

    Each sentence comes with the (start, end) ranges of its matched terms; `reason` is the one-line summary.
    """

    topic: str
    rule: str
    place: str
    reason: str
    score: float | None = None
    parts: tuple[tuple[str, str], ...] = ()
    sentences: tuple[tuple[str, tuple[tuple[int, int], ...]], ...] = ()


def why(one: Why) -> dict[str, Any]:
    """Return the modal that explains a match."""
    score = f" · score {one.score:.0f}" if one.score is not None else ""
    body = [section(f"*{markup.plain(one.topic, 120)}*{score}\n{markup.plain(one.reason, 600)}")]
    body += [
        section(markup.emphasised(runs(text, bold, 600), 1200) or "…")
        for text, bold in one.sentences[:SENTENCES]
    ]
    if len(one.sentences) > SENTENCES:
        body.append(context(f"and {len(one.sentences) - SENTENCES} more sentences"))
    if one.parts:
        body += [{"type": "divider"}, context(*(_part(name, said) for name, said in one.parts[:10]))]
    body += [
        section(f"*Rule*\n{markup.plain(one.rule, RULE)}"),
        context(markup.plain(one.place, 300) or "no file"),
    ]
    return modal("Why this?", body)


def _part(name: str, said: str) -> str:
    return f"{markup.plain(name, 80)}: *{markup.plain(said, 80) or '-'}*"


def modal(title: str, body: Sequence[Block]) -> dict[str, Any]:
    """Return a modal with a close button; Slack allows 24 characters of title and 100 blocks."""
    return {
        "type": "modal",
        "title": {"type": "plain_text", "text": clip(line(title), MODAL_TITLE)},
        "close": {"type": "plain_text", "text": "Close"},
        "blocks": list(body[:100]),
    }


def said(text: str, *more: Block) -> Message:
    """Return an answer that only the asker sees; `text` is mrkdwn of at most 3,000 characters."""
    fallback = text if units(text) < FALLBACK_TEXT else "An answer from monitor."
    return {"type": "message", "text": fallback, "blocks": [section(text), *more]}


def voted(relevant: bool, topic: str) -> Message:
    """Acknowledge a vote."""
    word = "relevant" if relevant else "not relevant"
    return said(f"Noted: {word} to {markup.plain(topic, 120)}. A second vote replaces the first.")


def muted(name: str, story: str, topic: str, until: str = "until it grows") -> Message:
    """Acknowledge the mute of a story, or (`story` empty) of a topic, with its undo; `name` is its headline or the topic's name."""
    undo = button("unmute", "Undo", f"unmute {story or '-'} - {topic}"[:OPTION_VALUE])
    text = f"Muted {markup.plain(until, 100)}: {markup.plain(name, 300) or 'the story'}"
    return said(text, {"type": "actions", "elements": [undo]})


def undated(said_until: str) -> Message:
    """Answer a mute until a time that is none, or is past."""
    told = markup.plain(said_until, 100)
    return said(f"“{told}” is no day to come: say `until Friday`, `until 2026-12-01`, `for 7d` or `for 12h`.")


def unknown_subject(name: str, topics: Iterable[str]) -> Message:
    """Answer a mute of what is neither a stored story nor a topic."""
    told = ", ".join(markup.plain(topic, 60) for topic in topics)
    return said(
        f"“{markup.plain(name, 200)}” is neither a stored story (its address or id) nor a topic ({told})."[
            :2900
        ]
    )


def unmuted(found: bool) -> Message:
    """Acknowledge the end of a mute."""
    return said("It will be told again." if found else "That was not muted.")


def gone() -> Message:
    """Answer a click on a digest whose stories are no longer stored."""
    return said("This digest is too old: its stories are no longer stored.")


def refused() -> Message:
    """Answer somebody who may not change things."""
    return said("Changing this is for the users named under `slack.admins` in monitor.yaml.")


def usage() -> Message:
    """Answer what was not understood."""
    return said("\n".join(HELP))


def lines(title: str, told: Iterable[str]) -> Message:
    """Return a short report (status, an explanation), foreign text and all."""
    text = f"*{markup.plain(title, 120)}*"
    for one in told:
        longer = f"{text}\n{markup.plain(one, 300)}"
        if units(longer) > SECTION_TEXT - 10:
            return said(f"{text}\n…")
        text = longer
    return said(text)


def tested(rule: str, days: int, seen: int, found: Sequence[DigestStory]) -> Message:
    """Return what a rule would have found: how many of how many articles, and the first of them linked."""
    head = f"`{rule_text(rule)}` matches *{len(found):,}* of {seen:,} articles of the last {days} days."
    shown = [
        f"{number}. {markup.link(one.url, one.headline, 160)}" for number, one in enumerate(found[:8], 1)
    ]
    more = [context(f"and {len(found) - 8:,} more")] if len(found) > 8 else []
    return {
        "type": "message",
        "text": f"{len(found):,} matches",
        "blocks": [section(head), *[section(one) for one in shown], *more],
    }


def rule_text(rule: str) -> str:
    """Return a rule as it may stand between backticks."""
    return markup.escape(clip(line(rule).replace("`", "'"), 500))


def news(title: str, details: Sequence[str], at: str) -> Message:
    """Return a message for the ops channel that something is so now; `at` is a local time as it is to be shown."""
    shown = [markup.plain(one, 300) for one in details[:NEWS]]
    if len(details) > NEWS:
        shown.append(f"and {len(details) - NEWS} more")
    name = markup.plain(title, 200)
    body = [section("\n".join([f"*{name}*", *shown])), context(at)]
    return {"type": "message", "text": name, "blocks": body}


def incident(title: str, details: Sequence[str], began: str, ended: str = "") -> Message:
    """Return a health incident's one message: posted when it begins, amended while it lasts, ending in a check mark.

    `began` and `ended` are local times as they are to be shown.
    """
    state = f":white_check_mark: {ended}, began {began}" if ended else f":warning: since {began}"
    told = "\n".join(markup.plain(one, 300) for one in details[:10])
    name = markup.plain(title, 200)
    body = [section("\n".join(filter(None, [f"*{name}*", told]))), context(state)]
    return {"type": "message", "text": f"{'Mended' if ended else 'Trouble'}: {name}", "blocks": body}
