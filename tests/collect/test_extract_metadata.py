"""Metadata in the order of trust: data, tags, what people see; and each field's own traps."""

import json
from datetime import UTC, datetime

import pytest

from monitor.collect.extract import extract
from monitor.collect.metadata import jsonld, people, titles
from monitor.models import Article

URL = "https://www.daily.example/news/mill-burns"
BODY = (
    "<article>"
    + "<p>The mill by the river burnt down on Sunday, and nobody was hurt, the fire service said on Monday.</p>"
    * 3
    + "</article>"
)


def page(head: str = "", top: str = "", data: object = None) -> Article:
    script = f'<script type="application/ld+json">{json.dumps(data)}</script>' if data is not None else ""
    return extract(f"<html><head>{head}{script}</head><body>{top}{BODY}</body></html>", URL)


def test_the_headline_is_what_most_sources_say() -> None:
    """og:title written for sharing is outvoted by heading and data."""
    article = page(
        '<title>Mill burns down by the river | The Daily</title><meta property="og:title" content="You won’t believe this fire">',
        "<h1>Mill burns down by the river</h1>",
        {"@type": "NewsArticle", "headline": "Mill burns down by the river"},
    )
    assert article.title == "Mill burns down by the river"


@pytest.mark.parametrize(
    ("title", "without"),
    [
        ("Mill burns - The Daily", "Mill burns"),
        ("Mill burns | Regional | daily.example", "Mill burns | Regional"),
        ("The Daily: Mill burns", "The Daily: Mill burns"),
        ("The Daily | Mill burns", "Mill burns"),
        ("Mill - and bakery - burn", "Mill - and bakery - burn"),
        ("The Daily", "The Daily"),
    ],
)
def test_the_sites_name_is_no_part_of_a_headline(title: str, without: str) -> None:
    """Only a part that is the site's name goes; dashes inside a headline stay."""
    assert titles.without_site(title, "The Daily", "daily.example") == without


@pytest.mark.parametrize(
    ("raw", "names"),
    [
        (["By Ada Byrne"], ("Ada Byrne",)),
        (["Ada Byrne and Li Wei"], ("Ada Byrne", "Li Wei")),
        (["Von Jonas Keller und Vera Lindner"], ("Jonas Keller", "Vera Lindner")),
        (["Ada Byrne, Staff Writer"], ("Ada Byrne",)),
        (["https://www.facebook.example/thedaily", "admin", "Sat", "12 minutes"], ()),
        (["김서연 기자", "記者　李文静"], ("김서연", "李文静")),
        (["Ada Byrne", "ADA BYRNE"], ("Ada Byrne",)),
        (["Ada Byrne ⋅ Founder"], ("Ada Byrne",)),
        (["Submitted on Mon"], ()),
        (["责任编辑：李文静", "来源：河报", "name"], ("李文静",)),
        (["Ma Li"], ("Ma Li",)),
    ],
)
def test_names_come_without_by_and_role(raw: list[str], names: tuple[str, ...]) -> None:
    """A name is a name: no preposition, profession, address or date, and each once."""
    assert people.tidy(raw) == names


def test_a_publisher_is_no_author_while_anybody_else_is() -> None:
    """JSON-LD that names the paper as author gives way to the byline."""
    data = {"@type": "NewsArticle", "author": {"name": "The Daily"}, "publisher": {"name": "The Daily"}}
    assert page(top='<h1>Mill burns down</h1><div class="byline">By Ada Byrne</div>', data=data).authors == (
        "Ada Byrne",
    )
    assert page(data=data).authors == ("The Daily",)


