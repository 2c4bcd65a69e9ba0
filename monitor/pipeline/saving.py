"""The end of collecting: match | copies | save, one transaction per batch of feeds.

An article, the keys that make its entry known, and its feed's next state are written together or not at all: a crash re-does
at most one batch, and can neither lose an entry nor announce it twice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import structlog

from monitor.models import Article, Collected, Completeness, Match, PollRecord, Revision
from monitor.pipeline.pages import Draft
from monitor.pipeline.polling import Polled
from monitor.pipeline.protocols import Checkpoint, Clock, no_checkpoint
from monitor.pipeline.reports import PollReport
from monitor.stories.changes import material_change
from monitor.stories.index import BACKLOG, WINDOW, StoryIndex

if TYPE_CHECKING:
    from monitor.store import Store
    from monitor.topics import Topics

log = structlog.get_logger("collect")

TOUCH_AFTER = timedelta(days=1)  # a key's last sighting is written at most once a day


@dataclass(slots=True)
class Saver:
    """Matches, groups and saves; one batch at a time, in one thread, because stories grow in order."""

    store: Store
    topics: Topics
    now: Clock
    checkpoint: Checkpoint = no_checkpoint
    _index: StoryIndex | None = None

    def save(self, batch: Sequence[Polled]) -> list[PollReport]:
        """Write the polls of a batch; return a report for each. Raises StoreError, or whatever a defect raises, with nothing written."""
        now = self.now()
        try:
            records = self._records(batch, now)
            self.checkpoint("before_save")
            self.store.save_polls(records, now)
            self.checkpoint("after_save")
        except BaseException:
            self._index = None  # it has seen articles that are not stored: read it anew
            raise
        return [report(polled, record) for polled, record in zip(batch, records, strict=True)]

    def _records(self, batch: Sequence[Polled], now: datetime) -> list[PollRecord]:
        """Match and place the new articles of a batch, the earliest published first, so that an original comes before its reprints."""
        drafts = [draft for polled in batch for draft in polled.drafts]
        known = self.store.archive.known([draft.article.id for draft in drafts])
        fresh: dict[str, Draft] = {}
        for draft in sorted(drafts, key=lambda draft: draft.article.published or now):
            if draft.article.id not in known:
                fresh.setdefault(draft.article.id, draft)
        new = {found.article.id: found for found in self._collected(tuple(fresh.values()), now)}
        return [self._record(polled, new, now) for polled in batch]

    def _record(self, polled: Polled, new: dict[str, Collected], now: datetime) -> PollRecord:
        """Put a feed's record together; an article that two feeds brought goes with the first."""
        taken = [new.pop(draft.article.id) for draft in polled.drafts if draft.article.id in new]
        stale = (
            self.store.feeds.stale(polled.state.name, polled.touched, now - TOUCH_AFTER)
            if polled.touched
            else ()
        )
        return PollRecord(
            state=polled.state,
            sightings=polled.sightings,
            new=tuple(taken),
            revised=tuple(found for draft in polled.changed if (found := self._revision(draft))),
            touched=tuple(stale),
            quiet=polled.quiet,
            gap=polled.gap,
        )

    def _collected(self, drafts: Sequence[Draft], now: datetime) -> Iterator[Collected]:
        """Match new articles; only what matched takes part in stories, because only that can be told."""
        matched: list[tuple[Draft, tuple[Match, ...]]] = []
        for draft in drafts:
            if matches := self._matches(draft.article):
                matched.append((draft, matches))
            else:
                yield Collected(draft.article, announce=draft.announce, first_seen=now)
        if not matched:
            return
        index = self._stories(now)
        placements = index.add_all([(draft.article, now) for draft, _ in matched])
        for (draft, matches), placed in zip(matched, placements, strict=True):
            sketch = index.sketch(draft.article)
            yield Collected(draft.article, matches, placed.story, placed.copy_of, sketch, draft.announce, now)

    def _stories(self, now: datetime) -> StoryIndex:
        """Return the index of stories, read from the store at the first need after a start or a failure."""
        if self._index is None:
            self._index = StoryIndex()
            for found in self.store.archive.sketches(now - WINDOW, WINDOW, BACKLOG):
                self._index.load(*found)
        return self._index

    def _revision(self, draft: Draft) -> Revision | None:
        """Compare a changed entry with what is stored; a shorter feed text never replaces a page's."""
        old = self.store.archive.article(draft.known_as) if draft.known_as else None
        if old is None:
            return None
        new = revised(old, draft.article)
        return Revision(new, self._matches(new), material_change(old, new) if old.text else "")

    def _matches(self, article: Article) -> tuple[Match, ...]:
        return tuple(self.topics.match(article))


def revised(old: Article, new: Article) -> Article:
    """Return the new form of a stored article: its identity and first sight stay, and so does a full text that only a teaser would replace."""
    keeps_text = (
        new.completeness is Completeness.TEASER
        and old.completeness is not Completeness.TEASER
        and bool(old.text)
    )
    text = old if keeps_text else new
    return replace(
        new,
        id=old.id,
        url=old.url or new.url,
        first_seen=old.first_seen,
        published=old.published or new.published,
        text=text.text,
        completeness=text.completeness,
        confidence=text.confidence,
    )


def report(polled: Polled, record: PollRecord) -> PollReport:
    """Return what is said of a poll."""
    state, response = record.state, polled.response
    matches = Counter(match.topic for item in record.new for match in item.matches)
    reason = state.reason_detail or state.reason.value
    return PollReport(
        state.name,
        state.url,
        response.outcome,
        polled.new,
        len(record.revised),
        state.next_poll,
        reason,
        state.error,
        response.reason,
        dict(matches),
    )
