"""What a rule's tree must obey beyond grammar: lists exist and end, NEAR has places on both sides, something is searched for at all.

Also the two things a rule may be refused or warned for because it cannot mean what its author thinks: a part that can never match,
and a term that another one already covers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from monitor.errors import RuleError
from monitor.topics.language import Reading
from monitor.topics.nearest import nearest
from monitor.topics.terms import is_acronym
from monitor.topics.tree import (
    FIELD_ZONES,
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
    children,
    operator,
)


class Lists(dict[str, tuple[Reading, ...]]):
    """The expressions of all lists by name, with what was found out about them, each once however often they are named."""

    def __init__(self, readings: Mapping[str, tuple[Reading, ...]]) -> None:
        super().__init__(readings)
        self.facts: dict[str, str] = {}
        self.unsearchable: dict[str, bool] = {}

    def trees(self, name: str) -> list[Node]:
        """Return the trees of a list that could be read."""
        return [reading.tree for reading in self[name] if reading.tree is not None]


_PARTS = ("title", "lead", "body")


def problems(reading: Reading, lists: Lists) -> Iterator[RuleError]:
    """Yield everything wrong with a tree whose lists are in `lists`; `loops` must have found none among those."""
    nodes = reading.nodes
    for node in nodes.get(ListRef, ()):
        if node.name not in lists:
            yield unknown_list(node, lists)
    if nodes.keys() & _MAY_BE_FACTS:
        for kind in (Near, Outside, NotNear, AtLeast):
            for node in nodes.get(kind, ()):
                yield from _misplaced(node, lists)
    if reading.tree is not None and _suspicious(nodes):
        yield from _never(reading.tree, ())


_MAY_BE_FACTS = {And, Not, Zone, ListRef}


def unknown_list(node: ListRef, lists: Lists) -> RuleError:
    """Return the mistake of naming a list that is not there."""
    close = nearest(node.name, lists)
    hint = f"${close}" if close else f"define it in lists.yaml:  {node.name}: [first term, second term]"
    message = f"no list called {node.name}" + (f" (nearest: {close})" if close else "")
    return RuleError(message, node.start, node.end, hint)


# ── Lists that refer to themselves ──────────────────────────────────────────────────────────────────────────────────────────────
def loops(lists: Lists) -> Iterator[tuple[str, int, RuleError]]:
    """Yield (list, index of expression, mistake) for every reference by which a list reaches itself."""
    for name, readings in lists.items():
        for index, reading in enumerate(readings):
            for node in reading.nodes.get(ListRef, ()):
                if path := _path(node.name, name, lists):
                    chain = " -> ".join(f"${step}" for step in (name, *path))
                    yield name, index, RuleError(f"list {name} refers to itself", node.start, node.end, chain)


def _path(start: str, goal: str, lists: Lists) -> tuple[str, ...]:
    """Return the shortest chain of lists from `start` to `goal`, both included; empty if there is none."""
    came: dict[str, str] = {start: ""}
    queue = [start]
    for here in queue:
        if here == goal:
            chain = [here]
            while came[chain[-1]]:
                chain.append(came[chain[-1]])
            return tuple(reversed(chain))
        for name in references(lists.get(here, ())):
            if name not in came:
                came[name] = here
                queue.append(name)
    return ()


def references(readings: tuple[Reading, ...]) -> Iterator[str]:
    """Yield the names of the lists that expressions use."""
    for reading in readings:
        for node in reading.nodes.get(ListRef, ()):
            yield node.name


# ── Mentions and facts ──────────────────────────────────────────────────────────────────────────────────────────────────────────
def fact_in(node: Node, lists: Lists) -> str:
    """Return what makes a node a fact without a place in the text (`AND`, `NOT`, `url:`, `$list`); empty if it is a mention."""
    if isinstance(node, And | Not):
        return operator(node)
    if isinstance(node, Zone):
        return f"{node.name}:" if node.name in FIELD_ZONES else fact_in(node.part, lists)
    if isinstance(node, AtLeast):
        return fact_in(node.part, lists)
    if isinstance(node, Or):
        return next(filter(None, (fact_in(part, lists) for part in node.parts)), "")
    if isinstance(node, ListRef) and node.name in lists:
        why = _fact_in_list(node.name, lists)
        return f"${node.name}, which holds {why}" if why else ""
    return ""


def _fact_in_list(name: str, lists: Lists) -> str:
    if name not in lists.facts:
        lists.facts[name] = next(filter(None, (fact_in(tree, lists) for tree in lists.trees(name))), "")
    return lists.facts[name]


def _misplaced(node: Near | Outside | NotNear | AtLeast, lists: Lists) -> Iterator[RuleError]:
    name = operator(node)
    for part in children(node):
        why = fact_in(part, lists)
        if why:
            message = f"{name.split('/')[0]} over {why}"
            yield RuleError(message, part.start, part.end, _fact_hint(name))


def _fact_hint(name: str) -> str:
    reason = f"{name} needs terms, which have a place in the text; AND, NOT and fields are only true or false"
    if name.startswith("ATLEAST"):
        return f"{reason}: write {name} a AND {name} b"
    return f"{reason}: write (a {name} c) AND (b {name} c), or sentence:(a AND b AND c)"


# ── Something to search for ─────────────────────────────────────────────────────────────────────────────────────────────────────
def unsearchable(node: Node, lists: Lists) -> Node | None:
    """Return the part that can hold where nothing at all is found (only NOTs), or None if every way to hold finds something."""
    if isinstance(node, Not):
        return node
    if isinstance(node, And):
        return node if all(unsearchable(part, lists) is not None for part in node.parts) else None
    if isinstance(node, Or):
        return next((part for part in node.parts if unsearchable(part, lists) is not None), None)
    if isinstance(node, Zone):
        return unsearchable(node.part, lists)
    if isinstance(node, ListRef) and node.name in lists:
        return node if _unsearchable_list(node.name, lists) else None
    return None


def _unsearchable_list(name: str, lists: Lists) -> bool:
    if name not in lists.unsearchable:
        lists.unsearchable[name] = any(unsearchable(tree, lists) is not None for tree in lists.trees(name))
    return lists.unsearchable[name]


def only_nots(node: Node) -> RuleError:
    """Return the mistake of a rule, or an alternative of one, that searches for nothing."""
    return RuleError(
        "a rule of only NOTs",
        node.start,
        node.end,
        "it would match nearly every article; say what to find first: a AND NOT b",
    )


# ── What can never match ────────────────────────────────────────────────────────────────────────────────────────────────────────
def _suspicious(nodes: Mapping[type[Node], Sequence[Any]]) -> bool:
    """Tell whether any part contradicts itself, or zones stand inside zones: only then is the tree worth a walk."""
    return len(nodes.get(Zone, ())) > 1 or any(
        _contradiction(node, ()) for kind in (And, Outside, NotNear) for node in nodes.get(kind, ())
    )


def _never(node: Node, zones: tuple[str, ...]) -> Iterator[RuleError]:
    reason = _contradiction(node, zones)
    if reason:
        yield RuleError("this can never match", node.start, node.end, reason)
        return
    inner = (*zones, node.name) if isinstance(node, Zone) else zones
    for part in children(node):
        yield from _never(part, inner)


def _contradiction(node: Node, zones: tuple[str, ...]) -> str:
    if isinstance(node, Zone):
        return next(filter(None, (_exclusive(outer, node.name) for outer in zones)), "")
    if isinstance(node, And):
        unwanted = [part.part for part in node.parts if isinstance(part, Not)]
        wanted = {_shape(part) for part in node.parts} if unwanted else set()
        if any(_shape(part) in wanted for part in unwanted):
            return "the same thing is wanted and not wanted"
        if any(_excludes(part, other) for part in unwanted for other in node.parts):
            return "wherever what is wanted stands, something that is not wanted stands, too"
    if isinstance(node, Outside | NotNear) and _covers(node.right, node.left):
        return "every mention of the left side is also one of the right side"
    return ""


def _exclusive(outer: str, inner: str) -> str:
    """Return why nothing can be in zone `inner` of zone `outer`."""
    if outer in FIELD_ZONES:
        return f"{outer}: is not part of the text, so there is no {inner}: in it"
    if "title" in (outer, inner) and outer in _PARTS and inner in _PARTS and outer != inner:
        return f"nothing is in {outer}: and in {inner}: at once"
    return ""


def _shape(node: Node) -> tuple[object, ...]:
    """Return a node without its offsets, so that equal clauses compare equal."""
    if isinstance(node, Term):
        return (
            "term",
            node.text if node.exact else " ".join(map(_folded, node.text.split())),
            node.exact,
            node.slop,
        )
    if isinstance(node, Regex):
        return ("regex", node.written)
    return (operator(node), *map(_shape, children(node)))


def vetoed(match: Node, veto: Node) -> RuleError | None:
    """Return the mistake of a veto that refuses everything its rule finds, if it does."""
    if not _excludes(veto, match):
        return None
    return RuleError("this can never match", veto.start, veto.end, "it vetoes everything that the rule finds")


def _excludes(unwanted: Node, wanted: Node) -> bool:
    """Tell whether wherever `wanted` holds, `unwanted` holds, too, as far as can be told from their words."""
    if isinstance(wanted, Not):
        return False
    alternatives = [part for part in _alternatives(unwanted) if isinstance(part, Term)][:_MANY]
    needed = list(_needed(wanted))[:_MANY] if alternatives else ()
    return _covers(unwanted, wanted) or any(covers(wide, term) for wide in alternatives for term in needed)


def _alternatives(node: Node) -> tuple[Node, ...]:
    return node.parts if isinstance(node, Or) else (node,)


def _needed(node: Node) -> Iterator[Term]:
    """Yield terms of the text without which a node does not hold."""
    if isinstance(node, Term):
        yield node
    elif isinstance(node, And | Near):
        for part in children(node):
            yield from _needed(part)
    elif isinstance(node, Outside | NotNear):
        yield from _needed(node.left)
    elif isinstance(node, AtLeast) or (isinstance(node, Zone) and node.name not in FIELD_ZONES):
        yield from _needed(node.part)


_MANY = 100  # terms that are compared with as many others; longer alternatives are not worth the time


def _covers(right: Node, left: Node) -> bool:
    """Tell whether every mention of `left` overlaps one of `right`, as far as can be told from their words."""
    rights, lefts = _alternatives(right), _alternatives(left)
    return max(len(rights), len(lefts)) <= _MANY and all(
        any(covers(wide, narrow) for wide in rights) for narrow in lefts
    )


def covers(wide: Node, narrow: Node) -> bool:
    """Tell whether wherever term `narrow` stands, term `wide` stands too: same word, a `*` that takes it, a word of the phrase."""
    if not isinstance(wide, Term) or not isinstance(narrow, Term) or wide.slop is not None:
        return False
    if _shape(wide) == _shape(narrow):
        return True
    wides, narrows = wide.text.split(), narrow.text.split()
    if (wide.exact and not narrow.exact) or (narrow.slop is not None and len(wides) > 1):
        return False  # in its exact form an acronym has no others
    size = len(wides)
    exact = (wide.exact, narrow.exact)
    return any(
        all(_takes(one, other, *exact) for one, other in zip(wides, narrows[at : at + size], strict=True))
        for at in range(len(narrows) - size + 1)
    )


def _takes(wide: str, narrow: str, wide_exact: bool, narrow_exact: bool) -> bool:
    """Tell whether one word of a term takes another: the same, or a `*` at its end over the same beginning."""
    if not wide_exact:
        wide = _folded(wide)
        narrow = (narrow if _is_cased(wide) else narrow.casefold()) if narrow_exact else _folded(narrow)
    if not narrow_exact and _is_cased(narrow):
        return wide == narrow  # only itself also takes the other forms of an acronym
    if wide.endswith("*") and not set(wide[:-1]) & set("*?"):
        return narrow.startswith(wide[:-1])
    return wide == narrow and "*" not in narrow and "?" not in narrow


def _folded(word: str) -> str:
    """Return a word of a term without capitals, but for its acronyms, whose capitals count."""
    if is_acronym(word):
        return word
    if word.isalpha():
        return word.casefold()
    return re.sub(r"[^\W_]+", lambda part: part[0] if is_acronym(part[0]) else part[0].casefold(), word)


def _is_cased(word: str) -> bool:
    return word != word.casefold()


def covered_terms(reading: Reading) -> Iterator[RuleError]:
    """Yield a warning for each term of an OR that adds nothing, because another term of the same OR already takes it."""
    for node in reading.nodes.get(Or, ()):
        terms = [part for part in node.parts if isinstance(part, Term)]
        if len(terms) > 1:
            yield from _covered(terms)
        if terms and len(terms) < len(node.parts):
            yield from _covered_in_zones(node, terms[:_TWINS])


def _covered_in_zones(node: Or, terms: list[Term]) -> Iterator[RuleError]:
    """Yield a warning for each term looked for in one zone of the text that another one looks for everywhere."""
    for part in node.parts[:_TWINS]:
        if isinstance(part, Zone) and isinstance(part.part, Term) and part.name not in FIELD_ZONES:
            wide = next((term for term in terms if covers(term, part.part)), None)
            if wide is not None:
                message = f"{part.name}:{part.part.written} is already covered by {wide.written}"
                yield RuleError(message, part.start, part.end, _ADDS_NOTHING)


_ADDS_NOTHING = "remove it: it adds nothing to this OR"


def _covered(terms: list[Term]) -> Iterator[RuleError]:
    """Yield a warning for each term that another of these takes; each is compared only with those that begin like one of its words."""
    heads: dict[str, list[int]] = {}
    for at, term in enumerate(terms):
        for word in term.text.casefold().split()[:1]:
            heads.setdefault(word, []).append(at)
    stars = any(head[-1] == "*" for head in heads)
    if not stars and len(heads) == len(terms) and not any(" " in term.text for term in terms):
        return  # single words, all different
    for at, narrow in enumerate(terms):
        for other in _alike(narrow, heads, stars=stars):
            wide = terms[other]
            is_later_twin = other > at and _shape(wide) == _shape(narrow)
            if other != at and not is_later_twin and covers(wide, narrow):
                message = f"{narrow.written} is already covered by {wide.written}"
                yield RuleError(message, narrow.start, narrow.end, _ADDS_NOTHING)
                break


def _alike(narrow: Term, heads: dict[str, list[int]], *, stars: bool) -> Iterator[int]:
    """Yield the terms whose first word is a word of this one, or a `*` over the beginning of one."""
    for word in dict.fromkeys(narrow.text.casefold().split()):
        yield from heads.get(word, ())[:_TWINS]
        for size in range(1, len(word) + 1) if stars else ():
            yield from heads.get(f"{word[:size]}*", ())[:_TWINS]


_TWINS = 20  # of terms that begin alike so many are compared; a warning is a courtesy, not worth more time
