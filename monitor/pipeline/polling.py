"""One feed's poll, up to the point where its new articles are known: fetch | parse | new? | fetch page | extract.

Everything decided here is decided by the pure stages; this file calls them in order and hands values on. Nothing is stored: what comes
out goes to `saving`, and a crash before that means that the poll never happened.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from monitor.collect import cadence, fulltext, identity
from monitor.collect.interval import Policy
from monitor.collect.reading import read
from monitor.errors import WorkerError
from monitor.models import (
    Feed,
    FeedDocument,
    FeedState,
    Gap,
    Outcome,
    Request,
    Response,
    Seen,
    Sighting,
    SourceType,
    Validators,
)
from monitor.pipeline.pages import Draft, Pages
from monitor.pipeline.protocols import Chance, Clock, Fetcher, Workers

if TYPE_CHECKING:
    from monitor.store import Store

Reading = Callable[[], AbstractAsyncContextManager[None]]

NONE = Validators()
PARSE_DEADLINE = 10.0  # seconds a worker may take over one feed (spec/safety.md)


@dataclass(frozen=True, slots=True)
class Polled:
    """What one poll came to, ready to be matched and saved.

    `drafts` are new articles, `changed` known ones whose published texts changed; both not yet matched. `new` counts the new entries,
    `notices` are what the owner must be told, once. `quiet` is a site that asked for silence, and until when.
    """

    feed: Feed
    state: FeedState
    response: Response
    sightings: tuple[Sighting, ...] = ()
    touched: tuple[str, ...] = ()
    drafts: tuple[Draft, ...] = ()
    changed: tuple[Draft, ...] = ()
    new: int = 0
    notices: tuple[cadence.Notice, ...] = ()
    gap: Gap | None = None
    quiet: tuple[str, datetime] | None = None

    @property
    def text(self) -> int:
        """How many characters its articles hold."""
        return sum(len(draft.article.text) for draft in (*self.drafts, *self.changed))


@dataclass(frozen=True, slots=True)
class Sorted:
    """A document's entries, judged against what was seen before; `overlap` is the known share, None where it says nothing."""

    judged: tuple[identity.Judged, ...] = ()
    untrusted: frozenset[str] = frozenset()
    overlap: float | None = None

    def of(self, verdict: identity.Verdict) -> tuple[identity.Judged, ...]:
        """Return the entries with a verdict, in document order."""
        return tuple(item for item in self.judged if item.verdict is verdict)


