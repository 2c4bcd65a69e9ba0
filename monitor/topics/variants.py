"""What a term means, in words: its variants, their forms, and the keys by which they are found."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple


class Form(NamedTuple):
    """One literal form of a word: casefolded, and the parts (offset, text) whose case counts."""

    folded: str
    cased: tuple[tuple[int, str], ...]


class Word(NamedTuple):
    """One word of a variant: literal `forms`, or a pattern over the folded word (`wild`) or the cased one (`wild_cased`).

    `opening` and `ending` say that only a `*` at that end makes it a pattern: the rest, `forms[0]`, is literal.
    """

    forms: tuple[Form, ...]
    wild: re.Pattern[str] | None = None
    wild_cased: re.Pattern[str] | None = None
    opening: bool = False
    ending: bool = False

    def matches(self, folded: str, cased: str) -> bool:
        """Tell whether a word of the text is this word."""
        if self.opening or self.ending:
            return self._holds_open(folded)
        if self.wild is not None:
            return self.wild.fullmatch(folded) is not None
        if self.wild_cased is not None:
            return self.wild_cased.fullmatch(cased) is not None
        return any(
            form.folded == folded and all(cased.startswith(text, at) for at, text in form.cased)
            for form in self.forms
        )

    def _holds_open(self, folded: str) -> bool:
        """Tell whether a word holds this one's literal where its open ends leave it."""
        text = self.forms[0].folded
        if not self.opening:
            return folded.startswith(text)
        return text in folded if self.ending else folded.endswith(text)

    def matches_folded(self, folded: str) -> bool:
        """Tell whether a casefolded word is this word but for its case."""
        if self.opening or self.ending:
            return self._holds_open(folded)
        if self.wild is not None:
            return self.wild.fullmatch(folded) is not None
        if self.wild_cased is not None:
            return re.fullmatch(f"(?i:{self.wild_cased.pattern})", folded) is not None
        return any(form.folded == folded for form in self.forms)

    @property
    def simple(self) -> bool:
        """Whether it is one folded literal, open at its ends at most."""
        if self.opening or self.ending:
            return True
        return (
            self.wild is None and len(self.forms) == 1 and not self.forms[0].cased and self.wild_cased is None
        )

    @property
    def literal(self) -> bool:
        """Whether it holds no wildcard."""
        return self.wild is None and self.wild_cased is None and not (self.opening or self.ending)

    @property
    def exact(self) -> bool:
        """Whether it is one literal whose whole case counts."""
        if len(self.forms) != 1 or not self.literal:
            return False
        form = self.forms[0]
        return len(form.cased) == 1 and len(form.cased[0][1]) == len(form.folded)


class Key(NamedTuple):
    """A literal to look for in the folded or cased text. `back` words before the one it ends in, the variant begins."""

    text: str
    cased: bool
    back: int
    direct: bool


class Variant(NamedTuple):
    """One way the term can stand in a text: a sequence of words, and its keys, any one of which must be there."""

    words: tuple[Word, ...]
    keys: tuple[Key, ...]

    def stands_at(self, first: int, folded: Sequence[str], cased: Sequence[str]) -> bool:
        """Tell whether the words from number `first` on are this variant."""
        if first < 0 or first + len(self.words) > len(folded):
            return False
        return all(word.matches(folded[first + at], cased[first + at]) for at, word in enumerate(self.words))

    def stands_at_folded(self, first: int, folded: Sequence[str]) -> bool:
        """Tell whether the words from number `first` on would be this variant if case did not count."""
        if first + len(self.words) > len(folded):
            return False
        return all(word.matches_folded(folded[first + at]) for at, word in enumerate(self.words))


class Meaning(NamedTuple):
    """All that a term means. `acronym`: a hit in a headline all in capitals is weak. `exact`: the accents it insists on, or ''.

    `parts` are the single words of a phrase with `~n`, each with variants of its own; then `variants` is empty.
    """

    variants: tuple[Variant, ...]
    acronym: bool
    exact: str
    parts: tuple[tuple[Variant, ...], ...] = ()
    slop: int = 0
