"""The page shape of a widely used newsroom system, and the reference documents re-emitted from it byte for byte."""

import itertools
from html import escape
from pathlib import Path

import pytest

from monitor import seed
from monitor.collect.extract import normalize

REFERENCE = Path(__file__).parents[3] / "shared" / "seed"
URL = "https://www.paper.example/nation/2025/02/10/harbour-inspectors/"
LEAD = "https://www.paper.example/resizer/v2/ABCDEF.jpg?auth=8a01&width=800&height=533"

PARAGRAPHS = (
    "The harbour ministry has asked the treasury to lend it inspectors for the summer, a letter obtained by the paper shows.",
    "“We have 2,290 berths and nine people to check them,” the letter says, adding that the number of complaints rose 10% in a year.",
    "Neither department answered questions sent on Sunday.",
    "In 2024 the inspectors wrote more than 1,500 reports, according to the ministry’s own figures.",
)
CREDIT = "Lena Fuchs contributed to this report."


def figure(alt: str) -> str:
    return (
        f'<figure class="lead-art"><img src="{escape(LEAD)}" alt="{escape(alt)}" width="800" height="533">'
        "<figcaption>The old customs house at dusk. (Photo by Ola Brandt)</figcaption></figure>"
    )


def arc_page(
    paragraphs: tuple[str, ...], *, lead: str, inside: bool, alt: str, rule: str, credit: str
) -> str:
    """Build a page as the system renders it: header, lead art, body wrapper with ads and a newsletter box between paragraphs."""
    picture = figure(alt).replace(escape(LEAD), escape(lead))
    blocks = [f'<p class="c-paragraph">{escape(text, quote=False)}</p>' for text in paragraphs]
    blocks.insert(2, '<div class="arcad-feature-container"><div class="ad-wrapper">Advertisement</div></div>')
    blocks.insert(4, '<div class="c-newsletter promo"><p>Get the morning briefing in your inbox.</p></div>')
    closing = f'{rule}<p class="c-paragraph"><i>{escape(credit, quote=False)}</i></p>'
    body = "".join(blocks) + closing
    return f"""<!DOCTYPE html><html lang="en"><head><title>Inspectors wanted - The Paper</title>
    <meta property="og:title" content="Inspectors wanted"><meta property="og:image" content="{escape(lead)}">
    <link rel="canonical" href="{URL}"></head><body><nav><a href="/">Home</a><a href="/nation/">Nation</a></nav>
    <main><div class="b-headline"><h1 class="c-headline">Inspectors wanted</h1>
    <h2 class="c-subheadline">A letter asks for help</h2><div class="c-byline">By Ida Holm</div>
    <time class="c-date" datetime="2025-02-10T15:04:00Z">February 10, 2025</time></div>
    {"" if inside else picture}
    <article class="b-article-body">{picture if inside else ""}{body}</article>
    <div class="c-author-bio"><h3>Ida Holm</h3><p>Ida Holm is a reporter who covers the coast.</p></div>
    <section class="c-results-list"><h2>Most read</h2><ul><li><a href="/a/">A bridge too short</a></li>
    <li><a href="/b/">Ice on the river</a></li></ul></section></main>
    <footer><p>© 2025 The Paper. All rights reserved.</p></footer></body></html>"""


VARIANTS = list(itertools.product((True, False), ("", "A house"), ("<p>- - -</p>", "<hr>")))


@pytest.mark.parametrize(("inside", "alt", "rule"), VARIANTS)
def test_every_variant_of_the_page_gives_one_document(inside: bool, alt: str, rule: str) -> None:
    """Lead figure inside or above the body, alt text empty or not, section break typed or a rule: the document is the same."""
    article = normalize(
        arc_page(PARAGRAPHS, lead=LEAD, inside=inside, alt=alt, rule=rule, credit=CREDIT), URL
    )
    assert article.text == "\n".join([f"![]({LEAD})", *PARAGRAPHS, "- - -", CREDIT])
    assert article.title == "Inspectors wanted"
    assert article.authors == ("Ida Holm",)


@pytest.mark.skipif(not REFERENCE.is_dir(), reason="the reference documents (../shared/seed) are not here")
@pytest.mark.parametrize(("inside", "alt", "rule"), VARIANTS)
def test_the_reference_documents_come_out_byte_for_byte(inside: bool, alt: str, rule: str) -> None:
    """A page built from the reference document gives that document back."""
    for path in REFERENCE.glob("*.txt"):
        text = path.read_bytes().decode("utf-8")
        lines = seed.lines(text)
        paragraphs = tuple(line.text for line in lines[1:-2])
        page = arc_page(
            paragraphs, lead=lines[0].text, inside=inside, alt=alt, rule=rule, credit=lines[-1].text
        )
        assert seed.dumps(normalize(page, URL)).encode("utf-8") == path.read_bytes()
