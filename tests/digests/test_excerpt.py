"""The lines under a headline: with a term in it, ended at a sentence, bold where the terms stand and nowhere else."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from monitor.digests.excerpt import LIMIT, headline, lead, merged
from monitor.models import Span


def spans(text: str, term: str) -> tuple[Span, ...]:
    """Every place of a term in a text."""
    found, at = [], text.find(term)
    while at >= 0:
        found.append(Span("body", at, at + len(term), term))
        at = text.find(term, at + 1)
    return tuple(found)


def bold(text: str, term: str, limit: int = LIMIT) -> tuple[str, list[str]]:
    """The excerpt and the pieces of it that are bold."""
    found = lead(text, spans(text, term), limit)
    return found.text, [found.text[start:end] for start, end in found.bold]


def test_the_beginning_is_shown_if_a_term_stands_in_it() -> None:
    """Whole sentences, as many as fit."""
    text = "The IRS wrote letters. Nobody answered.\n" + "A long tale follows. " * 20
    shown, pieces = bold(text.strip(), "IRS")
    assert shown.startswith("The IRS wrote letters. Nobody answered. A long tale follows.")
    assert shown.endswith(".")
    assert len(shown) <= LIMIT
    assert pieces == ["IRS"]


def test_without_a_term_there_the_first_sentence_that_has_one_is_shown() -> None:
    """What the reader asked about comes before what the paper put first."""
    text = "Spring came early this year. " * 15 + "Auditors of the IRS knocked. They left."
    assert bold(text, "IRS") == ("Auditors of the IRS knocked. They left.", ["IRS"])


def test_furniture_is_never_shown() -> None:
    """Images, rules and the line on who contributed are no sentences."""
    text = "![](https://a.example/x.jpg)\nThe IRS wrote.\n- - -\nMore came.\nJo Doe contributed to this report about the IRS."
    assert bold(text, "IRS") == ("The IRS wrote.", ["IRS"])


def test_an_item_stands_alone_and_without_its_marker() -> None:
    """List items are shown as text, one at a time."""
    text = "Three things:\n- The IRS wrote.\n- Nobody came."
    assert bold(text, "IRS", limit=20) == ("The IRS wrote.", ["IRS"])


def test_a_sentence_that_is_too_long_is_cut_at_words_around_the_term() -> None:
    """With an ellipsis at each cut, the term in view, within the limit."""
    text = "word " * 120 + "and then the IRS came " + "again " * 80 + "home."
    shown, pieces = bold(text, "IRS")
    assert shown.startswith("…word")
    assert shown.endswith("again…")
    assert len(shown) <= LIMIT
    assert pieces == ["IRS"]


def test_a_long_first_sentence_with_its_term_in_front_is_cut_behind() -> None:
    """The beginning stays."""
    shown, pieces = bold("The IRS " + "came and " * 60 + "went.", "IRS")
    assert shown.startswith("The IRS came")
    assert shown.endswith("…")
    assert pieces == ["IRS"]


def test_script_without_spaces_is_cut_too() -> None:
    """There is no word to cut at; the limit holds all the same."""
    text = "税务局" + "的" * 500
    shown, pieces = bold(text, "税务局")
    assert len(shown) == LIMIT
    assert pieces == ["税务局"]


def test_overlapping_terms_become_one_range() -> None:
    """ "IRS" and "IRS agents" at one place are one bold piece; so are terms that touch."""
    assert merged([(4, 7), (4, 14), (14, 16), (20, 22), (5, 5)]) == ((4, 16), (20, 22))


def test_a_headline_is_bold_within_its_own_length() -> None:
    """Ranges beyond the title are cut to it; spans of the body do not touch it."""
    found = headline(
        "IRS audit", [Span("title", 0, 3, "IRS"), Span("title", 4, 99, "audit"), Span("body", 1, 2, "x")]
    )
    assert found.bold == ((0, 3), (4, 9))


def test_no_text_no_excerpt() -> None:
    """A title-only item has none."""
    assert lead("", ()).text == ""


PARAGRAPH = (
    st.text(alphabet="ab .!?IRS。的", min_size=1, max_size=200)
    .map(lambda t: " ".join(t.split()))
    .filter(bool)
)


@given(st.lists(PARAGRAPH, min_size=1, max_size=6), st.integers(20, 280))
def test_bold_ranges_are_in_bounds_sorted_apart_and_on_the_terms(paragraphs: list[str], limit: int) -> None:
    """Whatever the text: at most the limit, every bold piece is made of the term, and a term that exists is shown."""
    text = "\n".join(paragraphs)
    found = lead(text, spans(text, "IRS"), limit)
    assert len(found.text) <= limit
    assert "\n" not in found.text
    last = -1
    for start, end in found.bold:
        assert last < start < end <= len(found.text)
        assert set(found.text[start:end]) <= set("IRS")
        assert "IRS" in found.text[start:end]
        last = end
    prose = [line for line in paragraphs if not line.startswith(("- ", "![]("))]
    if len(prose) == len(paragraphs) and "IRS" in text and "- - -" not in text:
        assert found.bold
