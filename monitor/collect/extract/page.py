"""One walk over one parsed tree: the page as blocks of text, in order, each with the element it stands in.

Everything after this file works on plain Python objects: a candidate body is an element, hence a range of blocks, and comparing
candidates is adding numbers up. Lexbor parses HTML as browsers do (WHATWG) in about a millisecond a page; it is not asked twice.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from monitor.collect.extract.marks import is_hidden, mark_of, signature
from monitor.text import clean, count_words

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser, LexborNode

Attributes = dict[str, str | None]

MAX_CHARS = 3 * 2**20  # spec "safety", "Caps": pages 3 MiB and 20,000 tags
MAX_TAGS = 20_000

# Never text, whatever stands in them. `noscript` is: lexbor reads its content as elements, as a browser without scripts does.
SILENT = frozenset(
    ["script", "style", "template", "svg", "canvas", "iframe", "object", "embed", "video", "audio", "map", "datalist", "select", "option", "optgroup", "textarea", "title", "noframes", "frameset", "math", "applet", "input", "progress", "meter", "meta", "link", "base"]
)
_STRIPPED = sorted(SILENT - {"-comment", "!doctype", "-end-of-file"}) + ["head"]
# Menus are a third of a page's elements. They are not even walked, unless an article stands in one (an unclosed `<nav>` swallows the page).
_KEPT_NAV = "nav article, nav main, nav h1, nav p + p"
MAX_METAS, MAX_SCRIPTS, MAX_TIMES = 500, 50, 50

VOID = frozenset(("br", "hr", "img", "amp-img", "source"))
INLINE = frozenset(
    ["a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font", "i", "ins", "kbd", "mark", "q", "rb", "rp", "rt", "ruby", "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr", "picture", "nobr", "blink", "bold", "italic"]
)
_DISGUISES = frozenset("span time small cite i strong em b".split())
# Text mark-up: elements that are lines or parts of lines, tables and lists, and so never the container of an article.
TEXTUAL = frozenset(
    "p li ul ol dl dt dd blockquote h1 h2 h3 h4 h5 h6 pre table tbody thead tfoot tr td th figure center font span strong em b i small "
    "time cite a".split()
)
# Elements whose text is of one piece: a marked inline element in them (`<a class="related">`) is part of a sentence.
SENTENCES = frozenset(["p", "li", "td", "dd", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "figcaption"])
_KINDS = {f"h{level}": "h" for level in range(1, 7)} | {
    "li": "li",
    "blockquote": "quote",
    "td": "cell",
    "th": "cell",
}
_RESET = frozenset(
    ["article", "section", "main", "body", "html", "aside", "header", "footer", "nav", "figure", "table", "ul", "ol", "dl", "form"]
)


class Node:
    """An element: its place in the tree and the range of blocks below it (`page.blocks[first:last]`).

    `mark` says why it is probably no part of the article, `marked` is the nearest marked element at or above it. `kind` is the kind
    of line its text is.
    """

    __slots__ = ("_home", "_key", "attrs", "first", "kind", "last", "mark", "marked", "order", "parent", "signs", "tag")

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
        self.kind = _KINDS.get(tag) or ("p" if parent is None or tag in _RESET else parent.kind)
        self._home: Node | None = None
        self._key: tuple[str, ...] = ()
        if parent is not None:
            self.marked = parent.marked

    @property
    def home(self) -> Node:
        """The container a line lives in: the nearest element that is no part of text mark-up."""
        if self._home is None:
            self._home = self if self.parent is None or self.tag not in TEXTUAL else self.parent.home
        return self._home

    @property
    def key(self) -> tuple[str, ...]:
        """What containers of one make have in common: tag and class, or the parent's where there is no class."""
        if not self._key:
            own, above = self.attrs.get("class") or "", self.parent
            self._key = (self.tag, own) if own or above is None else (self.tag, "", above.tag, above.attrs.get("class") or "")
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
    """One line of the page. `kind` is `p`, `h`, `li`, `quote`, `row`, `cell`, `img` or `hr`; `size` counts words, `linked` those in
    links. A `row` holds the `cells` of a data table's row; the `cell` blocks that follow it are already in it."""

    __slots__ = ("cells", "href", "kind", "linked", "node", "size", "text", "why")

    def __init__(self, kind: str, text: str, node: Node, size: int = 0, linked: int = 0) -> None:
        self.kind = kind
        self.text = text
        self.node = node
        self.size = size
        self.linked = linked
        self.cells: tuple[str, ...] = ()
        self.href: str | None = None  # where its last link leads
        self.why: str | None = None  # the verdict on the line by itself, once it was asked for


@dataclass(slots=True)
class Page:
    """A page as read: elements and blocks in document order, and what the head says."""

    url: str
    nodes: list[Node] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    metas: list[Attributes] = field(default_factory=list)
    links: list[Attributes] = field(default_factory=list)
    data: list[str] = field(default_factory=list)  # the texts of application/ld+json
    times: list[str] = field(default_factory=list)  # the instants of <time datetime>
    title: str = ""
    notes: list[str] = field(default_factory=list)
    bodies: list[Node] = field(default_factory=list)  # what the site's own `body` selector names


