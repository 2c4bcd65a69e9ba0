"""The fast reader: one strict lxml pass over plain RSS, RDF and Atom, over a thousand feeds a second.

It answers only for what it fully understands; everything else it hands over to feedparser, with the reason (`handed_over`). Parsing is
strict: no entities, no network, no huge trees, no recovery. A recovered error is how a fast parser loses entries in silence.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.collect.entries import RawEntry, build, language_tag
from monitor.collect.feeds import elements
from monitor.collect.feeds.elements import HandOver, Names, Scope
from monitor.collect.feeds.items import read_item
from monitor.collect.feeds.prescan import ENTRY
from monitor.collect.strictxml import tree
from monitor.html import clean_title
from monitor.models import Entry, FeedDocument, Outcome
from monitor.urls import absolute

if TYPE_CHECKING:
    from lxml.etree import _Element

NOT_WELL_FORMED = "not well-formed"
_ROOTS = frozenset({"rss", "feed", "rdf_rdf"})


def read(text: str, base: str) -> FeedDocument:
    """Return what a feed holds, or a document whose `handed_over` says why somebody else must read it. `base` is the final address."""
    root = tree(text)
    if root is None:
        return FeedDocument(Outcome.NOT_FEED, handed_over=NOT_WELL_FORMED)
    try:
        return _document(root, text, base)
    except HandOver as reason:
        return FeedDocument(Outcome.NOT_FEED, handed_over=str(reason))


def _document(root: _Element, text: str, base: str) -> FeedDocument:
    names = Names(text, base)
    kind = names.of(root)
    if kind not in _ROOTS:
        raise HandOver("unknown root")
    channel = (
        root if kind == "feed" else next((child for child in root if names.of(child) == "channel"), None)
    )
    if channel is None:
        raise HandOver("no channel")
    found = [
        child
        for parent in dict.fromkeys((root, channel))
        for child in parent
        if names.of(child) in ("item", "entry")
    ]
    _check_count(found, root, names, text)
    outer = names.scope(root, Scope())
    inner = names.scope(channel, outer) if channel is not root else outer
    title, link, language = _about(root, channel, names, inner)
    is_atom = str(channel.tag).lower().startswith("{" + elements.ATOM + "}")
    raws = [
        read_item(child, names, (outer, inner if child.getparent() is channel else outer), is_atom=is_atom)
        for child in found
    ]
    entries, unreadable = _entries(raws, base, language)
    return FeedDocument(
        outcome=Outcome.OK,
        title=clean_title(title),
        url=absolute(base, link),
        language=language,
        entries=entries,
        unreadable=unreadable,
    )


def _check_count(found: list[_Element], root: _Element, names: Names, text: str) -> None:
    """Hand over if there is no entry, or if entries hide where this reader does not look."""
    if not found:
        raise HandOver("no entries")
    if sum(1 for _ in ENTRY.finditer(text)) != len(found):
        everywhere = sum(1 for element in root.iter() if names.of(element) in ("item", "entry"))
        if everywhere != len(found):
            raise HandOver("entries elsewhere")


def _entries(raws: list[RawEntry], base: str, language: str | None) -> tuple[tuple[Entry, ...], int]:
    """Build the entries one by one; one that cannot be built is counted and spoils no other."""
    entries = []
    unreadable = 0
    for raw in raws:
        try:
            entries.append(build(raw, base, language))
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError, OverflowError):
            unreadable += 1
    return tuple(entries), unreadable


def _about(root: _Element, channel: _Element, names: Names, scope: Scope) -> tuple[str, str, str | None]:
    """Return the feed's own title, link and language, by the same rules of precedence as an entry's."""
    about = _About(names, scope.base, is_atom=channel is root)
    if names.of(root) != "rdf_rdf":
        about.language = root.get(elements.XML + "lang") or root.get("lang") or ""
    for child in channel:
        about.take(child, names.of(child))
    return about.title, about.link or "", language_tag(about.language)


class _About:
    """What a feed says of itself, gathered child by child."""

    __slots__ = ("base", "is_atom", "is_settled", "language", "link", "names", "title")

    def __init__(self, names: Names, base: str, *, is_atom: bool) -> None:
        self.names = names
        self.base = base
        self.title = ""
        self.link: str | None = None
        self.language = ""
        self.is_settled = False
        self.is_atom = is_atom

    def take(self, child: _Element, name: str) -> None:
        """Take note of one child of the channel."""
        if name in ("title", "dc_title", "media_title"):
            self._title(child, name)
        elif name in ("image", "textinput", "source", "item", "entry"):
            self.is_settled = False
        elif name == "link":
            self._link(child)
        elif name in ("guid", "id"):
            self._guid(child)
        elif name in ("language", "dc_language"):
            self.language = elements.text(child)

    def _title(self, child: _Element, name: str) -> None:
        value = elements.markup(child, elements.content_type(child, "text/plain"), is_atom=self.is_atom)
        if not self.is_settled:
            self.title = value
            self.is_settled = bool(value) and name != "media_title"

    def _link(self, child: _Element) -> None:
        """Take a home page: a text, or an alternate that is HTML; the last one counts."""
        attributes = elements.attributes(child)
        address = elements.href(attributes)
        if address is None:
            value = elements.text(child) or elements.link_after(child)
            self.link = (
                elements.link_text(elements.join(self.names.base(child, self.base), value)) if value else ""
            )
        elif (
            attributes.get("rel", "alternate") == "alternate"
            and elements.content_type(child, "text/html") in elements.HTML_TYPES
        ):
            self.link = elements.join(self.names.base(child, self.base), address)

    def _guid(self, child: _Element) -> None:
        """An id that is an address stands in until there is a link."""
        if self.link is None and elements.attributes(child).get("ispermalink", "true") == "true":
            value = elements.text(child)
            self.link = elements.join(self.names.base(child, self.base), value) if value else ""
