"""A term of a rule -> what it means in words: its variants, their case, and the literals an automaton can look for.

`e-verify` is the variants `e verify` and `everify`; `IRS` is one word in the forms IRS, I.R.S, IRSs; `deport*` a word open at its
end. Each variant names at least one *key*: a literal without which it cannot occur. Where the key says everything (`direct`), a hit
of the automaton is already a mention; otherwise the words around the hit are compared.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from monitor.errors import RuleError
from monitor.topics.lexer import plain
from monitor.topics.tree import Term
from monitor.topics.words import HANGUL, UNSPACED, words_of

STAR, MARK = "\U00010c00", "\U00010c01"  # stand-ins for * and ?: caseless letters that no newspaper prints
_TO_STANDIN = str.maketrans("*?", STAR + MARK)
_WILD = re.compile(f"[{STAR}{MARK}]")
_DASH = re.compile("[-‐‑‒–—―−－﹣]+")
_MAX_VARIANTS = 16
_MAX_DOTTED = 8  # letters; longer words in capitals are shouted, not abbreviated
MIN_WILD_LETTERS = 3
MAX_TERM = 500  # characters


@dataclass(frozen=True, slots=True)
class Piece:
    """Part of a word of a term: its spaced text, and whether its case counts. `acronym` also allows its dotted and plural forms."""

    text: str
    cased: bool
    acronym: bool = False


@dataclass(frozen=True, slots=True)
class Form:
    """One literal form of a word: casefolded, and the parts (offset, text) whose case counts."""

    folded: str
    cased: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class Word:
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


@dataclass(frozen=True, slots=True)
class Key:
    """A literal to look for in the folded or cased text. `back` words before the one it ends in, the variant begins."""

    text: str
    cased: bool
    back: int
    direct: bool


@dataclass(frozen=True, slots=True)
class Variant:
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


@dataclass(frozen=True, slots=True)
class Meaning:
    """All that a term means. `acronym`: a hit in a headline all in capitals is weak. `exact`: the accents it insists on, or ''.

    `parts` are the single words of a phrase with `~n`, each with variants of its own; then `variants` is empty.
    """

    variants: tuple[Variant, ...]
    acronym: bool
    exact: str
    parts: tuple[tuple[Variant, ...], ...] = ()
    slop: int = 0


def meaning(term: Term, *, folded: bool = False) -> Meaning:
    """Return what a term means; `folded` (fields such as `lang:`) takes no notice of capitals. Raises `RuleError`."""
    if len(term.text) > MAX_TERM:
        raise RuleError(
            f"term of more than {MAX_TERM} characters",
            term.start,
            term.end,
            "no text holds it; use shorter terms",
        )
    if _ORDINARY.fullmatch(term.text) and not term.exact and term.slop is None:
        return _ordinary(term.text)
    linked = list(_linked(term, folded=folded))
    if not linked:
        raise RuleError("empty expression", term.start, term.end, "there is no letter or digit to search for")
    groups = [piece for group in linked for piece in group]
    acronym = any(piece.acronym for piece in groups)
    exact = exact_form(plain(term.text)) if term.exact else ""
    if term.slop is not None and len(linked) > 1:
        parts = tuple(tuple(_variants([group])) for group in linked)
        return Meaning((), acronym, exact, parts, term.slop)
    return Meaning(tuple(_variants(linked)), acronym, exact)


_ORDINARY = re.compile("[a-z0-9]+(?: [a-z0-9]+)*")


def _ordinary(text: str) -> Meaning:
    """Return what lower-case words without any sign mean: what the long way round would give, for nearly all terms of all rules."""
    words = tuple(Word((Form(word, ()),)) for word in text.split(" "))
    key = Key(f" {text} ", cased=False, back=len(words) - 1, direct=True)
    return Meaning((Variant(words, (key,)),), acronym=False, exact="")


def exact_form(text: str) -> str:
    """Return the letters of a text as `=` compares them: case and accents kept, NFKC, without anything between words."""
    return "".join(
        char
        for char in unicodedata.normalize("NFKC", text)
        if char.isalnum() or unicodedata.category(char)[0] == "M"
    )


# ── From the written term to pieces ─────────────────────────────────────────────────────────────────────────────────────────────
def _linked(term: Term, *, folded: bool) -> Iterator[list[Piece]]:
    """Yield the words of a term; a group of several pieces is hyphenated: they stand apart or together."""
    for match in re.finditer(r"\S+", term.text):
        chunk = match[0]
        shouted = _is_acronym(chunk)
        for group in _groups(chunk):
            pieces = [_piece(text, term, shouted=shouted, folded=folded) for text in group]
            kept = [piece for piece in pieces if _WILD.sub("", piece.text)]
            if len(kept) < len(pieces) and not any(UNSPACED.search(piece.text) for piece in kept):
                _complain(term, match.start())
            for piece in kept:
                _check_wild(piece, term, match.start())
            if kept:
                yield kept


def _groups(chunk: str) -> Iterator[list[str]]:
    """Yield the words of a chunk without spaces; words joined by a hyphen come as one group."""
    group: list[str] = []
    for part in _DASH.split(chunk):
        words = words_of(part.translate(_TO_STANDIN))
        if not words:
            continue
        if any(UNSPACED.search(word) for word in words):
            yield from ([word] for word in [*group, *words] if _WILD.sub("", word))
            group = []
            continue
        group.append(words[0])
        for word in words[1:]:
            yield group
            group = [word]
    if group:
        yield group


def _piece(text: str, term: Term, *, shouted: bool, folded: bool) -> Piece:
    acronym = (
        not term.exact and not folded and (shouted or _is_acronym(text)) and text.upper() != text.lower()
    )
    return Piece(text, term.exact or acronym, acronym or (term.exact and _is_acronym(text)))


def _is_acronym(text: str) -> bool:
    """Tell whether a word is all in capitals with two letters or more."""
    if text.islower():
        return False
    letters = [char for char in text if char.isalpha() and char.upper() != char.lower()]
    return len(letters) > 1 and all(char.isupper() for char in letters)


def _check_wild(piece: Piece, term: Term, at: int) -> None:
    letters = sum(char.isalnum() for char in _WILD.sub("", piece.text))
    if _WILD.search(piece.text) and letters < MIN_WILD_LETTERS:
        _complain(term, at)


def _complain(term: Term, at: int) -> None:
    """Raise at the chunk of the term that has a wildcard with too little beside it."""
    start = term.start + term.written.find(term.text[:1]) + at if term.text else term.start
    chunk = re.match(r"\S*", term.text[at:])
    sign = "*" if chunk and "*" in chunk[0] else "?"
    message = f"{sign} with fewer than {MIN_WILD_LETTERS} letters beside it"
    hint = "it would match far too much; write the words out: (tax OR taxes)"
    raise RuleError(message, start, start + len(chunk[0] if chunk else ""), hint)


# ── From pieces to words and variants ───────────────────────────────────────────────────────────────────────────────────────────
def _variants(linked: list[list[Piece]]) -> Iterator[Variant]:
    """Yield every way the hyphens of a term can be read: apart, or as nothing."""
    ways = [_readings(group) for group in linked]
    total = 1
    for way in ways:
        total *= len(way)
    if total > _MAX_VARIANTS:  # all apart, or all together
        ways = [[way[0], way[-1]][: len(way)] for way in ways]
        combined = [sum((way[0] for way in ways), ()), sum((way[-1] for way in ways), ())]
    else:
        combined = [sum(choice, ()) for choice in product(*ways)]
    for words in dict.fromkeys(combined):
        yield Variant(words, tuple(_keys(words)))


def _readings(group: list[Piece]) -> list[tuple[Word, ...]]:
    """Return the ways to read one hyphenated word: for each hyphen, apart or together."""
    if len(group) > 4:
        return [tuple(_word([piece]) for piece in group), (_word(group),)]
    found = []
    for cuts in product((True, False), repeat=len(group) - 1):
        words: list[list[Piece]] = [[group[0]]]
        for cut, piece in zip(cuts, group[1:], strict=True):
            if cut:
                words.append([piece])
            else:
                words[-1].append(piece)
        found.append(tuple(_word(word) for word in words))
    return found


def _word(pieces: list[Piece]) -> Word:
    text = "".join(piece.text for piece in pieces)
    if HANGUL.search(text) and not _WILD.search(text):
        pieces = [*pieces, Piece(STAR, cased=False)]  # particles are written onto the word
        text += STAR
    if _WILD.search(text):
        return _wild_word(pieces, text)
    if len(pieces) == 1 and pieces[0].acronym and pieces[0].cased:
        return Word(tuple(Form(form.casefold(), ((0, form),)) for form in _acronym_forms(text)))
    return Word((_literal(pieces),))


def _literal(pieces: list[Piece]) -> Form:
    cased, at = [], 0
    for piece in pieces:
        if piece.cased and piece.text.upper() != piece.text.lower():
            cased.append((at, piece.text))
        at += len(piece.text)
    return Form("".join(piece.text for piece in pieces).casefold(), tuple(cased))


def _acronym_forms(text: str) -> tuple[str, ...]:
    bare = text.replace(".", "")
    if not bare.isalpha() or len(bare) > _MAX_DOTTED:
        return (text, f"{text}s")
    dotted = ".".join(bare)
    return (bare, f"{bare}s", dotted, f"{dotted}.s")


def _wild_word(pieces: list[Piece], text: str) -> Word:
    cased = any(piece.cased for piece in pieces)
    inner = text.strip(STAR)
    edges = not _WILD.search(inner)
    if not cased:
        forms = (Form(inner.casefold(), ()),)
        if edges:
            return Word(forms, None, None, text[0] == STAR, text[-1] == STAR)
        return Word(forms, re.compile(_pattern(text.casefold())))
    source = "".join(
        _pattern(piece.text) if piece.cased else f"(?i:{_pattern(piece.text)})" for piece in pieces
    )
    return Word((_literal(pieces),), None, re.compile(source))


def _pattern(text: str) -> str:
    return "".join({STAR: ".*", MARK: "."}.get(char, re.escape(char)) for char in text)


# ── Keys ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
def _keys(words: tuple[Word, ...]) -> Iterator[Key]:
    """Yield the literals of a variant, any one of which must occur where it does: the longest run of simple words, else one word."""
    if all(word.exact for word in words):
        text = " ".join(word.forms[0].cased[0][1] for word in words)
        yield Key(f" {text} ", cased=True, back=len(words) - 1, direct=True)
        return
    fixed = [at for at, word in enumerate(words) if word.literal and not word.simple]
    best = max(fixed, key=lambda at: len(words[at].forms[0].folded), default=-1)
    runs = _runs(words)
    start, end = max(runs, key=lambda run: _weight(words[run[0] : run[1]]), default=(0, 0))
    if runs and (best < 0 or _weight(words[start:end]) > 2 * len(words[best].forms[0].folded)):
        yield Key(_run_text(words[start:end]), cased=False, back=end - 1, direct=end - start == len(words))
        return
    if best >= 0:
        yield from _form_keys(words, best)
        return
    at = max(range(len(words)), key=lambda at: len(_longest(words[at])))
    yield Key(_longest(words[at]), words[at].wild_cased is not None, at, direct=False)


def _weight(words: Sequence[Word]) -> int:
    """Return how selective a run of simple words is; capitals are worth twice their letters (`2 *` above)."""
    return sum(len(word.forms[0].folded) + 1 for word in words)


def _runs(words: tuple[Word, ...]) -> list[tuple[int, int]]:
    """Return the maximal runs of simple words; a word open at its start begins a run, one open at its end ends it."""
    runs, start = [], 0
    for at, word in enumerate(words):
        if not word.simple or (word.opening and at > start):
            runs.append((start, at))
            start = at if word.simple else at + 1
        if word.simple and word.ending:
            runs.append((start, at + 1))
            start = at + 1
    runs.append((start, len(words)))
    return [run for run in runs if run[1] > run[0]]


def _run_text(words: tuple[Word, ...]) -> str:
    text = " ".join(word.forms[0].folded for word in words)
    return ("" if words[0].opening else " ") + text + ("" if words[-1].ending else " ")


def _form_keys(words: tuple[Word, ...], at: int) -> Iterator[Key]:
    """Yield a key for each form of one word: over the cased text where the case of the whole form counts."""
    alone = len(words) == 1
    for form in words[at].forms:
        whole = (
            form.cased == ((0, form.cased[0][1]),) and len(form.cased[0][1]) == len(form.folded)
            if form.cased
            else False
        )
        text = form.cased[0][1] if whole else form.folded
        yield Key(f" {text} ", whole, at, direct=alone and (whole or not form.cased))


def _longest(word: Word) -> str:
    """Return the longest literal part of a word with wildcards inside, with the spaces that bound it."""
    source = word.wild or word.wild_cased
    assert source is not None  # noqa: S101  # only words with wildcards come here
    text = re.sub(r"\(\?i:(.*?)\)", r"\1", source.pattern)
    parts = re.split(r"(?<!\\)(?:\.\*|\.)", text)
    parts = [re.sub(r"\\(.)", r"\1", part) for part in parts]
    first, last = f" {parts[0]}" if parts[0] else "", f"{parts[-1]} " if parts[-1] else ""
    return max([first, *parts[1:-1], last], key=len)