_TAG = re.compile(r"<[a-zA-Z]")


def cut(html: str, notes: list[str]) -> str:
    """Return the page within the caps of spec "safety", noting a cut: the article is near the top, a flood is not."""
    if len(html) > MAX_CHARS:
        html = html[:MAX_CHARS]
        notes.append("page cut at 3 MiB")
    if html.count("<") > MAX_TAGS:
        for number, match in enumerate(_TAG.finditer(html)):
            if number == MAX_TAGS:
                notes.append("page cut at 20,000 tags")
                return html[: match.start()]
    return html


def read(html: str, url: str, *, body: str | None = None, strip: Sequence[str] = ()) -> Page:
    """Read a page; `body` and `strip` are the site's own CSS selectors. Never raises on any input text."""
    from selectolax.lexbor import LexborHTMLParser

    page = Page(url)
    tree = LexborHTMLParser(cut(html, page.notes))
    head(page, tree)
    walk = _Walk(page, _ids(tree, (body,) if body else ()), _ids(tree, strip))
    tree.strip_tags(_STRIPPED if tree.css_first(_KEPT_NAV) is not None else [*_STRIPPED, "nav"])
    if tree.root is not None:
        walk.run(tree.root)
    return page


def head(page: Page, tree: LexborHTMLParser) -> None:
    """Keep what the page says of itself, wherever it says so (scripts in the body, `<meta>` after a stray tag)."""
    page.metas = [node.attributes for node in tree.css("meta")[:MAX_METAS]]
    page.links = [node.attributes for node in tree.css("link[rel]")[:MAX_METAS]]
    page.data = [node.text() for node in tree.css('script[type*="ld+json"]')[:MAX_SCRIPTS]]
    page.times = [node.attributes["datetime"] or "" for node in tree.css("time[datetime]")[:MAX_TIMES]]
    title = tree.css_first("title")
    page.title = clean(title.text()) if title is not None else ""


def _ids(tree: LexborHTMLParser, selectors: Sequence[str]) -> frozenset[int]:
    """Return lexbor's ids of all elements the selectors name."""
    return frozenset(node.mem_id for selector in selectors for node in tree.css(selector))


