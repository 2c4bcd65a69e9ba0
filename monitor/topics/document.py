"""An article as the matcher sees it: one string of spaced words over title and paragraphs, and the way back to the original text.

Words are numbered through the whole document, title first; a paragraph border takes a number of its own, so that neither a phrase
nor a distance reaches across. Everything but the string itself is worked out only when a rule asks for it, since most documents are
of interest to no rule.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import accumulate, pairwise

from monitor.models import Article
from monitor.text import sentences
from monitor.topics.layout import (
    GAP,
    RUNS_ON,
    SKIPPED,
    Paragraph,
    blocks,
    layout,
    lines_as,
    moves,
    seed_moves,
    seed_paragraphs,
    softly_joined,
)
from monitor.topics.lazily import lazy
from monitor.topics.line import scanned
from monitor.topics.words import BORDER, SOFT, fold, places, spaced

LEAD_WORDS = 60  # paragraphs that begin within so many words are the lead
_SHOUT_LETTERS = 8  # fewer letters than this are an acronym or two, not a headline in capitals
_SHOUT_SHARE = 0.8
BORDER_BYTE, SOFT_BYTE = BORDER.encode(), SOFT.encode()
_SOFT_WORD = b" %b " % SOFT_BYTE

Window = tuple[int, int]  # word numbers, the second exclusive


class Document:
    """The words of an article, found in time linear in its length; see the module's docstring.

    `cased` and `folded` are the words between single spaces, in UTF-8, as written (accents gone) and casefolded.
    """

    def __init__(self, title: str, text: str) -> None:
        self.title = title = _without_marks(title)
        self.text = text = _without_marks(text)
        self._source_lines = text.split("\n")
        self._kinds = layout(self._source_lines)
        self._zone = "body"
        self._enter()

    @lazy
    def paragraphs(self) -> list[Paragraph]:
        """The title, if there is one, and the paragraphs of the body; furniture (images, rules, contributor lines) left out."""
        lines, kinds = self._source_lines, self._kinds
        body = blocks(lines) if kinds is None else seed_paragraphs(kinds, lines)
        return [Paragraph("title", 0, len(self.title)), *body] if self.title else list(body)

    def _enter(self) -> None:
        joined = self._joined()
        self._line = line = scanned(joined)
        if line is not None:
            self.cased, self._marked = line.words, b""
        else:
            self._marked = self.cased = spaced(joined)
            while _SOFT_WORD in self.cased:  # more than once where a line between two has no words
                self.cased = self.cased.replace(_SOFT_WORD, b" ")
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
        document.paragraphs, document._kinds, document._zone = lines_as(zone, document.text), None, zone
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
        if self._line is None:
            return self._counted_starts()
        words = len(self._line.starts)
        return [0, *self._line.begins, words] if words else [0] * (len(self.paragraphs) + 1)

    def _counted_starts(self) -> list[int]:
        found, at = [], 0
        for block in self._marked.split(BORDER_BYTE):
            for line in block.split(SOFT_BYTE):
                found.append(at)
                at += max(0, line.count(b" ") - 1)
            at += 1
        return [*found[: len(self.paragraphs)], at - 1]

    @lazy
    def _moves(self) -> list[int]:
        """How far each paragraph is from where it begins in the text that the line was made from."""
        if self._kinds is None:
            return moves(self.paragraphs)
        return seed_moves(self.title, self._kinds, self._source_lines)

    def word_at(self, end: int, *, cased: bool) -> int:
        """Return the number of the word in which a hit ends that ends at byte `end`: in its letters, or in the space behind."""
        return bisect_right(self.cased_offsets if cased else self.offsets, end - 1) - 1

    @lazy
    def offsets(self) -> Sequence[int]:
        """Where each word begins in the folded line, in bytes."""
        return _offsets(self.folded) if self._line is None else self._line.offsets

    @lazy
    def cased_offsets(self) -> Sequence[int]:
        """Where each word begins in the cased line, in bytes."""
        return self.offsets if self.folded.isascii() else _offsets(self.cased)

    @property
    def title_ends(self) -> tuple[int, int]:
        """Where the title ends in the folded and in the cased line, in bytes; 0 if there is none."""
        if not self.title:
            return 0, 0
        ends = (line.find(BORDER_BYTE) for line in (self.folded, self.cased))
        folded, cased = (end if end >= 0 else len(self.folded) + len(self.cased) for end in ends)
        return folded, cased

    def paragraph_of(self, word: int) -> int:
        """Return the index of the paragraph that word `word` stands in."""
        return bisect_right(self.starts, word) - 1

    def paragraph_window(self, index: int) -> Window:
        """Return the words of a paragraph."""
        start, end = self.starts[index : index + 2]
        last = index + 2 == len(self.starts)
        return start, end if last or self._runs_on(index) else end - 1

    def _runs_on(self, index: int) -> bool:
        """Tell whether a phrase may reach from a paragraph into the next: then no border stands between."""
        return self._softly and self.paragraphs[index].runs_on

    @lazy
    def _softly(self) -> bool:
        return self._kinds is not None and RUNS_ON in self._kinds

    @lazy
    def first_body(self) -> int:
        """The index of the first paragraph that is not the title."""
        return 1 if self.title else 0

    @lazy
    def body_words(self) -> int:
        """How many words the body has, the borders between its paragraphs not counted."""
        body, end = self.zone_window("body")
        softly = self._kinds.count(RUNS_ON) if self._kinds is not None else 0
        return max(0, end - body - (self.body_paragraphs - 1 - softly))

    def zone_window(self, zone: str) -> Window:
        """Return the words of `title`, `body` or `lead` (paragraphs that begin within the first 60 words)."""
        return self._zone_windows[zone]

    @lazy
    def _zone_windows(self) -> dict[str, Window]:
        starts = self.starts
        body = starts[min(self.first_body, len(starts) - 1)]
        return {"title": (0, body), "body": (body, starts[-1]), "lead": (body, self._lead_end)}

    @lazy
    def _lead_end(self) -> int:
        seen = 0
        for index in range(self.first_body, len(self.starts) - 1):
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
            self._places[index] = self._find_places(index)
        return self._places[index]

    def _find_places(self, index: int) -> list[tuple[int, int]]:
        if self._line is None:
            paragraph = self.paragraphs[index]
            return [
                (paragraph.start + start, paragraph.start + end)
                for start, end in places(self.source(paragraph))
            ]
        words, move = slice(*self.paragraph_window(index)), self._moves[index]
        return [
            (start + move, end + move)
            for start, end in zip(self._line.starts[words], self._line.ends[words], strict=True)
        ]

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
        begins, line = self.starts, self._line
        head = tail = bisect_right(begins, first) - 1
        if last >= begins[head + 1]:
            tail = bisect_right(begins, last) - 1
        zone = "title" if head < self.first_body else self._zone
        if line is None:
            start, end = self.places(head)[first - begins[head]], self.places(tail)[last - begins[tail]]
            return zone, start[0], end[1]
        moves = self._moves
        return zone, line.starts[first] + moves[head], line.ends[last] + moves[tail]

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


def _offsets(line: bytes) -> list[int]:
    """Return where each word of a line begins, in bytes."""
    sizes = [len(word) + 1 for word in line.split(b" ")[1:-1]]
    return list(accumulate(sizes[:-1], initial=1)) if sizes else []


def _is_shouted(text: str) -> bool:
    upper = sum(map(str.isupper, text))
    cased = upper + sum(map(str.islower, text))
    return cased >= _SHOUT_LETTERS and upper > _SHOUT_SHARE * cased


def _without_marks(text: str) -> str:
    """Return the text without the two control characters that mark paragraphs here; one for one."""
    if BORDER in text or SOFT in text:
        return text.replace(BORDER, " ").replace(SOFT, " ")
    return text
