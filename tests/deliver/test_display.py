"""Foreign text made fit to show: one line, nothing hidden, emphasis where it belongs, addresses that stay addresses."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.deliver.display import clip, host, line, runs, web_address
from tests.standins.hostile import ADDRESSES, ranges, texts


@given(st.one_of(texts, st.text(), st.text(st.characters(categories=("Cc", "Cf", "Cs", "Zs", "Zl", "Zp")))))
def test_a_line_is_printable(text: str) -> None:
    """No control, no surrogate, no line end, no double or outer blank; cleaning twice changes nothing."""
    clean = line(text)
    assert {unicodedata.category(char) for char in clean} & {"Cc", "Cs", "Zl", "Zp"} == set()
    assert "  " not in clean
    assert clean == clean.strip() == line(clean)


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("a\u202eb\u2066c\u200f", "abc"),
        ("I\u200bR\u2060S\ufeff", "IRS"),
        ("soft\u00adhyphen", "softhyphen"),
        ("👩\u200d👩\u200d👧", "👩\u200d👩\u200d👧"),
        ("\u0645\u06cc\u200c\u062e", "\u0645\u06cc\u200c\u062e"),
        ("a\ud800b", "a\ufffdb"),
        ("e" + "\u0301" * 9, "e" + "\u0301" * 3),
        ("\x1b[2J\x1b]8;;x\x07", "[2J ]8;;x"),
        ("\n a \u00a0\u2028 b\t", "a b"),
    ],
)
def test_tricks_are_taken_out(text: str, clean: str) -> None:
    """Bidi controls and hidden letters go; the joiners that emoji and Persian need stay."""
    assert line(text) == clean


@given(st.data(), st.none() | st.integers(1, 60))
def test_runs_are_the_text(data: st.DataObject, limit: int | None) -> None:
    """Runs put together are the cleaned text, cut at the limit; what is bold was marked so."""
    text = data.draw(texts)
    bold = data.draw(ranges(text))
    pieces = runs(text, bold, limit)
    whole = "".join(piece.text for piece in pieces)
    assert len(whole) <= (limit or len(text))
    if not bold and limit is None:
        assert whole == line(text)
    marked = "".join(text[start:end] for start, end in bold)
    assert all(set(line(piece.text)) <= set(line(marked)) | {"\ufffd"} for piece in pieces if piece.bold)


def test_ranges_that_lie_are_ignored() -> None:
    """Overlapping, empty, reversed and outlying ranges change nothing."""
    assert runs("The IRS", ((4, 7), (5, 6), (3, 3), (7, 2), (6, 99))) == runs("The IRS", ((4, 7),))


@pytest.mark.parametrize(
    ("limit", "short"),
    [(99, "one two three"), (13, "one two three"), (11, "one two…"), (6, "one t…"), (1, "…"), (0, "")],
)
def test_clipping_prefers_a_word_end(limit: int, short: str) -> None:
    """Text that fits stays; what is cut ends in an ellipsis, at a word's end when one is near."""
    assert clip("one two three", limit) == short


@given(st.sampled_from(ADDRESSES) | texts | texts.map("https://a.example/".__add__))
def test_an_address_holds_nothing_that_ends_a_link(url: str) -> None:
    """Only http(s) with a host; printable ASCII without quotes, angle brackets, pipes or blanks."""
    address = web_address(url)
    if address is not None:
        assert address.lower().startswith(("http://", "https://"))
        assert address.isascii()
        assert address.isprintable()
        assert not set(address) & set("<>|\"'`{}\\^ ") - {"'"}
        assert web_address(address) == address


@pytest.mark.parametrize(
    "url", ["https:///path", "http:", "javascript:alert(1)", "//a.example/x", "https://[broken", ""]
)
def test_what_is_no_web_address_is_not_linked(url: str) -> None:
    """Without http(s) or without a host there is no link."""
    assert web_address(url) is None


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://www.news.example:8080/a", "news.example"),
        ("https://[broken/", ""),
        ("mailto:a@b", ""),
        ("", ""),
    ],
)
def test_a_host_is_shown_without_www(url: str, name: str) -> None:
    """The host to show beside a link, or nothing."""
    assert host(url) == name
