"""Collecting: what a poll leaves behind, and what the failure of one feed may cost the others."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from monitor.errors import StoreBusyError
from monitor.models import Article, Completeness, Feed, FullText, Match, Outcome, Request, Response
from monitor.pipeline import PollReport
from monitor.pipeline.protocols import Unobserved
from monitor.topics import Topics
from tests.pipeline.world import FEED, newsroom
from tests.standins.edges import rss

AUDITS = ("/audits", "IRS to audit more", "The Internal Revenue Service will audit more returns.")
POISON = ("/poison", "A poison", "It breaks the matcher.")
RINK = ("/rink", "A second rink", "The rink opened on Saturday.")


@dataclass
class Bell(Unobserved):
    """Rings when a poll is saved."""

    saved: asyncio.Event

    def polled(self, report: PollReport) -> None:
        """Ring."""
        self.saved.set()


@dataclass
class Allergic:
    """Rules with a defect that one article brings to light."""

    rules: Topics

    def match(self, article: Article) -> list[Match]:
        """Match, but break at a poison."""
        return list(self.rules.match(article)) if "poison" not in article.title else [1 // 0]


async def test_a_poll_stores_articles_with_their_matches(tmp_path: Path) -> None:
    """A new entry becomes an article, matched by the rules that fire on it and by no other."""
    with newsroom(tmp_path) as room:
        room.fetcher.serves(FEED.url, rss(AUDITS, RINK))
        (report,) = await room.collector.collect()
        assert (report.outcome, report.new, dict(report.matches)) == (Outcome.OK, 2, {"irs": 1})
        stored = {article.title: article for article in room.store.archive.articles()}
        assert set(stored) == {AUDITS[1], RINK[1]}
        assert [match.topic for match in room.store.archive.matches_of(stored[AUDITS[1]].id)] == ["irs"]
        assert not room.store.archive.matches_of(stored[RINK[1]].id)


async def test_the_same_entries_are_new_once(tmp_path: Path) -> None:
    """A second poll with the same entries, in whatever order and after a restart, brings nothing new."""
    with newsroom(tmp_path) as room:
        room.fetcher.serves(FEED.url, rss(AUDITS, RINK))
        await room.collector.collect(force=True)
        room.restart()
        room.fetcher.serves(FEED.url, rss(RINK, AUDITS, title="Renamed"))
        (report,) = await room.collector.collect(force=True)
        assert (report.new, report.changed) == (0, 0)


async def test_an_unchanged_body_is_not_parsed(tmp_path: Path) -> None:
    """Equal bytes are recognised by their hash; no worker sees them (requirement 7)."""
    with newsroom(tmp_path) as room:
        room.fetcher.serves(FEED.url, rss(AUDITS))
        await room.collector.collect(force=True)
        room.workers.dies_of("read")
        (report,) = await room.collector.collect(force=True)
        assert report.outcome is Outcome.UNCHANGED


async def test_validators_are_sent_back(tmp_path: Path) -> None:
    """After a 200 with an ETag the next poll is conditional, and a 304 is no error (requirements 1 and 4)."""
    with newsroom(tmp_path) as room:
        room.fetcher.serves(FEED.url, rss(AUDITS), etag='W/"1"')
        await room.collector.collect(force=True)
        (report,) = await room.collector.collect(force=True)
        assert report.outcome is Outcome.NOT_MODIFIED
        assert room.fetcher.requests[-1].validators.etag == 'W/"1"'


async def test_a_first_poll_is_silent(tmp_path: Path) -> None:
    """A baseline stores and matches what it finds, and announces nothing of it, ever."""
    with newsroom(tmp_path, feeds=(replace(FEED, first_poll="baseline"),)) as room:
        room.fetcher.serves(FEED.url, rss(AUDITS))
        (report,) = await room.collector.collect(force=True)
        assert report.new == 1
        assert not room.store.slots.pending("morning", ["irs"], room.clock())
        room.fetcher.serves(FEED.url, rss(("/more", "IRS hires", "The IRS hires."), AUDITS))
        await room.collector.collect(force=True)
        pending = room.store.slots.pending("morning", ["irs"], room.clock())
        assert [member.article.title for story in pending for member in story.members if member.announce] == [
            "IRS hires"
        ]


async def test_one_failing_feed_costs_nobody_else(tmp_path: Path) -> None:
    """A dead feed, HTML for a feed, a killed worker and a defect are each one feed's error; the good feed is read."""
    names = ("dead", "html", "defect")
    bad = tuple(replace(FEED, name=name, url=f"https://{name}.example/rss") for name in names)
    with newsroom(tmp_path, feeds=(*bad, FEED)) as room:
        room.fetcher.serves(
            "https://html.example/rss", "<!doctype html><html><body><p>Hello</p></body></html>", "text/html"
        )
        room.fetcher.raises("https://defect.example/rss", ValueError("a defect"))
        room.fetcher.serves(FEED.url, rss(AUDITS))
        reports = {report.name: report for report in await room.collector.collect(force=True)}
        assert {name: reports[name].outcome for name in (*names, FEED.name)} == {
            "dead": Outcome.ERROR, "html": Outcome.NOT_FEED, "defect": Outcome.ERROR, FEED.name: Outcome.OK,
        }  # fmt: skip
        assert all(reports[name].error and reports[name].next_poll for name in names)


