"""The literals by which an automaton finds a variant: as long as can be, so that they are rare."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from monitor.topics.variants import Key, Word


def keys(words: tuple[Word, ...]) -> Iterator[Key]:
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
