"""Hygiene and sentences: what every stored text obeys, whatever was published."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.text import clean, count_words, sentences, words


def split(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text)]


@given(st.text())
def test_clean_is_idempotent(text: str) -> None:
    """Cleaning a clean text changes nothing, so that hygiene may be applied at every edge."""
    assert clean(clean(text)) == clean(text)


@pytest.mark.parametrize(
    ("published", "kept"),
    [
        ("I\u200bRS and U\u00adN", "IRS and UN"),
        ("a\u00a0b\u2003c\u3000d\te\nf", "a b c d e f"),
        ("\ufeff \u201cquoted\u201d \u2014 \u2026 ", "\u201cquoted\u201d \u2014 \u2026"),
        ("cafe\u0301", "caf\u00e9"),
        ("\u202eabc\u202c\u2066d\u2069", "abcd"),
        (
            "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645 \U0001f469\u200d\U0001f4bb",
            "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645 \U0001f469\u200d\U0001f4bb",
        ),
        ("nul\x00 and bell\x07 and \x9fC1", "nul and bell and C1"),
        ("lone \ud800 surrogate", "lone surrogate"),
    ],
)
def test_clean_removes_what_cannot_be_seen_and_keeps_typography(published: str, kept: str) -> None:
    """Invisible letters vanish, spaces become one kind; quotes, dashes, ZWNJ and ZWJ stay as published."""
    assert clean(published) == kept


@pytest.mark.parametrize(
    "expected",
    [
        ["Mr. Doe met Dr. Roe at 5 p.m. in Springfield.", "They left early."],
        ["The U.S. Treasury bought bonds.", "It paid cash in the U.S.", "The dollar rose."],
        ["J. R. Smith won.", "“Why?” she asked.", "Nobody knew!", "See No. 5 for more…", "Then stop."],
        ["Prices rose 3.5 percent vs. 2.1 percent at Acme Corp. in May.", "“It hurts.”", "He said so."],
        ["Am 5. Mai tagt der Rat.", "Das kostet ca. 3 Mio. Euro, z.B. für Straßen.", "Danach ist Schluss."],
        ["今日は晴れです。", "明日は雨でしょう。", "「本当ですか？」", "はい。"],
        ["वह घर गया।", "फिर सो गया।"],
        ["هل وصل القطار؟", "نعم وصل."],
    ],
)
def test_sentences_end_where_a_reader_would_end_them(expected: list[str]) -> None:
    """Abbreviations, initials, ordinals and quotes do not end a sentence; the stops of other scripts do."""
    joiner = "" if "今日" in expected[0] else " "
    assert split(joiner.join(expected)) == expected


def test_a_line_break_ends_a_sentence() -> None:
    """Paragraphs are lines: no sentence spans two of them, with or without a full stop."""
    assert split("A heading\nIt said so. Yes\n") == ["A heading", "It said so.", "Yes"]


@given(st.text(alphabet=st.sampled_from('aB .!?\n"“”。1Mr')))
def test_sentences_are_ordered_and_lose_only_space(text: str) -> None:
    """The spans are sorted, disjoint, without outer space, and together hold every visible character."""
    spans = sentences(text)
    assert list(spans) == sorted(spans)
    assert all(first[1] <= second[0] for first, second in itertools.pairwise(spans))
    assert "".join("".join(text[a:b] for a, b in spans).split()) == "".join(text.split())


def test_words_are_counted_in_any_script() -> None:
    """Two ideographs count as one word; other scripts count runs of letters and digits."""
    assert words("The U.S. 10%") == ["the", "u", "s", "10"]
    assert count_words("one two three") == 3
    assert count_words("東京都の天気 ok") == 4
