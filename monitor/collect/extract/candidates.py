"""Several answers to "which element holds the article?", all read off the same blocks.

Names (`itemprop="articleBody"`, the body classes of common publishing systems), density (the element whose paragraphs outweigh its
links) and readability's vote of paragraphs for their parents fail on different pages; where they agree they are right.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import accumulate

from monitor.collect.extract.marks import SETTLED, is_hidden, mark_of, signature
from monitor.collect.extract.page import TEXTUAL, Block, Node, Page
from monitor.text import letters

# Names of the body in common publishing systems, as words (see `marks.signature`).
_BODY_NAMES = frozenset(
    (
        "articlebody, article body, article body content, article body text, articlebody content, "
        "entry content, post content, post body, post body content, story body, story body text, "
        "article content, article text, single post content, body copy, news body, story content, "
        "story text, content body, body content, blog content, blog post content, blog body, rich text, "
        "richtext, w richtext, c entry content, gh content, post full content, field name body, "
        "field body, node body, article copy, news text, news content, newstext, td post content, "
        "cuerpo, cuerpo noticia, nota cuerpo, texto noticia, corps article, artikeltext, artikel text, "
        "article main, article main content, the content, e content, caas body, content article body, "
        "article body wrapper, article body container, story content body, article page content, "
        "page content, content text, maincontent, main content, text, content, mw parser output, "
        "wysiwyg, post text, post entry, entry, article, story, article detail, articlecontent, "
        "detail content, postcontent"
    ).split(", ")
)
_LEAST = 20.0  # value of an element that can be an article at all
_COUNTED = 60.0  # words of a paragraph that count as votes: one long paragraph is no article


@dataclass(slots=True)
class Candidate:
    """One candidate body: an element, what proposed it, the verdicts on its blocks, those it keeps, and how the others agree with it."""

    name: str
    node: Node
    why: dict[int, str] = field(default_factory=dict)  # the verdict on each of its blocks: "" keeps it
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


class Weights:
    """Running sums over the page's blocks, so that any element's weight is one subtraction; marked blocks weigh nothing."""

    def __init__(self, page: Page) -> None:
        values = (0.0 if block.node.marked is not None else value(block) for block in page.blocks)
        self._sums = [0.0, *accumulate(values)]

    def of(self, node: Node) -> float:
        """Return the value of an element's blocks."""
        return self._sums[node.last] - self._sums[node.first]


# ── Marks that turn out wrong ─────────────────────────────────────────────────────────────────────────────────────────────────────
_ROUNDS = 6
_STUBBORN = frozenset(("comments", "hidden", "no script"))


def pardon(page: Page, title: str = "") -> None:
    """Take the mark off elements that hold most of the page's prose: they are the article, whatever their name.

    Siblings with one mark are one suspect (`<section id="toc-1">` … is how some sites number chapters), and so are lines of one class
    wherever they stand (`<p class="paywall">` is text that is paid for, and not the offer). Comments are pardoned only when hardly
    anything else is there. Where hardly any prose is free of marks, the suspect with the most of it is the article. What comes after the
    headline (`title`) and some free prose below it, and is called a sidebar, a footer or the like, is one, however long it is.
    """
    good = [0.0, *accumulate(max(0.0, value(block)) for block in page.blocks)]
    article = _told_by_headline(page, title)
    for _ in range(_ROUNDS):  # what an element was pardoned for may be said again by one inside it
        free = sum(max(0.0, value(block)) for block in page.blocks if block.node.marked is None)
        if free * 2 >= good[-1] and free >= _LEAST:
            return  # nothing marked can hold more than that
        wronged = [node for node in _wronged(page, good, free) if not _is_beside(node, article)]
        if not wronged:
            return
        for node in wronged:
            _unmark(page, node)


_TOLD = 40.0  # prose below the headline that is an article, if a short one
_NAMES_A_PLACE = SETTLED - {"form"}  # some systems put whole pages into a form


