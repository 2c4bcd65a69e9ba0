"""The rule language: a rule's text -> its tree, with every mistake at once, each with its place and a hint.

::

    expr  = neg { "AND" neg } | neg { "OR" neg }            no mixing without ( )
    neg   = [ "NOT" ] prox
    prox  = unit { ( "NEAR/"n | "BEFORE/"n | "OUTSIDE" | "NOT NEAR/"n ) unit }
    unit  = "ATLEAST/"n unit | zone ":" unit | "(" expr ")" | "$"name | term
    zone  = title | lead | body | sentence | paragraph | url | source | author | lang | country | category
    term  = ["="] ( word | '"' word { word } '"' ["~" n] ) | "/" regex "/" ["i"]

The parser goes on after a mistake by assuming the likeliest repair, so that the next mistake is also found. What concerns more than
one rule (lists) or what a tree means (NEAR over AND) is checked in `checks`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from monitor.errors import RuleError
from monitor.topics.foreign import foreign
from monitor.topics.lexer import MAX_ERRORS, Token, tokens
from monitor.topics.tree import (
    And,
    AtLeast,
    ListRef,
    Near,
    Node,
    Not,
    NotNear,
    Or,
    Outside,
    Regex,
    Term,
    Zone,
)

MAX_CHARACTERS = 100_000  # a rule of 10,000 terms; longer ones are files pasted by mistake
MAX_BRACKETS = 5_000
MAX_DEPTH = 64  # nested brackets; deeper than anybody can read

Step = Callable[[], Node | None]
N = TypeVar("N", bound=Node)

_UNIT_KINDS = frozenset(("open", "phrase", "word", "regex", "list", "zone"))
_PROX_NAMES = frozenset(("NEAR", "BEFORE", "OUTSIDE", "NOT NEAR"))
_MIXED = {
    "AND": "a OR (b AND c)  or  (a OR b) AND c",
    "OR": "(a AND b) OR c  or  a AND (b OR c)",
}


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read from a rule: its tree (None if there is nothing to hold on to) and all mistakes, in order of place.

    `nodes` holds every node of the tree by type, so that checks go straight to what concerns them; where there are mistakes also
    nodes that found no place in the tree.
    """

    tree: Node | None
    errors: tuple[RuleError, ...]
    nodes: Mapping[type[Any], Sequence[Any]] = field(default_factory=dict)


def parse(text: str) -> Node:
    """Return the tree of a rule; raise its first `RuleError` if it has mistakes (`read` gives them all)."""
    reading = read(text)
    if reading.errors:
        raise reading.errors[0]
    assert reading.tree is not None  # noqa: S101  # no errors means a tree
    return reading.tree


def read(text: str) -> Reading:
    """Read a rule and return its tree with every mistake in it; never raises, and takes well under a second on anything."""
    refusal = _refusal(text)
    if refusal is not None:
        return Reading(None, (refusal,))
    found, errors = tokens(text)
    parser = _Parser(text, found, errors)
    tree = parser.rule()
    return Reading(tree, tuple(_causes(text, errors)[:MAX_ERRORS]) if errors else (), parser.nodes)


# Mistakes that another one right before them brings about.
_CONSEQUENCES = ("two terms with nothing between", "AND and OR are mixed without brackets", "unclosed /")


def _causes(text: str, errors: list[RuleError]) -> list[RuleError]:
    """Return the mistakes in order of place, without those that only follow from the one before."""
    kept: list[RuleError] = []
    end = -1
    for error in sorted(
        errors, key=lambda error: error.start
    ):  # stable: of several at one place the first is the cause
        follows = end >= 0 and (
            error.start < end or (error.message in _CONSEQUENCES and not text[end : error.start].strip())
        )
        if not follows:
            kept.append(error)
        end = max(end, error.end)
    return kept


def _refusal(text: str) -> RuleError | None:
    """Return why a text is not even tried: too long, too many brackets, too deep."""
    if len(text) > MAX_CHARACTERS:
        return RuleError(
            f"rule of {len(text):,} characters (at most {MAX_CHARACTERS:,})", 0, 1, "split it into lists"
        )
    if text.count("(") + text.count("（") > MAX_BRACKETS:
        return RuleError(f"more than {MAX_BRACKETS:,} brackets", 0, 1, "split it into lists")
    return _too_deep(text)