async def test_a_killed_worker_is_a_strike(tmp_path: Path) -> None:
    """A document that kills its worker three times in a row is in quarantine; entries seen before stay seen."""
    with newsroom(tmp_path) as room:
        room.fetcher.serves(FEED.url, rss(AUDITS))
        room.workers.dies_of("read")
        for _ in range(3):
            await room.collector.collect(force=True)
        state = room.store.feeds.state(FEED.name)
        assert state is not None
        assert (state.strikes, state.reason.value, state.outcome) == (3, "quarantine", Outcome.ERROR)
        room.workers.heals()
        (report,) = await room.collector.collect(force=True)
        assert (report.outcome, report.new) == (Outcome.OK, 1)


async def test_a_batch_that_cannot_be_saved_is_polled_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A locked database loses nothing: the poll never happened, and its entries are new the next time."""
    with newsroom(tmp_path) as room:
        room.fetcher.serves(FEED.url, rss(AUDITS))

        def locked(*_: object) -> None:
            raise StoreBusyError("locked")

        with monkeypatch.context() as patch:
            patch.setattr(type(room.store), "save_polls", locked)
            assert await room.collector.collect(force=True) == []
        (report,) = await room.collector.collect(force=True)
        assert report.new == 1


async def test_long_texts_are_saved_before_a_batch_is_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What waits to be saved is bounded by its texts: a feed with many of them is saved while another is still under way."""
    monkeypatch.setattr("monitor.pipeline.collecting.BATCH_SECONDS", 3600)
    monkeypatch.setattr("monitor.pipeline.collecting.BATCH_TEXT", 20)
    slow = replace(FEED, name="slow", url="https://slow.example/rss")
    with newsroom(tmp_path, feeds=(FEED, slow)) as room:
        room.fetcher.serves(FEED.url, rss(AUDITS))
        room.fetcher.serves(slow.url, rss(RINK))
        saved = asyncio.Event()
        at_once = room.fetcher.fetch

        async def fetch(request: Request) -> Response:
            if request.url == slow.url:
                await saved.wait()
            return await at_once(request)

        monkeypatch.setattr(room.fetcher, "fetch", fetch)
        monkeypatch.setattr(room.collector, "observer", Bell(saved))
        async with asyncio.timeout(20):
            reports = await room.collector.collect(force=True)
        assert [report.name for report in reports] == [FEED.name, slow.name]


