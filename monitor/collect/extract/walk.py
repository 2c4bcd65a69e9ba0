"""One walk over one parsed tree. Lexbor parses HTML as browsers do (WHATWG) in about a millisecond a page; it is not asked twice."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from monitor.collect.extract import source, tables
from monitor.collect.extract.lines import size_of, weight, without_asides, words_in
from monitor.collect.extract.marks import SETTLED, SPEAKING, is_hidden, mark_of, signature
from monitor.collect.extract.page import TEXTUAL, Attributes, Block, Node, Page
from monitor.text import clean
from monitor.urls import absolute

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser, LexborNode

# Never text, whatever stands in them. `noscript` is: lexbor reads its content as elements, as a browser without scripts does.
SILENT = frozenset(
    (
        "script style template svg canvas iframe object embed video audio map datalist select option "
        "optgroup textarea title noframes frameset math applet input progress meter meta link base"
    ).split()
)
# Those of them that hold much, taken out at once, so that the text of a box is what is seen of it; each more costs a look at every element.
_STRIPPED = ["script", "style", "svg", "template", "iframe", "select", "noframes", "textarea", "head"]
_NO_ELEMENT = frozenset(("-comment", "!doctype"))
# Menus are a third of a page's elements. They are not even walked, unless an article stands in one (an unclosed `<nav>` swallows the page).
_KEPT_NAV = "nav article, nav main, nav h1, nav p + p"
MAX_METAS, MAX_SCRIPTS, MAX_TIMES, MAX_TITLE = 500, 50, 50, 2_000

VOID = frozenset(("br", "hr", "img", "amp-img", "source"))
INLINE = frozenset(
    (
        "a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd mark q rb rp rt ruby s "
        "samp small span strike strong sub sup time tt u var wbr picture nobr blink bold italic"
    ).split()
)
# Inline elements that some sites use for boxes of their own: bylines, captions, share buttons.
_DISGUISES = frozenset(["span", "time", "small", "cite", "i", "strong", "em", "b"])
# Marks of what is not seen in the sentence around it, which other marked inline elements are a part of.
_UNSEEN = frozenset(("screen reader only", "shown on pointing", "hidden", "strip rule"))
# Elements whose text is of one piece: a marked inline element in them (`<a class="related">`) is part of a sentence.
SENTENCES = frozenset(("p li td dd h1 h2 h3 h4 h5 h6 blockquote pre figcaption").split())

_BOX = 600  # letters: only in bigger boxes is text told from links
_BIG = 1_500  # letters: a smaller box is not the article, whatever else the page has


def read(html: str, url: str, *, body: str | None = None, strip: Sequence[str] = ()) -> Page:
    """Read a page; `body` and `strip` are the site's own CSS selectors. Never raises on any input text."""
    from selectolax.lexbor import LexborHTMLParser

    page = Page(url, url)
    page.source = source.cut(html, page.notes)
    tree = LexborHTMLParser(source.opened(page.source))
    head(page, tree)
    bodies, stripped = _ids(tree, (body,) if body else (), page.notes), _ids(tree, strip, page.notes)
    tree.strip_tags(_STRIPPED if tree.css_first(_KEPT_NAV) is not None else [*_STRIPPED, "nav"])
    if tree.root is None:
        return page
    walk = _Walk(page, bodies, stripped, thorough=bool(bodies or stripped))
    walk.run(tree.root)
    if walk.missed_the_article():
        page.nodes.clear()
        page.blocks.clear()
        page.placed.clear()
        _Walk(page, bodies, stripped, thorough=True).run(tree.root)
    return page


_TELLING = 'meta, link[rel], script[type*="ld+json"], time[datetime], base[href]'


def head(page: Page, tree: LexborHTMLParser) -> None:
    """Keep what the page says of itself, wherever it says so (scripts in the body, `<meta>` after a stray tag)."""
    for node in tree.css(_TELLING):
        match node.tag:
            case "meta" if len(page.metas) < MAX_METAS:
                page.metas.append(node.attributes)
            case "link" if len(page.links) < MAX_METAS:
                page.links.append(node.attributes)
            case "script" if len(page.data) < MAX_SCRIPTS:
                page.data.append(node.text())
            case "time" if len(page.times) < MAX_TIMES:
                page.times.append(node.attributes["datetime"] or "")
            case "base" if page.base == page.url:
                page.base = absolute(page.url, node.attributes["href"] or "") or page.url
    title = tree.css_first("title")
    page.title = clean(title.text()[:MAX_TITLE]) if title is not None else ""


