"""Whole articles in a row: the one with the page's headline is the article; an article's own chapters are no other articles."""

from __future__ import annotations

import pytest

from monitor.collect.extract import extract
from tests.standins.harbour import LINES, TITLE, URL, lines, page

OWN = LINES[:5]
FOREIGN = [
    "The tram depot in the west will be closed for nine weeks while its roof is taken off and laid again in copper.",
    "Drivers were told on Monday, and most of them said that they had been waiting for this since the storm of last year.",
    "Until the roof is done the cars sleep in the street, where two watchmen walk up and down between them at night.",
    "The company hopes that nobody paints them, which is what happened the last time that they were left outside.",
]
STORY = "".join(f"<p>{text}</p>" for text in OWN)
OTHER = "".join(f"<p>{text}</p>" for text in FOREIGN)
BYLINE = '<p class="byline">By Ann Holm, 2 May 2026</p>'


@pytest.mark.parametrize("before", [0, 1])
@pytest.mark.parametrize("tag", ["article", "div"])
def test_of_several_articles_in_a_row_the_one_with_the_pages_headline_is_the_article(
    tag: str, before: int
) -> None:
    """Boxes of one make, each with a headline and a byline: the ones beside the page's own are other articles, wherever they stand."""
    own = f'<{tag} class="item"><header><h2>{TITLE}</h2></header>{BYLINE}{STORY}</{tag}>'
    others = [
        f'<{tag} class="item"><header><h2>The depot gets a roof, part {n}</h2></header>{BYLINE}{OTHER.replace("The ", f"In part {n} the ")}</{tag}>'
        for n in range(4)
    ]
    row = [*others[:before], own, *others[before:]]

    assert lines(page(f'<main><h1>All of today</h1><div class="stream">{"".join(row)}</div></main>')) == OWN


def test_the_chapters_of_an_article_are_no_other_articles() -> None:
    """Sections with a headline each and no byline are the article's own, also where the first of them has the page's headline."""
    chapters = f'<section class="c"><h1>{TITLE}</h1>{STORY}</section><section class="c"><h1>The depot</h1>{OTHER}</section>'

    assert lines(page(f"<main>{chapters}</main>")) == [*OWN, "The depot", *FOREIGN]


def test_the_posts_of_a_live_blog_are_no_other_articles() -> None:
    """Articles of another make, each with a headline and a time, below the one with the page's headline are its own posts."""
    posts = "".join(
        f'<article class="post"><time datetime="2026-05-02T1{n}:00Z">1{n}:00</time><h2>Word number {n} from the hall</h2><p>{text}</p></article>'
        for n, text in enumerate(FOREIGN)
    )
    lead = f'<article class="lead"><h1>{TITLE}</h1>{STORY}</article>'

    found = lines(page(f"<main>{lead}{posts}</main>"))

    assert [line for line in found if not line.startswith("Word number")] == [*OWN, *FOREIGN]


def test_a_sites_own_rule_names_both_articles() -> None:
    """What a site's `body` selector names is not argued with."""
    row = "".join(
        f'<article class="item"><h2>{head}</h2>{text}</article>'
        for head, text in ((TITLE, STORY), ("Depot", OTHER))
    )

    text = extract(page(f"<main>{row}</main>"), URL, body="main").text

    assert OWN[0] in text
    assert FOREIGN[0] in text


def test_a_headline_that_links_to_another_article_begins_it() -> None:
    """An `<h1>` after the text that is a link to another page of the site is where the next article begins."""
    following = f'<h1><a href="/news/depot">The depot gets a new roof</a></h1>{OTHER}'

    assert lines(page(f"<main><h1>{TITLE}</h1><div class='text'>{STORY}{following}</div></main>")) == OWN


def test_a_link_among_the_words_of_a_heading_begins_no_other_article() -> None:
    """A chapter headed by an `<h1>` with a link in it goes on: only a headline that is a link as a whole leads away."""
    chapter = f'<h1>What the depot costs, from <a href="/people/holm">Ann Holm</a></h1>{OTHER}'

    assert lines(page(f"<main><h1>{TITLE}</h1><div class='text'>{STORY}{chapter}</div></main>")) == [
        *OWN,
        "What the depot costs, from Ann Holm",
        *FOREIGN,
    ]