async def test_req_31_a_dead_site_holds_up_its_own_feeds_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a hundred feeds that fell due first all are at a site that does not answer: the feed of another site is read meanwhile."""
    dead = tuple(
        replace(FEED, name=f"dead {number}", url=f"https://dead.example/{number}") for number in range(100)
    )
    with newsroom(tmp_path, feeds=(*dead, FEED)) as room:
        room.fetcher.serves(FEED.url, rss(AUDITS))
        saved = asyncio.Event()
        at_once = room.fetcher.fetch
        asked: set[str] = set()

        async def fetch(request: Request) -> Response:
            if "dead" in request.url:
                asked.add(request.url)
                await saved.wait()
            return await at_once(request)

        monkeypatch.setattr(room.fetcher, "fetch", fetch)
        monkeypatch.setattr(room.collector, "observer", Bell(saved))
        collecting = asyncio.ensure_future(room.collector.collect(force=True))
        async with asyncio.timeout(20):
            await saved.wait()
            assert len(asked) == room.collector.limits.per_site
            reports = await collecting
        assert len(reports) == 101
        assert reports[0].name == FEED.name


async def test_req_15_a_site_that_asks_for_quiet_is_left_alone_by_those_that_wait(tmp_path: Path) -> None:
    """A 429 counts at once, also for the feeds of the site that were due at the same time and wait for their turn."""
    feeds = tuple(
        replace(FEED, name=f"feed {number}", url=f"https://busy.example/{number}") for number in range(20)
    )
    with newsroom(tmp_path, feeds=feeds) as room:
        for feed in feeds:
            room.fetcher.fails(feed.url, 429, Outcome.RATE_LIMITED, retry_after=600.0)
        outcomes = [report.outcome for report in await room.collector.collect(force=True)]
        assert outcomes.count(Outcome.RATE_LIMITED) == room.collector.limits.per_site
        assert outcomes.count(Outcome.SKIPPED) == 20 - room.collector.limits.per_site


async def test_documents_wait_while_much_is_unsaved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is fetched stays bytes until there is room: with a batch's worth of texts unsaved no further document is read."""
    monkeypatch.setattr("monitor.pipeline.collecting.BATCH_TEXT", 20)
    feeds = tuple(
        replace(FEED, name=f"feed {number}", url=f"https://site{number}.example/rss") for number in range(9)
    )
    with newsroom(tmp_path, feeds=feeds) as room:
        for number, feed in enumerate(feeds):
            room.fetcher.serves(
                feed.url, rss((f"/{number}", f"Title {number}", "Long enough a text to fill it."))
            )
        collector = room.collector
        async with collector._saving:  # a batch is being saved
            collecting = asyncio.ensure_future(collector.collect(force=True))
            while len(collector._under_way) < 9 or not collector._ended:
                await turn()
            for _ in range(100):
                await turn()
            assert len(collector._ended) <= collector.limits.readers + 1
        reports = await collecting
        assert sorted(report.name for report in reports) == [feed.name for feed in feeds]
        assert {report.new for report in reports} == {1}


async def test_a_batch_that_waits_for_another_does_not_stop_the_clock(tmp_path: Path) -> None:
    """The timer that goes off while a batch waits to be saved is spent: what ends later sets another, and is saved."""
    with newsroom(tmp_path) as room:
        collector = room.collector
        async with collector._saving:  # a batch is being saved
            collector._flush_later()
            await turn()  # the next one has seen that it must wait
            collector._flush_soon = asyncio.get_running_loop().call_later(3600, collector._flush_later)
            collector._flush_later()  # as the timer does
            assert collector._flush_soon is None
        await collector.drained()


async def turn() -> None:
    """Let everything that can go on go on once."""
    done = asyncio.get_running_loop().create_future()
    asyncio.get_running_loop().call_soon(done.set_result, None)
    await done


async def test_a_page_gives_the_text(tmp_path: Path) -> None:
    """A teaser's page is fetched and read; the article is the page's, not the feed's."""
    paragraphs = "".join(
        f"<p>Paragraph {n} says that the agency will look at more returns this year than last.</p>"
        for n in range(8)
    )
    with newsroom(tmp_path, feeds=(replace(FEED, full_text=FullText.ALWAYS),)) as room:
        room.fetcher.serves(FEED.url, rss(AUDITS))
        room.fetcher.serves(
            "https://paper.example/audits",
            f"<html><body><article><h1>IRS to audit more</h1>{paragraphs}</article></body></html>",
            "text/html",
        )
        await room.collector.collect(force=True)
        (article,) = room.store.archive.articles()
        assert article.completeness is Completeness.FULL
        assert article.text.count("Paragraph") == 8


