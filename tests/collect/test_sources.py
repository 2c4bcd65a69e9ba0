"""The other kinds of sources: sitemaps, listing pages, JSON Feed's oddities, autodiscovery, OPML; and the one function over all of them."""

from __future__ import annotations

import pickle
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.collect.discover import discover, usual_addresses
from monitor.collect.jsonfeed import parse_jsonfeed
from monitor.collect.listing import parse_listing
from monitor.collect.opml import dumps, loads
from monitor.collect.reading import read
from monitor.collect.sitemap import parse_sitemap
from monitor.errors import ParseError
from monitor.models import Feed, Outcome, Selectors, SourceType

NEWS_SITEMAP = """<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"
 xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">
<url><loc>https://gazette.example/older</loc><lastmod>2025-03-04T10:00:00Z</lastmod><news:news><news:publication><news:name>Gazette</news:name>
<news:language>en</news:language></news:publication><news:publication_date>2025-03-03T08:00:00+00:00</news:publication_date>
<news:title>Older &amp; wiser</news:title><news:keywords>harbour, ferry</news:keywords></news:news></url>
<url><loc>https://gazette.example/newer</loc><news:news><news:publication_date>2025-03-04T08:00:00+00:00</news:publication_date>
<news:title>Newer</news:title></news:news><image:image><image:loc>https://gazette.example/n.jpg</image:loc></image:image></url>
<url><loc>mailto:nobody@gazette.example</loc></url></urlset>"""

LISTING = """<!doctype html><html lang="en"><head><title>Notices</title><base href="https://town.example/notices/"></head><body>
<nav><a href="/">Home</a></nav>
<ul><li class="notice"><h3>Works in Elm Street</h3><a href="elm">Read</a><time datetime="2025-03-04T08:00:00Z">today</time><img src="elm.jpg"></li>
<li class="notice"><h3>Works in Oak Street</h3><a href="oak">Read</a><time>3 March 2025</time></li>
<li class="notice"><h3>Twice</h3><a href="oak">Again</a></li><li class="notice"><h3>No link</h3></li></ul></body></html>"""

NOTICES = Selectors(item="li.notice", link="a", title="h3", date="time")


def test_reads_a_news_sitemap() -> None:
    """Addresses become entries with the news extension's titles, dates and keywords, newest first; what is no address is counted."""
    document = parse_sitemap(NEWS_SITEMAP.encode(), "https://gazette.example/news.xml")
    newer, older = document.entries
    assert (document.outcome, document.title, document.reader, document.unreadable) == (
        Outcome.OK,
        "Gazette",
        "sitemap",
        1,
    )
    assert (newer.title, newer.url, newer.image) == (
        "Newer",
        "https://gazette.example/newer",
        "https://gazette.example/n.jpg",
    )
    assert (older.title, older.language, older.categories) == ("Older & wiser", "en", ("harbour", "ferry"))
    assert older.published == datetime(2025, 3, 3, 8, tzinfo=UTC)


def test_reads_a_plain_sitemap() -> None:
    """A plain sitemap has addresses and dates of change only; their order is kept where no dates are given."""
    body = b"<urlset><url><loc>/b</loc></url><url><loc>/a</loc></url></urlset>"
    document = parse_sitemap(body, "https://x.example/sitemap.xml")
    assert [entry.url for entry in document.entries] == ["https://x.example/b", "https://x.example/a"]


def test_lists_the_sitemaps_of_an_index() -> None:
    """An index has no entries of its own; its sitemaps are named, newest first."""
    body = b"""<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><sitemap><loc>https://x.example/1.xml</loc><lastmod>2024-01-01</lastmod></sitemap>
    <sitemap><loc>https://x.example/2.xml</loc><lastmod>2025-01-01</lastmod></sitemap></sitemapindex>"""
    document = parse_sitemap(body)
    assert (document.entries, document.discovered) == (
        (),
        ("https://x.example/2.xml", "https://x.example/1.xml"),
    )


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html></html>",
        b"<rss></rss>",
        b"{}",
        b"<urlset><url>",
        b"\x00\xff",
        b"<urlset" + b" a='x'" * 70 + b"/>",
    ],
)
def test_says_what_is_no_sitemap(body: bytes) -> None:
    """Anything else is not_feed, with the reason."""
    document = parse_sitemap(body)
    assert (document.outcome, bool(document.error)) == (Outcome.NOT_FEED, True)


