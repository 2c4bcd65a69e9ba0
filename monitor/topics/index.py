"""Many rules, one pass: two automata over a document's words, and for each rule the literals without which it cannot hold.

All literals of all rules stand in one Aho-Corasick automaton over the casefolded words and, where capitals count, in a second one
over the words as written. Literals carry the spaces around a word, so that a hit is a whole word without further tests. Each rule
has an *anchor*, as in Lucene's monitor: a set of literals of which one must be found for the rule to hold (the rarest side of AND
and NEAR, the union over OR); a rule whose anchor is absent is never looked at. What cannot be anchored is always looked at.

A *direct* rule is a term, or a few joined by OR, whose every hit is a mention: most of many thousands of rules, and nothing is left
to be looked up for them.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Any, NamedTuple

from monitor.topics import plan
from monitor.topics.build import Lexeme, Rule
from monitor.topics.expressions import Expression
from monitor.topics.variants import Key, Variant

Mark = tuple[bool, int, bool]  # cased, literal, in the title
Needs = tuple[frozenset[int], ...]
"""Sets of literals, as `_sign` numbers them, of each of which one must be found."""
Hit = tuple[int, int, int]  # literal, start, end in bytes
_FEW = 1_500  # literals: a full table of so many fits a processor's cache and is a third faster; of more it is not, and takes longer to make
MAX_DIRECT = 16  # literals of a direct rule; one of more is seldom mentioned once only


class Literals:
    """Distinct literals and, once `seal`ed, the automaton that finds them."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}
        self._automaton: Any = None

    def add(self, text: str) -> int:
        """Return the number of a literal, giving it one if it is new."""
        return self.numbers.setdefault(text, len(self.numbers))

    def seal(self) -> None:
        """Build the automaton."""
        if self.numbers:
            from ahocorasick_rs import BytesAhoCorasick, Implementation

            few = len(self.numbers) <= _FEW
            self._automaton = BytesAhoCorasick(
                [text.encode() for text in self.numbers], implementation=Implementation.DFA if few else None
            )

    def hits(self, text: bytes) -> list[Hit]:
        """Return every occurrence of every literal, overlapping ones too, in order of their ends."""
        if self._automaton is None:
            return []
        found: list[Hit] = self._automaton.find_matches_as_indexes(text, overlapping=True)
        return found


class Use(NamedTuple):
    """A literal's part in a term: of `variant`, whose first word stands `back` words before the one the literal ends in.

    `direct` says that a hit is a mention; otherwise the words around it are to be compared.
    """

    cased: bool
    literal: int
    variant: Variant
    back: int
    direct: bool


class Entry(NamedTuple):
    """A term as it is looked up: the uses of each of its `units` (one, or one per word of a phrase with `~n`), or its expression."""

    units: tuple[tuple[Use, ...], ...]
    slop: int
    exact: str
    expression: Expression | None


class Direct(NamedTuple):
    """A literal of a direct rule: a hit of it mentions `term`, which begins `back` words before the one the literal ends in.

    `topic` is the rule's topic if one such mention is all it takes, whatever the source and the score; else empty.
    """

    rule: int
    term: int
    written: str
    back: int
    cased: bool
    acronym: bool
    topic: str


