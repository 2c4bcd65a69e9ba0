"""A term of a rule -> what it means in words: its variants, their case, and the literals an automaton can look for.

`e-verify` is the variants `e verify` and `everify`; `IRS` is one word in the forms IRS, I.R.S, IRSs; `deport*` a word open at its
end. Each variant names at least one *key*: a literal without which it cannot occur. Where the key says everything (`direct`), a hit
of the automaton is already a mention; otherwise the words around the hit are compared.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from monitor.errors import RuleError
from monitor.topics.keys import keys
from monitor.topics.lexer import plain
from monitor.topics.tree import Term
from monitor.topics.variants import Form, Key, Meaning, Variant, Word
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
    """Part of a word of a term: its spaced text, and whether its case counts.

    `acronym` also allows its dotted and plural forms; `weak` says that in a headline all in capitals it says little.
    """

    text: str
    cased: bool
    acronym: bool = False
    weak: bool = False


def meaning(term: Term, *, folded: bool = False) -> Meaning:
    """Return what a term means; `folded` (fields such as `lang:`) takes no notice of capitals. Raises `RuleError`."""
    if len(term.text) > MAX_TERM:
        raise RuleError(
            f"term of more than {MAX_TERM} characters",
            term.start,
            term.end,
            "no text holds it; use shorter terms",
        )
    if term.slop is None and (short := _short(term, folded=folded)) is not None:
        return short
    return _at_length(term, folded=folded)


def _at_length(term: Term, *, folded: bool) -> Meaning:
    """Return what any term means, piece by piece."""
    linked = list(_linked(term, folded=folded))
    if not linked:
        raise RuleError("empty expression", term.start, term.end, "there is no letter or digit to search for")
    groups = [piece for group in linked for piece in group]
    acronym = any(piece.weak for piece in groups)
    exact = exact_form(plain(term.text).translate(_TO_STANDIN)) if term.exact else ""
    if term.slop is not None and len(linked) > 1:
        parts = tuple(tuple(_variants([group])) for group in linked)
        return Meaning((), acronym, exact, parts, term.slop)
    return Meaning(tuple(_variants(linked)), acronym, exact)


# The commonest shapes of terms, whose meaning is plain; what the long way would give, which a test holds them to.
_ORDINARY = re.compile("[a-z0-9]+(?: [a-z0-9]+)*")
_PREFIX = re.compile("[a-z0-9]{3,}[*]")
_CAPITALS = re.compile("[A-Z]{2,}")
_LATIN_WORD = re.compile("[A-Za-z]+")


def _short(term: Term, *, folded: bool) -> Meaning | None:
    """Return the meaning of a term of one of the commonest shapes, or None."""
    text = term.text
    if term.exact:
        return _exactly(text) if _LATIN_WORD.fullmatch(text) and not is_acronym(text) else None
    if not text.islower() and not any(map(is_acronym, text.split())):
        text = text.lower()
    if _ORDINARY.fullmatch(text):
        words = tuple(Word((Form(word, ()),)) for word in text.split(" "))
        key = Key(f" {text} ", cased=False, back=len(words) - 1, direct=True)
        return Meaning((Variant(words, (key,)),), acronym=False, exact="")
    if _PREFIX.fullmatch(text):
        word = Word((Form(text[:-1], ()),), ending=True)
        return Meaning((Variant((word,), (Key(f" {text[:-1]}", False, 0, True),)),), acronym=False, exact="")
    if not folded and _CAPITALS.fullmatch(text):
        forms = _acronym_forms(text)
        word = Word(tuple(Form(form.casefold(), ((0, form),)) for form in forms))
        found = tuple(Key(f" {form} ", cased=True, back=0, direct=True) for form in forms)
        return Meaning((Variant((word,), found),), acronym=True, exact="")
    return None


def _exactly(text: str) -> Meaning:
    word = Word((Form(text.casefold(), ((0, text),)),))
    return Meaning((Variant((word,), (Key(f" {text} ", True, 0, True),)),), False, text)


def exact_form(text: str) -> str:
    """Return the letters of a text as `=` compares them: case and accents kept, NFKC, without anything between words."""
    return "".join(
        char
        for char in unicodedata.normalize("NFKC", text)
        if char.isalnum() or unicodedata.category(char)[0] == "M"
    )


def agrees(exact: str, letters: str, *, loose: bool = False) -> bool:
    """Tell whether the letters of a text have the case and accents that an `exact` form asks for, which may hold wildcards.

    `loose`: other letters may stand between, because a phrase with `~n` lets other words in.
    """
    if loose:
        rest = iter(letters)
        return all(char in rest for char in _WILD.sub("", exact))
    return exact == letters or (
        _WILD.search(exact) is not None and re.fullmatch(_pattern(exact), letters) is not None
    )


# ── From the written term to pieces ─────────────────────────────────────────────────────────────────────────────────────────────
def _linked(term: Term, *, folded: bool) -> Iterator[list[Piece]]:
    """Yield the words of a term; a group of several pieces is hyphenated: they stand apart or together."""
    for match in re.finditer(r"\S+", term.text):
        chunk = match[0]
        shouted = is_acronym(chunk)
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
    acronym = not term.exact and (shouted or is_acronym(text)) and text.upper() != text.lower()
    weak = not folded and (acronym or (term.exact and is_acronym(text)))
    return Piece(text, term.exact or (acronym and not folded), acronym, weak)


def is_acronym(text: str) -> bool:
    """Tell whether a word is all in capitals with two letters or more."""
    if text.isascii():  # nearly all are, and `isupper` says that no letter is a small one
        return text.isupper() and (len(text) if text.isalpha() else sum(map(str.isalpha, text))) > 1
    letters = [char for char in text if char.isalpha() and char.upper() != char.lower()]
    return len(letters) > 1 and all(char.isupper() for char in letters)


def _check_wild(piece: Piece, term: Term, at: int) -> None:
    """Refuse a wildcard beside too few letters; a Hangul syllable is the two or three it is written with."""
    if not _WILD.search(piece.text):
        return
    letters = sum(map(str.isalnum, unicodedata.normalize("NFD", _WILD.sub("", piece.text))))
    if letters < MIN_WILD_LETTERS:
        _complain(term, at)


def _complain(term: Term, at: int) -> None:
    """Raise at the chunk of the term that has a wildcard with too little beside it."""
    start = term.start + term.written.find(term.text[:1]) + at if term.text else term.start
    chunk = re.match(r"\S*", term.text[at:])
    sign = "*" if chunk and "*" in chunk[0] else "?"
    message = f"{sign} with fewer than {MIN_WILD_LETTERS} letters beside it"
    hint = "it would match far too much; write the words out: (tax OR taxes)"
    if sign == "?" and chunk and chunk[0].endswith("?") and " " in term.text:
        hint = "? stands for one letter; a question mark is not searched for: leave it out"
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
        yield Variant(words, tuple(keys(words)))


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
    if len(pieces) == 1 and pieces[0].acronym:
        forms, cased = _acronym_forms(text), pieces[0].cased
        return Word(tuple(Form(form.casefold(), ((0, form),) if cased else ()) for form in forms))
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