def test_reads_a_sitemap_of_films() -> None:
    """Where the news extension says nothing, title, date and picture are those of the video one."""
    (entry,) = parse_sitemap(
        b"<urlset xmlns:v='http://www.google.com/schemas/sitemap-video/1.1'><url><v:video><v:title>Ferry</v:title>"
        b"<v:thumbnail_loc>https://e.example/t.jpg</v:thumbnail_loc><v:publication_date>2025-01-01</v:publication_date></v:video>"
        b"<loc>https://e.example/1</loc></url></urlset>"
    ).entries
    assert (entry.title, entry.image, entry.published) == (
        "Ferry",
        "https://e.example/t.jpg",
        datetime(2025, 1, 1, tzinfo=UTC),
    )


@pytest.mark.parametrize(("cut", "unreadable"), [("<url><loc>https://e.example/3</lo", 1), ("\n", 0)])
def test_keeps_the_whole_addresses_of_a_sitemap_that_breaks_off(cut: str, unreadable: int) -> None:
    """What came whole is read, what began after it is counted, and that it breaks off is said."""
    addresses = "".join(f"<url><loc>https://e.example/{n}</loc></url>" for n in (1, 2))
    document = parse_sitemap(f"<urlset>{addresses}{cut}".encode())
    assert [entry.url for entry in document.entries] == ["https://e.example/1", "https://e.example/2"]
    assert (document.unreadable, document.error) == (
        unreadable,
        "the document breaks off; its last address may be missing",
    )


def test_reads_a_listing_page() -> None:
    """Selectors say what an item is; links follow the page's own base, dates come from attribute or text, doubles count once."""
    document = parse_listing(LISTING.encode(), "https://town.example/", NOTICES)
    elm, oak = document.entries
    assert (elm.title, elm.url, elm.image) == (
        "Works in Elm Street",
        "https://town.example/notices/elm",
        "https://town.example/notices/elm.jpg",
    )
    assert (oak.title, oak.published) == ("Works in Oak Street", datetime(2025, 3, 3, tzinfo=UTC))
    assert (document.title, document.language, document.unreadable) == ("Notices", "en", 1)


def test_a_listing_item_may_be_the_link_itself() -> None:
    """`item: "li a"` needs no other selector."""
    document = parse_listing(LISTING.encode(), "https://town.example/", Selectors(item="li a"))
    assert [entry.title for entry in document.entries] == ["Read", "Read"]


@pytest.mark.parametrize(
    ("selectors", "words"),
    [(Selectors(item="article"), "nothing on the page matches"), (Selectors(item="li["), "cannot be read")],
)
def test_a_listing_that_matches_nothing_is_told(selectors: Selectors, words: str) -> None:
    """A page that changed its make-up, and a selector that is none, are errors with a sentence, not silence."""
    document = parse_listing(LISTING.encode(), "https://town.example/", selectors)
    assert document.outcome is Outcome.NOT_FEED
    assert words in document.error


def test_a_listing_page_of_endless_tags_is_refused() -> None:
    """A page over 20,000 tags is not given to the tree builder."""
    document = parse_listing(b"<p>" * 100_000, "https://town.example/", NOTICES)
    assert (document.outcome, "refused" in document.error) == (Outcome.NOT_FEED, True)


@pytest.mark.parametrize(
    "body", [b"[]", b"null", b'"feed"', b"{}", b'{"items":{}}', b"{", b'{"items":[' + b"[" * 5_000]
)
def test_says_what_is_no_json_feed(body: bytes) -> None:
    """JSON that is no feed is not_feed, with the reason."""
    document = parse_jsonfeed(body)
    assert (document.outcome, bool(document.error)) == (Outcome.NOT_FEED, True)