class Index:
    """The literals of all terms in two automata, which rules they anchor, and to which they are all there is."""

    def __init__(self, lexemes: Sequence[Lexeme], rules: Sequence[Rule]) -> None:
        self.folded = Literals()
        self.cased = Literals()
        self.entries = [self._entry(lexeme) for lexeme in lexemes]
        self.folded.seal()
        self.cased.seal()
        self._terms: dict[tuple[bool, int], list[int]] = {}
        self._expressions = [
            number for number, entry in enumerate(self.entries) if entry.expression is not None
        ]
        for number, entry in enumerate(self.entries):
            for uses in entry.units:
                for use in uses:
                    self._terms.setdefault((use.cased, use.literal), []).append(number)
        self.always: list[int] = []
        self._groups: list[list[int]] = []
        self._anchored: dict[tuple[bool, bool], defaultdict[int, list[int]]] = {
            (cased, title): defaultdict(list) for cased in (False, True) for title in (False, True)
        }
        self.direct: dict[bool, dict[int, list[Direct]]] = {False: {}, True: {}}
        others = [number for number, rule in enumerate(rules) if not self._is_direct(number, rule)]
        self._anchor_rules(rules, others)
        needs_of = _NeedsOf(self.entries)
        self.needs = {number: needs_of(rules[number].match) for number in others}

    # ── terms ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────
    def _entry(self, lexeme: Lexeme) -> Entry:
        means = lexeme.means
        if means is None or lexeme.field:  # fields are too short to be worth an automaton
            return Entry((), 0, "", lexeme.regex)
        units = means.parts or (means.variants,)
        return Entry(tuple([self._uses(variants) for variants in units]), means.slop, means.exact, None)

    def _uses(self, variants: Iterable[Variant]) -> tuple[Use, ...]:
        return tuple([self._use(variant, key) for variant in variants for key in variant.keys])

    def _use(self, variant: Variant, key: Key) -> Use:
        literals = self.cased if key.cased else self.folded
        return Use(key.cased, literals.add(key.text), variant, key.back, key.direct)

    # ── direct rules ────────────────────────────────────────────────────────────────────────────────────────────────────────────
    def _is_direct(self, number: int, rule: Rule) -> bool:
        """Note the literals of a direct rule; False if it is none."""
        terms = _alternatives(rule.match) if rule.veto is None else ()
        by_term = [(term, self._direct_uses(term)) for term in terms]
        uses = [(term, use) for term, of_term in by_term for use in of_term]
        places = {(use.cased, use.literal) for _, use in uses}
        if not 0 < len(places) == len(uses) <= MAX_DIRECT or not all(of_term for _, of_term in by_term):
            return False
        topic = "" if rule.filtered or rule.spec.min_score is not None else rule.spec.id
        for term, use in uses:
            found = Direct(number, term.number, term.written, use.back, use.cased, term.acronym, topic)
            self.direct[use.cased].setdefault(use.literal, []).append(found)
        return True

    def _direct_uses(self, term: plan.Term) -> tuple[Use, ...]:
        """Return the uses of a term if a hit of any of them is a mention of it."""
        entry = self.entries[term.number]
        if len(entry.units) != 1 or entry.exact or not all(use.direct for use in entry.units[0]):
            return ()
        return entry.units[0]

    # ── anchors ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────
    def _anchor_rules(self, rules: Sequence[Rule], numbers: Iterable[int]) -> None:
        anchors = Anchors(self)
        groups: dict[frozenset[Mark], int] = {}
        for number in numbers:
            anchor = anchors.of(rules[number].match)
            if anchor is None:
                self.always.append(number)
                continue
            if anchor.marks not in groups:
                groups[anchor.marks] = len(self._groups)
                self._groups.append([])
                for cased, literal, title in anchor.marks:
                    self._anchored[cased, title][literal].append(groups[anchor.marks])
            self._groups[groups[anchor.marks]].append(number)

    def candidates(self, folded: Sequence[Hit], cased: Sequence[Hit], titles: tuple[int, int]) -> list[int]:
        """Return the numbers of the rules that may hold, direct ones aside, in order, given the literals found in a document.

        `titles` says where in the folded and in the cased line the title ends, in bytes.
        """
        if not self._groups and not self.always:
            return []
        groups: set[int] = set()
        for is_cased, hits, end in ((False, folded, titles[0]), (True, cased, titles[1])):
            _collect(groups, self._anchored[is_cased, False], hits)
            if end and self._anchored[is_cased, True]:
                _collect(groups, self._anchored[is_cased, True], hits[: bisect_right(hits, end, key=_END)])
        found = set(self.always)
        for group in groups:
            found.update(self._groups[group])
        return self._fed(found, folded, cased) if found else []

    def _fed(self, rules: Iterable[int], folded: Iterable[Hit], cased: Iterable[Hit]) -> list[int]:
        """Return those of the rules, in order, of which all that they need was found."""
        lacks = {_sign(hit[0], cased=False) for hit in folded}.union(
            [_sign(hit[0], cased=True) for hit in cased]
        ).isdisjoint
        return sorted([number for number in rules if not any(map(lacks, self.needs[number]))])

    def terms_of(self, folded: Iterable[int], cased: Iterable[int]) -> frozenset[int]:
        """Return the terms of which a literal was found, and every regular expression."""
        found = set(self._expressions)
        for is_cased, literals in ((False, folded), (True, cased)):
            for literal in literals:
                found.update(self._terms[is_cased, literal])
        return frozenset(found)


_END = itemgetter(2)


def _alternatives(step: plan.Step) -> tuple[plan.Term, ...]:
    """Return the terms of which the step wants any one; none if it wants anything else."""
    if isinstance(step, plan.Term):
        return (step,)
    return tuple(step.plain.values()) if isinstance(step, plan.Any) and not step.others else ()


