"""What a rule does, step by step: each node of the tree becomes a step that looks into a scope and returns what it finds.

`look` returns the mentions on which the step holds (an empty list for a fact without a place, such as NOT), or None where it does
not hold. A scope is a stretch of one article; zones narrow it. Steps know nothing of automata: they ask the scope for mentions.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from monitor.topics.document import Document, Window
from monitor.topics.mentions import Mention, count_apart, near, not_near, outside
from monitor.topics.scope import Found, Scope


@dataclass(slots=True, eq=False)
class Step:
    """Common to all: the clause as written, whether it has places (mentions) or is a fact, and the terms below it."""

    written: str
    placed: bool
    terms: frozenset[int]

    def look(self, scope: Scope) -> Found:
        """Return the mentions on which it holds in the scope, or None if it does not hold."""
        raise TypeError(type(self).__name__)

    def seen(self, scope: Scope) -> bool:
        """Tell whether any of it is mentioned in ordinary text, which makes weak mentions elsewhere credible."""
        return any(part.seen(scope) for part in self.parts)

    @property
    def parts(self) -> tuple[Step, ...]:
        """The steps below."""
        return ()


def wanted_terms(step: Step) -> frozenset[int]:
    """Return the terms a step wants to find, without those that only take mentions or whole articles away."""
    if isinstance(step, Term):
        return step.terms
    if isinstance(step, No):
        return frozenset()
    parts = (step.left,) if isinstance(step, Outside | NotNear) else step.parts
    return frozenset().union(*map(wanted_terms, parts))


def _in_ordinary_text(found: Found, scope: Scope) -> bool:
    return any(not scope.source.document.shouts(mention[0]) for mention in found or ())


@dataclass(slots=True, eq=False)
class Term(Step):
    """A term or regular expression; `number` is its index among all terms of all rules."""

    number: int
    acronym: bool

    def look(self, scope: Scope) -> Found:
        """Return its mentions."""
        return scope.mentions(self.number, acronym=self.acronym) or None

    def seen(self, scope: Scope) -> bool:
        """Tell whether it stands in ordinary text."""
        return _in_ordinary_text(self.look(scope), scope)


@dataclass(slots=True, eq=False)
class Any(Step):
    """OR. `plain` maps the numbers of parts that are terms; long lists are not walked but intersected with what was found."""

    alternatives: tuple[Step, ...]
    plain: dict[int, Term]
    others: tuple[Step, ...]

    def look(self, scope: Scope) -> Found:
        """Return the mentions of all parts that hold."""
        found: list[Mention] = []
        holds = False
        for part in self._likely(scope):
            seen = part.look(scope)
            if seen is not None:
                holds = True
                found += seen
        return sorted(set(found)) if holds else None

    def _likely(self, scope: Scope) -> Iterator[Step]:
        yield from map(
            self.plain.__getitem__,
            scope.source.found(frozenset(self.plain)) if len(self.plain) > 8 else self.plain,
        )
        yield from self.others

    @property
    def parts(self) -> tuple[Step, ...]:
        """The alternatives."""
        return self.alternatives


@dataclass(slots=True, eq=False)
class Named(Step):
    """A list. What it finds is kept with the article, since many rules, and other lists, may name it."""

    part: Step
    needs: bool  # see `needs_mention`

    def look(self, scope: Scope) -> Found:
        """Return the mentions of the list, worked out once for each window; what it dropped is noted every time."""
        kept, key = scope.source.kept, (id(self), scope.window, scope.trusting)
        if key not in kept:
            inside = Scope(scope.source, scope.window, trusting=scope.trusting, drops=[])
            kept[key] = self.part.look(inside), inside.drops or []
        found, drops = kept[key]
        if scope.drops is not None:
            scope.drops += drops
        return None if found is None else list(found)

    def seen(self, scope: Scope) -> bool:
        """Tell whether anything the list wants is in ordinary text, worked out once for each window."""
        kept, key = scope.source.kept, (-id(self), scope.window, scope.trusting)
        if key not in kept:
            kept[key] = [] if self.part.seen(scope) else None, []
        return kept[key][0] is not None

    @property
    def parts(self) -> tuple[Step, ...]:
        """The list's expressions together."""
        return (self.part,)


@dataclass(slots=True, eq=False)
class All(Step):
    """AND."""

    conditions: tuple[Step, ...]

    def look(self, scope: Scope) -> Found:
        """Return the mentions of all parts, if every one holds."""
        found: list[Mention] = []
        for part in self.conditions:
            seen = part.look(scope)
            if seen is None:
                return None
            found += seen
        return sorted(set(found))

    @property
    def parts(self) -> tuple[Step, ...]:
        """The conditions."""
        return self.conditions


@dataclass(slots=True, eq=False)
class No(Step):
    """NOT."""

    part: Step

    def look(self, scope: Scope) -> Found:
        """Return an empty list if the part does not hold."""
        return [] if self.part.look(scope) is None else None

    def seen(self, scope: Scope) -> bool:
        """What must be absent lends no credit."""
        return False


@dataclass(slots=True, eq=False)
class Pair(Step):
    """What takes two sides with places."""

    left: Step
    right: Step

    @property
    def parts(self) -> tuple[Step, ...]:
        """Both sides."""
        return (self.left, self.right)


