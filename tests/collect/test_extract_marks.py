"""Names that mislead: what is called a sidebar, related or paid may be the article, and what is longer may be none of it."""

from __future__ import annotations

import pytest

from monitor.collect.extract import extract
from tests.standins.harbour import LINES, STORY, URL, A, B, C, D, E, F, lines, page

SHORT = f"<p>{A}</p><p>{B}</p>"
LONG = "".join(f"<p>{text} {other}</p>" for text in (C, D, E, F) for other in (F, E, D))


@pytest.mark.parametrize(
    "beside",
    [
        f'<ol class="commentlist"><li>{LONG}</li></ol>',
        f'<section id="sidebar"><div>{LONG}</div></section>',
        f'<div class="related"><div>{LONG}</div></div>',
        f"<footer><div>{LONG}</div></footer>",
    ],
)
def test_a_short_article_outweighs_what_stands_beside_it(beside: str) -> None:
    """Two paragraphs below the headline are the article, and forty comments on them, or a sidebar ten times as long, are not."""
    body = f'<h1>The harbour plan is put off</h1><div class="text">{SHORT}</div>{beside}'

    assert lines(page(f"<div>{body}</div>")) == [A, B]


def test_the_rest_that_unfolds_below_the_first_paragraphs_is_text() -> None:
    """`<div id="read-more">` within the text's own box is the text's rest, whatever it is called."""
    rest = "".join(f"<p>{text}</p>" for text in (C, D, E, F))
    body = f'<h1>The harbour plan is put off</h1><div class="text">{SHORT}<div id="read-more"><div>{rest}</div></div></div>'

    assert lines(page(f"<div>{body}</div>")) == LINES


def test_lines_of_one_class_that_are_the_text_are_no_offer() -> None:
    """`<p class="paywall">` in several containers is the text that is paid for: a class on most of the prose is the text's, whatever it says."""
    parts = "".join(
        f'<div class="part"><p class="paywall">{one}</p><h2 class="paywall">On {n}</h2><p class="paywall">{two}</p></div>'
        for n, (one, two) in enumerate(zip(LINES[1::2], LINES[2::2], strict=False))
    )

    assert lines(page(f'<main><div class="part"><p>{A}</p></div>{parts}</main>')) == [
        A,
        B,
        "On 0",
        C,
        D,
        "On 1",
        E,
    ]


def test_where_all_prose_is_in_boxes_the_one_with_most_of_it_is_the_article() -> None:
    """A site that calls its article a teaser and repeats its teasers has hardly a free word; the article is still the longest of them."""
    teasers = "".join(
        f'<div class="tile"><div class="blog-teaser">{text} {text[:60]}</div></div>'
        for text in (A, B, C, A, B, C)
    )
    story = "".join(f"<p>{text}</p>" for text in (D, E, F))

    assert lines(page(f'{teasers}<div class="detail"><div class="blog-teaser">{story}</div></div>')) == [
        D,
        E,
        F,
    ]


def test_bloggers_widget_of_posts_is_the_page() -> None:
    """Blogger calls every part of a page a widget, the posts among them: the date beside the headline and the text are the post's own."""
    post = f'<h2 class="date-header">Sunday, 3 May 2026</h2><div class="post"><h3 class="post-title">The harbour plan is put off</h3><div class="post-body">{STORY}</div></div>'
    html = page(f'<div class="main section"><div class="widget Blog" id="Blog1">{post}</div></div>')

    assert lines(html) == LINES
    assert f"{extract(html, URL).published:%Y-%m-%d}" == "2026-05-03"


def test_a_body_with_a_name_needs_no_longer_text_beside_it() -> None:
    """The two free sentences of a paid article are its text, though an author's portrait in the margin is longer."""
    portrait = f"<aside><p>{A}</p><p>{C} {E}</p><p>{F}</p></aside>"
    free = " ".join((B, D))

    assert lines(page(f'<div itemprop="articleBody"><p>{free}</p></div>{portrait}')) == [free]


@pytest.mark.parametrize("tag", ["div", "figcaption"])
def test_the_captions_of_a_gallery_are_its_text(tag: str) -> None:
    """A page that is nothing but pictures and captions has no other text: the captions are kept, each below its picture."""
    slides = "".join(
        f'<div class="slide"><img src="https://p.example/{n}.jpg" width="800"><{tag} class="caption">{text} {text}</{tag}></div>'
        for n, text in enumerate(LINES)
    )

    found = lines(page(f'<h1>The harbour plan is put off</h1><div class="gallery">{slides}</div>'))

    assert [line for line in found if not line.startswith("![")][-6:] == [f"{text} {text}" for text in LINES]


def test_what_is_shown_on_pointing_is_no_part_of_its_sentence() -> None:
    """Cards about people unfold from their names within a sentence: text and portrait of the card are none of the article's."""
    card = '<span class="person-popover__content"><img src="https://p.example/holm.jpg" width="300"> All on Ann Holm</span>'
    said = f"<p>Ann Holm{card}, who has sold herring there for thirty years, spoke first and was heard by all of them.</p>"

    html = page(f"<h1>The harbour plan is put off</h1><article>{said}{STORY}</article>")

    assert (
        lines(html)[0]
        == "Ann Holm, who has sold herring there for thirty years, spoke first and was heard by all of them."
    )
    assert extract(html, URL).image is None


@pytest.mark.parametrize(("site", "kept"), [("https://paper.example", False), ("https://shop.example", True)])
def test_a_card_of_another_article_among_the_paragraphs_is_none_of_the_text(site: str, kept: bool) -> None:
    """A linked title and a line on what it leads to, in a box of its own: another article, if it leads to one of this site."""
    line = "What the town paid for its last wall, and what became of it."
    card = f'<div class="c7"><div><a href="{site}/wall">The wall that stood for nine months</a></div><div class="c8">{line}</div></div>'
    half = "".join(f"<p>{text}</p>" for text in LINES[:3])
    rest = "".join(f"<p>{text}</p>" for text in LINES[3:])

    assert (line in lines(page(f'<div class="c1">{half}{card}{rest}</div>'))) is kept
