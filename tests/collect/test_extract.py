"""What extraction promises beyond the pages themselves: reasons, a site's own rules, restraint, and no empty answers."""

import json
import pickle
from datetime import UTC, datetime

import pytest

from monitor.collect.extract import explain, extract, normalize
from monitor.models import Completeness, Entry

URL = "https://www.town.example/news/2025/02/10/bridge"
FIRST = "The old bridge over the Lenne closes on Monday for repairs that will take until the end of October, the council said."
SECOND = "Buses will use the ring road, and the ferry runs every ten minutes instead of every half hour, at the usual fare."
THIRD = "“It had to come,” said Ada Byrne, who has sold bread at the north end of the bridge since 1994 and will stay open."
TEXT = [FIRST, SECOND, THIRD]


def paragraphs(*texts: str) -> str:
    return "".join(f"<p>{text}</p>" for text in texts)


def page(body: str, head: str = "") -> str:
    return f'<html lang="en"><head><title>Bridge closes</title>{head}</head><body>{body}</body></html>'


def text(html: str, **rules: object) -> list[str]:
    return extract(html, URL, **rules).text.split("\n")  # type: ignore[arg-type]


def test_every_dropped_line_has_its_reason_and_its_path() -> None:
    """What is not in the document is told with why and where, so that a user can write a rule."""
    html = page(
        '<article><h1>Bridge closes</h1><div class="body">'
        + paragraphs(FIRST)
        + '<div class="promo-box"><p>Become a member today</p></div>'
        + paragraphs(SECOND, "© 2025 Town Paper. All rights reserved.", THIRD)
        + "</div></article>"
    )
    report = explain(html, URL)
    reasons = {line.text: line.reason for line in report.dropped}
    assert reasons["Become a member today"] == "promotion"
    assert reasons["© 2025 Town Paper. All rights reserved."] == "boilerplate line"
    assert any(line.path.endswith("div.promo-box > p") for line in report.dropped)
    assert report.article.text.split("\n") == TEXT


def test_candidates_are_told_best_first_with_their_scores() -> None:
    """The report shows who proposed which element, what it keeps and how far the others agree; exactly one is chosen."""
    html = page('<main><article><div class="entry-content">' + paragraphs(*TEXT) + "</div></article></main>")
    candidates = explain(html, URL).candidates
    assert [one.chosen for one in candidates].count(True) == 1
    assert candidates[0].chosen
    assert [one.score for one in candidates] == sorted((one.score for one in candidates), reverse=True)
    assert all(0 <= one.agreement <= 1 and one.words > 0 and one.path for one in candidates)


def test_a_sites_own_body_is_not_argued_with() -> None:
    """`body` names the article whatever the candidates say; several matches are one body, in page order."""
    html = page(
        '<div class="x">'
        + paragraphs(FIRST)
        + '</div><div class="long">'
        + paragraphs(*[SECOND] * 9)
        + '</div><div class="x">'
        + paragraphs(THIRD)
        + "</div>"
    )
    assert text(html, body="div.x") == [FIRST, THIRD]
    assert explain(html, URL, body="div.x").candidates[0].name == "site rule"


def test_what_a_site_strips_is_gone() -> None:
    """`strip` selectors take elements out, wherever they stand."""
    html = page(
        "<article>" + paragraphs(FIRST) + '<p class="q">' + SECOND + "</p>" + paragraphs(THIRD) + "</article>"
    )
    assert text(html, strip=("p.q",)) == [FIRST, THIRD]


def test_a_selector_that_matches_nothing_changes_nothing() -> None:
    """A stale rule falls back on the candidates instead of losing the article."""
    html = page("<article>" + paragraphs(*TEXT) + "</article>")
    assert text(html, body="div.gone", strip=("div.gone",)) == TEXT


def test_a_selector_that_cannot_be_read_is_told() -> None:
    """A broken rule costs nothing but a note."""
    report = explain(page("<article>" + paragraphs(*TEXT) + "</article>"), URL, body="div[", strip=("::x",))
    assert report.article.text.split("\n") == TEXT
    assert report.notes == ("selector cannot be read: div[", "selector cannot be read: ::x")


def test_marks_are_suspicions() -> None:
    """An element that holds the whole article keeps it, whatever its class is called."""
    for name in ("newsletter", "related-content", "ad-free promo", "comments"):
        assert text(page(f'<div class="{name}">' + paragraphs(*TEXT) + "</div>")) == TEXT


