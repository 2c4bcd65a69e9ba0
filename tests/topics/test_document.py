"""An article as a line of words, and the way back."""

from __future__ import annotations

from monitor.topics.document import Document

BODY = "![](https://example.org/a.jpg)\nOne two. Three four.\n- - -\nFive “six” seven.\nJane Doe contributed to this report."


def test_furniture_is_left_out() -> None:
    """Image lines, rules and contributor lines hold no words."""
    assert Document("", BODY).cased == b" One two Three four \x02 Five six seven "


def test_words_are_numbered_through_title_and_paragraphs() -> None:
    """The title comes first and a border takes a number of its own."""
    document = Document("A title", BODY)
    assert document.starts == [0, 3, 8, 11]
    assert document.zone_window("title") == (0, 3)
    assert document.zone_window("body") == (3, 11)
    assert document.body_words == 7


def test_spans_lead_back() -> None:
    """A word's place is its offset in the original text."""
    document = Document("A title", BODY)
    for word in (3, 6, 8, 9, 10):
        assert document.original(word) == document.cased_words[word]
    zone, start, end = document.span(8, 10)
    assert (zone, BODY[start:end]) == ("body", "Five “six” seven")


def test_sentences_are_windows_of_words() -> None:
    """A word belongs to the sentence it begins in."""
    assert Document("", BODY).sentence_windows(0) == [(0, 2), (2, 4)]


def test_a_line_that_ends_without_a_stop_runs_on() -> None:
    """Phrases may cross the line, but each line is still a paragraph."""
    document = Document("", "Internal Revenue\nService came.\nIt left.")
    assert document.cased == b" Internal Revenue Service came \x02 It left "
    assert document.starts == [0, 2, 5, 7]


def test_the_lead_ends_with_the_paragraph_that_begins_within_sixty_words() -> None:
    """Sixty words and the rest of their paragraph."""
    document = Document("", "\n".join(["a " * 39 + "a."] * 4))
    assert document.zone_window("lead") == (0, 82)


def test_an_empty_article_has_no_words() -> None:
    """Nothing is no error."""
    document = Document("", "")
    assert document.cased_words == []
    assert document.zone_window("body") == (0, 0)


def test_control_characters_are_no_borders() -> None:
    """The marks used inside never come from a text."""
    assert Document("", "one\x02two\x03three").cased_words == ["one", "two", "three"]


def test_capitals() -> None:
    """More than four fifths of at least eight letters."""
    document = Document("IRS TO HIRE MANY", "IRS: no.")
    assert document.shouts(0)
    assert not document.shouts(5)
