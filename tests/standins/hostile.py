"""Digests whose every foreign text is hostile, for property tests: what feeds really send, and what an attacker would."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import strategies as st

from monitor.models import Digest, DigestStory, Link, SlotKind, TopicSection, TopicTag
from tests.standins.digests import AT, digest

TRICKS = (
    "<!channel>", "<!here|here>", "<!everyone>", "<@U0123456>", "<!subteam^S012|@team>", "<#C0123|general>", "@channel", "#general",
    "<https://evil.example|Reuters>", "<!date^0^{date}|now>", "&lt;!channel&gt;", "&amp;lt;", "& < >", "*bold* _it_ ~no~ `code` ```pre```",
    ":fire: :+1:", "> quoted", "\u202egnp.exe", "\u2066\u2067hidden\u2069", "I\u200bRS", "\x1b]8;;https://evil.example\x07click\x1b]8;;\x07",
    "\x1b[2J", "\x00\x07\x08", "line\r\nbreak", "\ud800", "a|b", "[bold red]markup[/]", "<script>alert(1)</script>", '"><img src=x>',
    "{{ 7*7 }}", "{% raw %}", "A\u0301\u0301\u0301\u0301\u0301\u0301", "👩‍👩‍👧‍👦" * 3, "中文標題", "مرحبا", "word " * 40, "x" * 400, "&" * 200, "*" * 200,
)  # fmt: skip
ADDRESSES = (
    "https://news.example/a?b=1&c=2", "https://news.example/a|b>c<d e", "http://news.example/\u4e2d?q=*_~`", "javascript:alert(1)",
    "https://news.example/" + "&" * 1500, "https://news.example/" + "q" * 2000, "not a url", "", "//relative.example/x",
    "https://news.example/\x1b]8;;\x07", 'https://news.example/"onmouseover="x', "https://[broken/", "data:text/html,x",
)  # fmt: skip

texts = st.lists(
    st.one_of(st.sampled_from(TRICKS), st.text(max_size=40), st.sampled_from(("IRS ", " ", "audit", "ICE"))),
    max_size=6,
).map("".join)
long_texts = st.one_of(
    texts, texts.map(lambda text: (text or "long ") * (3000 // max(1, len(text or "long "))))
)
instants = st.integers(0, 60 * 24 * 400).map(lambda minutes: AT - timedelta(minutes=minutes))


@st.composite
def ranges(draw: st.DrawFn, text: str) -> tuple[tuple[int, int], ...]:
    """Sorted, non-overlapping ranges inside a text."""
    cuts = sorted(set(draw(st.lists(st.integers(0, len(text)), max_size=8))))
    pairs = zip(cuts[::2], cuts[1::2], strict=False)
    return tuple((start, end) for start, end in pairs if start < end)


@st.composite
def stories(draw: st.DrawFn) -> DigestStory:
    """One hostile story."""
    headline, lead = draw(long_texts), draw(long_texts)
    outlets = draw(st.lists(texts, min_size=1, max_size=5))
    return DigestStory(
        story=draw(st.text("0123456789abcdef", min_size=1, max_size=16)),
        headline=headline,
        url=draw(st.sampled_from(ADDRESSES)),
        lead=lead,
        outlets=tuple(outlets),
        first_seen=draw(instants),
        published=draw(st.none() | instants),
        headline_bold=draw(ranges(headline)),
        lead_bold=draw(ranges(lead)),
        new_outlets=draw(st.integers(0, len(outlets))),
        newcomers=tuple(draw(st.lists(st.sampled_from(outlets), max_size=40))),
        completeness=draw(st.sampled_from(("full", "teaser", "paywalled"))),
        tags=(TopicTag("irs", draw(texts), draw(st.floats(0, 100))),),
        members=tuple(Link(draw(texts), draw(st.sampled_from(ADDRESSES)), outlet) for outlet in outlets[:2]),
        language=draw(st.sampled_from((None, "en", "ar", "zh-Hant", '"><x', "x" * 80))),
        change=draw(st.just("") | texts),
        score=draw(st.floats(0, 100)),
    )


@st.composite
def digests(draw: st.DrawFn, most: int = 1000, kinds: tuple[SlotKind, ...] = tuple(SlotKind)) -> Digest:
    """A digest of 0 to `most` stories: a few drawn ones, repeated under their own numbers, so that large ones stay cheap to draw."""
    drawn = draw(st.lists(stories(), max_size=6))
    size = draw(st.one_of(st.integers(0, 30), st.integers(0, most))) if drawn else 0
    many = [_numbered(drawn[number % len(drawn)], number) for number in range(size)]
    sections = []
    for topic in range(draw(st.integers(1, 4))):
        taken, many = _split(many, draw(st.integers(0, size)))
        shown, rest = _split(taken, draw(st.integers(0, 12)))
        sections.append(TopicSection(f"topic{topic}", draw(texts), tuple(shown), tuple(rest)))
    last = sections[-1]
    sections[-1] = TopicSection(last.topic, last.name, last.stories, (*last.rest, *many))
    return digest(
        *sections, kind=draw(st.sampled_from(kinds)), title=draw(texts), late=draw(st.just("") | texts)
    )


def _split(items: list[DigestStory], number: int) -> tuple[list[DigestStory], list[DigestStory]]:
    return items[:number], items[number:]


def _numbered(story: DigestStory, number: int) -> DigestStory:
    """Give a copy its own web address, so that it can be found again in what was rendered."""
    from dataclasses import replace

    url = f"{story.url}#n{number}" if story.url.startswith("http") and "[" not in story.url else story.url
    return replace(story, story=f"{number:04x}", url=url)