def _ids(tree: LexborHTMLParser, selectors: Sequence[str], notes: list[str]) -> frozenset[int]:
    """Return lexbor's ids of all elements the selectors name; one that cannot be read is noted and names none."""
    from selectolax.lexbor import SelectolaxError

    found: set[int] = set()
    for selector in selectors:
        try:
            found.update(node.mem_id for node in tree.css(selector))
        except SelectolaxError:
            notes.append(f"selector cannot be read: {selector[:80]}")
    return frozenset(found)


class _Walk:
    """The state of the one walk: the open elements, and the line being gathered."""

    def __init__(
        self, page: Page, bodies: frozenset[int], stripped: frozenset[int], *, thorough: bool
    ) -> None:
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
        self.thorough = thorough
        self.verbatim = 0  # open elements in which line breaks count
        self.settled: tables.Settled = {}
        self.root: LexborNode | None = None
        self.total: int | None = None
        self.unread: dict[
            tuple[int, str], int
        ] = {}  # characters in boxes not entered, siblings of one mark together
        self.marks: dict[tuple[str | None, ...], tuple[tuple[str, ...], str]] = {}

    def run(self, root: LexborNode) -> None:
        """Walk the tree in document order without entering what is silent."""
        self.root = root
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
            text = item.text_content or ""
            if self.verbatim and "\n" in text:
                self.paragraphs(text, node)
            else:
                self.gather(text)
        elif tag in INLINE and node is not None:
            return self.inline(item, tag, node)
        elif tag == "button":
            return self.button(node)
        elif tag in VOID:
            self.void(tag, item, node)
        elif tag not in SILENT and tag not in _NO_ELEMENT:
            return self.block(item, tag, node)
        return False

    def paragraphs(self, text: str, node: Node | None) -> None:
        """Take text in, in which line breaks count: blank lines part paragraphs, and single ones part lines unless they only fold them."""
        for number, part in enumerate(_BLANK.split(text)):
            if number:
                self.flush(node)
            lines = part.split("\n")
            folded = (
                len(lines) > 2
                and max(map(len, lines)) <= _FOLDED
                and min(map(len, lines[1:-1])) * 2 > _FOLDED
            )
            for at, line in enumerate(lines):
                if at and not folded:
                    self.flush(node)
                self.gather(f"{line} " if folded else line)

    def inline(self, item: LexborNode, tag: str, above: Node) -> bool:
        """Open an inline element: its text belongs to the block around it, unless it is a box of its own in disguise."""
        if tag == "a":
            self.links += 1
            self.href = item.attributes.get("href")
        elif tag in _DISGUISES:
            attrs = item.attributes
            if tag == "time" and attrs.get("datetime") and _may_date(above):
                self.page.placed.append((len(self.page.blocks), attrs["datetime"] or ""))
            mark = self.disguised(item, tag, attrs, above)
            if mark in _UNSEEN:
                return False
            if _is_shown_as_box(attrs) and above.tag not in SENTENCES:
                return self.block(item, tag, above)
            if mark and not (self.text and above.tag in SENTENCES):
                return self.block(item, tag, above)
        self.open.append((above, tag == "a"))
        return True

    def disguised(self, item: LexborNode, tag: str, attrs: Attributes, above: Node) -> str:
        """Return the mark of an inline element."""
        if self.stripped and item.mem_id in self.stripped:
            return "strip rule"
        return "" if above.marked is not None and above.marked.mark in SETTLED else self.mark(tag, attrs)[1]

    def button(self, above: Node | None) -> bool:
        """Open a button: in a heading it unfolds an answer, in a sentence it is a footnote's number; elsewhere it is no text."""
        if above is None or not (above.kind == "h" or (self.text and above.tag in SENTENCES)):
            return False
        self.open.append((above, False))
        return True

    def block(self, item: LexborNode, tag: str, above: Node | None) -> bool:
        """Open an element that begins a line; one that is surely a box is noted and not entered."""
        page, attrs = self.page, item.attributes
        if self.text:
            self.flush(above)
        node = Node(tag, attrs, above, len(page.nodes), len(page.blocks))
        if node.marked is None or node.marked.mark not in SETTLED:
            node.signs, node.mark = self.mark(tag, attrs)
        if node.mark == "related" and tag in TEXTUAL and not self.links and _leads_nowhere(item):
            node.mark = ""
        if self.stripped and item.mem_id in self.stripped:
            node.mark = "strip rule"
        if node.mark:
            node.marked = node
        if self.bodies and item.mem_id in self.bodies:
            page.bodies.append(node)
        page.nodes.append(node)
        if node.mark in SETTLED and not self.thorough and self.pass_by(item, node):
            return False
        self.open.append((node, None))
        self.verbatim += tag == "pre"
        return True

    def pass_by(self, item: LexborNode, node: Node) -> bool:
        """Keep only the first words of a box, for the report, and how much text it has; False if it has most of the page's."""
        text = item.text()
        key = (node.parent.order if node.parent else -1, node.mark)
        size = weight(text)
        if self.unread.get(key, 0) + size > _BOX:
            size -= sum(weight(link.text()) for link in item.css("a"))
        if size > _BIG and size > self.whole() / 2:
            return False
        self.unread[key] = self.unread.get(key, 0) + size
        self.page.blocks.append(Block("box", clean(text[:200]), node))
        node.last = len(self.page.blocks)
        return True

    def whole(self) -> int:
        """Return how much text the page has, counted when first asked for."""
        if self.total is None:
            self.total = weight(self.root.text()) if self.root is not None else 0
        return self.total

    def missed_the_article(self) -> bool:
        """Tell whether some boxes of one mark hold more text than all that was read: they may be the article under a wrong name.

        What was read counts under whatever mark: an article in it is found without another walk (`candidates.pardon`).
        """
        most = max(self.unread.values(), default=0)
        if not most:
            return False
        read = (
            block.text for block in self.page.blocks if block.kind != "box" and block.linked * 2 <= block.size
        )
        return most > sum(len(text) - text.count(" ") for text in read)  # a block's blanks are single

    def mark(self, tag: str, attrs: Attributes) -> tuple[tuple[str, ...], str]:
        """Return the element's names and mark; spellings repeat within a page, so each is looked at once."""
        if not attrs:
            return (), mark_of(tag, ())
        key = (tag, *map(attrs.get, SPEAKING))
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
            if self.text:
                self.flush(node)
            node.last = len(self.page.blocks)
            self.verbatim -= node.tag == "pre"
            if node.tag == "table":
                tables.settle(node, self.page, self.settled)
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
                block.text = without_asides(text, block.kind)
                size = size_of(block.text) if block.text != text else block.size
                block.linked = min(max(0, words_in(self.link_text) - (block.size - size)), size)
                block.size = size
                block.href = self.href
            self.page.blocks.append(block)
        self.link_text.clear()


_BLANK = re.compile(r"\n[ \t]*\n\s*")
_FOLDED = 80  # characters of the lines of a text that was folded to a width, as mails and RFCs are

_BOXED = re.compile(r"display\s*:\s*(?:block|flex|grid|table)", re.IGNORECASE)


def _is_shown_as_box(attrs: Attributes) -> bool:
    """Tell whether an inline element's own style makes it a block: some editors write paragraphs as `<span style="display:block">`."""
    style = attrs.get("style")
    return style is not None and _BOXED.search(style) is not None


def _may_date(above: Node) -> bool:
    """Tell whether a `<time>` in an element can be the page's own: embedded posts, comments and teasers have theirs."""
    return above.kind != "quote" and (above.marked is None or above.marked.mark == "byline")


_LEADING = 0.3  # share of a list's letters in links from which it leads elsewhere


def _leads_nowhere(item: LexborNode) -> bool:
    """Tell whether a list or paragraph has hardly a link: whatever its name (`ul.postList`), it is no list of other articles."""
    return sum(weight(link.text()) for link in item.css("a")) < _LEADING * weight(item.text())