def test_keeps_the_whole_entries_of_a_json_feed_that_breaks_off() -> None:
    """The entries before the cut are read, the cut one is counted; without a whole one it is no feed."""
    feed = '{"version":"https://jsonfeed.org/version/1.1","title":"T","items":[{"id":"1","title":"A"},{"id":"2","title":"B"}]}'
    document = parse_jsonfeed(feed[:-8].encode())
    assert (document.outcome, document.title) == (Outcome.OK, "T")
    assert ([entry.id for entry in document.entries], document.unreadable) == (["1"], 1)
    assert document.error == "the document breaks off; its last entry may be missing"
    assert parse_jsonfeed(feed[:80].encode()).outcome is Outcome.NOT_FEED


@pytest.mark.parametrize(
    ("markup", "address"),
    [
        ('<link rel="alternate" type="text/rss" href="/f">', "https://x.example/f"),
        ('<link rel="alternate" type="application/x.atom+xml" href="/f">', "https://x.example/f"),
        ('<a type="application/rss+xml" href="/f">x</a>', "https://x.example/f"),
        (
            '<link rel="alternate" type="application/rss+xml" href="feed:https://x.example/f">',
            "https://x.example/f",
        ),
        ('<link rel="alternate" type="application/rss+xml" href="feed://x.example/f">', "http://x.example/f"),
        (
            '<!-- <link rel="alternate" type="application/rss+xml" href="/old"> --><link rel=feed href=/f>',
            "https://x.example/f",
        ),
    ],
)
def test_discovers_feeds_however_they_are_declared(markup: str, address: str) -> None:
    """Older types and the scheme `feed:` still name feeds; a comment names none."""
    assert discover(markup.encode(), "https://x.example/") == (address,)


def test_discovers_declared_feeds_first_and_comment_feeds_last() -> None:
    """Declared feeds, then links that look like feeds; comment feeds at the end; oembed and APIs not at all."""
    page = b"""<html><head><link rel="alternate" type="application/json+oembed" href="/oembed"><link rel="alternate" type="application/json" href="/wp-json/x">
    <link rel="alternate" type="application/rss+xml" href="/comments/feed/"><link rel='alternate' type='application/atom+xml' href='atom.xml'>
    <link rel=alternate type=application/feed+json href=https://cdn.example/feed.json><link rel="stylesheet" href="/rss.css"></head>
    <body><a href="/section/feed/">RSS</a><a href="/feedback">Feedback</a></body></html>"""
    assert discover(page, "https://x.example/news/") == (
        "https://x.example/news/atom.xml",
        "https://cdn.example/feed.json",
        "https://x.example/section/feed/",
        "https://x.example/comments/feed/",
    )


def test_discovery_follows_the_base_of_the_page() -> None:
    """`<base href>` moves relative addresses; nothing but http(s) is named."""
    page = (
        b"<base href='https://other.example/a/'><link rel=feed href=f.xml><link rel=feed href='javascript:x'>"
    )
    assert discover(page, "https://x.example/") == ("https://other.example/a/f.xml",)
    assert "https://x.example/feed/" in usual_addresses("https://x.example/news/1")


OPML = b"""<?xml version="1.0"?><!DOCTYPE opml [<!ENTITY a "b">]><opml version="1.0"><head><title>x</title></head><body>
<outline text="Harbour News"><outline type="rss" text="Gazette &amp; Post" xmlUrl="https://gazette.example/feed" htmlUrl="https://gazette.example/"/>
<outline text="Inner"><outline title="Gazette &amp; Post" xmlurl="https://post.example/feed" category="/a/b,c"/></outline></outline>
<outline text="No feed"/><outline xmlUrl="file:///etc/passwd" text="evil"/><outline xmlUrl="https://gazette.example/feed" text="again"/>
<outline XMLURL="https://bare.example/feed"/></body></opml>"""


def test_imports_addresses_that_ask_to_be_subscribed_to() -> None:
    """`feed://` is http by another name (the scheme was never registered)."""
    opml = b"<opml><body><outline xmlUrl='feed://a.example/f'/><outline xmlUrl='feed:https://b.example/f'/></body></opml>"
    assert [feed.url for feed in loads(opml)] == ["http://a.example/f", "https://b.example/f"]


