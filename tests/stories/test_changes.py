"""What changed in an article, and whether its readers have to be told."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.models import Article, Completeness
from monitor.stories.changes import Change, differences, material_change

TEXT = (
    "The ministry said 87,000 people had been moved to higher ground. Mr. Smith was found guilty on Monday.\n"
    "The court in Arnsfeld will meet again in spring. “We are tired,” a neighbor said.\n"
    "Boats are on their way to the islands, and the army has sent engineers with pumps and bridges."
)
OLD = Article(TEXT, title="Thousands moved as river rises")


def told(old: str = "", new: str = "", *, append: str = "", title: str = "") -> str:
    """The answer when `old` is replaced by `new` in the text, or a paragraph is appended, or the headline changed."""
    assert old in TEXT
    text = (TEXT.replace(old, new) if old else TEXT) + (f"\n{append}" if append else "")
    return material_change(OLD, replace(OLD, text=text, title=title or OLD.title))


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("87,000", "80,000", "87,000 -> 80,000"),
        ("was found guilty", "was found not guilty", "guilty -> not guilty"),
        ("Mr. Smith", "Mr. Jones", "Smith -> Jones"),
        ("Arnsfeld", "Kingsbridge", "Arnsfeld -> Kingsbridge"),
        ("will meet", "will not meet", "meet -> not meet"),
    ],
)
def test_a_number_a_name_or_a_negation_is_told_as_what_became_of_it(
    old: str, new: str, expected: str
) -> None:
    """Old and new, and nothing else."""
    assert told(old, new) == expected


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("87,000", "87.000"),  # another way to write the same number
        ("Smith", "Smyth"),  # a spelling mended
        ("“We are tired,”", '"We are tired,"'),
        ("tired", "weary"),
        (".\nThe court", ". The court"),  # paragraphs joined
        ("and the army has sent", "and the army sent"),
    ],
)
def test_style_spelling_and_wrapping_are_not_told(old: str, new: str) -> None:
    """Nobody has to read these again."""
    assert told(old, new) == ""


@pytest.mark.parametrize(
    "line",
    [
        "Correction: An earlier version of this article misstated the number of people moved.",
        "CORRECTION (Nov. 24): The court is in Arnsfeld.",
        "An earlier version of this story named the wrong minister.",
        "This article was amended on 24 November to say where the court is.",
        "Editor’s note: The neighbor’s name has been removed.",
        "Clarification: The pumps belong to the army.",
        "Retraction: The report could not be confirmed.",
        "Korrektur: In einer früheren Fassung stand eine falsche Zahl.",
        "Fe de errores: el tribunal está en Arnsfeld.",
        "Rectificatif : le tribunal se trouve à Arnsfeld.",
        "更正：此前报道的人数有误。",
    ],
)
def test_an_appended_correction_is_recognised_by_its_words(line: str) -> None:
    """Whatever its length, in any of the languages known."""
    assert told(append=line).startswith("correction appended: “")


def test_a_report_that_mentions_correction_is_none() -> None:
    """The word must open the paragraph, or the phrase be one that papers use of themselves."""
    assert told("will meet again in spring", "will meet again in the correction center") == ""


def test_much_new_or_lost_text_is_told_with_its_beginning() -> None:
    """From 40 words or a fifth of the text; a short addition is not."""
    addition = "The governor came by helicopter in the evening and promised money for the repair of the dam and of two bridges."
    assert told(append=addition).startswith("21 words added: “The governor came")
    assert told(
        "Boats are on their way to the islands, and the army has sent engineers with pumps and bridges.", ""
    ).startswith("18 words removed" if len(TEXT.split()) < 60 else "1")
    assert told(append="It rained.") == ""


def test_another_headline_is_told() -> None:
    """With few words of the old, or other numbers; not when it is only polished."""
    assert told(title="Dam holds, minister says").startswith(
        "headline: “Thousands moved as river rises” -> “Dam holds"
    )
    assert told(title="Thousands moved as the river rises") == ""
    assert told(title="Thousands moved as rivers rise") == ""


def test_a_number_changed_in_the_headline_and_the_text_is_told_once() -> None:
    """ "41 -> 63" says it all."""
    old = replace(OLD, title="Agents detain 41 workers at plant", text="Agents held 41 workers at the plant.")
    new = replace(OLD, title="Agents detain 63 workers at plant", text="Agents held 63 workers at the plant.")
    assert material_change(old, new) == "41 -> 63"


def test_time_stamps_images_and_credits_are_not_text() -> None:
    """They change all day."""
    assert told(append="Updated 10:32 a.m.") == ""
    assert material_change(OLD, replace(OLD, text=f"![](https://a.example/7.jpg)\n{TEXT}")) == ""


def test_another_completeness_is_no_change() -> None:
    """The teaser became the article; nothing was altered."""
    teaser = replace(OLD, text="The ministry said 80,000 people.", completeness=Completeness.TEASER)
    assert material_change(teaser, OLD) == ""


def test_many_details_are_counted() -> None:
    """Three are told, the rest numbered; the answer stays short."""
    old = replace(
        OLD, text="\n".join(f"In town number {n} there were {n}00 guests at the inn." for n in range(10, 30))
    )
    new = replace(old, text=old.text.replace("00 guests", "50 guests"))
    change = material_change(old, new)
    assert change == "1000 -> 1050; 1100 -> 1150; 1200 -> 1250; 17 more details changed"


def test_differences_pair_sentences_across_paragraphs() -> None:
    """A sentence that moved is none; one in another form is paired with its old one."""
    assert differences(
        "A first one here.\nA second one there.", "A second one there. A first one now here."
    ) == (Change("A first one here.", "A first one now here."),)


PIECES = st.lists(st.sampled_from([*TEXT.split(" "), "not", "12", "Correction:", "\n"]), max_size=60).map(
    " ".join
)


@given(PIECES, PIECES)
def test_no_change_no_word_and_never_too_long(old: str, new: str) -> None:
    """A text against itself is silent; against any other the answer is short, and the function never fails."""
    assert material_change(Article(old), Article(old)) == ""
    assert len(material_change(Article(old), Article(new))) <= 400


def test_a_rewritten_live_blog_costs_little() -> None:
    """Thousands of new sentences are compared in bounds."""
    old = Article("\n".join(f"Entry {n} tells of cause {n * 7} in town {n % 13}." for n in range(3000)))
    new = Article("\n".join(f"Item {n} speaks about effect {n * 5} at place {n % 17}." for n in range(3000)))
    assert len(material_change(old, new)) <= 400
