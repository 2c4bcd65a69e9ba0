"""mrkdwn: exactly three characters escaped, marks defused, nothing cut in the middle."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.deliver.display import runs
from monitor.deliver.slack import markup
from monitor.deliver.slack.limits import units
from tests.standins.digests import AT
from tests.standins.hostile import ranges, texts
from tests.standins.slack.mrkdwn import read


@given(texts, st.integers(12, 400))
def test_cut_text_is_never_broken(text: str, limit: int) -> None:
    """At any length: within the limit, no half entity, nothing live, and what is shown is the text's own beginning."""
    out = markup.plain(text, limit)
    reading = read(out)
    assert units(out) <= limit
    assert reading.broken == reading.mentions == reading.links == []


@given(st.data(), st.integers(20, 600))
def test_emphasis_keeps_the_limit(data: st.DataObject, limit: int) -> None:
    """Bold runs are balanced, and the whole stays within the limit."""
    text = data.draw(texts).replace("*", "")  # so that every asterisk is the writer's own
    out = markup.emphasised(runs(text, data.draw(ranges(text))), limit)
    assert units(out) <= limit
    assert read(out).broken == []
    assert out.count("*") % 2 == 0


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("A & B <C>", "A &amp; B &lt;C&gt;"),
        ("<!channel> now", "&lt;!channel&gt; now"),
        ("<https://evil.example|Reuters>", "&lt;https://evil.example|Reuters&gt;"),
        ("&lt;!here&gt;", "&amp;lt;!here&amp;gt;"),
        ("a*b_c", "a\u200b*\u200bb\u200b_\u200bc"),
        ("> quoted", "\u200b&gt; quoted"),
        (":fire: sale", ":\u200bfire: sale"),
        ("10:30 in court", "10:30 in court"),
        ("two\nlines\x07", "two lines"),
    ],
)
def test_foreign_text_is_only_text(text: str, shown: str) -> None:
    """Escapes are exactly Slack's three; marks, quotations and emoji names are kept from acting."""
    assert markup.plain(text, 200) == shown


@pytest.mark.parametrize(
    ("text", "bold", "shown"),
    [
        ("The IRS said", ((4, 7),), "The *IRS* said"),
        ("IRS-ICE deal", ((0, 3), (4, 7)), "*IRS*-*ICE* deal"),
        ("officers", ((2, 5),), "of\u200b*fic*\u200bers"),
        ("The IRS said", ((3, 8),), "The *IRS* said"),
        ("The IRS said", ((4, 4), (9, 99)), "The IRS said"),
    ],
)
def test_bold_stands_at_word_boundaries(text: str, bold: tuple[tuple[int, int], ...], shown: str) -> None:
    """Slack bolds only between boundaries: blanks move out of the asterisks, and a boundary is made inside a word."""
    assert markup.emphasised(runs(text, bold), 200) == shown


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("https://a.example/x|y>z w", "https://a.example/x%7Cy%3Ez%20w"),
        ("https://a.example/?a=1&b=2", "https://a.example/?a=1&amp;b=2"),
        ("https://a.example/100%25", "https://a.example/100%25"),
        ("javascript:alert(1)", None),
        ("//a.example", None),
        ("https://[a", None),
        ("https://a.example/" + "&" * 400, None),
    ],
)
def test_an_address_cannot_end_its_link(url: str, address: str | None) -> None:
    """What would close or split the link is percent-encoded; what is no web address, or too long for the text, is not linked."""
    assert markup.target(url) == address


def test_an_age_is_kept_by_slack() -> None:
    """A time is sent as Slack's own date token, with a fallback that cannot break out of it."""
    assert markup.date(AT, "<b>") == f"<!date^{int(AT.timestamp())}^{{ago}}|&lt;b&gt;>"
