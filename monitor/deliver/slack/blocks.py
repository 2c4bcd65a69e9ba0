"""The pieces a Slack message is laid out from: plain block dictionaries, one function each. Pure."""

from __future__ import annotations

from typing import Any

from monitor.deliver import wording
from monitor.deliver.display import host, runs, web_address
from monitor.deliver.slack import markup
from monitor.deliver.slack.limits import HEADER_TEXT, OPTION_VALUE, URL, Block, units
from monitor.models import Digest, DigestStory, TopicSection

LEAD = 280
HEADLINE = 300
OUTLET = 60
_VOTES = (
    ("relevant", "Relevant"),
    ("irrelevant", "Not relevant"),
    ("why", "Why this?"),
    ("mute", "Mute story"),
)


def mrkdwn(text: str) -> dict[str, Any]:
    """Return a text object whose names and addresses Slack does not link by itself."""
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def section(text: str, accessory: Block | None = None) -> Block:
    """Return a section, with its menu if it has one."""
    block: Block = {"type": "section", "text": mrkdwn(text)}
    return block | {"accessory": accessory} if accessory else block


def context(*texts: str) -> Block:
    """Return a line of small print."""
    return {"type": "context", "elements": [mrkdwn(text) for text in texts if text]}


def header(text: str) -> Block:
    """Return the message's title."""
    return {
        "type": "header",
        "text": {"type": "plain_text", "text": markup.title(text, HEADER_TEXT), "emoji": False},
    }


def bar(name: str, note: str) -> Block:
    """Return the line that opens a topic: its name and what is under it."""
    return section(f"*{markup.plain(name, 120) or 'Stories'}*  ·  {note}")


def value(verb: str, story: DigestStory, topic: str) -> str:
    """Return what a click sends back: `verb story article topic`, `-` for what is not known.

    Cut to Slack's 150 characters, which only a topic's name can reach; `commands.clicked` reads it.
    """
    return f"{verb} {story.story or '-'} {story.article or '-'} {topic}"[:OPTION_VALUE]


def menu(story: DigestStory, topic: str, interactive: bool) -> Block | None:
    """Return the story's overflow menu: votes when somebody listens for them, and the address when it is too long for the text."""
    options = [_option(label, value(verb, story, topic)) for verb, label in _VOTES] if interactive else []
    address = web_address(story.url)
    if address and markup.target(story.url) is None and units(address) <= URL:
        options.append({**_option("Open the article", value("open", story, topic)), "url": address})
    return {"type": "overflow", "action_id": "story", "options": options} if options else None


def _option(label: str, chosen: str) -> dict[str, Any]:
    return {"text": {"type": "plain_text", "text": label, "emoji": False}, "value": chosen}


def button(verb: str, label: str, chosen: str) -> Block:
    """Return a button; `chosen` is what a click sends back."""
    return {
        "type": "button",
        "action_id": verb,
        "text": {"type": "plain_text", "text": label, "emoji": False},
        "value": chosen,
    }


def vote_buttons(story: DigestStory, topic: str) -> Block:
    """Return the buttons under an alert: the same verbs as a story's menu."""
    return {
        "type": "actions",
        "elements": [button(verb, label, value(verb, story, topic)) for verb, label in _VOTES],
    }


def headline(story: DigestStory, limit: int = HEADLINE) -> str:
    """Return the linked headline, or the address's host where there is none."""
    return markup.link(story.url, story.headline, limit) or markup.link(
        story.url, host(story.url) or "untitled", limit
    )


def lead(story: DigestStory) -> str:
    """Return the lead with the matched terms bold."""
    return markup.emphasised(runs(story.lead, story.lead_bold, LEAD), LEAD * 2)


def source(digest: Digest, story: DigestStory, beside: tuple[str, ...] = ()) -> str:
    """Return `source · age · also WSJ, AP and 4 more · paywalled`, the age kept current by Slack."""
    then = wording.when(story)
    parts = [
        markup.plain(wording.outlet(story), OUTLET),
        markup.date(then, wording.moment(digest, then)),
        linked_also(story),
        wording.mark(story),
        *(markup.plain(name, OUTLET) for name in beside),
    ]
    return " · ".join(part for part in parts if part)


def linked_also(story: DigestStory, named: int = 2) -> str:
    """Return the other outlets, the named ones linked to their own versions; a grown story's count first."""
    names = [name for name in story.outlets[1:] if name]
    if story.new_outlets > 0:
        return markup.plain(wording.also(story), 80)
    if not names:
        return _siblings(story)
    shown = [_outlet_link(story, name) for name in names[:named]]
    more = len(names) - len(shown)
    if more:
        return f"also {', '.join(shown)} and {more} more"
    return "also " + " and ".join(shown)


def _siblings(story: DigestStory) -> str:
    """Return the outlet's own further articles on the story, the first one linked by its title."""
    others = [member for member in story.members if member.url != story.url]
    if not others:
        return ""
    more = f" and {len(others) - 1} more" if len(others) > 1 else ""
    return f"also {markup.link(others[0].url, others[0].title, OUTLET) or 'another article'}{more}"


def _outlet_link(story: DigestStory, name: str) -> str:
    url = next((member.url for member in story.members if member.outlet == name), "")
    return markup.link(url, name, OUTLET) if units(url) <= 250 else markup.plain(name, OUTLET)


def story_block(digest: Digest, story: DigestStory, topic: TopicSection, interactive: bool) -> Block:
    """Return one top story: headline, change, lead, source, menu."""
    source_line = source(digest, story, wording.other_topics(story, topic))
    lines = [f"*{headline(story)}*", _change(story), lead(story), f"_{source_line}_"]
    return section("\n".join(filter(None, lines)), menu(story, topic.topic, interactive))


def _change(story: DigestStory) -> str:
    return f"*Changed:* {markup.plain(story.change, 300)}" if story.change else ""


def numbered_line(digest: Digest, story: DigestStory, number: int) -> str:
    """Return one story as a line of a list."""
    return f"{number}. {headline(story, 160)} · {source(digest, story)}"
