"""One article, searched: the hits of the automata turned into mentions, each term's only when a rule asks for it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable

from monitor.topics.build import Lexeme
from monitor.topics.document import Document
from monitor.topics.expressions import Expression
from monitor.topics.index import Direct, Entry, Hit, Index, Use
from monitor.topics.lazily import lazy
from monitor.topics.mentions import Mention, in_order, leaf
from monitor.topics.scope import Kept
from monitor.topics.terms import agrees, exact_form
from monitor.topics.variants import Variant

FieldReader = Callable[[str], tuple[str, ...]]
Sighting = tuple[Direct, int]  # a literal of a direct rule, and where a hit of it ends, in bytes


class Search:
    """A document with the hits of both automata; a `Source`."""

    def __init__(self, index: Index, lexemes: list[Lexeme], document: Document, fields: FieldReader) -> None:
        self.document = document
        self._index = index
        self._lexemes = lexemes
        self._fields = fields
        self._folded_hits = index.folded.hits(document.folded)
        self._cased_hits = index.cased.hits(document.cased) if index.cased.numbers else []
        self.kept: Kept = {}
        self._mentions: dict[int, list[Mention]] = {}
        self._field_searches: dict[str, FieldSearch] = {}
        self.regex_places: dict[tuple[int, int, int], list[tuple[str, int, int]]] = {}

    def candidates(self) -> list[int]:
        """Return the numbers of the rules that may hold, direct ones aside: an anchor was found, and something of all that is needed."""
        return self._index.candidates(self._folded_hits, self._cased_hits, self.document.title_ends)

    def sightings(self) -> dict[int, list[Sighting]]:
        """Return the hits of each direct rule that has any, by its number."""
        found: dict[int, list[Sighting]] = {}
        for cased, hits in ((False, self._folded_hits), (True, self._cased_hits)):
            uses = self._index.direct[cased]
            for literal, _, end in hits if uses else ():
                for direct in uses.get(literal, ()):
                    found.setdefault(direct.rule, []).append((direct, end))
        return found

    def field(self, zone: str) -> FieldSearch:
        """Return the search of a metadata field."""
        if zone not in self._field_searches:
            self._field_searches[zone] = FieldSearch(self._lexemes, zone, self._fields(zone))
        return self._field_searches[zone]

    # ── mentions ────────────────────────────────────────────────────────────────────────────────────────────────────────────────
    def mentions(self, term: int) -> list[Mention]:
        """Return all mentions of a term, in order of place."""
        if term not in self._mentions:
            self._mentions[term] = self._find(term)
        return self._mentions[term]

    def _find(self, term: int) -> list[Mention]:
        entry = self._index.entries[term]
        if entry.expression is not None:
            return self._find_expression(term, entry.expression)
        if len(entry.units) > 1:
            return self._find_loose(term, entry)
        return (
            [leaf(first, last, term) for first, last in self._unit(entry.units[0], entry.exact)]
            if entry.units
            else []
        )

    def _unit(self, uses: tuple[Use, ...], exact: str) -> list[tuple[int, int]]:
        found: list[tuple[int, int]] = []
        for use in uses:
            size = len(use.variant.words)
            for end in (self._cased_ends if use.cased else self._folded_ends).get(use.literal, ()):
                first = self.document.word_at(end, cased=use.cased) - use.back
                if use.direct or self._stands(use.variant, first):
                    found.append((first, first + size - 1))
        if exact:
            found = [place for place in found if agrees(exact, self._exact(*place))]
        return sorted(set(found)) if len(found) > 1 else found

    def _stands(self, variant: Variant, first: int) -> bool:
        return variant.stands_at(first, self.document.folded_words, self.document.cased_words)

    def _exact(self, first: int, last: int) -> str:
        return "".join(exact_form(self.document.original(word)) for word in range(first, last + 1))

    def _find_loose(self, term: int, entry: Entry) -> list[Mention]:
        """Return the mentions of a phrase with `~n`: its words in order, few others among them, one sentence."""
        units = [[leaf(first, last, term) for first, last in self._unit(uses, "")] for uses in entry.units]
        if not all(units):
            return []
        document = self.document
        found = [m for m in in_order(units, entry.slop, term) if m[1] < document.sentence_of(m[0])[1]]
        return [m for m in found if not entry.exact or self._same_letters(entry.exact, m)]

    def _same_letters(self, exact: str, mention: Mention) -> bool:
        """Tell whether a loose phrase has the accents asked for; its other words may be anything."""
        return agrees(exact, self._exact(mention[0], mention[1]), loose=True)

    def _find_expression(self, term: int, expression: Expression) -> list[Mention]:
        found = []
        for index, paragraph in enumerate(self.document.paragraphs):
            for start, end in expression.places(self.document.source(paragraph)):
                place = self.document.words_over(index, paragraph.start + start, paragraph.start + end)
                if place is not None:
                    found.append(leaf(*place, term))
                    self.regex_places.setdefault((*place, term), []).append(
                        (paragraph.zone, paragraph.start + start, paragraph.start + end)
                    )
        return sorted(set(found))

    def written(self, term: int) -> str:
        """Return a term as its rule writes it."""
        return self._lexemes[term].written

    def other_case(self, term: int) -> list[tuple[int, int]]:
        """Return where a term would stand if capitals did not count, and does not because they do; for explanations."""
        means = self._lexemes[term].means
        if means is None or self._lexemes[term].field or means.parts:
            return []
        words = self.document.folded_words
        counted = {mention[:2] for mention in self.mentions(term)}
        places = {
            (at, at + len(variant.words) - 1)
            for variant in means.variants
            for at in range(len(words))
            if variant.stands_at_folded(at, words)
        }
        return sorted(places - counted)

    def found(self, terms: frozenset[int]) -> Iterable[int]:
        """Return those of the terms that may be mentioned."""
        if len(terms) <= len(self._terms_hit):
            return [term for term in terms if term in self._terms_hit]
        return [term for term in self._terms_hit if term in terms]

    @lazy
    def _terms_hit(self) -> frozenset[int]:
        return self._index.terms_of(self._folded_ends, self._cased_ends)

    # ── from hits to word numbers ───────────────────────────────────────────────────────────────────────────────────────────────
    @lazy
    def _folded_ends(self) -> dict[int, list[int]]:
        return _ends(self._folded_hits)

    @lazy
    def _cased_ends(self) -> dict[int, list[int]]:
        return _ends(self._cased_hits)


def _ends(hits: Iterable[Hit]) -> dict[int, list[int]]:
    ends: defaultdict[int, list[int]] = defaultdict(list)
    for literal, _, end in hits:
        ends[literal].append(end)
    return dict(ends)


class FieldSearch:
    """A metadata field, searched word by word; a `Source`. Capitals do not count in fields, except for `=`."""

    def __init__(self, lexemes: list[Lexeme], zone: str, values: tuple[str, ...]) -> None:
        self.document = Document.of_fields(zone, values)
        self.kept: Kept = {}
        self._lexemes = lexemes

    def mentions(self, term: int) -> list[Mention]:
        """Return all mentions of a term in the field."""
        means = self._lexemes[term].means
        if means is None:
            return self._find_expression(term)
        if means.parts:
            units = [[leaf(*place, term) for place in self._places(variants)] for variants in means.parts]
            return in_order(units, means.slop, term) if all(units) else []
        found = self._places(means.variants)
        return [
            leaf(*place, term)
            for place in found
            if not means.exact or agrees(means.exact, self._exact(*place))
        ]

    def _places(self, variants: Iterable[Variant]) -> list[tuple[int, int]]:
        folded, cased = self.document.folded_words, self.document.cased_words
        return sorted(
            {
                (at, at + len(variant.words) - 1)
                for variant in variants
                for at in range(len(folded))
                if variant.stands_at(at, folded, cased)
            }
        )

    def _exact(self, first: int, last: int) -> str:
        return "".join(exact_form(self.document.original(word)) for word in range(first, last + 1))

    def _find_expression(self, term: int) -> list[Mention]:
        expression = self._lexemes[term].regex
        assert expression is not None  # noqa: S101  # a lexeme is either a term or an expression
        values = map(self.document.source, self.document.paragraphs)
        return [leaf(0, 0, term)] if any(next(expression.places(value), None) for value in values) else []

    def found(self, terms: frozenset[int]) -> Iterable[int]:
        """Return the terms: in a field all are tried."""
        return terms

    def field(self, zone: str) -> FieldSearch:
        """A field has no fields of its own."""
        return self