def _told_by_headline(page: Page, title: str) -> Node | None:
    """Return the element around the first prose below the headline that is free of marks and enough to be the article; None if there is none."""
    wanted, words, homes, below = letters(title), 0.0, list[Node](), False
    for block in page.blocks:
        if block.kind == "h" and not below:
            below = block.node.marked is None and block.letters == wanted != ""
        elif below and block.node.marked is None and (worth := value(block)) > 0:
            homes.append(block.node.home)
            words += worth
            if words >= _TOLD:
                return common_ancestor(homes)
    return None


def _is_beside(node: Node, article: Node | None) -> bool:
    """Tell whether an element that is named for a place in the page comes after the article, and not inside it (as its folded rest does)."""
    return article is not None and node.mark in _NAMES_A_PLACE and node.first >= article.last


def _wronged(page: Page, good: list[float], free: float) -> list[Node]:
    """Return the elements whose marks are wrong, by the prose they hold (`good` sums it up) and by what is free of marks."""
    suspects = _suspects(page, captions=free < _LEAST)
    body = _body_by_name(page, good)
    if body is not None:
        suspects = [(mark, nodes) for mark, nodes in suspects if any(_is_kin(node, body) for node in nodes)]
    shares = [sum(good[node.last] - good[node.first] for node in nodes) for _, nodes in suspects]
    wronged = [
        node
        for (mark, nodes), share in zip(suspects, shares, strict=True)
        for node in nodes
        if share > 0.5 * good[-1] and free < (_COUNTED if mark in _STUBBORN else share)
    ]
    if not wronged and free < _LEAST:
        open_to_doubt = [
            (share, nodes)
            for (mark, nodes), share in zip(suspects, shares, strict=True)
            if mark not in _STUBBORN
        ]
        share, nodes = max(open_to_doubt, key=lambda pair: pair[0], default=(0.0, []))
        wronged = nodes if share > _COUNTED else []
    return wronged


def _body_by_name(page: Page, good: list[float]) -> Node | None:
    """Return the element that the page itself names as the article's body, if it is free of marks and has some prose: what is marked
    beside it is no part of the article, however much longer it is than a stub."""
    named = (node for node in page.nodes if node.marked is None and is_named_body(node))
    return max(
        (node for node in named if good[node.last] - good[node.first] >= _LEAST),
        key=lambda node: good[node.last] - good[node.first],
        default=None,
    )


def _is_kin(node: Node, body: Node) -> bool:
    """Tell whether an element lies in the body or around it."""
    return (body.first <= node.first and node.last <= body.last) or (
        node.first <= body.first and body.last <= node.last
    )


def _suspects(page: Page, *, captions: bool) -> list[tuple[str, list[Node]]]:
    """Return the marked elements, siblings of one mark together, and lines of one class together; with `captions` those too, wherever
    they stand: on a page that is a gallery they are the text."""
    siblings: dict[tuple[int, str], list[Node]] = {}
    lines: dict[tuple[str, str], list[Node]] = {}
    for node in page.nodes:
        if node.mark and node.mark != "strip rule":
            siblings.setdefault((node.parent.order if node.parent else -1, node.mark), []).append(node)
            is_caption = captions and node.mark == "caption"
            name = node.attrs.get("class") or (node.tag if is_caption else "")
            if name and (is_caption or node.tag in TEXTUAL):
                lines.setdefault((name, node.mark), []).append(node)
    return [(mark, nodes) for groups in (siblings, lines) for (_, mark), nodes in groups.items()]


def _unmark(page: Page, node: Node) -> None:
    """Take an element's mark off, and look closer at what is in it."""
    node.mark, node.marked = "", node.parent.marked if node.parent is not None else None
    for other in page.nodes[node.order + 1 :]:
        if other.first > node.last or other.parent is None:
            break
        if other.marked is node:
            other.signs = signature(other.tag, other.attrs)
            other.mark = "hidden" if is_hidden(other.attrs) else mark_of(other.tag, other.signs)
            other.marked = other if other.mark else other.parent.marked
        elif not other.mark:
            other.marked = other.parent.marked
    for block in page.blocks[node.first : node.last]:
        if block.kind == "img" and block.node.parent is not None:  # images have an element of their own
            block.node.marked = block.node.parent.marked