@pytest.mark.parametrize(
    ("head", "top", "authors"),
    [
        ('<meta name="articleAuthor" content="Harbour Agency">', "", ("Harbour Agency",)),
        ('<meta name="author" content="The Daily, Ada Byrne">', "", ("Ada Byrne",)),
        (
            '<meta name="author" content="Ada Byrne, Li Wei, and Cy Fox">',
            "",
            ("Ada Byrne", "Li Wei", "Cy Fox"),
        ),
        ('<meta name="author" content="Ada Byrne, MD, CEO of Mills">', "", ("Ada Byrne",)),
        (
            '<meta name="citation_author" content="Byrne, Ada M."><meta name="citation_author" content="Wei, Li">',
            "",
            ("Ada M. Byrne", "Li Wei"),
        ),
        ("", "<h1>Mill burns down</h1><p>Ada Byrne | Senior Writer | February 9, 2025</p>", ("Ada Byrne",)),
        (
            "",
            "<h1>Mill burns down</h1><p class=byline>by Ada Byrne - Apr 16, 2025 8:02 pm UTC</p>",
            ("Ada Byrne",),
        ),
        ("", "<h1>Mill burns down</h1><p class=byline>on March 10, 2025 by Ada Byrne</p>", ("Ada Byrne",)),
        (
            "",
            "<h1>Mill burns down</h1><p class=byline>By Ada Byrne posted Aug 1st, 2025 6:30PM</p>",
            ("Ada Byrne",),
        ),
        (
            "",
            "<h1>Mill burns down</h1>"
            + "<p>Town and river and mill.</p>" * 45
            + "<h3>Written by Ada Byrne</h3>",
            ("Ada Byrne",),
        ),
        (
            "",
            "<h1>Mill burns down</h1>"
            + "<p>Town and river and mill.</p>" * 45
            + '<p><a href="/authors/ada-byrne">Ada Byrne</a></p>',
            ("Ada Byrne",),
        ),
        (
            "",
            "<h1>Mill burns down</h1>"
            + "<p>Town and river and mill.</p>" * 45
            + '<p><a href="/people/cy">Cy Fox</a></p>',
            (),
        ),
        ("", "<h1>Mill burns down</h1><p class=author>Written By</p>", ()),
        ("", "<h1>Mill burns down</h1><p>Local News</p><div></div>", ()),
    ],
)
def test_authors_are_found_where_pages_name_them(head: str, top: str, authors: tuple[str, ...]) -> None:
    """Tags in any spelling, without the publisher beside people; a name beside a date; a label alone is no name."""
    site = '<meta property="og:site_name" content="The Daily">'
    assert page(site + head, top).authors == authors


def test_a_name_above_the_text_signs_it_where_nobody_else_does() -> None:
    """Two to four capitalized words, alone in the first of the body's own paragraphs."""
    signed = BODY.replace("<article>", "<article><p>Ada M. Byrne-Li</p>")
    assert extract(f"<h1>Mill burns down</h1>{signed}", URL).authors == ("Ada M. Byrne-Li",)
    placed = BODY.replace("<article>", "<article><p>In the town</p>")
    assert extract(f"<h1>Mill burns down</h1>{placed}", URL).authors == ()


def test_the_publisher_is_an_author_where_the_data_says_so() -> None:
    """JSON-LD that names a person and the paper means both, in lists of lists too."""
    data = {
        "@type": "NewsArticle",
        "author": [{"name": "Ada Byrne"}, [{"name": "The Daily"}]],
        "publisher": {"name": "The Daily"},
    }
    assert page(data=data).authors == ("Ada Byrne", "The Daily")


def test_what_a_title_adds_to_another_is_no_part_of_the_headline() -> None:
    """A section or words for search engines after a bar count for the title before the bar."""
    article = page(
        '<title>Mill burns down-Regional</title><meta property="og:title" content="Mill burns down-Regional">',
        data={"@type": "NewsArticle", "headline": "Mill burns down"},
    )
    assert article.title == "Mill burns down"


SEARCH = '<title>River mill fire: all you need to know</title><meta property="og:title" content="River mill fire: all you need to know">'


@pytest.mark.parametrize(
    ("top", "title"),
    [
        ("<h1>Mill burns down by the river</h1>", "Mill burns down by the river"),
        (
            "<h1>Mill burns down by the river</h1><h1>Ferry sinks</h1>",
            "River mill fire: all you need to know",
        ),
        ("<h1>MILL BURNS DOWN BY THE RIVER</h1>", "River mill fire: all you need to know"),
        ("<h1>Fires - River mill fire: all you need to know</h1>", "River mill fire: all you need to know"),
    ],
)
def test_the_only_heading_outvotes_what_is_written_for_search_engines(top: str, title: str) -> None:
    """og:title and `<title>` are filled from one field: the one `<h1>` is what people read, unless it shouts or only adds a kicker."""
    assert page(SEARCH, top).title == title


@pytest.mark.parametrize("second", ["h1", "h2"])
def test_the_heading_that_a_title_begins_with_is_the_headline(second: str) -> None:
    """Sites head their pages with the blog's or section's name; the title says which of the headings is the article's, and a bar what it adds."""
    top = f"<h1>Stories from the River</h1><{second}>mill burns down by the river</{second}>"

    assert (
        page("<title>Mill burns down by the river - Fires and Floods</title>", top).title
        == "Mill burns down by the river"
    )


