"""What a muted story had grown to when it was muted: until it has more outlets than that, it stays out of digests; pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from monitor.digests.ranking import outlet
from monitor.models import PendingStory


def outlets_when_muted(pending: Iterable[PendingStory], muted: Mapping[str, datetime]) -> dict[str, int]:
    """Return, for each muted story (`muted`: since when), how many outlets had it at that instant."""
    return {
        story.story: len(
            {
                outlet(member.article)
                for member in story.members
                if member.article.first_seen and member.article.first_seen <= muted[story.story]
            }
        )
        for story in pending
        if story.story in muted
    }