def _too_deep(text: str) -> RuleError | None:
    if text.count("(") + text.count("（") <= MAX_DEPTH:
        return None
    depth = 0
    for at, char in enumerate(text):
        if char in "(（":
            depth += 1
            if depth > MAX_DEPTH:
                return RuleError(
                    f"brackets nested deeper than {MAX_DEPTH}", at, at + 1, "name the inner parts as lists"
                )
        elif char in ")）":
            depth -= 1
    return None


class _Parser:
    """Recursive descent over the tokens; depth is bounded by `MAX_DEPTH` (and chains of NOT and zones by `_nest`)."""

    def __init__(self, text: str, found: list[Token], errors: list[RuleError]) -> None:
        self.nodes: defaultdict[type[Any], list[Node]] = defaultdict(list)
        self._text = text
        self._last = len(found) - 1  # an `end`; one more behind it, for who steps over it
        self._tokens = [*found, found[-1]]
        self._errors = errors
        self._misread = len(errors)  # so many are of the lexer's finding
        self._at = 0
        self._here = found[0]
        self._end = 0  # where the last token that was read ends
        self._depth = 0

    def _pass(self, at: int | None = None) -> None:
        """Go on to the next token, or to that of a number."""
        self._at = at = self._at + 1 if at is None else at
        self._end = self._tokens[at - 1].end
        self._here = self._tokens[at]

    def _made(self, node: N) -> N:
        self.nodes[type(node)].append(node)
        return node

    # ── the grammar, one method a line ──────────────────────────────────────────────────────────────────────────────────────────
    def rule(self) -> Node | None:
        """Read the whole text as one expression."""
        if self._here.kind == "end":
            if not self._errors:
                self._errors.append(RuleError("empty expression", 0, 1, "write at least one term"))
            return None
        parts = [self._expression()]
        while self._here.kind != "end":
            self._fail("bracket closed but never opened", self._here, "remove it, or open it before")
            self._pass()
            if self._here.kind != "end":
                parts.append(self._expression())
        return parts[0]

    def _expression(self) -> Node | None:
        """expr = neg { "AND" neg } | neg { "OR" neg }"""
        start, joiner, mixed = self._here.start, "", False
        parts = [self._negation()]
        while (token := self._joining(parts)) is not None:
            if joiner and token.name and token.name != joiner and not mixed:
                self._fail("AND and OR are mixed without brackets", token, _MIXED[token.name])
                mixed = True
            joiner = joiner or token.name
            parts.append(self._negation())
        kept = tuple([part for part in parts if part is not None])
        if len(kept) < 2:
            return kept[0] if kept else None
        return self._made((Or if joiner == "OR" else And)(start, self._end, kept))

    def _joining(self, parts: list[Node | None]) -> Token | None:
        """Return (and pass) the AND or OR here, complaining of a term that follows without one; None where the expression ends."""
        token = self._here
        if token.kind == "operator" and token.name in ("AND", "OR"):
            self._pass()
            return token
        if token.kind in _UNIT_KINDS or token.name in ("ATLEAST", "NOT"):
            self._nothing_between(parts[-1], token)
            return Token("operator", "", token.start, token.end)
        if token.kind in ("operator", "distance"):  # what a mended word left behind
            self._pass()
            return Token("operator", "", token.start, token.end)
        return None

    def _negation(self) -> Node | None:
        """neg = [ "NOT" ] prox"""
        token = self._here
        if token.name != "NOT":
            return self._proximity()
        self._pass()
        part = self._nested(token, self._negation)
        return self._made(Not(token.start, self._end, part)) if part is not None else None

    def _proximity(self) -> Node | None:
        """prox = unit { ( "NEAR/"n | "BEFORE/"n | "OUTSIDE" | "NOT NEAR/"n ) unit }"""
        start = self._here.start
        left = self._unit()
        while (token := self._here).name in _PROX_NAMES:
            self._pass()
            right = self._unit()
            if left is not None and right is not None:
                left = self._near(token, start, left, right)
            left = left or right
        return left

    def _near(self, token: Token, start: int, left: Node, right: Node) -> Node:
        if token.name == "OUTSIDE":
            return self._made(Outside(start, self._end, left, right))
        if token.name == "NOT NEAR":
            return self._made(NotNear(start, self._end, left, right, token.number))
        return self._made(Near(start, self._end, left, right, token.number, token.name == "BEFORE"))

    def _unit(self) -> Node | None:
        """unit = "ATLEAST/"n unit | zone ":" unit | "(" expr ")" | "$"name | term"""
        token = self._here
        if token.kind not in _UNIT_KINDS and token.name != "ATLEAST":
            self._missing(token)
            return None
        self._pass()
        if token.name == "ATLEAST":
            part = self._nested(token, self._unit)
            if part is None:
                return None
            return self._made(AtLeast(token.start, self._end, token.number, part))
        if token.kind == "zone":
            part = self._nested(token, self._unit)
            return self._made(Zone(token.start, self._end, token.name, part)) if part is not None else None
        if token.kind == "open":
            return self._bracketed(token)
        return self._leaf(token)

    def _bracketed(self, opener: Token) -> Node | None:
        if self._here.kind == "close":
            self._fail("empty expression", opener, "write something between the brackets", self._here.end)
            self._pass()
            return None
        inside = self._nested(opener, self._expression)
        if self._here.kind == "close":
            self._pass()
        elif self._depth <= MAX_DEPTH:
            self._fail("unclosed bracket", opener, "close it with )")
        return inside

    def _leaf(self, token: Token) -> Node | None:
        written = self._text[token.start : token.end]
        if token.kind == "word" and token.text[0] != "=":
            return self._made(Term(token.start, token.end, written, token.text))
        if token.kind == "list":
            return self._made(ListRef(token.start, token.end, token.name))
        if token.kind == "regex":
            body, _, flag = token.text.rpartition("/")
            source = written[1 : len(body)]
            return self._made(Regex(token.start, token.end, written, source, flag == "i"))
        exact = token.text[0] == "="
        text, slop = token.text[exact:], None
        if token.kind == "phrase":
            inside, _, tail = text[1:].rpartition('"')
            text, slop = inside, int(tail[1:][:4]) if tail else None
        return self._made(Term(token.start, token.end, written, text, exact, slop))

    # ── mistakes ────────────────────────────────────────────────────────────────────────────────────────────────────────────────
    def _fail(self, message: str, token: Token, hint: str, end: int | None = None) -> None:
        self._errors.append(RuleError(message, token.start, end or max(token.end, token.start + 1), hint))
        if len(self._errors) > 2 * MAX_ERRORS:
            self._pass(self._last)

    def _nested(self, token: Token, step: Step) -> Node | None:
        """Go one level down, unless that is deeper than anybody writes by hand."""
        self._depth += 1
        if self._depth > MAX_DEPTH:
            if self._depth == MAX_DEPTH + 1:
                self._fail(f"nested deeper than {MAX_DEPTH}", token, "name the inner parts as lists")
            self._pass(self._last)
            return None
        part = step()
        self._depth -= 1
        return part

    def _missing(self, token: Token) -> None:
        """Complain that an operator has nothing on one side, unless what stands there instead has been complained of."""
        before = self._tokens[self._at - 1] if self._at else None
        if self._depth > MAX_DEPTH or self._told(before.end if before else 0, token):
            return
        if before is not None and before.kind in ("operator", "distance", "zone"):
            text = before.text.strip()
            self._fail(
                f"{text} has nothing on its right",
                before,
                f"write a term after {text}, or quote it to search for the word",
            )
        elif token.kind in ("operator", "distance"):
            self._fail(
                f"{token.text} has nothing on its left",
                token,
                f'write a term before it, or quote it to search for the word: "{token.text}"',
            )

    def _told(self, start: int, token: Token) -> bool:
        """Tell whether the lexer found a mistake from `start` to a token, it included."""
        end = max(token.end, token.start + 1)
        return any(start <= error.start < end for error in self._errors[: self._misread])

    def _nothing_between(self, left: Node | None, token: Token) -> None:
        meant = foreign(token.text) if token.kind == "word" else None
        if meant is not None:
            return self._fail(meant[0], token, meant[1])
        first = self._text[left.start : left.end] if isinstance(left, Term) else "a"
        second = self._text[token.start : token.end] if token.kind == "word" else "b"
        if token.name == "NOT":
            return self._fail("two terms with nothing between", token, f"write AND NOT: {first} AND NOT b")
        hint = f"{first} AND {second}  or  {first} OR {second}"
        if isinstance(left, Term) and token.kind == "word" and '"' not in first:
            hint += f'  or the phrase "{first} {second}"'
        return self._fail("two terms with nothing between", token, hint)