@pytest.mark.parametrize("bar", ["_", "-", " | "])
def test_what_follows_the_heading_in_a_title_is_the_sites(bar: str) -> None:
    """Chinese papers add their names after an underline without blanks; the heading says where the headline ends."""
    head = f"<title>河边的老磨坊星期天夜里被大火烧毁{bar}河报资讯{bar}河报</title>"

    assert page(head, "<h1>河边的老磨坊星期天夜里被大火烧毁</h1>").title == "河边的老磨坊星期天夜里被大火烧毁"


def test_the_scripts_date_serves_where_there_is_no_other() -> None:
    """Applications keep the article's data in JavaScript strings; a date in the address is asked first."""
    script = '<script>self.x.push("{\\"publishedAt\\":\\"2025-02-09T22:15:00Z\\"}")</script>'
    article = page(script)
    assert (article.published, article.date_source) == (datetime(2025, 2, 9, 22, 15, tzinfo=UTC), "script")
    numbered = extract(f"<head>{script}</head>{BODY}", "https://www.daily.example/news/A2025020814320001234")
    assert (numbered.published, numbered.date_source) == (datetime(2025, 2, 8, tzinfo=UTC), "url")


@pytest.mark.parametrize(
    ("head", "top", "source"),
    [
        ('<meta property="article:published_time" content="2025-02-09T22:15:00Z">', "", "meta"),
        ("", '<time datetime="2025-02-09T22:15:00Z">x</time>', "time"),
        ("", "<h1>Mill burns down</h1><p>February 9, 2025 at 22:15</p>", "text"),
        ("", '<h1>Mill burns down</h1><p class="date">09.02.2025, 22:15 Uhr</p>', "text"),
        ("", "<h1>Mill burns down</h1><p>2025年2月9日 22:15</p>", "text"),
        ("", "<h1>Mill burns down</h1><p>9 de febrero de 2025 - 22:15</p>", "text"),
    ],
)
def test_the_date_is_the_most_trusted_one_there_is(head: str, top: str, source: str) -> None:
    """Tags before `<time>` before what people see; the source is stored."""
    article = page(head, top)
    assert (article.published, article.date_source) == (datetime(2025, 2, 9, 22, 15, tzinfo=UTC), source)


@pytest.mark.parametrize(
    ("elsewhere", "source"),
    [
        (
            '<ul><li><time datetime="2024-12-01T08:00:00Z">1 December 2024</time> Mill for sale</li></ul>',
            "time",
        ),
        ('<p class="date">1 December 2024</p>', "text"),
        ('<figure><img src="m.jpg"><figcaption>The mill, 1 December 2024</figcaption></figure>', "text"),
        ('<blockquote><p>Poor mill!</p><time datetime="2024-12-01T08:00:00Z">x</time></blockquote>', "time"),
    ],
)
def test_the_date_beside_the_headline_is_the_pages_own(elsewhere: str, source: str) -> None:
    """Teasers above the headline, captions and embedded posts have dates too: the one nearest to the headline counts."""
    own = (
        '<time datetime="2025-02-09T22:15:00Z">x</time>'
        if source == "time"
        else '<p class="date">9 February 2025, 22:15</p>'
    )
    top = f"{elsewhere}{'<p>Town and river.</p>' * 9}<h1>Mill burns down by the river</h1>{own}"

    article = page("<title>Mill burns down by the river</title>", top)

    assert (article.published, article.date_source) == (datetime(2025, 2, 9, 22, 15, tzinfo=UTC), source)


@pytest.mark.parametrize("path", ["2025/02/10", "2025/2/10", "2025/february/10", "2025/feb/10"])
def test_the_day_in_the_address_decides_between_readings_and_updates(path: str) -> None:
    """`10/02/2025` is the tenth of February where the address says so, and a date weeks away from it is that of a change."""
    for seen in ("10/02/2025", "November 3, 2025"):
        html = f'<html lang="en"><h1>Mill burns down</h1><p class="date">{seen}</p>{BODY}</html>'
        article = extract(html, f"https://www.daily.example/{path}/mill-burns")
        assert (article.published, article.date_source) == (datetime(2025, 2, 10, tzinfo=UTC), "url")


