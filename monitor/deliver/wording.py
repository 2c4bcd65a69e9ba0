"""The words every target shares: titles, counts, trust, ages, marks. One place, so that a digest reads alike everywhere. Pure.

Instants are aware UTC; what is shown is local to the digest's time zone.
"""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from monitor.deliver.display import line
from monitor.models import Digest, DigestStory, SlotKind, TopicSection

MARKS = {"paywalled": "paywalled", "teaser": "summary only"}


def count(number: int, one: str, many: str = "") -> str:
    """`1 story`, `2 stories`, `1,204 articles`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def local(digest: Digest, instant: datetime) -> datetime:
    """Return `instant` in the digest's time zone."""
    return instant.astimezone(ZoneInfo(digest.timezone))


def heading(digest: Digest) -> str:
    """`Morning digest · Tue 24 Nov`, or the bare title for an alert or a reply."""
    title = line(digest.title) or line(digest.name)
    if digest.slot.kind in (SlotKind.ALERT, SlotKind.FOLLOW_UP):
        return title
    return f"{title} · {day(local(digest, digest.slot.at))}"


def day(moment: datetime) -> str:
    """`Tue 24 Nov`."""
    return f"{moment:%a} {moment.day} {moment:%b}"


def moment(digest: Digest, instant: datetime) -> str:
    """Say an instant as seen from the slot: `08:00`, `yesterday 08:00`, `Fri 20 Nov 08:00`, with the year if it is another."""
    then, now = local(digest, instant), local(digest, digest.slot.at)
    days = (now.date() - then.date()).days
    if days == 0:
        return f"{then:%H:%M}"
    if days == 1:
        return f"yesterday {then:%H:%M}"
    year = f" {then.year}" if then.year != now.year else ""
    return f"{day(then)}{year} {then:%H:%M}"


def trust(digest: Digest) -> str:
    """What the digest holds and how far its silence can be trusted.

    `3 stories from 11 articles · 212 of 215 feeds read, 3 failing · since yesterday 08:00`
    """
    coverage = digest.coverage
    articles = coverage.articles or sum(max(1, len(story.members)) for story in digest.stories)
    parts = [f"{count(len(digest.stories), 'story', 'stories')} from {count(articles, 'article')}"]
    if coverage.feeds:
        read = f"{coverage.feeds_ok:,} of {count(coverage.feeds, 'feed')} read"
        parts.append(read + (f", {len(coverage.failing):,} failing" if coverage.failing else ""))
    since = coverage.since or digest.slot.since
    if since is not None:
        parts.append(f"since {moment(digest, since)}")
    if digest.muted:
        parts.append(f"muted: {', '.join(map(line, digest.muted))}")
    return " · ".join(parts)


def late(digest: Digest) -> str:
    """Return the sentence that owns up to a delay, as a sentence; empty when on time."""
    said = line(digest.late)
    return said[:1].upper() + said[1:]


def age(instant: datetime, now: datetime) -> str:
    """`just now`, `12 min ago`, `3 h ago`, `2 d ago`; an instant in the future is `just now`."""
    minutes = int((now - instant).total_seconds() // 60)
    if minutes < 1:
        return "just now"
    if minutes < 60:
        return f"{minutes} min ago"
    if minutes < 48 * 60:
        return f"{minutes // 60} h ago"
    return f"{minutes // (24 * 60)} d ago"


def when(story: DigestStory) -> datetime:
    """The instant a story's age is told from: when it was published, or else when it was first seen."""
    return story.published or story.first_seen


def outlet(story: DigestStory) -> str:
    """The outlet whose version is shown."""
    return line(story.outlets[0]) if story.outlets else ""


def also(story: DigestStory, named: int = 2) -> str:
    """`also at WSJ`, `also at WSJ, AP and 4 more`; for a story that returns: `now at 9 outlets (+4)`. Empty for a single outlet."""
    if story.new_outlets > 0:
        return f"now at {count(len(story.outlets), 'outlet')} (+{story.new_outlets})"
    others = [line(name) for name in story.outlets[1:]]
    if not others:
        return ""
    shown, more = others[:named], len(others) - named
    if more > 0:
        return f"also at {', '.join(shown)} and {more} more"
    return "also at " + " and ".join(filter(None, [", ".join(shown[:-1]), shown[-1]]))


def mark(story: DigestStory) -> str:
    """`paywalled`, `summary only`, or nothing for an article read in full."""
    return MARKS.get(story.completeness, "") or ("summary only" if story.teaser_only else "")


def other_topics(story: DigestStory, section: TopicSection) -> tuple[str, ...]:
    """The names of further topics the story belongs to, beside the one it is shown under."""
    return tuple(line(tag.name) for tag in story.tags if tag.topic != section.topic)


def more(section: TopicSection) -> str:
    """`and 23 more`, or nothing."""
    return f"and {len(section.rest):,} more" if section.rest else ""


def summary(digest: Digest, limit: int = 280) -> str:
    """One line for notifications and mail subjects: the title, the counts and the first headline."""
    stories = digest.stories
    if not stories:
        return f"{heading(digest)}: nothing new"[:limit]
    lead = line(stories[0].headline)
    if digest.slot.kind is SlotKind.ALERT:
        return (lead or heading(digest))[:limit]
    return f"{heading(digest)}: {count(len(stories), 'story', 'stories')}. {lead}".rstrip()[:limit]


EMPTY_NOTE = "Nothing new on these topics."