@pytest.mark.parametrize("trouble", ["missing", "forbidden", "killed"])
async def test_a_page_that_fails_leaves_the_feeds_text(tmp_path: Path, trouble: str) -> None:
    """A page that is missing, disallowed by robots.txt, or deadly to its worker leaves the feed's own text, and says why."""
    with newsroom(tmp_path, feeds=(replace(FEED, full_text=FullText.ALWAYS),)) as room:
        room.fetcher.serves(FEED.url, rss(AUDITS))
        if trouble != "missing":
            room.fetcher.serves(
                "https://paper.example/audits", "<html><body><p>Hello</p></body></html>", "text/html"
            )
        if trouble == "forbidden":
            room.fetcher.serves(
                "https://paper.example/robots.txt", "User-agent: *\nDisallow: /", "text/plain"
            )
        if trouble == "killed":
            room.workers.dies_of("from_page", "timeout")
        await room.collector.collect(force=True)
        (article,) = room.store.archive.articles()
        assert article.text == AUDITS[2]
        assert article.note.startswith("page: ")


LINK, ELSEWHERE = "https://paper.example/audits", "https://press.example/audits"
PAGE = f"<html><body><article><h1>{AUDITS[1]}</h1>" + "<p>A whole page of it, at last.</p>" * 30


@pytest.mark.parametrize(
    ("robots", "says"),
    [
        ("User-agent: *\nDisallow: /", "page: its robots.txt asks not to fetch it"),
        ("User-agent: *\nDisallow: /private", ""),
    ],
)
async def test_req_32_a_redirect_is_no_leave_to_fetch(tmp_path: Path, robots: str, says: str) -> None:
    """Where an entry's link redirects to another site, that site's robots.txt decides."""
    with newsroom(tmp_path, feeds=(replace(FEED, full_text=FullText.ALWAYS),)) as room:
        room.fetcher.serves(FEED.url, rss(AUDITS))
        room.fetcher.redirects(LINK, ELSEWHERE)
        room.fetcher.serves("https://press.example/robots.txt", robots, "text/plain")
        room.fetcher.serves(ELSEWHERE, PAGE, "text/html")
        await room.collector.collect(force=True)
        (article,) = room.store.archive.articles()
        assert article.note == says
        assert room.fetcher.asked(ELSEWHERE) == (0 if says else 1)


async def test_a_page_that_redirects_for_ever_is_given_up(tmp_path: Path) -> None:
    """Round a circle or along an endless chain: the feed's own text stays."""
    with newsroom(tmp_path, feeds=(replace(FEED, full_text=FullText.ALWAYS),)) as room:
        room.fetcher.serves(FEED.url, rss(AUDITS))
        room.fetcher.redirects(LINK, ELSEWHERE)
        room.fetcher.redirects(ELSEWHERE, LINK)
        await room.collector.collect(force=True)
        (article,) = room.store.archive.articles()
        assert article.note == "page: it redirects too often"


async def test_two_feeds_with_one_article_store_it_once(tmp_path: Path) -> None:
    """The same address in two feeds is one article, known to both."""
    other = replace(FEED, name="Another section", url="https://paper.example/other")
    with newsroom(tmp_path, feeds=(FEED, other)) as room:
        room.fetcher.serves(FEED.url, rss(AUDITS))
        room.fetcher.serves(other.url, rss(AUDITS))
        reports = await room.collector.collect(force=True)
        assert [report.new for report in reports] == [1, 1]
        assert len(list(room.store.archive.articles())) == 1
        assert [report.new for report in await room.collector.collect(force=True)] == [0, 0]