def _sign(literal: int, *, cased: bool) -> int:
    """Return one number for a literal of either automaton."""
    return 2 * literal + cased


class _NeedsOf:
    """Sets of literals, of each of which one must be found in the text wherever a step holds; none where that cannot be said."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self._entries = entries
        self._known: dict[
            int, Needs
        ] = {}  # by the identity of the step: many rules name the same lists and terms

    def __call__(self, step: plan.Step) -> Needs:
        key = id(step)
        if key not in self._known:
            self._known[key] = self._work_out(step)
        return self._known[key]

    def _work_out(self, step: plan.Step) -> Needs:
        if isinstance(step, plan.Term):
            units = self._entries[step.number].units
            return tuple([frozenset([_sign(use.literal, cased=use.cased) for use in uses]) for uses in units])
        if isinstance(step, plan.Any):
            of_parts = [self(part) for part in step.alternatives]
            return (frozenset().union(*[needs[0] for needs in of_parts]),) if all(of_parts) else ()
        if isinstance(step, plan.All | plan.Near):
            return tuple([need for part in step.parts for need in self(part)])
        if isinstance(step, plan.Outside | plan.NotNear):
            return self(step.left)
        if isinstance(step, plan.AtLeast | plan.Zone | plan.Named):
            return self(step.part)
        return ()


def _collect(groups: set[int], anchored: Mapping[int, list[int]], hits: Iterable[Hit]) -> None:
    for literal in anchored.keys() & {hit[0] for hit in hits}:
        groups.update(anchored[literal])


class Anchor(NamedTuple):
    """Literals of which one must be there; `cost` estimates how many a document holds by chance."""

    cost: float
    marks: frozenset[Mark]


_COST = itemgetter(0)


class Anchors:
    """Works out the anchor of each step, lists once."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._texts = {False: list(index.folded.numbers), True: list(index.cased.numbers)}
        self._known: dict[int, Anchor | None] = {}

    def of(self, step: plan.Step) -> Anchor | None:
        """Return the anchor of a step, or None if it can hold without any literal."""
        known = self._known
        if id(step) not in known:
            known[id(step)] = self._work_out(step)
        return known[id(step)]

    def _work_out(self, step: plan.Step) -> Anchor | None:
        if isinstance(step, plan.Term):
            return self._term(step)
        if isinstance(step, plan.Any):
            return self._union(step)
        if isinstance(step, plan.Named):
            return self.of(step.part)
        if isinstance(step, plan.All | plan.Near):
            return self._rarest(step.parts)
        if isinstance(step, plan.Outside | plan.NotNear):
            return self.of(step.left)
        if isinstance(step, plan.Zone) and step.zone == "title":
            return self._in_title(self.of(step.part))
        if isinstance(step, plan.AtLeast | plan.Zone):
            return self.of(step.part)
        return None

    def _in_title(self, anchor: Anchor | None) -> Anchor | None:
        """Return the same literals, wanted in the title, where a fiftieth of them is."""
        if anchor is None:
            return None
        return Anchor(
            anchor.cost / 50, frozenset((cased, literal, True) for cased, literal, _ in anchor.marks)
        )

    def _term(self, step: plan.Term) -> Anchor | None:
        units = self._index.entries[step.number].units
        if len(units) == 1:
            return self._unit(units[0])
        return min(map(self._unit, units), key=_COST, default=None)

    def _unit(self, uses: Iterable[Use]) -> Anchor:
        marks = frozenset([(use.cased, use.literal, False) for use in uses])
        return Anchor(
            sum([_chance(self._texts[cased][literal], cased=cased) for cased, literal, _ in marks]), marks
        )

    def _union(self, step: plan.Any) -> Anchor | None:
        anchors = [self.of(part) for part in step.parts]
        known = [anchor for anchor in anchors if anchor is not None]
        if len(known) < len(anchors):
            return None
        if len(known) == 1:
            return known[0]
        return Anchor(
            sum([anchor.cost for anchor in known]), frozenset().union(*[anchor.marks for anchor in known])
        )

    def _rarest(self, parts: Iterable[plan.Step]) -> Anchor | None:
        anchors = [anchor for part in parts if (anchor := self.of(part)) is not None]
        return min(anchors, key=_COST, default=None)


def _chance(text: str, *, cased: bool) -> float:
    """Estimate how often a literal occurs by chance: words are rarer by about ten for every four letters, capitals rarer still.

    Only the order of magnitude matters: it decides which side of an AND is looked for.
    """
    return 10 ** (-len(text) / 4) * (0.3 if cased else 1.0)