@dataclass(slots=True, eq=False)
class Near(Pair):
    """NEAR and BEFORE."""

    distance: int
    ordered: bool

    def look(self, scope: Scope) -> Found:
        """Return the joint mentions of both sides."""
        lefts = self.left.look(scope)
        rights = self.right.look(scope) if lefts else None
        if not lefts or not rights:
            return None
        return (
            near(lefts, rights, self.distance, scope.source.document.paragraph_of, ordered=self.ordered)
            or None
        )


@dataclass(slots=True, eq=False)
class Outside(Pair):
    """OUTSIDE."""

    def look(self, scope: Scope) -> Found:
        """Return the left mentions that overlap no right one."""
        lefts = self.left.look(scope)
        if lefts is None:
            return None
        kept, dropped = outside(lefts, self.right.look(scope) or ())
        scope.drop(dropped, f"OUTSIDE {self.right.written}")
        return kept or None

    def seen(self, scope: Scope) -> bool:
        """Only what survives counts."""
        return _in_ordinary_text(self.look(scope), scope)


@dataclass(slots=True, eq=False)
class NotNear(Pair):
    """NOT NEAR."""

    distance: int

    def look(self, scope: Scope) -> Found:
        """Return the left mentions with no right one close by."""
        lefts = self.left.look(scope)
        if lefts is None:
            return None
        rights = self.right.look(scope) or []
        kept, dropped = not_near(lefts, rights, self.distance, scope.source.document.paragraph_of)
        scope.drop(dropped, f"NOT NEAR/{self.distance} {self.right.written}")
        return kept or None

    def seen(self, scope: Scope) -> bool:
        """Only what survives counts."""
        return _in_ordinary_text(self.look(scope), scope)


@dataclass(slots=True, eq=False)
class AtLeast(Step):
    """ATLEAST."""

    part: Step
    count: int

    def look(self, scope: Scope) -> Found:
        """Return the part's mentions if enough of them do not overlap."""
        found = self.part.look(scope)
        return found if found and count_apart(found) >= self.count else None

    @property
    def parts(self) -> tuple[Step, ...]:
        """What is counted."""
        return (self.part,)


@dataclass(slots=True, eq=False)
class Zone(Step):
    """title:, lead:, body:, sentence:, paragraph:."""

    part: Step
    zone: str

    def look(self, scope: Scope) -> Found:
        """Return what the part finds in each window of the zone."""
        found: list[Mention] = []
        holds = False
        for narrow in self.windows(scope):
            seen = self.part.look(narrow)
            if seen is not None:
                holds = True
                found += seen
        return sorted(set(found)) if holds else None

    def seen(self, scope: Scope) -> bool:
        """Tell whether the part is seen in any window."""
        return any(self.part.seen(narrow) for narrow in self.windows(scope))

    def windows(self, scope: Scope) -> list[Scope]:
        """Return the scopes the zone stands for: one, or each sentence or paragraph in which a term of the part is found."""
        document = scope.source.document
        if self.zone not in ("sentence", "paragraph"):
            return [scope.narrowed(document.zone_window(self.zone))]
        return [scope.narrowed(window) for window in sorted(self._units(scope))]

    def _units(self, scope: Scope) -> set[Window]:
        """Return the sentences or paragraphs worth a look: where a term stands, or all if the part may hold without one."""
        document = scope.source.document
        if not needs_mention(self.part):
            return set(_all_units(document, self.zone))
        words = {
            mention[0] for term in scope.source.found(self.terms) for mention in scope.source.mentions(term)
        }
        if self.zone == "sentence":
            return {document.sentence_of(word) for word in words}
        return {document.paragraph_window(document.paragraph_of(word)) for word in words}

    @property
    def parts(self) -> tuple[Step, ...]:
        """What is looked for in the zone."""
        return (self.part,)


def _all_units(document: Document, zone: str) -> Iterator[Window]:
    for index in range(len(document.paragraphs)):
        if zone == "paragraph":
            yield document.paragraph_window(index)
        else:
            yield from document.sentence_windows(index)


@dataclass(slots=True, eq=False)
class Field(Step):
    """url:, source:, author:, lang:, country:, category: facts about where the article comes from."""

    part: Step
    zone: str

    def look(self, scope: Scope) -> Found:
        """Return an empty list if the part holds for the field: it has no place in the text."""
        return None if self.part.look(Scope(scope.source.field(self.zone), trusting=True)) is None else []

    def seen(self, scope: Scope) -> bool:
        """A field is not text."""
        return False


def needs_mention(step: Step) -> bool:
    """Tell whether a step can hold only where one of its terms is mentioned."""
    if isinstance(step, Term):
        return True
    if isinstance(step, Named):
        return step.needs
    if isinstance(step, Any):
        return all(map(needs_mention, step.alternatives))
    if isinstance(step, All):
        return any(map(needs_mention, step.conditions))
    if isinstance(step, Near):
        return True
    if isinstance(step, Outside | NotNear):
        return needs_mention(step.left)
    if isinstance(step, AtLeast | Zone):
        return needs_mention(step.part)
    return False
