"""The compiled pass over a text: it says what the Python one says, word by word and place by place."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.topics import document as document_module
from monitor.topics.document import Document
from monitor.topics.glue import BORDER, ELISIONS, SOFT
from monitor.topics.line import COMPILED, Line, scanned
from monitor.topics.words import CODE_PAGE, places, spaced

needs_compiled = pytest.mark.skipif(
    not COMPILED,
    reason="monitor.topics._scan was not compiled: install a C compiler (gcc), then the package again",
)
PIECES = [
    *" '.,&+#-/’“—é\xa0\x00\x01\x1f\x7f",
    *"aAsS19lLdC",
    "'s",
    "U.S.",
    "C++",
    "AT&T",
    "1,5",
    "jusqu",
    "a" * 61,
]
MARKS = [f" {BORDER} ", f" {SOFT} "]  # never but between spaces
texts = st.lists(st.sampled_from(PIECES), max_size=40).map("".join)
marked = st.lists(st.sampled_from(PIECES + MARKS), max_size=40).map("".join)


def line_of(text: str) -> Line:
    line = scanned(text)
    assert line is not None, f"the code page should have every character of {text!r}"
    return line


def is_soft(text: str, place: tuple[int, int]) -> bool:
    return text[slice(*place)] == SOFT


def in_python(text: str) -> tuple[bytes, list[tuple[int, int]]]:
    """Return the words and their places as the Python half finds them, marks of lines that run on left out."""
    words = spaced(text)
    while f" {SOFT} ".encode() in words:
        words = words.replace(f" {SOFT} ".encode(), b" ")
    return words, [place for place in places(text) if not is_soft(text, place)]


@needs_compiled
@given(marked)
def test_words_and_places_are_those_of_the_python_half(text: str) -> None:
    """Whatever signs meet: the same words, at the same places."""
    line = line_of(text)
    assert (line.words, list(zip(line.starts, line.ends, strict=True))) == in_python(text)


@needs_compiled
@given(marked)
def test_offsets_lead_into_the_line(text: str) -> None:
    """An offset is where the word begins in the line."""
    line = line_of(text)
    begins = [at + 1 for at, byte in enumerate(line.words[:-1]) if byte == ord(" ")]
    assert list(line.offsets) == begins


@needs_compiled
@given(st.lists(texts, min_size=1, max_size=6), st.data())
def test_every_mark_says_which_word_follows(parts: list[str], data: st.DataObject) -> None:
    """Behind a border, that of the next paragraph; behind a line that runs on, the next word."""
    marks = data.draw(
        st.lists(st.sampled_from([BORDER, SOFT]), min_size=len(parts) - 1, max_size=len(parts) - 1)
    )
    text = parts[0] + "".join(f" {mark} {part}" for mark, part in zip(marks, parts[1:], strict=True))
    counts = [len(spaced(part).split()) for part in parts]
    wanted, number = [], 0
    for mark, count in zip(marks, counts, strict=False):
        number += count + (mark == BORDER)
        wanted.append(number)
    assert list(line_of(text).begins) == wanted


@needs_compiled
@pytest.mark.parametrize("length", [0, 1, 7, 8, 9, 62, 63, 64, 65, 127, 128, 129, 4_096])
@pytest.mark.parametrize("piece", ["a", "a ", "ab's ", "U.S. ", "+", "’", "é", f" {BORDER} ", f"a {SOFT} "])
def test_no_length_is_special(piece: str, length: int) -> None:
    """Words, signs and marks that end with the text, or stand where the pass goes from one block to the next."""
    for shift in range(9):
        text = ("b" * shift + piece * length)[:length]
        line = line_of(text)
        assert (line.words, list(zip(line.starts, line.ends, strict=True))) == in_python(text)


@needs_compiled
def test_every_character_of_the_code_page_is_what_python_takes_it_for() -> None:
    """Alone, between letters, before and behind one."""
    for code in range(len(CODE_PAGE)):
        for text in (chr(code), f"a{chr(code)}b", f"a{chr(code)} b", f"a {chr(code)}b"):
            line = scanned(text)
            assert line is None or line.words == in_python(text)[0], f"U+{code:04X} in {text!r}"
            assert (line is None) == (CODE_PAGE[code] == 0)


@needs_compiled
@pytest.mark.parametrize("text", ["日本", "Привет", "😀", "a\u0301", "ß", "\U0010ffff"])
def test_other_texts_are_left_to_python(text: str) -> None:
    """A character that no one character of ASCII stands for is not the compiled pass's business."""
    assert scanned(f"before {text} behind") is None


@needs_compiled
def test_arguments_are_checked() -> None:
    """It reads only what it was given: texts, tables, nothing else."""
    from monitor.topics._scan import scan

    for arguments in (
        (b"bytes", CODE_PAGE, ELISIONS),
        ("text", "page", ELISIONS),
        ("text", CODE_PAGE, b"a\0b"),
        ("text",),
    ):
        with pytest.raises((TypeError, ValueError)):
            scan(*arguments)  # type: ignore[arg-type]
    assert scan("text", b"", ELISIONS) is None


def told(document: Document) -> list[object]:
    """Return all that the rest of the package asks of a document."""
    words = [at for at, word in enumerate(document.cased_words) if word != BORDER]
    at = [document.word_at(offset + 1, cased=False) for offset in document.offsets]
    indexes = range(len(document.paragraphs))
    return [
        document.cased,
        document.folded,
        document.starts,
        document.body_words,
        [document.zone_window(zone) for zone in ("title", "body", "lead")],
        [document.paragraph_window(index) for index in indexes],
        [document.places(index) for index in indexes],
        [document.sentence_windows(index) for index in indexes],
        at,
        [document.paragraph_of(word) for word in words],
        [document.span(first, last) for first in words for last in words if first <= last < first + 3],
        document.title_ends,
    ]


@needs_compiled
@given(
    texts,
    st.lists(st.sampled_from([*PIECES, *"\n\n\n", ".\n", "- a\n", "![](b)\n", "- - -\n"]), max_size=60).map(
        "".join
    ),
)
def test_a_document_is_the_same_without_the_compiled_pass(title: str, text: str) -> None:
    """Every question that a rule asks has one answer."""
    compiled = told(Document(title, text))
    assert compiled == told(without_compiled_pass(lambda: Document(title, text)))


@needs_compiled
@given(st.lists(texts, max_size=4))
def test_so_are_the_documents_of_fields(values: list[str]) -> None:
    """Fields are documents too, of one zone."""
    compiled = told(Document.of_fields("author", tuple(values)))
    assert compiled == told(without_compiled_pass(lambda: Document.of_fields("author", tuple(values))))


def without_compiled_pass(make: Callable[[], Document]) -> Document:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(document_module, "scanned", lambda text: None)
        return make()