def test_a_body_split_over_containers_is_whole() -> None:
    """Paragraphs in sibling containers of one make are one body."""
    html = page(
        "".join(
            f'<div class="chunk">{paragraphs(one)}</div><div class="ad-slot">Advertisement</div>'
            for one in TEXT * 2
        )
    )
    assert text(html) == TEXT * 2


def test_the_next_article_is_cut_off() -> None:
    """An endless page goes on with another story in the same container: its linked headline ends this one."""
    long = [f"{FIRST[:-1]}, as the paper reported in part {number}." for number in range(6)]
    other = [
        f"Something else altogether happened in another town, part {number} of a long story says."
        for number in range(6)
    ]
    html = page(
        "<main><h1>Bridge closes</h1>"
        + paragraphs(*long)
        + '<h1><a href="/news/2025/02/09/fire">A fire in the mill</a></h1>'
        + paragraphs(*other)
        + "</main>"
    )
    assert text(html) == long


def test_text_in_a_pages_scripts_is_found() -> None:
    """An application that keeps its article in a script still gives it."""
    story = "".join(f"\\u003cp\\u003e{one}\\u003c/p\\u003e".replace("“", "\\u201c") for one in TEXT)
    report = explain(page('<div id="app"></div>') + f'<script>self.push([1,"{story}"])</script>', URL)
    assert report.article.text.split("\n") == TEXT
    assert report.notes == ("text taken from the page's scripts",)


def test_the_pages_data_is_the_last_resort() -> None:
    """JSON-LD's articleBody is only taken where the page has no other text."""
    stated = json.dumps({"@type": "NewsArticle", "articleBody": "\n".join(TEXT)})
    data = f'<script type="application/ld+json">{stated}</script>'
    assert text(page('<div id="app">Loading</div>', data)) == TEXT
    assert text(page("<article>" + paragraphs(*reversed(TEXT)) + "</article>", data)) == TEXT[::-1]


def test_a_page_without_text_says_so() -> None:
    """There is no exception and no invented text."""
    article = normalize("<html><body></body></html>", URL)
    assert article.text == ""
    assert article.note == "page: no text found"


@pytest.mark.parametrize(
    ("element", "lines"),
    [
        ("<h2>What happens now</h2>", ["What happens now"]),
        ("<ul><li>One lane stays open</li><li>Signs on <a href='/x'>three roads</a></li></ul>", ["- One lane stays open", "- Signs on three roads"]),
        ("<blockquote><p>We will manage somehow, all of us together.</p></blockquote>", ["We will manage somehow, all of us together."]),
        ("<p>First line of the verse,<br>second line of the verse.</p>", ["First line of the verse,", "second line of the verse."]),
        (
            "<table><tr><th>Year</th><th>Cars | day</th></tr><tr><td>2023</td><td>4,100</td></tr></table>",
            ["| Year | Cars / day |", "| 2023 | 4,100 |"],
        ),
        ("<hr>", ["- - -"]),
        ("<p>* * *</p>", ["- - -"]),
        ("<p>—</p>", ["- - -"]),
        ("<p><b>Bo</b>ld<sup>2</sup> and <span class='sr-only'>opens new tab</span><i>slanted</i> <!-- x -->words &amp; “quotes” — here.</p>", ["Bold2 and slanted words & “quotes” — here."]),
        ("<iframe src='https://v.example'>video</iframe><form><p>Your mail</p><button>Send</button></form>", []),
        ("<figure><img src='/b.jpg' width='640'><figcaption>A caption. Photo: Bo Li</figcaption></figure>", ["![](https://www.town.example/b.jpg)"]),
        ("<img src='data:image/gif;base64,R0'><img src='/pixel.gif' width='1' height='1'><img src='/logo.svg'><img src='/i.png' width='48'>", []),
        ("<aside class='pullquote'><p>It had to come</p></aside>", []),
        (
            "<blockquote class='twitter-tweet'><p>The bridge is closed until October, sorry about that. <a href='https://t.example/1'>https://t.example/1</a></p>"
            "— Town Council (@town) <a href='https://t.example/2'>February 10, 2025</a></blockquote>",
            ["The bridge is closed until October, sorry about that.", "— Town Council (@town)"],
        ),
    ],
)  # fmt: skip
def test_elements_are_written_as_the_format_says(element: str, lines: list[str]) -> None:
    """Headings, items, quotes, breaks, rows, rules, pictures and posts have one written form each; furniture has none."""
    html = page("<article>" + paragraphs(FIRST, SECOND) + element + paragraphs(THIRD) + "</article>")
    assert text(html) == [FIRST, SECOND, *lines, THIRD]


