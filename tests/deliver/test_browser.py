"""The page in a real Chromium: it shows, it fits, it loads nothing, in light and dark, on phone and desk and paper."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.deliver.page import page
from monitor.models import TopicSection
from tests.standins.chromium import find, tab
from tests.standins.digests import NOW, digest, section, story
from tests.standins.hostile import TRICKS

PROGRAM = find()
pytestmark = [
    pytest.mark.skipif(PROGRAM is None, reason="needs Chromium (Debian: apt-get install chromium)"),
    pytest.mark.xdist_group("chromium"),
]

OVERFLOWING = "[...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > innerWidth + 1).length"
CONTRAST = """(() => {
  const light = rgb => { const [r, g, b] = rgb.match(/[\\d.]+/g).map(v => (v /= 255) <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4);
                         return .2126 * r + .7152 * g + .0722 * b; };
  const paper = light(getComputedStyle(document.body).backgroundColor);
  return Math.min(...['h1', '.lead', '.source', '.trust', 'h3 a'].map(q => { const ink = light(getComputedStyle(document.querySelector(q)).color);
    return (Math.max(ink, paper) + .05) / (Math.min(ink, paper) + .05); })); })()"""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A page with ordinary stories and one for every trick."""
    tricks = tuple(story(number, headline=trick, lead=trick * 3) for number, trick in enumerate(TRICKS, 100))
    text = page(digest(section(3, 2), TopicSection("tricks", "Tricks", tricks)), NOW)
    path: Path = tmp_path_factory.mktemp("page") / "digest.html"
    path.write_text(text, encoding="utf-8")
    return path.as_uri()


@pytest.mark.parametrize(("dark", "paper"), [(False, "rgb(251, 250, 247)"), (True, "rgb(23, 24, 26)")])
async def test_it_fits_and_reads(address: str, dark: bool, paper: str) -> None:
    """Nothing sticks out at any width; the text contrasts 4.5:1 or better (WCAG AA) in light and dark; the policy is kept."""
    assert PROGRAM is not None
    async with tab(PROGRAM) as one:
        for width in (320, 390, 1280):
            await one.open(address, width=width, dark=dark)
            assert await one.value(OVERFLOWING) == 0
        assert await one.value(CONTRAST) >= 4.5
        assert await one.value("getComputedStyle(document.body).backgroundColor") == paper
        assert await one.value("getComputedStyle(document.querySelector('h1')).fontFamily.includes('serif')")
        assert one.messages == []
        assert set(one.requests) == {address}


async def test_paper_shows_the_addresses(address: str) -> None:
    """Printed, the page is black on white, without navigation, and names each story's address."""
    assert PROGRAM is not None
    async with tab(PROGRAM) as one:
        await one.open(address, dark=True, media="print")
        assert await one.value("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
        assert await one.value("getComputedStyle(document.querySelector('nav')).display") == "none"
        shown = await one.value("getComputedStyle(document.querySelector('article h3 a'), '::after').content")
        assert "https://news.example/1/figures" in shown


async def test_further_articles_unfold_without_a_script(address: str) -> None:
    """ "2 more articles on this story" opens by the browser's own means."""
    assert PROGRAM is not None
    async with tab(PROGRAM) as one:
        await one.open(address)
        height = "document.querySelector('article details').offsetHeight"
        closed = await one.value(height)
        await one.value("document.querySelector('article summary').click()")
        assert await one.value(height) > closed
