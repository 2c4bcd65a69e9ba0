"""Several answers to "which element holds the article?", all read off the same blocks.

Names (`itemprop="articleBody"`, the body classes of common publishing systems), density (the element whose paragraphs outweigh its
links) and readability's vote of paragraphs for their parents fail on different pages; where they agree they are right.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate

from monitor.collect.extract.page import TEXTUAL, Block, Node, Page

# Names of the body in common publishing systems, as words (see `marks.signature`).
_BODY_NAMES = frozenset(
    name.strip()
    for name in ["articlebody", " article body", " article body content", " article body text", " articlebody content", " entry content", " post content", " post body", " post body content", " story body", " story body text", " article content", " article text", " single post content", " body copy", " news body", " story content", " story text", " content body", " body content", " blog content", " blog post content", " blog body", " rich text", " richtext", " w richtext", " c entry content", " gh content", " post full content", " field name body", " field body", " node body", " article copy", " news text", " news content", " newstext", " td post content", " cuerpo", " cuerpo noticia", " nota cuerpo", " texto noticia", " corps article", " artikeltext", " artikel text", " article main", " article main content", " the content", " e content", " caas body", " content article body", " article body wrapper", " article body container", " story content body", " article page content", " page content", " content text", " maincontent", " main content", " text", " content", " mw parser output", " wysiwyg", " post text", " post entry", " entry", " article", " story", " article detail", " articlecontent", " detail content", " postcontent"]
)
@dataclass(slots=True)
class Candidate:
    """One candidate body: an element, what proposed it, the blocks it keeps, and how the others agree with it."""

    name: str
    node: Node
    kept: frozenset[int] = frozenset()
    size: int = 0
    agreement: float = 0.0
    score: float = 0.0


_ENDS = frozenset(".!?:;…”\"’')»。！？」』।؟")


def value(block: Block) -> float:
    """Return what a block says for its being part of an article, in words; negative for menus and lists of links."""
    size = block.size
    if size == 0 or block.kind in ("cell", "h"):
        return 0.0
    if block.linked * 2 > size:
        return -1.0 - 0.5 * block.linked
    if block.kind == "row":
        return size * 0.5
    if block.kind == "li":
        return size * 0.8 - 1.0 if size > 4 else -0.5
    if size >= 10 or (size >= 4 and block.text[-1] in _ENDS):
        return float(size - block.linked)
    return -1.0


@dataclass(slots=True)
class Weights:
    """Running sums over the page's blocks, so that any element's weight is one subtraction."""

    value: list[float]
    words: list[int]

    def of(self, node: Node) -> float:
        """Return the value of an element's blocks."""
        return self.value[node.last] - self.value[node.first]


def weigh(page: Page) -> Weights:
    """Sum values and words up, marked blocks counting nothing."""
    values = [0.0 if block.node.marked is not None else value(block) for block in page.blocks]
    words = [0 if block.node.marked is not None else block.size for block in page.blocks]
    return Weights([0.0, *accumulate(values)], [0, *accumulate(words)])


def pardon(page: Page) -> None:
    """Take the mark off elements that hold most of the page's prose: they are the article, whatever their name.

    Siblings with one mark are one suspect (`<section id="toc-1">` … is how some sites number chapters). Comments are pardoned only
    when hardly anything else is there.
    """
    good = [0.0, *accumulate(max(0.0, value(block)) for block in page.blocks)]
    free = sum(max(0.0, value(block)) for block in page.blocks if block.node.marked is None)
    suspects: dict[tuple[int, str], list[Node]] = {}
    for node in page.nodes:
        if node.mark and node.mark != "strip rule":
            suspects.setdefault((node.parent.order if node.parent else -1, node.mark), []).append(node)
    for (_, mark), nodes in suspects.items():
        share = sum(good[node.last] - good[node.first] for node in nodes)
        limit = 0.8 if mark in ("comments", "hidden", "no script") else 0.5
        if share > limit * good[-1] and free < share:
            for node in nodes:
                _unmark(page, node)


def _unmark(page: Page, node: Node) -> None:
    above = node.parent.marked if node.parent is not None else None
    node.mark = ""
    for other in page.nodes[node.order :]:
        if other.first > node.last:
            break
        if other.marked is node:
            other.marked = above
    for block in page.blocks[node.first : node.last]:
        if block.node.marked is node:  # images have an element of their own
            block.node.marked = above


def propose(page: Page, weights: Weights) -> list[Candidate]:
    """Return the candidate bodies, each element once, with the name of what proposed it first."""
    found: dict[int, Candidate] = {}
    for name, node in _proposals(page, weights):
        if node is not None and node.order not in found:
            found[node.order] = Candidate(name, node)
    return list(found.values())


def _proposals(page: Page, weights: Weights) -> list[tuple[str, Node | None]]:
    votes = _votes(page)
    best = max(votes, key=lambda order: votes[order], default=None)
    return [
        (
            "itemprop",
            _heaviest(
                page, weights, lambda node: "articlebody" in node.signs or "article body" in node.signs
            ),
        ),
        ("class", _heaviest(page, weights, lambda node: not _BODY_NAMES.isdisjoint(node.signs))),
        ("density", _densest(page, weights)),
        ("votes", page.nodes[best] if best is not None else None),
        (
            "article",
            _heaviest(page, weights, lambda node: node.tag in ("article", "main") or "main" in node.signs),
        ),
    ]


def _heaviest(page, weights, wanted) -> Node | None:
    """Return the wanted element with the greatest weight; of nested ones with the same prose the innermost."""
    best, top = None, 20.0
    for node in page.nodes:
        if node.marked is None and node.last > node.first and node.tag not in TEXTUAL and wanted(node):
            weight = weights.of(node)
            if weight >= top:
                best, top = node, weight
    return best


def _densest(page: Page, weights: Weights) -> Node | None:
    return _heaviest(page, weights, lambda node: True)


def _votes(page: Page) -> dict[int, float]:
    """Let each paragraph vote for its parent (1), grandparent (1/2) and great-grandparent (1/4) (readability's rule)."""
    votes: dict[int, float] = {}
    for block in page.blocks:
        worth = value(block)
        if worth <= 0 or block.node.marked is not None:
            continue
        node, share = (
            (block.node if block.node.tag not in ("p", "li", "blockquote") else block.node.parent),
            min(worth, 60.0),
        )
        while node is not None and share > 1e-3 and node.tag not in ("body", "html"):
            votes[node.order] = votes.get(node.order, 0.0) + share
            share /= 2
            if share < min(worth, 60.0) / 4:
                break
            node = node.parent
    return votes
