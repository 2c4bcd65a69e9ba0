"""What changed in an article after it was published, and whether a reader of its first form has to be told.

Told are: a correction or retraction (recognised by its words, in ten languages), a number, a name or a "not" that changed within a
sentence, another headline, and whole paragraphs that came or went. Not told: punctuation, typing errors, reordered or re-wrapped
text, "updated at" lines, the step from a teaser to the full text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from monitor.models import Article
from monitor.seed import LineKind, is_contributor_line, lines
from monitor.text import sentences, words

MANY_WORDS = 40
"""New or vanished paragraphs count from this many words together, or from a fifth of the text."""

_SHARE = 0.2
_SIMILAR = 0.5  # two sentences this alike (of their words) are one sentence in two forms
_TYPO = 0.7  # two words this alike (of their letters) are one word spelt twice
_REWRITTEN = 0.5  # a headline that keeps no more than this of its words is another headline
_QUOTE = 120  # characters of a sentence shown
_LONGEST = 400  # characters of the whole answer
_MOST = 300  # sentences (and words of one) compared: a live blog must not cost seconds
_FEW = 3  # changes of one kind that are told; more are counted

_CORRECTION = re.compile(
    r"^\W*(?:correction|corrected|clarification|clarified|retraction|retracted|editor[’']s note|editors[’'] note|an earlier version"
    r"|this (?:article|story|report) (?:has been|was) (?:corrected|amended|updated to correct)"
    r"|berichtigung|korrektur|richtigstellung|in einer früheren version|anmerkung der redaktion"
    r"|corrección|rectificación|fe de errores|aclaración|correzione|rettifica|correctif|rectificatif|correção|errata"
    r"|correctie|rectificatie|sprostowanie|исправление|уточнение|更正|訂正|お詫び)(?:\W|$)",
    re.IGNORECASE,
)
_WITHIN = re.compile(
    r"\b(?:an earlier version of this (?:article|story|report)|a previous version of this (?:article|story|report)"
    r"|has been corrected to|was updated to correct)\b",
    re.IGNORECASE,
)
_STAMP = re.compile(
    r"^\W*(?:updated?|published|posted|last (?:modified|updated)|aktualisiert|actualizado|mis à jour)\b.{0,60}$",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\d[\d.,]*\d|\d")
_NEGATION = frozenset(
    {
        "not",
        "no",
        "never",
        "none",
        "nobody",
        "without",
        "cannot",
        "nicht",
        "kein",
        "keine",
        "nie",
        "ohne",
        "niet",
        "geen",
    }
    | {"nunca", "sin", "ningún", "pas", "jamais", "sans", "non", "não", "не", "нет"}
)
_WORD = re.compile(r"\d[\d.,]*\d|\w+(?:['’]\w+)?")


@dataclass(frozen=True, slots=True)
class Change:
    """One changed passage: `old` is empty if it was added, `new` if it was removed."""

    old: str
    new: str


def material_change(old: Article, new: Article) -> str:
    """Return a sentence on what changed materially from `old` to `new`, or "" if nothing did.

    The two are forms of the same article. A form that is only differently complete (teaser, full, paywalled) is no change.
    """
    if old.completeness is not new.completeness:
        return ""
    changes = differences(old.text, new.text)
    rewritten = _rewritten(old.title, new.title)
    titles = () if rewritten else (Change(old.title, new.title),)
    found = [
        *_corrections(changes),
        *rewritten,
        *_details((*titles, *changes)),
        *_paragraphs(changes, old.text),
    ]
    return _cut("; ".join(found), _LONGEST)


def differences(old: str, new: str) -> tuple[Change, ...]:
    """Return the sentences of two seed texts that differ, in order: paragraphs are aligned first, then the sentences within.

    Sentences that only moved, or differ in white space and punctuation alone, are not differences.
    """
    before, after = _sentences(old), _sentences(new)
    kept_before, kept_after = {_folded(text) for text in before}, {_folded(text) for text in after}
    gone = [text for text in before if _folded(text) not in kept_after]
    come = [text for text in after if _folded(text) not in kept_before]
    return tuple(_paired(gone, come))


def _sentences(text: str) -> list[str]:
    """Return the sentences of a document that carry content: no images, rules, credits and time stamps."""
    told = []
    for line in lines(text):
        if (
            line.kind in (LineKind.IMAGE, LineKind.RULE)
            or is_contributor_line(line.text)
            or _STAMP.match(line.text)
        ):
            continue
        told += [line.text[start:end] for start, end in sentences(line.text)]
    return told


def _folded(text: str) -> str:
    return " ".join(words(text))


def _paired(gone: Sequence[str], come: Sequence[str]) -> Iterator[Change]:
    """Pair every new sentence with the vanished one it is a form of, if there is one; each is used once."""
    left = [(text, _units(text)) for text in gone[:_MOST]]
    for text in come[:_MOST]:
        units = _units(text)
        twin = max(left, key=lambda other: _dice(other[1], units), default=None)
        if twin and _dice(twin[1], units) >= _SIMILAR:
            left.remove(twin)
            yield Change(twin[0], text)
        else:
            yield Change("", text)
    for text, _ in left:
        yield Change(text, "")


def _likeness(one: str, other: str) -> float:
    """Return the share of words two sentences have in common."""
    return _dice(_units(one), _units(other))


def _dice(one: set[str], other: set[str]) -> float:
    return 2 * len(one & other) / (len(one) + len(other)) if one and other else 0.0


def _units(text: str) -> set[str]:
    """Return what is compared: words, or characters where words are not spaced."""
    found = words(text)
    long = sum(len(word) for word in found) > 12 * len(found)
    return set("".join(found)) if long else set(found)


def _corrections(changes: Iterable[Change]) -> Iterator[str]:
    """Tell the corrections that were added."""
    for change in changes:
        if change.new and (_CORRECTION.match(change.new) or _WITHIN.search(change.new)):
            yield f"correction appended: “{_cut(change.new, _QUOTE)}”"


def _rewritten(old: str, new: str) -> tuple[str, ...]:
    """Tell a headline that keeps few words of the old. (Of a polished one, the details are compared as a sentence's are.)"""
    if not old or not new or _folded(old) == _folded(new) or _likeness(old, new) > _REWRITTEN:
        return ()
    return (f"headline: “{_cut(old, _QUOTE)}” -> “{_cut(new, _QUOTE)}”",)


def _details(changes: Iterable[Change]) -> Iterator[str]:
    """Tell numbers, names and negations that changed within a sentence."""
    details = list(
        dict.fromkeys(detail for change in changes if change.old and change.new for detail in _detail(change))
    )
    yield from details[:_FEW]
    if len(details) > _FEW:
        yield f"{len(details) - _FEW} more details changed"


def _detail(change: Change) -> Iterator[str]:
    """Compare two forms of one sentence word by word."""
    before, after = _WORD.findall(change.old)[:_MOST], _WORD.findall(change.new)[:_MOST]
    matcher = SequenceMatcher(
        None, [w.casefold() for w in before], [w.casefold() for w in after], autojunk=False
    )
    for tag, a, b, c, d in matcher.get_opcodes():
        one, other = before[a:b], after[c:d]
        if tag != "equal" and _matters(one, other):
            yield _shown(one, other, before, after, a, c)


def _matters(one: Sequence[str], other: Sequence[str]) -> bool:
    """Tell whether replacing some words by others changes what is said: numbers, negations, names."""
    if _numbers(" ".join(one)) != _numbers(" ".join(other)):
        return True
    if _negations(one) != _negations(other):
        return True
    lost, won = _names(one), _names(other)
    return bool(lost and won) and not any(_alike(a, b) for a in lost for b in won)


def _shown(
    one: Sequence[str], other: Sequence[str], before: Sequence[str], after: Sequence[str], at: int, to: int
) -> str:
    """Show a replacement; an insertion or deletion with the word after it, so that it can be read ("guilty -> not guilty")."""
    if not one or not other:
        one = [*one, *before[at + len(one) : at + len(one) + 1]]
        other = [*other, *after[to + len(other) : to + len(other) + 1]]
    return f"{_cut(' '.join(one), 60) or '–'} -> {_cut(' '.join(other), 60) or '–'}"


def _numbers(text: str) -> list[str]:
    """Return the numbers in a text, without separators, so that 87,000 and 87000 and 87.000 are the same."""
    return sorted(re.sub(r"[.,](?=\d{3}\b)", "", number) for number in _NUMBER.findall(text))


def _negations(found: Iterable[str]) -> int:
    return sum(word.casefold() in _NEGATION or word.casefold().endswith(("n't", "n’t")) for word in found)


def _names(found: Iterable[str]) -> list[str]:
    return [word for word in found if word[0].isupper() and len(word) > 1]


def _alike(one: str, other: str) -> bool:
    return SequenceMatcher(None, one.casefold(), other.casefold(), autojunk=False).ratio() >= _TYPO


def _paragraphs(changes: Sequence[Change], old: str) -> Iterator[str]:
    """Tell text that was added or removed, if it is much."""
    least = max(12.0, min(float(MANY_WORDS), _SHARE * max(1, len(words(old)))))
    added = [change.new for change in changes if not change.old and not _CORRECTION.match(change.new)]
    removed = [change.old for change in changes if not change.new]
    for verb, passages in (("added", added), ("removed", removed)):
        count = sum(len(words(text)) for text in passages)
        if count >= least:
            yield f"{count} words {verb}: “{_cut(passages[0], _QUOTE)}”"


def _cut(text: str, limit: int) -> str:
    """Cut at a word, with an ellipsis."""
    if len(text) <= limit:
        return text
    return (text[: limit - 1].rpartition(" ")[0] or text[: limit - 1]) + "…"
