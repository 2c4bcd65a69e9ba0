"""A digest as plain text: for pipes and files in place of a terminal, and as the text part of a mail. Pure."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from datetime import datetime

from monitor.deliver import wording
from monitor.deliver.display import clip, line, web_address
from monitor.models import Digest, DigestStory, TopicSection

LEAD = 280


def plain(digest: Digest, now: datetime | None = None, width: int = 100) -> str:
    """Return the digest as lines of at most `width` columns (addresses are never broken).

    Ages are told as of `now`; without it, as local times of day, which stay true in what is read later.
    """
    head = filter(None, (wording.heading(digest), wording.trust(digest), wording.late(digest)))
    lines = [*(part for text in head for part in _wrapped(text, "", width)), ""]
    for section in digest.sections:
        lines += _section(digest, section, now, width)
    if not digest.stories:
        lines += [wording.EMPTY_NOTE, ""]
    return "\n".join(lines)


def _wrapped(text: str, indent: str, width: int) -> list[str]:
    wrapper = textwrap.TextWrapper(
        width, initial_indent=indent, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )
    return wrapper.wrap(text) or [""]


def _section(digest: Digest, section: TopicSection, now: datetime | None, width: int) -> Iterator[str]:
    stories = (*section.stories, *section.rest)
    if not stories:
        return
    yield from _wrapped(
        f"{line(section.name)} · {wording.count(len(stories), 'story', 'stories')}", "", width
    )
    yield ""
    for number, story in enumerate(stories, 1):
        if number == len(section.stories) + 1:
            yield from (wording.more(section), "")
        yield from _story(digest, story, section, now, number, width)


def _story(
    digest: Digest, story: DigestStory, section: TopicSection, now: datetime | None, number: int, width: int
) -> Iterator[str]:
    indent = "    "
    headline = _wrapped(line(story.headline) or "untitled", indent, width)
    yield f"{number:>2}. {headline[0].strip()}"
    yield from headline[1:]
    yield indent + (web_address(story.url) or line(story.url))
    if number <= len(section.stories):
        for text in filter(None, (_change(story), clip(line(story.lead), LEAD))):
            yield from _wrapped(text, indent, width)
    yield from _wrapped(" · ".join(source_parts(digest, story, section, now)), indent, width)
    yield ""


def _change(story: DigestStory) -> str:
    return f"Changed: {line(story.change)}" if story.change else ""


def source_parts(
    digest: Digest, story: DigestStory, section: TopicSection, now: datetime | None
) -> list[str]:
    """Return source, age, further outlets, mark and further topics, those that there are."""
    then = wording.when(story)
    parts = [
        wording.outlet(story),
        wording.age(then, now) if now else wording.moment(digest, then),
        wording.also(story),
        wording.mark(story),
        *wording.other_topics(story, section),
    ]
    return [part for part in parts if part]
