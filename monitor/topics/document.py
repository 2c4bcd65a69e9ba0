"""An article as the matcher sees it: one string of spaced words over title and paragraphs, and the way back to the original text.

Words are numbered through the whole document, title first; a paragraph border takes a number of its own, so that neither a phrase
nor a distance reaches across. Everything but the string itself is worked out only when a rule asks for it, since most documents are
of interest to no rule.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from itertools import accumulate, pairwise

from monitor.models import Article
from monitor.text import sentences
from monitor.topics.checkpoints import BORDER_BYTE, LONG, borders, closer
from monitor.topics.layout import (
    GAP,
    RUNS_ON,
    SKIPPED,
    Paragraph,
    blocks,
    layout,
    lines_as,
    seed_paragraphs,
    softly_joined,
)
from monitor.topics.lazily import lazy
from monitor.topics.words import BORDER, SOFT, blanked, fold, nth_word, places, spaced_and_even

LEAD_WORDS = 60  # paragraphs that begin within so many words are the lead
_SHOUT_LETTERS = 8  # fewer letters than this are an acronym or two, not a headline in capitals
_SHOUT_SHARE = 0.8
SOFT_BYTE = SOFT.encode()
_MARKS = re.compile(b"[%b%b]" % (BORDER_BYTE, SOFT_BYTE))
_SOFT_WORD = b" %b " % SOFT_BYTE

Window = tuple[int, int]  # word numbers, the second exclusive


class Document:
    """The words of an article, found in time linear in its length; see the module's docstring.

    `cased` and `folded` are the words between single spaces, in UTF-8, as written (accents gone) and casefolded. `even` is the line
    they were made from if every character of the original has one in it, else None.
    """

    def __init__(self, title: str, text: str) -> None:
        self.title = title = _without_marks(title)
        self.text = text = _without_marks(text)
        self._source_lines = text.split("\n")
        self._kinds = layout(self._source_lines)
        self._enter()

    @lazy
    def paragraphs(self) -> list[Paragraph]:
        """The title, if there is one, and the paragraphs of the body; furniture (images, rules, contributor lines) left out."""
        return list(self.stretches())

    def stretches(self) -> Iterator[Paragraph]:
        """Yield the paragraphs one by one, for those who need only the first of them."""
        if self.title:
            yield Paragraph("title", 0, len(self.title))
        lines = self._source_lines
        yield from blocks(lines) if self._kinds is None else seed_paragraphs(self._kinds, lines)

    def _enter(self) -> None:
        marked, self.even = spaced_and_even(self._joined())
        self._marked = marked
        while _SOFT_WORD in marked:  # more than once where a line between two has no words
            marked = marked.replace(_SOFT_WORD, b" ")
        self.cased = marked
        self.folded = fold(self.cased)

    @classmethod
    def of(cls, article: Article) -> Document:
        """Return the document of an article's title and seed text."""
        return cls(article.title, article.text)

    @classmethod
    def of_fields(cls, zone: str, values: tuple[str, ...]) -> Document:
        """Return a document of metadata values, each its own paragraph of zone `zone`."""
        document = cls("", "")
        document.text = "\n".join(_without_marks(value).replace("\n", " ") for value in values)
        document.paragraphs, document._kinds = lines_as(zone, document.text), None
        document._enter()
        return document

    def _joined(self) -> str:
        """Return title and paragraphs in one string, borders marked."""
        kinds = self._kinds
        if kinds is None:
            return GAP.join(map(self.source, self.paragraphs))
        lines = self._source_lines
        if not all(kinds):
            lines = [line for line, kind in zip(lines, kinds, strict=True) if kind]
            kinds = [kind for kind in kinds if kind]
        body = softly_joined(lines, kinds) if RUNS_ON in kinds else GAP.join(lines)
        return f"{self.title}{GAP}{body}" if self.title and lines else self.title or body

    def source(self, paragraph: Paragraph) -> str:
        """Return the original text of a paragraph."""
        return (self.title if paragraph.zone == "title" else self.text)[paragraph.start : paragraph.end]

    @lazy
    def body_paragraphs(self) -> int:
        """How many paragraphs the body has."""
        kinds = self._kinds
        return len(self.paragraphs) - self.first_body if kinds is None else len(kinds) - kinds.count(SKIPPED)

    def gaps(self) -> Iterator[tuple[int, int]]:
        """Yield for each paragraph of an `even` document where in the line the space behind its last word is, and the one before the
        next paragraph's first; where a line runs on that is the same space, since phrases reach over it."""
        removed = 0
        for mark in _MARKS.finditer(self._marked):
            at = mark.start() - removed
            runs_on = mark[0] == SOFT_BYTE
            yield at - 1, at - 1 if runs_on else at + 1
            removed += 2 * runs_on
        yield len(self.folded) - 1, len(self.folded)

    # ── words and paragraphs by number ──────────────────────────────────────────────────────────────────────────────────────────
    @lazy
    def cased_words(self) -> list[str]:
        """Every word, case kept; paragraph borders count as words."""
        return self.cased.decode().split()

    @lazy
    def folded_words(self) -> list[str]:
        """Every word, casefolded; paragraph borders count as words."""
        return self.folded.decode().split()

    @lazy
    def starts(self) -> list[int]:
        """The number of the first word of each paragraph, and one past the last word at the end."""
        if SOFT_BYTE in self._marked:
            return self._starts_by_line()
        offsets, numbers = self._borders
        return [
            *numbers[: len(self.paragraphs)],
            self.folded.count(b" ", offsets[-1]) + numbers[-1] - 1,
        ]

    def _starts_by_line(self) -> list[int]:
        found, at = [], 0
        for block in self._marked.split(BORDER_BYTE):
            for line in block.split(SOFT_BYTE):
                found.append(at)
                at += max(0, line.count(b" ") - 1)
            at += 1
        return [*found[: len(self.paragraphs)], at - 1]

    def word_at(self, end: int, *, cased: bool) -> int:
        """Return the number of the word in which a hit ends that ends at byte `end`: the spaces before its last byte, less one."""
        text, (offsets, numbers) = (
            (self.cased, self._cased_checkpoints) if cased else (self.folded, self._checkpoints)
        )
        at = bisect_right(offsets, end - 1) - 1
        return numbers[at] + text.count(b" ", offsets[at], end - 1) - 1

    @property
    def title_ends(self) -> tuple[int, int]:
        """Where the title ends in the folded and in the cased line, in bytes; 0 if there is none."""
        if not self.title:
            return 0, 0
        ends = (line.find(BORDER_BYTE) for line in (self.folded, self.cased))
        folded, cased = (end if end >= 0 else len(self.folded) + len(self.cased) for end in ends)
        return folded, cased

    @lazy
    def _borders(self) -> tuple[list[int], list[int]]:
        return borders(self.folded)

    @lazy
    def _checkpoints(self) -> tuple[list[int], list[int]]:
        return closer(self.folded, *self._borders)

    @lazy
    def _cased_checkpoints(self) -> tuple[list[int], list[int]]:
        return self._checkpoints if self.folded.isascii() else closer(self.cased, *borders(self.cased))

    def paragraph_of(self, word: int) -> int:
        """Return the index of the paragraph that word `word` stands in."""
        return max(0, bisect_right(self.starts, word, 0, len(self.paragraphs)) - 1)

    def paragraph_window(self, index: int) -> Window:
        """Return the words of a paragraph."""
        end = self.starts[index + 1]
        last = index + 1 == len(self.paragraphs)
        return self.starts[index], end if last or self.paragraphs[index].runs_on else end - 1

    @lazy
    def first_body(self) -> int:
        """The index of the first paragraph that is not the title."""
        return 1 if self.paragraphs and self.paragraphs[0].zone == "title" else 0

    @lazy
    def body_words(self) -> int:
        """How many words the body has: a space before each, and one at the end of each block that stands between borders."""
        if self.body_paragraphs == 0:
            return 0
        begins = self.folded.find(BORDER_BYTE) + 1 if self.title else 0
        blocks = self.body_paragraphs - (self._kinds.count(RUNS_ON) if self._kinds is not None else 0)
        return max(0, self.folded.count(b" ", begins) - blocks)

    def zone_window(self, zone: str) -> Window:
        """Return the words of `title`, `body` or `lead` (paragraphs that begin within the first 60 words)."""
        return self._zone_windows[zone]

    @lazy
    def _zone_windows(self) -> dict[str, Window]:
        starts = self.starts
        body = starts[self.first_body] if self.first_body < len(self.paragraphs) else starts[-1]
        return {"title": (0, body), "body": (body, starts[-1]), "lead": (body, self._lead_end)}

    @lazy
    def _lead_end(self) -> int:
        seen = 0
        for index in range(self.first_body, len(self.paragraphs)):
            if seen >= LEAD_WORDS:
                return self.starts[index]
            start, end = self.paragraph_window(index)
            seen += end - start
        return self.starts[-1]

    # ── back to the original ────────────────────────────────────────────────────────────────────────────────────────────────────
    @lazy
    def _places(self) -> dict[int, list[tuple[int, int]]]:
        return {}

    def places(self, index: int) -> list[tuple[int, int]]:
        """Return where the words of a paragraph stand, as offsets into the title or the seed text."""
        if index not in self._places:
            paragraph = self.paragraphs[index]
            base = paragraph.start
            self._places[index] = [
                (base + start, base + end) for start, end in places(self.source(paragraph))
            ]
        return self._places[index]

    def words_over(self, index: int, start: int, end: int) -> tuple[int, int] | None:
        """Return the first and last word that a stretch of a paragraph touches, or the one before it twice if it touches none."""
        starts, ends = self._edges(index)
        if not starts:
            return None
        first, last = bisect_right(ends, start), bisect_left(starts, end) - 1
        if last < first:
            first = last = max(0, last)
        return self.starts[index] + first, self.starts[index] + last

    def _edges(self, index: int) -> tuple[list[int], list[int]]:
        """Return where the words of a paragraph start and where they end."""
        if index not in self._edge_cache:
            found = self.places(index)
            self._edge_cache[index] = [start for start, _ in found], [end for _, end in found]
        return self._edge_cache[index]

    @lazy
    def _edge_cache(self) -> dict[int, tuple[list[int], list[int]]]:
        return {}

    def span(self, first: int, last: int) -> tuple[str, int, int]:
        """Return zone, start and end of the words `first` to `last` in the original."""
        head, start, end = self._place(first)
        return self.paragraphs[head].zone, start, end if last == first else self._place(last)[2]

    def _place(self, word: int) -> tuple[int, int, int]:
        """Return the paragraph of a word, and its start and end in the original."""
        index = self.paragraph_of(word)
        number = word - self.starts[index]
        paragraph = self.paragraphs[index]
        if self.even is None or paragraph.end - paragraph.start > LONG or index in self._places:
            return index, *self.places(index)[number]
        start, end = self.word_in(self._lines(index), index, number)
        return index, paragraph.start + start, paragraph.start + end

    def word_in(self, line: bytes, index: int, number: int) -> tuple[int, int]:
        """Return where in a paragraph, given in words and spaces, its word of that number stands."""
        start, end = nth_word(line, number)
        return start, self._with_dot(index, start, end) if line.find(b".", start, end) >= 0 else end

    def _with_dot(self, index: int, start: int, end: int) -> int:
        """Return the end of a word with the last full stop of a dotted one, as `places` does."""
        source = self.source(self.paragraphs[index])
        dotted = (
            end - start > 2
            and source[end - 2] == "."
            and source[end - 1].isalpha()
            and source[end : end + 1] == "."
        )
        return end + dotted

    @lazy
    def _line_cache(self) -> dict[int, bytes]:
        return {}

    def _lines(self, index: int) -> bytes:
        """Return a paragraph in words and spaces, one for one."""
        if index not in self._line_cache:
            start, end = self._joints[index], self._joints[index + 1] - len(GAP)
            self._line_cache[index] = blanked(self.even[start:end]) if self.even is not None else b""
        return self._line_cache[index]

    @lazy
    def _joints(self) -> list[int]:
        """Where each paragraph begins in the even line, and where one after the last would."""
        sizes = (paragraph.end - paragraph.start + len(GAP) for paragraph in self.paragraphs)
        return list(accumulate(sizes, initial=1))

    def original(self, word: int) -> str:
        """Return one word as the article writes it."""
        zone, start, end = self.span(word, word)
        return (self.title if zone == "title" else self.text)[start:end]

    # ── sentences ───────────────────────────────────────────────────────────────────────────────────────────────────────────────
    @lazy
    def _sentences(self) -> dict[int, list[Window]]:
        return {}

    def sentence_windows(self, index: int) -> list[Window]:
        """Return the sentences of a paragraph as windows of words; a word belongs to the sentence it begins in."""
        if index not in self._sentences:
            self._sentences[index] = self._split(index)
        return self._sentences[index]

    def _split(self, index: int) -> list[Window]:
        paragraph, first = self.paragraphs[index], self.starts[index]
        source = self.source(paragraph).replace("\n", " ")
        begins = [start - paragraph.start for start, _ in self.places(index)]
        bounds = [bisect_right(begins, start - 1) for start, _ in sentences(source)]
        bounds = [0, *bounds[1:], len(begins)]
        return [(first + start, first + end) for start, end in pairwise(bounds) if end > start]

    def sentence_of(self, word: int) -> Window:
        """Return the sentence that word `word` stands in."""
        windows = self.sentence_windows(self.paragraph_of(word))
        at = bisect_right(windows, (word, self.starts[-1] + 1)) - 1
        return windows[at] if at >= 0 and word < windows[at][1] else (word, word + 1)

    # ── capitals ────────────────────────────────────────────────────────────────────────────────────────────────────────────────
    @lazy
    def _shouting(self) -> dict[int, bool]:
        return {}

    def shouts(self, word: int) -> bool:
        """Tell whether a word stands in a headline all in capitals, where an acronym cannot be told from a word."""
        return self.shouts_in(self.paragraph_of(word))

    def shouts_in(self, index: int) -> bool:
        """Tell whether a paragraph is a headline all in capitals."""
        if index not in self._shouting:
            self._shouting[index] = _is_shouted(self.source(self.paragraphs[index]))
        return self._shouting[index]


def _is_shouted(text: str) -> bool:
    upper = sum(map(str.isupper, text))
    cased = upper + sum(map(str.islower, text))
    return cased >= _SHOUT_LETTERS and upper > _SHOUT_SHARE * cased


def _without_marks(text: str) -> str:
    """Return the text without the two control characters that mark paragraphs here; one for one."""
    if BORDER in text or SOFT in text:
        return text.replace(BORDER, " ").replace(SOFT, " ")
    return text