async def test_a_quiet_host_is_left_alone(tmp_path: Path) -> None:
    """After a 429 nothing is asked of the site until its Retry-After has passed, not even with --force (requirement 15)."""
    with newsroom(tmp_path) as room:
        room.fetcher.fails(FEED.url, 429, Outcome.RATE_LIMITED, retry_after=600.0)
        await room.collector.collect(force=True)
        (report,) = await room.collector.collect(force=True)
        assert report.outcome is Outcome.SKIPPED
        assert room.fetcher.asked(FEED.url) == 1
        room.clock.move(minutes=11)
        room.fetcher.serves(FEED.url, rss(AUDITS))
        (report,) = await room.collector.collect(force=True)
        assert report.outcome is Outcome.OK


async def test_a_changed_text_is_kept_as_a_version(tmp_path: Path) -> None:
    """A known entry with another text is not new: the article is revised, its old form kept."""
    with newsroom(tmp_path) as room:
        room.fetcher.serves(FEED.url, rss(AUDITS))
        await room.collector.collect(force=True)
        room.fetcher.serves(FEED.url, rss((AUDITS[0], AUDITS[1], AUDITS[2] + " It said so twice.")))
        (report,) = await room.collector.collect(force=True)
        assert (report.new, report.changed) == (0, 1)
        (article,) = room.store.archive.articles()
        assert article.text.endswith("twice.")
        assert len(room.store.archive.versions(article.id)) == 1


async def test_a_key_to_a_feed_is_shown_at_the_feed_only(tmp_path: Path) -> None:
    """A feed's own headers name the feed's address as their home in every request for something it led to."""
    keyed = replace(FEED, headers=(("Authorization", "Bearer of-a-key"),), full_text=FullText.ALWAYS)
    with newsroom(tmp_path, feeds=(keyed,)) as room:
        room.fetcher.serves(FEED.url, rss(AUDITS))
        room.fetcher.serves("https://paper.example/audits", "<p>Hello</p>", "text/html")
        await room.collector.collect(force=True)
        homes = {request.url: request.home for request in room.fetcher.requests if request.headers}
        assert homes == {FEED.url: None, "https://paper.example/audits": FEED.url}


async def test_a_defect_while_saving_is_the_error_of_the_feed_that_met_it(tmp_path: Path) -> None:
    """An article that breaks the matcher costs its own feed this poll, told and planned anew; the rest of the batch is saved."""
    other = Feed("Another paper", "https://another.example/rss", first_poll="all", full_text=FullText.NEVER)
    with newsroom(tmp_path, feeds=(FEED, other)) as room:
        room.fetcher.serves(FEED.url, rss(AUDITS, POISON), etag='"1"')
        room.fetcher.serves(other.url, rss(RINK))
        room.saver.topics = Allergic(room.saver.topics)
        reports = {report.name: report for report in await room.collector.collect()}
        assert reports[other.name].outcome is Outcome.OK
        assert [article.title for article in room.store.archive.articles()] == [RINK[1]]
        assert reports[FEED.name].error == "internal error: ZeroDivisionError"
        state = room.store.feeds.state(FEED.name)
        assert state is not None
        assert (state.errors, state.validators.etag) == (1, None)
        assert state.next_poll > room.clock()
        room.fetcher.serves(FEED.url, rss(AUDITS))
        (report, _) = await room.collector.collect(force=True)
        assert (report.outcome, report.new) == (Outcome.OK, 1)


async def test_a_robots_txt_that_was_not_asked_for_gives_no_leave(tmp_path: Path) -> None:
    """A site that asked for quiet before its robots.txt could be read has allowed nothing: its pages are for later."""
    with newsroom(tmp_path, feeds=(replace(FEED, full_text=FullText.ALWAYS),)) as room:
        room.fetcher.serves(FEED.url, rss(AUDITS))
        room.fetcher.serves(LINK, PAGE, "text/html")
        room.fetcher.fails("https://paper.example/robots.txt", 0, Outcome.SKIPPED)
        await room.collector.collect(force=True)
        assert room.fetcher.asked(LINK) == 0