def test_each_picture_is_shown_once() -> None:
    """A picture that is repeated, or is the lead again, is written once."""
    html = page(
        '<article><img src="/a.jpg">'
        + paragraphs(FIRST)
        + '<img src="/a.jpg"><img src="/b.jpg"><img src="/b.jpg">'
        + paragraphs(SECOND)
        + "</article>"
    )
    assert text(html) == [
        "![](https://www.town.example/a.jpg)",
        FIRST,
        "![](https://www.town.example/b.jpg)",
        SECOND,
    ]


def test_a_site_logo_is_no_lead_picture() -> None:
    """og:image leads where the body has no picture, unless it is the site's logo."""
    body = "<article>" + paragraphs(*TEXT) + "</article>"
    assert (
        text(page(body, '<meta property="og:image" content="/p/bridge.jpg">'))[0]
        == "![](https://www.town.example/p/bridge.jpg)"
    )
    assert text(page(body, '<meta property="og:image" content="/static/logo.png">'))[0] == FIRST


def test_contributor_lines_corrections_and_datelines_stay() -> None:
    """What a paper says about its own report is part of it."""
    lines = [
        f"NORTH BANK — {FIRST}",
        SECOND,
        THIRD,
        "Correction: an earlier version gave the wrong month.",
        "Bo Li contributed to this report.",
    ]
    assert text(page("<article>" + paragraphs(*lines) + "</article>")) == lines


def test_a_paywalled_page_is_marked() -> None:
    """The page says that it is not free: the article says so too."""
    data = '<script type="application/ld+json">{"@type":"NewsArticle","isAccessibleForFree":"False","headline":"Bridge closes"}</script>'
    assert (
        extract(page("<article>" + paragraphs(FIRST) + "</article>", data), URL).completeness
        is Completeness.PAYWALLED
    )


def test_a_short_text_beside_a_notice_to_pay_is_marked() -> None:
    """What can be read is the free part; a long text with such a notice is whole."""
    notice = '<div class="offer"><p>Already a subscriber? Sign in to continue reading.</p></div>'
    short = extract(page("<article>" + paragraphs(FIRST) + notice + "</article>"), URL)
    long = extract(page("<article>" + paragraphs(*TEXT * 5) + notice + "</article>"), URL)
    assert (short.completeness, long.completeness) == (Completeness.PAYWALLED, Completeness.FULL)
    assert "subscriber" not in short.text + long.text


def test_the_feeds_entry_fills_what_the_page_leaves_open() -> None:
    """Title, date and authors come from the entry only where the page has none."""
    entry = Entry(title="From the feed", published=datetime(2025, 1, 2, tzinfo=UTC), authors=("Bo Li",))
    bare = extract("<body>" + paragraphs(*TEXT), "https://www.town.example/bridge", entry=entry)
    assert (bare.title, bare.published, bare.authors, bare.date_source) == (
        "From the feed",
        entry.published,
        ("Bo Li",),
        "feed",
    )
    assert (
        extract(page("<article>" + paragraphs(*TEXT) + "</article>"), URL, entry=entry).title
        == "Bridge closes"
    )


def test_the_canonical_address_identifies_the_article() -> None:
    """`link rel=canonical` on the page's own domain is obeyed; one that leads to another site is not."""
    body = "<article>" + paragraphs(*TEXT) + "</article>"
    own = extract(
        page(body, '<link rel="canonical" href="https://town.example/bridge">'), URL + "?utm_source=x"
    )
    foreign = extract(page(body, '<link rel="canonical" href="https://evil.example/bridge">'), URL)
    assert own.url == "https://town.example/bridge"
    assert foreign.url == URL


def test_extract_can_be_sent_to_a_worker() -> None:
    """Function and result can be pickled, and a second call knows nothing of the first."""
    html = page("<article>" + paragraphs(*TEXT) + "</article>")
    article = pickle.loads(pickle.dumps(extract))(html, URL)
    assert pickle.loads(pickle.dumps(article)) == article == extract(html, URL)