@dataclass(slots=True)
class Poller:
    """Polls one feed at a time; holds no state of its own, so any number of polls may run at once."""

    store: Store
    fetcher: Fetcher
    workers: Workers
    pages: Pages
    policy: Policy
    limits: Callable[[Request], Request]
    now: Clock
    chance: Chance

    async def poll(self, feed: Feed, state: FeedState, reading: Reading = nullcontext) -> Polled:
        """Return what a poll of `feed` came to; trouble with the network or the document is part of the answer.

        The document is read within `reading()`, which may put that off.
        """
        response = await self.fetcher.fetch(
            self._request(feed, state.url, cadence.conditional(state, self.now()))
        )
        if response.outcome is not Outcome.OK:
            return self.concluded(feed, state, response)
        if cadence.is_unchanged(state, response):
            return self.concluded(feed, state, replace(response, outcome=Outcome.UNCHANGED))
        try:
            async with reading():
                document = await self._read(feed, feed.type, response)
            if document.outcome is not Outcome.OK:
                told = replace(
                    response, outcome=document.outcome, reason=document.outcome.value, error=document.error
                )
                return self.concluded(feed, state, told, document)
            return await self._sort(feed, state, response, document)
        except WorkerError as error:
            return self.struck(feed, state, response, error)

    def _request(self, feed: Feed, url: str, validators: Validators = NONE) -> Request:
        """Return a request for the feed's address, or for one it led to, where its key is not shown unless it is the same site."""
        return self.limits(
            Request(
                url,
                validators=validators,
                headers=feed.headers,
                home=None if url == feed.url else feed.url,
                allow_private=feed.allow_private,
            )
        )

    async def _read(self, feed: Feed, kind: SourceType, response: Response) -> FeedDocument:
        document: FeedDocument = await self.workers.run(
            read,
            kind,
            response.body,
            response.url,
            response.content_type,
            feed.selectors,
            deadline=PARSE_DEADLINE,
        )
        return document

    async def _sort(self, feed: Feed, state: FeedState, response: Response, document: FeedDocument) -> Polled:
        """Tell new entries from known and changed ones, and read the texts of both."""
        found = self._judge(state, document)
        gap = cadence.gap(state, document, found.overlap, self.now())
        new, altered = found.of(identity.Verdict.NEW), found.of(identity.Verdict.CHANGED)
        if gap:
            more = await self._backfill(feed, state, document, new)
            new, gap = (*new, *more), replace(gap, filled=len(more))
        drafts = await self.pages.drafts(feed, state, new, announced(feed, state, new, self.now()))
        changed = await self.pages.drafts(feed, state, altered, range(len(altered)))
        informed = replace(state, untrusted=found.untrusted, full=learned(state, drafts))
        concluded = self.concluded(feed, informed, response, document, found.overlap, len(new))
        touched = tuple(key for item in found.of(identity.Verdict.KNOWN) for key in item.candidate.keys)
        return replace(
            concluded,
            sightings=sightings(altered, drafts),
            touched=touched,
            drafts=drafts,
            changed=changed,
            new=len(new),
            gap=gap,
        )

    def _judge(self, state: FeedState, document: FeedDocument) -> Sorted:
        keyed = identity.keyed(document.entries, state.untrusted)
        judged = self._verdicts(state, keyed.candidates)
        return Sorted(judged, keyed.untrusted, identity.overlap(judged) if state.baselined else None)

    def _verdicts(
        self, state: FeedState, candidates: Sequence[identity.Candidate]
    ) -> tuple[identity.Judged, ...]:
        seen: dict[str, Seen] = {}
        if state.window:  # else no document of this feed ever had an entry: there is nothing to look up
            keys = {key for candidate in candidates for key in candidate.keys}
            seen = self.store.feeds.seen(state.name, keys)
        return identity.judge(candidates, seen)

    async def _backfill(
        self, feed: Feed, state: FeedState, document: FeedDocument, new: Sequence[identity.Judged]
    ) -> tuple[identity.Judged, ...]:
        """Look for what was missed in a gap: in the configured sitemap or pages, or the feed's own older page."""
        known = {key for item in new for key in item.candidate.keys}
        more: list[identity.Judged] = []
        for address in cadence.backfill_addresses(feed, document):
            response = await self.fetcher.fetch(self._request(feed, address))
            if response.outcome is not Outcome.OK:
                break
            older = await self._read(feed, SourceType.FEED, response)
            if older.outcome is not Outcome.OK:
                older = await self._read(feed, SourceType.SITEMAP, response)
            judged = self._verdicts(state, identity.keyed(older.entries, state.untrusted).candidates)
            fresh = [
                item
                for item in judged
                if item.verdict is identity.Verdict.NEW and known.isdisjoint(item.candidate.keys)
            ]
            more += fresh
            known |= {key for item in fresh for key in item.candidate.keys}
            if len(fresh) < len(judged):
                break  # it overlaps with what is known: the gap is closed
        return tuple(more)

    def concluded(
        self,
        feed: Feed,
        state: FeedState,
        response: Response,
        document: FeedDocument | None = None,
        overlap: float | None = None,
        new: int = 0,
    ) -> Polled:
        """Return a poll with the feed's next state decided."""
        now = self.now()
        after, notices = cadence.after_poll(
            state, feed, response, document, overlap, new, now, self.chance(), self.policy
        )
        return Polled(
            feed,
            after,
            replace(response, body=b"")
            if response.body
            else response,  # it waits to be saved, with many others
            notices=notices,
            quiet=cadence.host_quiet(state, response, now, self.policy),
        )

    def struck(self, feed: Feed, state: FeedState, response: Response, error: WorkerError) -> Polled:
        """Return a poll whose document killed (or hung) its worker: the feed's error, and quarantine at the third in a row."""
        words = f"its document could not be read safely ({error.cause})"
        after, notices = cadence.after_strike(state, words, self.now(), self.chance(), self.policy)
        told = replace(response, outcome=Outcome.ERROR, body=b"", reason=f"worker_{error.cause}", error=words)
        return Polled(feed, after, told, notices=notices)


def learned(state: FeedState, drafts: Sequence[Draft]) -> bool | None:
    """Return what is known of the feed's own texts after this poll: whole articles (True), teasers (False), or nothing yet."""
    return fulltext.learn(state.full, [draft.covered for draft in drafts if draft.covered is not None])


def announced(feed: Feed, state: FeedState, new: Sequence[identity.Judged], now: datetime) -> Collection[int]:
    """Return the positions of the new entries that digests may carry: all, but at a feed's first poll what `first_poll:` says."""
    if state.baselined or feed.first_poll == "all":
        return range(len(new))
    if not feed.first_poll.startswith("latest:"):
        return ()
    newest = sorted(
        range(len(new)), key=lambda at: identity.entry_date(new[at].candidate.entry, now)[0], reverse=True
    )
    return frozenset(newest[: int(feed.first_poll.partition(":")[2])])


def sightings(altered: Sequence[identity.Judged], drafts: Sequence[Draft]) -> tuple[Sighting, ...]:
    """Return the identity keys to remember: of new entries, and of changed ones under the article they are known as."""
    new = [Sighting(draft.keys, draft.fingerprint, draft.article.id) for draft in drafts]
    changed = [
        Sighting(item.candidate.keys, item.candidate.fingerprint, item.article)
        for item in altered
        if item.article
    ]
    return (*new, *changed)
