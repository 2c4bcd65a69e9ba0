"""An article as the matcher sees it: one string of spaced words over title and paragraphs, and the way back to the original text.

Words are numbered through the whole document, title first; a paragraph border takes a number of its own, so that neither a phrase
nor a distance reaches across. Everything but the string itself is worked out only when a rule asks for it, since most documents are
of interest to no rule.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from monitor.models import Article
from monitor.seed import RULE, is_contributor_line
from monitor.text import sentences
from monitor.topics.words import BORDER, SOFT, fold, places, spaced

LEAD_WORDS = 60  # paragraphs that begin within so many words are the lead
_SHOUT_LETTERS = 8  # fewer letters than this are an acronym or two, not a headline in capitals
_SHOUT_SHARE = 0.8
_STOPS = ".!?…:;。！？؟।"
_CLOSERS = "\"'”’»›)]』」"
# A line that names none of these cannot be a contributor line; spares the pattern on nearly every document.
_CONTRIBUTOR_HINTS = (
    "ontribu",
    "eporting",
    "diting",
    "riting",
    "esearch",
    "Mitarbeit",
    "Mit Material",
    "Con info",
    "Com info",
)

Window = tuple[int, int]  # word numbers, the second exclusive


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A stretch of the article: `start` and `end` are offsets into the title (`zone == "title"`) or the seed text."""

    zone: str
    start: int
    end: int
    runs_on: bool = False  # the next line continues it: a phrase may reach over the line break


class Document:
    """The words of an article, found in time linear in its length; see the module's docstring."""

    def __init__(self, title: str, text: str) -> None:
        title, text = _without_marks(title), _without_marks(text)
        self.title = title
        self.text = text
        self.paragraphs = _paragraphs(title, text)
        self._marked = spaced(self._joined())
        self.cased = self._marked.replace(f" {SOFT} ", " ") if SOFT in self._marked else self._marked
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
        document.paragraphs = _lines_as(zone, document.text)
        document._marked = document.cased = spaced(document._joined())
        document.folded = fold(document.cased)
        return document

    def _joined(self) -> str:
        parts: list[str] = []
        for paragraph in self.paragraphs:
            parts += (self.source(paragraph), f" {SOFT} " if paragraph.runs_on else f" {BORDER} ")
        return "".join(parts[:-1])

    def source(self, paragraph: Paragraph) -> str:
        """Return the original text of a paragraph."""
        return (self.title if paragraph.zone == "title" else self.text)[paragraph.start : paragraph.end]

    # ── words and paragraphs by number ──────────────────────────────────────────────────────────────────────────────────────────
    @cached_property
    def cased_words(self) -> list[str]:
        """Every word, case kept; paragraph borders count as words."""
        return self.cased.split()

    @cached_property
    def folded_words(self) -> list[str]:
        """Every word, casefolded; paragraph borders count as words."""
        return self.folded.split()

    @cached_property
    def starts(self) -> list[int]:
        """The number of the first word of each paragraph, and one past the last word at the end."""
        found, at = [], 0
        for block in self._marked.split(BORDER):
            for line in block.split(SOFT):
                found.append(at)
                at += len(line.split())
            at += 1
        return [*found[: len(self.paragraphs)], at - 1]

    def paragraph_of(self, word: int) -> int:
        """Return the index of the paragraph that word `word` stands in."""
        return max(0, bisect_right(self.starts, word, 0, len(self.paragraphs)) - 1)

    def paragraph_window(self, index: int) -> Window:
        """Return the words of a paragraph."""
        end = self.starts[index + 1]
        last = index + 1 == len(self.paragraphs)
        return self.starts[index], end if last or self.paragraphs[index].runs_on else end - 1

    @cached_property
    def first_body(self) -> int:
        """The index of the first paragraph that is not the title."""
        return 1 if self.paragraphs and self.paragraphs[0].zone == "title" else 0

    @cached_property
    def body_words(self) -> int:
        """How many words the body has."""
        return sum(
            end - start
            for start, end in map(self.paragraph_window, range(self.first_body, len(self.paragraphs)))
        )

    def zone_window(self, zone: str) -> Window:
        """Return the words of `title`, `body` or `lead` (paragraphs that begin within the first 60 words)."""
        body = self.starts[self.first_body] if self.first_body < len(self.paragraphs) else self.starts[-1]
        if zone == "title":
            return 0, body
        return body, self._lead_end if zone == "lead" else self.starts[-1]

    @cached_property
    def _lead_end(self) -> int:
        seen = 0
        for index in range(self.first_body, len(self.paragraphs)):
            if seen >= LEAD_WORDS:
                return self.starts[index]
            start, end = self.paragraph_window(index)
            seen += end - start
        return self.starts[-1]

    # ── back to the original ────────────────────────────────────────────────────────────────────────────────────────────────────
    @cached_property
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

    def span(self, first: int, last: int) -> tuple[str, int, int]:
        """Return zone, start and end of the words `first` to `last` in the original."""
        head, tail = self.paragraph_of(first), self.paragraph_of(last)
        start = self.places(head)[first - self.starts[head]][0]
        end = self.places(tail)[last - self.starts[tail]][1]
        return self.paragraphs[head].zone, start, end

    def original(self, word: int) -> str:
        """Return one word as the article writes it."""
        zone, start, end = self.span(word, word)
        return (self.title if zone == "title" else self.text)[start:end]

    # ── sentences ───────────────────────────────────────────────────────────────────────────────────────────────────────────────
    @cached_property
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
        return next((window for window in windows if window[0] <= word < window[1]), (word, word + 1))

    # ── capitals ────────────────────────────────────────────────────────────────────────────────────────────────────────────────
    @cached_property
    def _shouting(self) -> dict[int, bool]:
        return {}

    def shouts(self, word: int) -> bool:
        """Tell whether a word stands in a headline all in capitals, where an acronym cannot be told from a word."""
        index = self.paragraph_of(word)
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