def test_a_number_that_begins_a_slug_is_no_day() -> None:
    """`/2025/02/10-mills-to-see` is of February, and its ten are the mills: what people see dates the page."""
    html = f'<h1>Ten mills to see</h1><p class="date">February 27, 2025</p>{BODY}'

    found = extract(html, "https://www.daily.example/2025/02/10-mills-to-see")

    assert (found.published, found.date_source) == (datetime(2025, 2, 27, tzinfo=UTC), "text")


def test_a_time_on_the_day_that_is_seen_gives_the_hour() -> None:
    """Where people see the bare day and a `<time>` further down states an instant of it, the instant is told."""
    foot = '<div class="related"><time datetime="2025-02-09T22:15:00Z">x</time></div>'

    article = extract(f'<h1>Mill burns down</h1><p class="date">9 February 2025</p>{BODY}{foot}', URL)

    assert article.published == datetime(2025, 2, 9, 22, 15, tzinfo=UTC)


def test_a_footer_that_says_when_it_was_written_dates_the_page() -> None:
    """Blogs end in "this entry was posted on …": taken where nothing else has a date."""
    foot = "<footer>This entry was posted on Sunday, 9 February 2025 at 22:15 by Ada and filed under fires.</footer>"

    article = extract(f"<h1>Mill burns down</h1>{BODY}{foot}", URL)

    assert (article.published, article.date_source) == (datetime(2025, 2, 9, 22, 15, tzinfo=UTC), "text")


@pytest.mark.parametrize(
    "line",
    [
        "2025-02-09 22:15:00 来源： 河报",
        "时间：2025-02-09 22:15 作者：李文",
        "发布时间: 2025-02-09 22:15 | 浏览次数: 218",
    ],
)
def test_a_line_of_fields_that_begins_with_a_date_dates_the_page(line: str) -> None:
    """Papers without `<h1>` put date, source and author into one line of fields; the instants of a list below it are other articles'."""
    html = f"<div class=a>{line}</div>{BODY}<ul><li>河水上涨</li><li>2018-03-02 08:58:39</li></ul>"

    assert extract(html, "https://www.daily.example/n/17").published == datetime(
        2025, 2, 9, 22, 15, tzinfo=UTC
    )


def test_data_outranks_every_other_date() -> None:
    """JSON-LD's date is taken where there is one, in whatever zone it is given."""
    article = page(
        '<meta property="article:published_time" content="2020-01-01">',
        data={"@type": "NewsArticle", "datePublished": "2025-02-10T07:30:00+09:00"},
    )
    assert (article.published, article.date_source) == (datetime(2025, 2, 9, 22, 30, tzinfo=UTC), "json-ld")


def test_no_date_is_better_than_an_invented_one() -> None:
    """Dates inside the text, and epochs, are no publication dates."""
    article = page('<meta name="date" content="1970-01-01">')
    assert (article.published, article.date_source) == (None, "")


@pytest.mark.parametrize(
    "text",
    [
        '{"@graph":[{"@type":"WebSite","name":"x"},{"@type":["Thing","NewsArticle"],"headline":"Mill"}]}',
        '[{"@type":"http://schema.org/NewsArticle","headline":"Mill"}]',
        '//<![CDATA[\n{"@type":"NewsArticle","headline":"Mill"}\n//]]>',
        '<!-- {"@type":"NewsArticle","headline":"Mill"} -->',
        '{"@type":"NewsArticle","headline":"Mill","body":"tab\there\nand there",}',
        '{"@type":"NewsArticle","headline":"Mill"}{"@type":"Thing"}',
        '{"@type":"WebPage","mainEntity":{"@type":"NewsArticle","headline":"Mill"}}',
    ],
)
def test_data_is_read_in_the_forms_it_has_in_the_wild(text: str) -> None:
    """Wrappers, lists, graphs, control characters, trailing commas and several documents in one script."""
    assert jsonld.first(jsonld.article_of(jsonld.things([text])).get("headline")) == "Mill"


@pytest.mark.parametrize("text", ["[" * 1_500, '{"a":' + "9" * 6_000 + "}", "", "null", '"x"', "{", "[[[]]]"])
def test_unreadable_data_is_none(text: str) -> None:
    """What cannot be read, or says nothing, is no article and no error."""
    assert jsonld.article_of(jsonld.things([text])) == {}
