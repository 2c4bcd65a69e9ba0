"""The rule as a tree: frozen nodes that remember where in the rule's text they stand.

Two kinds of value run through a tree. *Mentions* are places in the text (a term, OR of terms, NEAR, OUTSIDE, a zone of these);
*facts* are only true or false (AND, NOT, and whatever holds one). `start` and `end` of every node are character offsets into the
text the rule was read from, so that each mistake and each failing clause can be pointed at.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

TEXT_ZONES = ("title", "lead", "body", "sentence", "paragraph")
FIELD_ZONES = ("url", "source", "author", "lang", "country", "category")
ZONES = TEXT_ZONES + FIELD_ZONES


@dataclass(frozen=True, slots=True)
class Term:
    """A word or a quoted phrase. `text` is what stands inside the quotes, `written` the term as the rule writes it.

    `exact` is the `=` prefix; `slop` the n of `~n`, or None for adjacent words.
    """

    start: int
    end: int
    written: str
    text: str
    exact: bool = False
    slop: int | None = None


@dataclass(frozen=True, slots=True)
class Regex:
    """A `/regular expression/`, RE2 syntax; `fold` is the trailing `i`."""

    start: int
    end: int
    written: str
    source: str
    fold: bool = False


@dataclass(frozen=True, slots=True)
class ListRef:
    """A `$name`: any expression of that list."""

    start: int
    end: int
    name: str


@dataclass(frozen=True, slots=True)
class Or:
    """At least one of the parts."""

    start: int
    end: int
    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class And:
    """All of the parts."""

    start: int
    end: int
    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold."""

    start: int
    end: int
    part: Node


@dataclass(frozen=True, slots=True)
class Near:
    """Both sides with at most `distance` words between, in either order or (`ordered`, BEFORE) left before right."""

    start: int
    end: int
    left: Node
    right: Node
    distance: int
    ordered: bool = False


@dataclass(frozen=True, slots=True)
class Outside:
    """Mentions of the left side that overlap no mention of the right side."""

    start: int
    end: int
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class NotNear:
    """Mentions of the left side with no mention of the right side within `distance` words."""

    start: int
    end: int
    left: Node
    right: Node
    distance: int


@dataclass(frozen=True, slots=True)
class AtLeast:
    """The mentions of the part, if there are at least `count` that do not overlap."""

    start: int
    end: int
    count: int
    part: Node


@dataclass(frozen=True, slots=True)
class Zone:
    """The part, looked for in one zone of the article only."""

    start: int
    end: int
    name: str
    part: Node


Node = Term | Regex | ListRef | Or | And | Not | Near | Outside | NotNear | AtLeast | Zone


def _one(node: Not | AtLeast | Zone) -> tuple[Node, ...]:
    return (node.part,)


def _two(node: Near | Outside | NotNear) -> tuple[Node, ...]:
    return (node.left, node.right)


def _many(node: Or | And) -> tuple[Node, ...]:
    return node.parts


def _none(node: Node) -> tuple[Node, ...]:
    return ()


# By type, since rules are walked many times over when thousands are compiled.
_CHILDREN: dict[type, Callable[[Any], tuple[Node, ...]]] = {
    **dict.fromkeys((Or, And), _many),
    **dict.fromkeys((Not, AtLeast, Zone), _one),
    **dict.fromkeys((Near, Outside, NotNear), _two),
}


def children(node: Node) -> tuple[Node, ...]:
    """Return the parts of a node, in the order they are written."""
    return _CHILDREN.get(type(node), _none)(node)


def operator(node: Node) -> str:
    """Return a node's operator as the rule language writes it; empty for a term."""
    match node:
        case Near():
            return f"{'BEFORE' if node.ordered else 'NEAR'}/{node.distance}"
        case NotNear():
            return f"NOT NEAR/{node.distance}"
        case AtLeast():
            return f"ATLEAST/{node.count}"
        case Zone():
            return f"{node.name}:"
        case ListRef():
            return f"${node.name}"
    return {Or: "OR", And: "AND", Not: "NOT", Outside: "OUTSIDE"}.get(type(node), "")
