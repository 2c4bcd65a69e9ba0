"""Fragments of HTML to text, lines, titles and images: what a reader would see, in linear time."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.html import MAX_TITLE, clean_title, first_image, fragment_lines, to_text


@pytest.mark.parametrize(
    ("fragment", "text"),
    [
        ("<p>One</p><p>Two</p>", "One Two"),
        ("CO<sub>2</sub> &amp; <b>more</b>", "CO2 & more"),
        ("a<br>b<br/>c", "a b c"),
        ("x<script>alert('<p>')</script>y<style>p{}</style>", "xy"),
        ("a <!-- no <p> text --> b", "a b"),
        ("a <!-- never closed", "a"),
        ("5 < 6 and 7 > 2", "5 < 6 and 7 > 2"),
        ('<a title="a > b" href=\'x">y\'>link</a>', "link"),
        ("<img src='/a.jpg' alt='In <em>Deep Sea</em>, \"5 < 6\"'/><p>Text</p>", "Text"),
        ('<p title="never closed>Text <b>bold</b>', "Text bold"),
        ("&nbsp;&nbsp;soft\u00adhyphen\u200b and\u202e bidi", "softhyphen and bidi"),
        ("plain\n  text\t here", "plain text here"),
        ("", ""),
        ("&#" + "9" * 5000 + ";x", "x"),
    ],
)
def test_reads_the_text(fragment: str, text: str) -> None:
    """Inline tags vanish, block tags part words, scripts and comments give nothing, entities are resolved."""
    assert to_text(fragment) == text


def test_cuts_lines_at_blocks() -> None:
    """Each block element and each br ends a line; empty lines are left out."""
    fragment = "<div><h2>Head</h2>\n<ul><li>one<li>two</ul></div>tail<hr>end"
    assert fragment_lines(fragment) == ("Head", "one", "two", "tail", "end")


@pytest.mark.parametrize(
    ("raw", "title"),
    [
        ("<b>Bold</b> &amp; <i class=x>more</i>", "Bold & more"),
        ("Inflation < 3%", "Inflation < 3%"),
        ("List<String> and <Button>", "List<String> and <Button>"),
        ("Marks &amp;amp; Sons", "Marks & Sons"),
        ("&lt;em&gt;Wide&lt;/em&gt; view", "Wide view"),
        ("One<br>two", "One two"),
        ("  a \n\t b  ", "a b"),
        ("Tax\u200b of\u00adfice\u202e", "Tax office"),
        ("AT&T", "AT&T"),
    ],
)
def test_cleans_titles(raw: str, title: str) -> None:
    """Only what looks like an inline tag is one; entities are resolved twice; blanks collapse; invisible letters go."""
    assert clean_title(raw) == title


def test_caps_titles() -> None:
    """A title of five million characters is cut to 300 at once."""
    assert len(clean_title("A" * 5_000_000)) == MAX_TITLE
    assert clean_title("A" * 5_000_000).endswith("…")


@pytest.mark.parametrize(
    ("fragment", "address"),
    [
        ('<p><img src="/a.jpg"></p>', "/a.jpg"),
        ("<IMG alt='x>y' SRC=b.png width=100>", "b.png"),
        ("<img alt='In <em>Deep Sea</em>' src='/sea.jpg'>", "/sea.jpg"),
        ('<img width="1" height="1" src="pixel.gif"><img src="real.jpg?a=1&amp;b=2">', "real.jpg?a=1&b=2"),
        ('<img src="data:image/gif;base64,x" data-src="lazy.jpg">', "lazy.jpg"),
        ("<img data-src='lazy.jpg'>", "lazy.jpg"),
        ("no image", None),
    ],
)
def test_finds_the_first_real_image(fragment: str, address: str | None) -> None:
    """Counting pixels and data addresses are no pictures."""
    assert first_image(fragment) == address


@given(st.text(max_size=300))
def test_never_raises(fragment: str) -> None:
    """Whatever a feed calls HTML becomes text without line breaks, tabs or double blanks."""
    text = to_text(fragment)
    assert text == " ".join(text.split())
    assert clean_title(clean_title(fragment)) is not None
    first_image(fragment)


@pytest.mark.parametrize(
    "piece",
    [
        "<div>",
        "<b><p>",
        "<p>",
        '<a "',
        "<!--",
        "<",
        "<script>",
        "<a b='",
        "&",
        "&amp",
        "<img ",
        '<img a="',
        "<a b='<i>' ",
        "<a b='<i ",
        "<a '<a \"",
        "<a x='<a x=' y",
        "</",
        "<!",
        "&#9",
    ],
)
def test_takes_linear_time(piece: str) -> None:
    """Four times the input takes about four times as long, never sixteen: no fragment hangs a worker."""

    def seconds(count: int) -> float:
        started = time.process_time()
        to_text(piece * count)
        first_image(piece * count)
        clean_title(piece * count)
        return time.process_time() - started

    small, large = min(seconds(20_000) for _ in range(3)), seconds(80_000)
    assert large < 12 * small + 0.1