def test_imports_opml() -> None:
    """Folders become tags, names are unique, each address comes once, and only web addresses come at all."""
    gazette, post, bare = loads(OPML)
    assert (gazette.name, gazette.url, gazette.tags) == (
        "Gazette & Post",
        "https://gazette.example/feed",
        ("harbour-news",),
    )
    assert (post.name, post.tags) == ("Gazette & Post (2)", ("harbour-news", "inner", "a", "b", "c"))
    assert bare.name == "bare.example"


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"<rss/>",
        b"<opml><body><outline",
        b"<opml" + b"".join(b" a%d='x'" % n for n in range(99)) + b"/>",
    ],
)
def test_says_what_is_no_opml(document: bytes) -> None:
    """Anything else raises a ParseError with a sentence."""
    with pytest.raises(ParseError):
        loads(document)


names = st.text(
    st.characters(blacklist_categories=("Cs", "Cc", "Cf", "Zl", "Zp", "Zs", "Cn", "Co")),
    min_size=1,
    max_size=20,
)


@given(st.lists(names, max_size=8, unique_by=str.lower))
def test_opml_comes_back_as_it_went_out(wanted: list[str]) -> None:
    """Export and import lose neither names, addresses nor tags."""
    clean = [name for name in wanted if "&" not in name and "<" not in name]
    feeds = tuple(
        Feed(name, f"https://f{n}.example/feed?a=1&b={n}", tags=("one", "two"))
        for n, name in enumerate(clean)
    )
    assert loads(dumps(feeds).encode()) == feeds


def test_exports_no_secrets() -> None:
    """Headers may hold tokens: an OPML file never does."""
    assert "hunter2" not in dumps([Feed("a", "https://a.example/", headers=(("Authorization", "hunter2"),))])


@pytest.mark.parametrize(
    ("kind", "body", "reader"),
    [
        (
            SourceType.FEED,
            b"<rss version='2.0'><channel><title>t</title><item><title>x</title></item></channel></rss>",
            "fast",
        ),
        (SourceType.FEED, b'{"items":[{"id":"1"}]}', "json"),
        (SourceType.SITEMAP, NEWS_SITEMAP.encode(), "sitemap"),
        (SourceType.PAGE, LISTING.encode(), "page"),
    ],
)
def test_one_function_reads_every_kind_of_source(kind: SourceType, body: bytes, reader: str) -> None:
    """Workers run this one; its argument and its answer cross a process boundary."""
    document = pickle.loads(pickle.dumps(read))(kind, body, "https://x.example/", "text/plain", NOTICES)
    assert (document.outcome, document.reader) == (Outcome.OK, reader)
    assert pickle.loads(pickle.dumps(document)) == document


def test_a_page_without_selectors_is_an_error() -> None:
    """The configuration refuses it; a stored feed that lost its selectors still gets a sentence."""
    assert (
        read(SourceType.PAGE, LISTING.encode(), "https://x.example/").error
        == "a listing page needs selectors"
    )


@pytest.mark.parametrize("kind", list(SourceType))
@given(body=st.binary(max_size=300))
def test_reading_never_raises(kind: SourceType, body: bytes) -> None:
    """Any bytes, as any kind of source, give a document."""
    assert read(kind, body, "https://x.example/", None, NOTICES).outcome in Outcome


markup = st.lists(
    st.sampled_from(
        ["<rss>", "<channel>", "<item>", "</item>", "</channel>", "</rss>", "<title>", "</title>", "&", "&amp;", "<![CDATA[", "]]>", "<link>", "x", "<!--", "-->",
         "<a:b>", "<feed xmlns='http://www.w3.org/2005/Atom'>", "<entry>", "</entry>", "<content type='xhtml'>", "<div>", "&#0;", "<!DOCTYPE x>", "<guid>"]
    ),
    max_size=30,
).map("".join)  # fmt: skip


@given(markup)
def test_reading_broken_markup_never_raises(text: str) -> None:
    """Any order of the pieces feeds are made of gives a document."""
    assert read(SourceType.FEED, text.encode(), "https://x.example/").outcome in Outcome
    assert read(SourceType.FEED, ("<rss><channel>" + text).encode(), "https://x.example/").outcome in Outcome
