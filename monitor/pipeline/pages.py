"""From new entries to articles: fetch page | extract, with the feed's own text as the floor below which nothing falls.

A page that cannot be fetched or read never costs the article: it keeps what the feed said, with the reason beside it.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from monitor import urls
from monitor.collect import identity
from monitor.collect.drafting import Own, Read, from_entries, from_page
from monitor.errors import WorkerError
from monitor.models import Article, Entry, Feed, FeedState, Outcome, Request, Response, article_id
from monitor.pipeline.protocols import Clock, Fetcher, Workers
from monitor.pipeline.robots import Robots

if TYPE_CHECKING:
    from monitor.store import Store

TEXT_DEADLINE = 10.0  # seconds a worker may take over all new entries of one feed
PAGE_DEADLINE = 8.0  # seconds a worker may take over one page (spec/safety.md)
PAGE_LIMIT = 6 * 2**20  # bytes, inflated; the extractor itself cuts what is larger than an article can be
MOST_HOPS = 6  # redirects from an entry's link to its page
PATIENCE = 120.0  # seconds one poll waits for all its pages together; the rest keep the feed's text


@dataclass(frozen=True, slots=True)
class Draft:
    """A new (or changed) article before it is matched. `announce` False keeps it out of digests (a silent first poll).

    `keys` and `fingerprint` are its entry's; the entry itself, whose texts the article holds again, is let go: many drafts wait to be
    saved. `wants_page` says that its page is to be fetched. `known_as` is the id it is stored under already, for a changed entry;
    `covered` is the share of its page that the feed's own text held, where both were read.
    """

    article: Article
    keys: tuple[str, ...] = ()
    fingerprint: str = ""
    announce: bool = True
    wants_page: bool = False
    known_as: str | None = None
    covered: float | None = None


@dataclass(slots=True)
class Pages:
    """Turns judged entries into drafts."""

    store: Store
    fetcher: Fetcher
    workers: Workers
    robots: Robots
    limits: Callable[[Request], Request]
    now: Clock

    async def drafts(
        self, feed: Feed, state: FeedState, items: Sequence[identity.Judged], announced: Collection[int]
    ) -> tuple[Draft, ...]:
        """Return a draft for each item, in order; those at other positions than `announced` are silent: neither announced nor fetched.

        Raises WorkerError when the entries' own texts kill the worker that reads them.
        """
        if not items:
            return ()
        entries = [item.candidate.entry for item in items]
        texts: tuple[Own, ...] = await self.workers.run(
            from_entries,
            entries,
            feed,
            state,
            self.now(),
            deadline=TEXT_DEADLINE,
            ahead=True,  # else every document under way lies read in memory before the first one is done with
        )
        drafts = [
            Draft(
                named(own.article, item.candidate, shared),
                item.candidate.keys,
                item.candidate.fingerprint,
                number in announced,
                own.page.fetch and number in announced,
                item.article,
            )
            for number, (own, item, shared) in enumerate(zip(texts, items, _shared_links(items), strict=True))
        ]
        return await self._with_pages(feed, drafts, entries)

    async def _with_pages(
        self, feed: Feed, drafts: Sequence[Draft], entries: Sequence[Entry]
    ) -> tuple[Draft, ...]:
        """Read the pages that are wanted, side by side; the fetcher spaces them out by host."""
        wanted = [draft for draft in drafts if draft.wants_page]
        if not wanted:
            return tuple(drafts)
        stored = self.store.archive.known([draft.article.id for draft in wanted if draft.known_as is None])
        tasks = [
            asyncio.ensure_future(self._read(feed, draft, entry))
            if draft.wants_page and draft.article.id not in stored
            else None
            for draft, entry in zip(drafts, entries, strict=True)
        ]
        under_way = [task for task in tasks if task]
        if under_way:
            _, late = await asyncio.wait(under_way, timeout=PATIENCE)
            for task in late:
                task.cancel()
        return tuple(_outcome(draft, task) for draft, task in zip(drafts, tasks, strict=True))

    async def _read(self, feed: Feed, draft: Draft, entry: Entry) -> Draft:
        """Fetch and extract one page; whatever goes wrong is a note on the feed's own text."""
        response = await self._fetch(feed, draft.article.url)
        if response.outcome is not Outcome.OK:
            return noted(draft, response.error or f"HTTP {response.status}")
        try:
            page: Read = await self.workers.run(
                from_page,
                response.body,
                response.url,
                feed,
                entry,
                draft.article,
                deadline=PAGE_DEADLINE,
            )
        except WorkerError as error:
            return noted(draft, f"it could not be read ({error.cause})")
        return replace(draft, article=replace(page.article, id=draft.article.id), covered=page.covered)

    async def _fetch(self, feed: Feed, url: str) -> Response:
        """Fetch a page, asking the robots.txt of every address on the way: a redirect is no leave (RFC 9309, 2.3)."""
        visited: list[str] = []
        while url not in visited and len(visited) <= MOST_HOPS:
            visited.append(url)
            rules = await self.robots.rules(url, feed)
            if not rules.allows(url):
                return _refused(url, "robots", "its robots.txt asks not to fetch it")
            response = await self.fetcher.fetch(self._request(feed, url, rules.delay or 0.0))
            if response.reason != "redirected":
                return response
            url = response.hops[-1].url
        return _refused(url, "redirect_loop", "it redirects too often")

    def _request(self, feed: Feed, url: str, spacing: float) -> Request:
        request = Request(
            url,
            accept="page",
            headers=feed.headers,
            home=feed.url,  # a key to the feed is not shown at whatever site an entry links to
            allow_private=feed.allow_private,
            spacing=spacing,
            follow=False,
        )
        return self.limits(replace(request, max_wire=PAGE_LIMIT, max_inflated=PAGE_LIMIT))


def _refused(url: str, reason: str, error: str) -> Response:
    return Response(Outcome.ERROR, url, reason=reason, error=error)


def _outcome(draft: Draft, task: asyncio.Task[Draft] | None) -> Draft:
    if task is None:
        return draft
    return noted(draft, "it did not arrive in time") if task.cancelled() or not task.done() else task.result()


def noted(draft: Draft, why: str) -> Draft:
    """Return the draft with the reason why its page is not in it."""
    return replace(draft, article=replace(draft.article, note=f"page: {why}"))


def named(article: Article, candidate: identity.Candidate, shared: bool) -> Article:
    """Return the article with the id it came with, of its canonical URL; where the link is shared or missing, with one of its key."""
    if candidate.entry.url and not shared:
        return article
    return replace(article, id=article_id(f"{article.canonical}#{candidate.keys[0]}"))


def _shared_links(items: Sequence[identity.Judged]) -> list[bool]:
    """Tell for each item whether others of the same document have its link."""
    links = [urls.canonical(item.candidate.entry.url or "") for item in items]
    counts = Counter(links)
    return [counts[link] > 1 for link in links]
