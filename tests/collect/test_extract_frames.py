"""Captions, signatures and asides that no name gives away, and boxes that turn out to be the article."""

import pytest

from monitor.collect.extract import explain, extract

URL = "https://www.town.example/bridge"
FIRST = "The bridge over the Alden closes on Monday for nine weeks, the town council said in a letter to residents."
SECOND = "Buses will go round by the mill, which takes some eleven minutes more, and pedestrians may use the ferry."
THIRD = "The last repair was made in the year of the flood and was meant to hold for ten years, a councillor said."


def lines(inside: str, head: str = "") -> list[str]:
    """Return the document's lines between the first and the third paragraph."""
    body = f"<h1>Bridge closes</h1><div><p>{FIRST}</p>{inside}<p>{SECOND}</p><p>{THIRD}</p></div>"
    found = extract(f"<html><head>{head}</head><body>{body}</body></html>", URL).text.split("\n")
    return found[found.index(FIRST) + 1 : found.index(SECOND)]


@pytest.mark.parametrize(
    ("frame", "caption"),
    [
        ("<div class=x1z><img src=/b.jpg><p>The bridge at low water</p></div>", None),
        ("<div class=x1z><img src=/b.jpg>The bridge at low water<br>Ola Brandt</div>", None),
        ("<div class=x1z><img src=/b.jpg><h3>The new bridge</h3></div>", "The new bridge"),
        ("<p><img src=/b.jpg>The bridge at low water is lower than the mill.</p>", "The bridge at low water is lower than the mill."),
        ("<div class=x1z><img src=/b.jpg><img src=/c.jpg><p>Two of the bridges stand to this day.</p></div>", "Two of the bridges stand to this day."),
    ],
)  # fmt: skip
def test_a_line_or_two_in_a_pictures_box_are_its_caption(frame: str, caption: str | None) -> None:
    """Whatever the box is called; not a heading, a paragraph with a picture in it, or the text of several pictures."""
    found = lines(frame)
    assert "![](https://www.town.example/b.jpg)" in found
    assert [line for line in found if not line.startswith("![")] == ([caption] if caption else [])


def test_a_captioned_frame_keeps_its_picture() -> None:
    """The box is named for the caption in it; the picture is none."""
    assert lines("<div class=wp-caption><img src=/b.jpg><p class=wp-caption-text>The bridge</p></div>") == [
        "![](https://www.town.example/b.jpg)"
    ]


def test_a_gallery_is_no_frame() -> None:
    """The pictures of a slide show are not shown one below the other."""
    assert lines("<div class=gallery-caption><img src=/b.jpg><p>1 of 12</p></div>") == []


def test_lines_of_the_authors_names_are_their_signature() -> None:
    """Above the first paragraph and below the last; in mid-text a name is a speaker's."""
    head = '<meta name="author" content="Ada Byrne">'
    talk = "<p>Ada Byrne</p><p>Why nine weeks?</p>"
    body = f"<div><p>Text: Ada Byrne</p><p>{FIRST}</p>{talk}<p>{SECOND}</p><p>{THIRD}</p><p>{SECOND}!</p><p>{THIRD}!</p><h4>Written by Ada Byrne</h4></div>"
    text = extract(f"<html><head>{head}</head><body><h1>Bridge closes</h1>{body}</body></html>", URL).text
    assert text.split("\n") == [
        FIRST, "Ada Byrne", "Why nine weeks?", SECOND, THIRD, SECOND + "!", THIRD + "!",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("element", "line"),
    [
        ("<p>The <a href=/r>report, opens new tab</a> by the council has nine pages.</p>", "The report by the council has nine pages."),
        ("<p>Der <a href=/r>Bericht (Wird in einem neuen Fenster geöffnet.)</a> liegt im Rathaus aus.</p>", "Der Bericht liegt im Rathaus aus."),
        ("<h3>What is known<a href=#known>#</a></h3><p>Next to nothing, as nobody has looked.</p>", "What is known"),
        ("<p>A shop that <a href=/r>opens new doors</a> to its guests.</p>", "A shop that opens new doors to its guests."),
    ],
)  # fmt: skip
def test_what_links_say_to_the_blind_is_no_text(element: str, line: str) -> None:
    """ "Opens new tab" and the handle of a heading go; the words as part of a sentence stay."""
    assert lines(element)[0] == line


def test_placeholders_and_tooltips_are_no_text() -> None:
    """What a template left standing, and what is shown on hovering."""
    inside = f"<p>Lorem ipsum dolor sit amet, {'consectetur ' * 20}</p><div class=tooltip-message><p>What a bridge is, and what it is for.</p></div>"
    assert lines(inside) == []


def test_offers_in_paragraphs_of_their_own_are_no_text() -> None:
    """A box whose paragraphs are long is no home of prose if they speak of the reader's subscription."""
    offers = "".join(
        f"<p>Your subscription is used on device {n} too, and only one of them can read at a time; change it in your account, where you can add readers.</p>"
        for n in range(3)
    )
    story = "".join(f"<p>{FIRST} {SECOND} {n} {THIRD}</p>" for n in range(6))
    page = f"<main><h1>Bridge closes</h1><div class=lock>{offers}</div><div class=text>{story}</div></main>"
    assert "subscription" not in extract(page, URL).text


@pytest.mark.parametrize("name", ["related", "site-footer", "comments-area"])
def test_the_box_with_most_of_the_page_is_entered(name: str) -> None:
    """A wrong name hides nothing, and boxes beside it stay what they are."""
    story = f"<p>{FIRST}</p><p>{SECOND}</p><p>{THIRD}</p>" * 8
    page = f'<body><div class="{name}"><h1>Bridge closes</h1>{story}</div><div class=related><p>{"Another story. " * 9}</p></div></body>'
    found = explain(page, URL).article.text
    assert found.count(FIRST) == 8
    assert "Another story" not in found
