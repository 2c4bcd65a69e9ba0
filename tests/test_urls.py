"""Addresses: one article, one canonical form; what is shown stays as published; nothing but http(s) is followed."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from monitor.urls import MAX_URL, absolute, canonical, host, is_aggregator, registrable, resolve

SAME = "https://paper.example/2025/03/ferry"


@pytest.mark.parametrize(
    "address",
    [
        "http://paper.example/2025/03/ferry",
        "https://www.paper.example/2025/03/ferry",
        "HTTPS://WWW.Paper.EXAMPLE:443/2025/03/ferry#comments",
        "https://paper.example/2025/03/ferry?utm_source=rss&utm_medium=feed&fbclid=x",
        "https://paper.example/2025/03/ferry?at_medium=RSS&at_campaign=KARANGA&ito=1490&smid=tw&cmpid=a&ns_mchannel=rss&ref=home&partner=rss",
        "https://paper.example/2025/03/ferry?source=rss&mc_cid=1&gclid=2",
        "https://paper.example/2025/03/ferry/amp/",
        "https://paper.example/amp/2025/03/ferry",
        "https://amp.paper.example/2025/03/ferry?amp=1",
        "https://paper-example.cdn.ampproject.org/c/s/paper.example/2025/03/ferry",
        "https://www.google.com/amp/s/paper.example/2025/03/ferry",
        "https://www.google.com/url?rct=j&sa=t&url=https://paper.example/2025/03/ferry&ct=ga",
        "https://user:secret@paper.example./2025/03/%66erry",
        "  https://paper.example/2025/03/ferry\n",
    ],
)
def test_folds_what_is_known_noise(address: str) -> None:
    """Scheme, www., AMP, tracking, redirectors, ports, credentials, fragments and escapes of plain letters do not make another article."""
    assert canonical(address) == SAME


@pytest.mark.parametrize(
    "address",
    [
        "https://paper.example/story?id=7",
        "https://paper.example/story?page=2&id=7",
        "https://paper.example/story?source=42",
        "https://paper.example/Story",
        "https://paper.example/story/",
        "https://m.paper.example/story",
        "https://paper.example:8443/story",
        "https://paper.example/champ/example",
        "https://xn--bcher-kva.example/",
    ],
)
def test_keeps_what_may_select_the_article(address: str) -> None:
    """A parameter, path or host that is not known to be noise is part of the identity: one too few loses an article."""
    assert canonical(address) == address


def test_spells_international_hosts_one_way() -> None:
    """A host in Unicode and in punycode is the same host."""
    assert canonical("http://Bücher.example/a") == canonical("https://xn--bcher-kva.example/a")


@pytest.mark.parametrize(
    "odd", ["mailto:a@b.example", "tag:x,2020:1", "http://[::1", "", "javascript:alert(1)", "http://"]
)
def test_leaves_what_is_no_web_address_alone(odd: str) -> None:
    """Canonical never raises, and does not pretend that something else is a web address."""
    assert canonical(odd) == odd.strip()


hosts = st.from_regex(r"(www\.|amp\.|m\.)?[a-z0-9-]{1,12}\.(example|co\.uk|com|ü\.de)", fullmatch=True)
paths = st.text("abcABC/%.-_~äamp?&=#;:@!$'()*+, é7", max_size=40)
keys = st.sampled_from(["utm_source", "id", "amp", "ref", "url", "source", "q", "ä", "at_x"])
queries = st.lists(
    st.tuples(keys, st.sampled_from(["", "1", "rss", "https://www.x.example/amp/a?amp=1", "%C3%A4", "a b"])),
    max_size=4,
)


@given(st.sampled_from(["http", "https", "HTTP"]), hosts, paths, queries)
@example("https", "www.google.com", "/url", [("url", "https://www.google.com/url?url=https://x.example/amp")])
def test_canonical_is_idempotent(scheme: str, name: str, path: str, query: list[tuple[str, str]]) -> None:
    """The canonical form of a canonical form is itself, so that ids never drift."""
    once = canonical(f"{scheme}://{name}/{path}?" + "&".join(f"{key}={value}" for key, value in query))
    assert canonical(once) == once


@given(st.text(max_size=200))
def test_canonical_is_idempotent_on_anything(text: str) -> None:
    """Whatever a feed calls a link has one canonical form, and getting it never raises."""
    once = canonical(text)
    assert canonical(once) == once


@given(st.text(max_size=100), st.text(max_size=200))
def test_only_web_addresses_come_out(base: str, link: str) -> None:
    """A resolved link is http(s), fit for a seed text, or nothing."""
    found = resolve("https://" + base, link)
    if found is not None:
        assert found.startswith(("http://", "https://"))
        assert not set(found) & set("()<>\"' \n\t#")
        assert len(found) <= MAX_URL


def test_resolves_for_the_seed() -> None:
    """A seed's address is absolute, entity-decoded and without fragment; brackets are escaped, the query stays."""
    assert (
        resolve("https://a.example/b/", "../c (1).jpg?x=1&amp;y=2#f")
        == "https://a.example/c%20%281%29.jpg?x=1&y=2"
    )


@pytest.mark.parametrize(
    "link",
    ["javascript:alert(1)", "data:text/html,x", "ftp://a.example/", "mailto:x@a.example", "", "https://"],
)
def test_refuses_what_cannot_be_followed(link: str) -> None:
    """Only http and https lead to an article."""
    assert absolute("https://a.example/", link) is None


def test_refuses_endless_addresses() -> None:
    """An address over 2,048 characters is refused, joined or not."""
    assert absolute("https://a.example/", "https://a.example/" + "x" * MAX_URL) is None
    assert absolute("https://a.example/", "x" * MAX_URL) is None
    assert resolve("https://a.example/", "&#" + "9" * 5000 + ";") is None


def test_keeps_entry_links_as_published() -> None:
    """An entry's link keeps its fragment, case and parameters; only blanks around and line breaks inside go."""
    assert (
        absolute("https://a.example/", " https://A.example/x?utm_source=rss#top\n")
        == "https://A.example/x?utm_source=rss#top"
    )
    assert absolute("https://a.example/", "https://a.example/x\n  y") == "https://a.example/x  y"


@pytest.mark.parametrize(
    ("address", "domain"),
    [
        ("https://news.bbc.co.uk/1", "bbc.co.uk"),
        ("www.paper.example", "paper.example"),
        ("paper.example:8080", "paper.example"),
        ("http://127.0.0.1:80/", "127.0.0.1"),
        ("http://localhost/", "localhost"),
        ("https://someone.github.io/feed", "someone.github.io"),
    ],
)
def test_finds_the_registrable_domain(address: str, domain: str) -> None:
    """Politeness counts by registrable domain (Public Suffix List)."""
    assert registrable(address) == domain


def test_knows_aggregators() -> None:
    """A Google News link says nothing about the outlet; a paper's own link does."""
    assert is_aggregator("https://news.google.com/rss/articles/CBMi?oc=5")
    assert is_aggregator("https://www.msn.com/en-us/news/x")
    assert not is_aggregator("https://paper.example/news.google.com")
    assert host("https://WWW.Paper.example:1/") == "www.paper.example"