# ── Paragraphs ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────
def _paragraphs(title: str, text: str) -> list[Paragraph]:
    """Return the title and the paragraphs of a text, furniture (image lines, rules, contributor lines) left out.

    In the seed format each line is a paragraph; one that ends without a full stop may be broken by a `<br>`, so phrases run on into
    the next. A text with blank lines is no seed document: there the blank line parts paragraphs and a line break is only a space.
    """
    head = [Paragraph("title", 0, len(title))] if title else []
    lines = text.split("\n")
    if "" in lines[:-1] or "\r" in text:
        return head + _blocks(lines)
    return head + _seed_lines(lines)


def _seed_lines(lines: list[str]) -> list[Paragraph]:
    found: list[Paragraph] = []
    start, since = 0, min(len(lines) - 5, len(lines) * 2 // 3)
    for number, line in enumerate(lines):
        end = start + len(line)
        if line and not _is_furniture(line, late=number >= since):
            following = lines[number + 1] if number + 1 < len(lines) else RULE
            found.append(Paragraph("body", start, end, _runs_on(line, following)))
        start = end + 1
    if found and found[-1].runs_on:  # what it ran on into was furniture
        found[-1] = Paragraph("body", found[-1].start, found[-1].end)
    return found


def _is_furniture(line: str, *, late: bool) -> bool:
    if (line[0] == "!" and line.startswith("![](") and line.endswith(")")) or line == RULE:
        return True
    return late and any(map(line.__contains__, _CONTRIBUTOR_HINTS)) and is_contributor_line(line)


def _runs_on(line: str, following: str) -> bool:
    last = line[-1]
    if last in _CLOSERS:
        last = line.rstrip(_CLOSERS)[-1:]
    return last not in _STOPS and not (
        line.startswith(("- ", "| ")) or following.startswith(("- ", "| ", "![]("))
    )


def _blocks(lines: list[str]) -> list[Paragraph]:
    """Return the paragraphs of a text whose paragraphs are parted by blank lines."""
    found: list[Paragraph] = []
    start, opened = 0, -1
    for line in [*lines, ""]:
        blank = not line.strip() or _is_furniture(line.strip(), late=False)
        if blank and opened >= 0:
            found.append(Paragraph("body", opened, start - 1))
            opened = -1
        elif not blank and opened < 0:
            opened = start
        start += len(line) + 1
    return found


def _lines_as(zone: str, text: str) -> list[Paragraph]:
    found, start = [], 0
    for line in text.split("\n"):
        found.append(Paragraph(zone, start, start + len(line)))
        start += len(line) + 1
    return found
