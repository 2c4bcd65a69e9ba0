"""The page as plain Python objects: elements and lines of text in document order, and what the head says.

A candidate body is an element, hence a range of blocks; comparing candidates is adding numbers up. Nothing here knows the parser.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from monitor.text import letters

if TYPE_CHECKING:
    from monitor.collect.extract.units import Group

Attributes = dict[str, str | None]

# Text mark-up: elements that are lines or parts of lines, tables and lists, and so never the container of an article.
TEXTUAL = frozenset(
    (
        "p li ul ol dl dt dd blockquote h1 h2 h3 h4 h5 h6 pre table tbody thead tfoot tr td th figure "
        "center font span strong em b i small time cite a details summary"
    ).split()
)
# What kind of line an element's text is; elements not named here hand on their parent's kind, these containers begin anew.
_KINDS = {f"h{level}": "h" for level in range(1, 7)} | {
    "li": "li",
    "blockquote": "quote",
    "td": "cell",
    "th": "cell",
}
_RESET = frozenset(
    ("article section main body html aside header footer nav figure table ul ol dl form").split()
)


class Node:
    """An element: its place in the tree and the range of blocks below it (`page.blocks[first:last]`).

    `mark` says why it is probably no part of the article, `marked` is the nearest marked element at or above it. `kind` is the kind
    of line its text is.
    """

    __slots__ = (
        "_home",
        "_key",
        "attrs",
        "first",
        "kind",
        "last",
        "mark",
        "marked",
        "order",
        "parent",
        "signs",
        "tag",
    )

    def __init__(self, tag: str, attrs: Attributes, parent: Node | None, order: int, first: int) -> None:
        self.tag = tag
        self.attrs = attrs
        self.parent = parent
        self.order = order
        self.first = first
        self.last = first
        self.mark = ""
        self.marked: Node | None = None
        self.signs: tuple[str, ...] = ()
        self.kind: str = _KINDS.get(tag) or ("p" if parent is None or tag in _RESET else parent.kind)
        self._home: Node | None = None
        self._key: tuple[str, ...] = ()
        if parent is not None:
            self.marked = parent.marked

    @property
    def home(self) -> Node:
        """The container a line lives in: the nearest element that is no part of text mark-up."""
        passed: list[Node] = []
        node = self
        while node._home is None and node.parent is not None and node.tag in TEXTUAL:
            passed.append(node)
            node = node.parent
        found = node._home or node
        node._home = found
        for below in passed:
            below._home = found
        return found

    @property
    def key(self) -> tuple[str, ...]:
        """What containers of one make have in common: tag and class, or the parent's where there is no class."""
        if not self._key:
            own, above = self.attrs.get("class") or "", self.parent
            self._key = (
                (self.tag, own)
                if own or above is None
                else (self.tag, "", above.tag, above.attrs.get("class") or "")
            )
        return self._key

    def path(self) -> str:
        """Return a short CSS-like path for people: up to three elements, each with its id or first class."""
        parts: list[str] = []
        node: Node | None = self
        while node is not None and len(parts) < 3:
            parts.append(_name(node))
            node = node.parent
        return " > ".join(reversed(parts))


def _name(node: Node) -> str:
    if node.attrs.get("id"):
        return f"{node.tag}#{node.attrs['id']}"
    classes = (node.attrs.get("class") or "").split()
    return f"{node.tag}.{classes[0]}" if classes else node.tag


class Block:
    """One line of the page. `kind` is `p`, `h`, `li`, `quote`, `row`, `cell`, `img`, `hr` or `box` (a box not entered); `size` counts words, `linked` those in
    links. A `row` holds the `cells` of a data table's row; the `cell` blocks that follow it are already in it."""

    __slots__ = ("_letters", "cells", "href", "kind", "linked", "node", "size", "text", "why")

    def __init__(self, kind: str, text: str, node: Node, size: int = 0, linked: int = 0) -> None:
        self.kind = kind
        self.text = text
        self.node = node
        self.size = size
        self.linked = linked
        self.cells: tuple[str, ...] = ()
        self.href: str | None = None  # where its last link leads
        self.why: str | None = None  # the verdict on the line by itself, once it was asked for
        self._letters: str | None = None

    @property
    def mark(self) -> str:
        """The mark that the line stands under, its element's own or of one around it; empty where there is none."""
        return self.node.marked.mark if self.node.marked is not None else ""

    @property
    def letters(self) -> str:
        """The line without marks, blanks and case (`text.letters`), for telling whether it says the same as another."""
        if self._letters is None:
            self._letters = letters(self.text)
        return self._letters


@dataclass(slots=True)
class Page:
    """A page as read: elements and blocks in document order, and what the head says. Its links count from `base`, mostly its own `url`."""

    url: str
    base: str = ""
    nodes: list[Node] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    metas: list[Attributes] = field(default_factory=list)
    links: list[Attributes] = field(default_factory=list)
    data: list[str] = field(default_factory=list)  # the texts of application/ld+json
    times: list[str] = field(default_factory=list)  # the instants of <time datetime>, wherever they stand
    placed: list[tuple[int, str]] = field(
        default_factory=list
    )  # those in no box and no quotation, with the number of the block that follows
    title: str = ""
    source: str = ""  # the page as it came: for what only its scripts say
    notes: list[str] = field(default_factory=list)
    bodies: list[Node] = field(default_factory=list)  # what the site's own `body` selector names
    groups: tuple[Group, ...] | None = None  # its repeated units, once they were looked for

    def put_away(self, node: Node, mark: str) -> None:
        """Mark an element and all that is in it; marks further in are overruled, for the box is no part of the article as a whole."""
        node.mark, node.marked = mark, node
        for other in self.nodes[node.order + 1 :]:
            if other.parent is None or other.parent.order < node.order:
                break
            other.marked = node
        for block in self.blocks[node.first : node.last]:
            block.node.marked = node
