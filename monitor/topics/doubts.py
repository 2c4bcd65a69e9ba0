"""What is legal in a rule and yet hardly ever meant: signs that are not searched for, a question mark in a quotation, operators in quotes.

Each is a warning beside the rule, never a refusal: somebody may mean it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from monitor.errors import RuleError
from monitor.topics.language import Reading
from monitor.topics.tree import Term

_AMOUNT = re.compile(r"[$€£¥]\s?\d[\d.,]*|\d[\d.,]*\s?[%‰]")
_DOTTED = re.compile(r"(?<!\S)\.(?=[^\W\d_])")
_QUOTED = re.compile(r"(?<=\S )(?:AND|OR|NOT|OUTSIDE|(?:NEAR|BEFORE)/\d+)(?= \S)")


def silent_signs(reading: Reading) -> Iterator[RuleError]:
    """Yield a warning for each term with a sign that matters to its author and is not searched for: words are, and a sign is none."""
    for term in reading.nodes.get(Term, ()):
        if not term.text.isalnum():
            yield from _amount(term)
            yield from _first_dot(term)
            yield from _question(term)


def _amount(term: Term) -> Iterator[RuleError]:
    amount = _AMOUNT.search(term.text)
    if amount is not None:
        sign = next(char for char in amount[0] if char in "$€£¥%‰")
        message = f"{sign} is not searched for: {term.written} also finds {amount[0].strip(f'{sign} ')}"
        pattern = re.sub(r"\s", " ?", re.sub(r"([$.])", r"\\\1", amount[0]))
        yield RuleError(message, term.start, term.end, f"if the sign matters: /{pattern}/")


def _first_dot(term: Term) -> Iterator[RuleError]:
    """Warn of the names that begin with a full stop, such as .NET."""
    if _DOTTED.search(term.text):
        bare = _DOTTED.sub("", term.text)
        pattern = re.sub(r"(?=[.+*?])", r"\\", term.text)
        message = f". is not searched for: {term.written} also finds {bare}"
        yield RuleError(message, term.start, term.end, f"if it matters: /\\B{pattern}\\b/")


def _question(term: Term) -> Iterator[RuleError]:
    """Warn of a quotation that ends in a question mark, which stands for a letter."""
    if " " in term.text and re.search(r"\w\?$", term.text):
        message = f'? stands for one letter: {term.written} does not find "{term.text[:-1]}"'
        yield RuleError(message, term.start, term.end, "leave the question mark out")


def quoted_operators(reading: Reading) -> Iterator[RuleError]:
    """Yield a warning for each phrase with an operator inside: in quotes it is a word like the others."""
    for term in reading.nodes.get(Term, ()):
        operator = _QUOTED.search(term.text) if " " in term.text else None
        if operator is not None:
            left, right = term.text[: operator.start() - 1], term.text[operator.end() + 1 :]
            message = f"{operator[0]} in quotes is a word that is searched for"
            hint = f'if the operator is meant: "{left}" {operator[0]} "{right}"'
            yield RuleError(message, term.start, term.end, hint)
