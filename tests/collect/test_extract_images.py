"""Which pictures are shown and in which form; which one leads."""

import pytest

from monitor.collect.extract import extract
from monitor.collect.extract.images import best_address, same_picture

URL = "https://www.town.example/bridge"
FIRST = "The bridge over the Alden closes on Monday for nine weeks, the town council said in a letter to residents."
REST = (
    "<p>Buses will go round by the mill, which takes some eleven minutes more, and pedestrians may use the ferry.</p>"
    "<p>The last repair was made in the year of the flood and was meant to hold for ten years, a councillor said.</p>"
)


@pytest.mark.parametrize(
    ("attrs", "path"),
    [
        ({"src": "/sites/default/files/2025-02/bridge.jpg"}, "/sites/default/files/2025-02/bridge.jpg"),
        ({"src": "/img/default.jpg"}, None),
        ({"srcset": "/bridge.jpg"}, "/bridge.jpg"),
        ({"srcset": "/s.jpg 320w,/l.jpg 1280w", "src": "/m.jpg"}, "/l.jpg"),
        ({"src": "/b.jpg", "srcset": "/b.jpg 900w", "width": "0", "height": "0"}, "/b.jpg"),
        ({"src": "/b.gif", "width": "0", "height": "0"}, None),
        ({"src": "/media/authors/ida-holm.jpg"}, None),
    ],
)
def test_the_address_is_that_of_a_real_picture(attrs: dict[str, str | None], path: str | None) -> None:
    """The widest form; a folder named `default` is a publishing system's, a file so named a placeholder; a portrait is no picture."""
    assert best_address(attrs, URL) == (path and f"https://www.town.example{path}")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("https://a.example/16x9_620/old-bridge.jpg", "https://a.example/16x9_780/old-bridge.jpg", True),
        ("https://a.example/old-bridge-1024x683.jpg", "https://b.example/old-bridge.jpg.webp?w=3", True),
        ("https://a.example/og/5f2c19ab77d01.r.12.jpg", "https://a.example/full/5f2c19ab77d01.jpg", True),
        ("https://a.example/old-bridge.jpg", "https://a.example/new-bridge.jpg", False),
        ("https://a.example/1/02.jpg", "https://a.example/2/02.jpg", False),
        ("https://a.example/20250210_1.jpg", "https://a.example/20250210_2.jpg", False),
    ],
)
def test_two_addresses_can_be_of_one_picture(one: str, other: str, same: bool) -> None:
    """A telling file name, or a key in it, is the picture's; folders, sizes, endings and queries are the form's."""
    assert same_picture(one, other) is same


def lead(body: str, head: str = "") -> list[str]:
    """Return the image lines of a page, in order, `>` where the first paragraph stands."""
    text = extract(f"<html><head>{head}</head><body>{body}</body></html>", URL).text
    lines = [line for line in text.split("\n") if line.startswith("![") or line == FIRST]
    return [
        ">" if line == FIRST else line.removeprefix("![](https://www.town.example").rstrip(")")
        for line in lines
    ]


def test_a_short_line_may_stand_above_the_lead_picture() -> None:
    """A kicker or a place above the picture is no first paragraph."""
    body = f"<article><h1>Bridge closes</h1><h2>Weeks of detours</h2><figure><img src=/bridge.jpg></figure><p>{FIRST}</p>{REST}</article>"
    assert lead(body) == ["/bridge.jpg", ">"]


def test_a_picture_below_the_headline_leads_before_one_above_it() -> None:
    """A columnist's portrait above the headline gives way to the picture of the story."""
    body = (
        "<article><div class=column><img src=/columnist.jpg></div><h1>Bridge closes</h1><figure class=wp-caption><img src=/bridge.jpg>"
        f"<figcaption>The bridge</figcaption></figure><p>{FIRST}</p>{REST}</article>"
    )
    assert lead(body)[0] == "/bridge.jpg"


def test_a_picture_between_headline_and_body_leads() -> None:
    """The headline may stand outside the body's own element, with the picture beside it."""
    body = f"<main><header><h1>Bridge closes</h1><img src=/bridge.jpg></header><article><p>{FIRST}</p>{REST}</article></main>"
    assert lead(body) == ["/bridge.jpg", ">"]


def test_the_metadatas_picture_is_taken_in_the_form_the_body_shows() -> None:
    """Else it would be shown twice: as the lead, and in another cut where it stands."""
    head = '<meta property="og:image" content="/cut-1200x630/old-bridge.jpg">'
    shown = f"<article><h1>Bridge closes</h1><p>{FIRST}</p><img src=/cut-780/old-bridge.jpg>{REST}</article>"
    other = f"<article><h1>Bridge closes</h1><p>{FIRST}</p><img src=/ferry-landing.jpg>{REST}</article>"
    assert lead(shown, head) == ["/cut-780/old-bridge.jpg", ">"]
    assert lead(other, head) == ["/cut-1200x630/old-bridge.jpg", ">", "/ferry-landing.jpg"]


@pytest.mark.parametrize("named", [True, False])
def test_of_a_row_of_pictures_above_the_text_only_the_one_the_page_names_leads(named: bool) -> None:
    """Films and share buttons stand in rows between headline and text; among them a lead picture is told by the page's metadata alone."""
    films = "".join(
        f'<div class="film"><img src="https://p.example/film-number-{n}.jpg"></div>' for n in range(5)
    )
    row = films + '<div class="film"><img src="https://p.example/harbour-wall-640x360.jpg"></div>'
    text = "".join(
        f"<p>Paragraph number {n} of a story about the harbour wall that is told at some length.</p>"
        for n in range(6)
    )
    lead = "harbour-wall" if named else "town-hall-clock"
    head = f'<meta property="og:image" content="https://p.example/{lead}.jpg">'

    article = extract(
        f"<html><head>{head}</head><body><h1>The wall</h1>{row}<article>{text}</article></body></html>",
        "https://p.example/a",
    )

    assert article.image == (
        "https://p.example/harbour-wall-640x360.jpg" if named else "https://p.example/town-hall-clock.jpg"
    )