# ── Proposals ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
def propose(page: Page) -> list[Candidate]:
    """Return the candidate bodies, each element once, with the name of what proposed it first."""
    found: dict[int, Candidate] = {}
    for name, node in _proposals(page, Weights(page)):
        if node is not None and node.order not in found:
            found[node.order] = Candidate(name, node)
    if not found and page.nodes:
        named = _named(page)
        return [Candidate("class", named) if named else Candidate("page", page.nodes[0])]
    return list(found.values())


_SHORT_LINES = 40  # words of a body without a sentence: a poem, the words of a song, a list of results


def _named(page: Page) -> Node | None:
    """Return the element that is named for the article where no prose speaks for any: its words count, for its lines are no sentences."""
    words = [0, *accumulate(block.size - block.linked for block in page.blocks)]
    for is_body in (is_named_body, _has_body_name, _is_whole):
        named = [
            node
            for node in page.nodes
            if node.marked is None
            and node.tag not in TEXTUAL
            and is_body(node)
            and words[node.last] - words[node.first] >= _SHORT_LINES
        ]
        if named:
            return max(named, key=lambda node: (words[node.last] - words[node.first], node.order))
    return None


def _has_body_name(node: Node) -> bool:
    return node.tag not in ("body", "html") and not _BODY_NAMES.isdisjoint(
        node.signs
    )  # there it names the template


def _is_whole(node: Node) -> bool:
    return node.tag in ("article", "main") or "main" in node.signs


def _proposals(page: Page, weights: Weights) -> Iterator[tuple[str, Node | None]]:
    yield "site rule", common_ancestor(page.bodies)
    yield (
        "itemprop",
        _heaviest(page, weights, is_named_body),
    )
    yield "class", _heaviest(page, weights, _has_body_name)
    yield "density", _heaviest(page, weights, lambda node: True)
    yield "votes", _most_voted(page)
    yield (
        "article",
        _heaviest(page, weights, _is_whole),
    )


def is_named_body(node: Node) -> bool:
    """Tell whether an element says that it is the article's body (schema.org's `articleBody`, or a name like it)."""
    return "articlebody" in node.signs or "article body" in node.signs


def common_ancestor(nodes: list[Node]) -> Node | None:
    """Return the innermost element that holds all of `nodes`."""
    if not nodes:
        return None
    first, last = min(node.first for node in nodes), max(node.last for node in nodes)
    node = min(nodes, key=lambda node: node.order)
    while node.parent is not None and not (node.first <= first and node.last >= last):
        node = node.parent
    return node


def _heaviest(page: Page, weights: Weights, wanted: Callable[[Node], bool]) -> Node | None:
    """Return the wanted element with the greatest weight; of nested ones with the same prose the innermost."""
    best, top = None, _LEAST
    for node in page.nodes:
        if node.marked is None and node.last > node.first and node.tag not in TEXTUAL and wanted(node):
            weight = weights.of(node)
            if weight >= top:
                best, top = node, weight
    return best


def _most_voted(page: Page) -> Node | None:
    """Let each paragraph vote for the element around it (1), the next (1/2) and the next (1/4): readability's rule."""
    votes: dict[int, float] = {}
    for block in page.blocks:
        worth = value(block)
        if worth <= 0 or block.node.marked is not None:
            continue
        node = block.node.parent if block.node.tag in ("p", "li", "blockquote") else block.node
        for share in (1.0, 0.5, 0.25):
            if node is None or node.tag in ("body", "html"):
                break
            votes[node.order] = votes.get(node.order, 0.0) + share * min(worth, _COUNTED)
            node = node.parent
    best = max(votes, key=lambda order: votes[order], default=None)
    return None if best is None else page.nodes[best]