class _Walk:
    """The state of the one walk: the open elements, and the line being gathered."""

    def __init__(self, page: Page, bodies: frozenset[int], stripped: frozenset[int]) -> None:
        self.page = page
        self.bodies = bodies
        self.stripped = stripped
        # Open elements: the block their text belongs to, and for inline ones whether they are a link (None: the block itself).
        self.open: list[tuple[Node, bool | None]] = []
        self.text: list[str] = []
        self.link_text: list[str] = []
        self.href: str | None = None
        self.links = 0
        self.sources: list[str] = []
        self.marks: dict[tuple[str | None, ...], tuple[tuple[str, ...], str]] = {}

    def run(self, root: LexborNode) -> None:
        """Walk the tree in document order without entering what is silent."""
        above: list[LexborNode] = []
        item: LexborNode | None = root
        while item is not None:
            entered = self.enter(item)
            below = item.first_child if entered else None
            if below is not None:
                above.append(item)
                item = below
                continue
            if entered:
                self.close()
            item = self.after(item, above)

    def after(self, item: LexborNode, above: list[LexborNode]) -> LexborNode | None:
        """Return the next node beside or above an item that is done with, closing what ends there."""
        following = item.next
        while following is None and above:
            self.close()
            following = above.pop().next
        return following

    def gather(self, text: str) -> None:
        """Add text to the line; blanks before any text are none."""
        if self.text or not text.isspace():
            self.text.append(text)
            if self.links:
                self.link_text.append(text)

    def enter(self, item: LexborNode) -> bool:
        """Take a node in; True if it was opened, so that its children are to follow and `close` to end it."""
        tag = item.tag or ""
        node = self.open[-1][0] if self.open else None
        if tag == "-text":
            self.gather(item.text_content or "")
        elif tag in INLINE and node is not None:
            return self.inline(item, tag, node)
        elif tag == "button":
            return self.button(node)
        elif tag in VOID:
            self.void(tag, item, node)
        elif tag not in SILENT:
            self.block(item, tag, node)
            return True
        return False

    def inline(self, item: LexborNode, tag: str, above: Node) -> bool:
        """Open an inline element: its text belongs to the block around it, unless it is a box of its own in disguise."""
        if tag == "a":
            self.links += 1
            self.href = item.attributes.get("href")
        elif tag in _DISGUISES:
            attrs = item.attributes
            mark = "strip rule" if self.stripped and item.mem_id in self.stripped else self.mark(tag, attrs)[1]
            if mark in ("screen reader only", "hidden", "strip rule"):
                return False
            if mark and not (self.text and above.tag in SENTENCES):
                self.block(item, tag, above)
                return True
        self.open.append((above, tag == "a"))
        return True

    def button(self, above: Node | None) -> bool:
        """Open a button: in a heading it unfolds an answer, in a sentence it is a footnote's number; elsewhere it is no text."""
        if above is None or not (above.kind == "h" or (self.text and above.tag in SENTENCES)):
            return False
        self.open.append((above, False))
        return True

    def block(self, item: LexborNode, tag: str, above: Node | None) -> None:
        """Open an element that begins a line."""
        page, attrs = self.page, item.attributes
        self.flush(above)
        node = Node(tag, attrs, above, len(page.nodes), len(page.blocks))
        node.signs, node.mark = self.mark(tag, attrs)
        if self.stripped and item.mem_id in self.stripped:
            node.mark = "strip rule"
        if node.mark:
            node.marked = node
        if self.bodies and item.mem_id in self.bodies:
            page.bodies.append(node)
        page.nodes.append(node)
        self.open.append((node, None))

    def mark(self, tag: str, attrs: Attributes) -> tuple[tuple[str, ...], str]:
        """Return the element's names and mark; spellings repeat within a page, so each is looked at once."""
        if not attrs:
            return (), mark_of(tag, ())
        key = (tag, attrs.get("class"), attrs.get("id"), attrs.get("role"), attrs.get("itemprop"), attrs.get("data-testid"))
        known = self.marks.get(key)
        if known is None:
            names = signature(tag, attrs)
            known = self.marks[key] = (names, mark_of(tag, names))
        if ("style" in attrs or "hidden" in attrs) and is_hidden(attrs):
            return known[0], "hidden"
        return known

    def close(self) -> None:
        """Close the innermost element."""
        node, link = self.open.pop()
        if link is None:
            self.flush(node)
            node.last = len(self.page.blocks)
            if node.tag == "table":
                settle(node, self.page.blocks)
        elif link:
            self.links -= 1

    def void(self, tag: str, item: LexborNode, above: Node | None) -> None:
        """Note a line break, a rule or an image (which does not break its line)."""
        if above is None:
            return
        if tag == "br":
            self.flush(above)
        elif tag == "source":
            self.sources.append(item.attributes.get("srcset") or item.attributes.get("data-srcset") or "")
        elif tag == "hr":
            self.flush(above)
            self.page.blocks.append(Block("hr", "", above))
        else:
            attrs = item.attributes
            if self.sources:  # the forms a <picture> offers stand before its <img>
                attrs["srcset"] = ", ".join([*self.sources, attrs.get("srcset") or ""])
                self.sources = []
            image = Node("img", attrs, above, above.order, len(self.page.blocks))
            self.page.blocks.append(Block("img", "", image))

    def flush(self, node: Node | None) -> None:
        """End the line: what was gathered becomes a block of its element."""
        if not self.text:
            return
        text = clean("".join(self.text))
        self.text.clear()
        if text and node is not None:
            block = Block(node.kind, text, node, size_of(text))
            if self.link_text:
                block.linked = min(_linked(self.link_text), block.size)
                block.href = self.href
            self.page.blocks.append(block)
        self.link_text.clear()

def _linked(pieces: list[str]) -> int:
    """Return the number of words in the links of a line."""
    text = "".join(pieces)
    return len(text.split()) if text.isascii() else count_words(text)


def size_of(text: str) -> int:
    """Return the number of words, quickly: spaces in scripts that use them."""
    return text.count(" ") + 1 if text.isascii() else count_words(text)


def settle(table: Node, blocks: list[Block]) -> None:
    """Decide whether a table holds data; if so, make one `row` block of each of its rows, else its cells are prose."""
    rows: dict[int, list[Block]] = {}
    for block in blocks[table.first : table.last]:
        row = _row_of(block.node, table)
        if row is not None and block.text and block.kind in ("cell", "li", "p", "h", "quote"):
            rows.setdefault(row.order, []).append(block)
    if not is_data(list(rows.values()), table):
        for block in blocks[table.first : table.last]:
            if block.kind == "cell":
                block.kind = "p"
        return
    for row in rows.values():
        _merge(row)


def _row_of(node: Node | None, table: Node) -> Node | None:
    while node is not None and node is not table and node.tag != "tr":
        node = node.parent
    return node if node is not None and node.tag == "tr" else None


def _merge(row: list[Block]) -> None:
    """Put the texts of a row into its first block, those of one cell together."""
    cells: dict[int, str] = {}
    for block in row:
        cell: Node | None = block.node
        while cell is not None and cell.tag not in ("td", "th", "tr"):
            cell = cell.parent
        key = cell.order if cell is not None else -1
        cells[key] = f"{cells[key]} {block.text}" if key in cells else block.text
        block.kind = "cell"
    row[0].kind, row[0].cells = "row", tuple(cells.values())


def is_data(rows: list[list[Block]], table: Node) -> bool:
    """Tell a data table from a layout: two rows or more with two cells or more, and cells that are no paragraphs."""
    if "presentation" in table.signs or len(rows) < 2:
        return False
    wide = sum(len({id(block.node) for block in row}) >= 2 for row in rows)
    cells = [block for row in rows for block in row]
    return wide * 2 >= len(rows) and sum(block.size for block in cells) < 40 * len(cells)
