"""The digest as a web page: what it says, and that nothing foreign gets a hold on it."""

from __future__ import annotations

import base64
import hashlib
import re

from hypothesis import given, settings
from lxml import etree, html

from monitor.deliver.page import page
from monitor.models import Digest, TopicSection
from tests.standins.digests import NOW, digest, empty, section, story
from tests.standins.hostile import digests

OURS = {
    "html", "head", "meta", "title", "style", "body", "header", "main", "footer", "nav", "section", "article", "h1", "h2", "h3", "p",
    "a", "b", "mark", "time", "span", "ul", "ol", "li", "details", "summary", "div",
}  # fmt: skip


def tree(text: str) -> html.HtmlElement:
    return html.document_fromstring(text)


@settings(deadline=None, max_examples=20)
@given(digests(most=30))
def test_nothing_foreign_becomes_markup(one: Digest) -> None:
    """Only our elements, no event handler, no script, and links to web addresses alone."""
    text = page(one, NOW)
    document = tree(text)
    tags = {element.tag for element in document.iter() if isinstance(element.tag, str)}
    assert tags <= OURS
    assert not any(name.startswith("on") for element in document.iter() for name in element.attrib)
    assert all(link.get("href").startswith(("http://", "https://", "#topic-")) for link in document.iter("a"))
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\ud800-\udfff]", text)


@settings(deadline=None, max_examples=12)
@given(digests(most=60))
def test_every_story_is_on_the_page(one: Digest) -> None:
    """One article or list item a story, in order."""
    document = tree(page(one, NOW))
    assert len(document.xpath("//article | //ol[@class='rest']/li")) == len(one.stories)


def test_the_policy_allows_the_style_sheet_alone() -> None:
    """CSP `default-src 'none'`, and the hash of exactly the style that is on the page."""
    text = page(digest(), NOW)
    style = text.partition("<style>")[2].partition("</style>")[0]
    (policy,) = tree(text).xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    hashed = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert policy == f"default-src 'none'; style-src 'sha256-{hashed}'; base-uri 'none'; form-action 'none'"
    assert "<script" not in text
    assert "url(" not in style


def test_the_page_says_what_a_reader_needs() -> None:
    """Title, date, counts, delay, topics, terms, source, local time, marks, further outlets, failing feeds."""
    topic = TopicSection(
        "irs", "IRS", (story(completeness="paywalled", change="87,000 → 80,000"),), (story(2),)
    )
    text = page(digest(topic, section(1, topic="imm", name="Immigration"), late="late: due 08:00"), NOW)
    for said in (
        "<h1>Morning digest</h1>",
        "Tuesday 24 November 2026, 08:00",
        "212 of 215 feeds read, 3 failing",
        "Late: due 08:00",
        '<a href="#topic-2">Immigration</a>',
        "<mark>agency</mark>",
        '<time datetime="2026-11-24T04:59-05:00" title="Tuesday 24 November 2026, 04:59 EST">04:59</time>',
        '<span class="tag">paywalled</span>',
        "also at Harbor Wire and Daily Ledger",
        '<a href="https://wire.example/1" rel="noopener noreferrer">Auditors doubt figures</a>',
        "87,000 → 80,000",
        "and 1 more",
        "<li>Slow Gazette</li>",
        "Written Tue 24 Nov 2026, 08:00 EST",
    ):
        assert said in text, said


def test_the_outline_is_sound() -> None:
    """One h1, an h2 a topic, an h3 a story; each section is named by its heading; the language is said where it differs."""
    topic = TopicSection("irs", "IRS", (story(language="ar", headline="مرحبا"),))
    document = tree(page(digest(topic), NOW))
    assert [element.tag for element in document.iter("h1", "h2", "h3")] == ["h1", "h2", "h3"]
    assert document.xpath("//section/@aria-labelledby") == document.xpath("//h2/@id")
    assert document.get("lang") == "en"
    assert document.xpath("//article/@lang") == ["ar"]
    assert document.xpath("//h3/@dir") == ["auto"]


def test_an_empty_page_says_so() -> None:
    """Silence is a sentence, with the counts that say what it is worth."""
    text = page(empty(), NOW)
    assert "Nothing new on these topics." in text
    assert "212 of 215 feeds read" in text


def test_the_page_is_well_formed() -> None:
    """The HTML parser finds nothing to mend."""
    parser = etree.HTMLParser(recover=False, huge_tree=True)
    assert (
        etree.fromstring(page(digest(section(2, 2)), NOW).replace("<nav", "<div").encode(), parser)
        is not None
    )
