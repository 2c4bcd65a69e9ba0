"""The fast reader's `<item>` and `<entry>`: one handler per element, in document order, with feedparser's rules of precedence.

Where an element comes twice, the shallower or later one wins, by the depth recorded for it; titles have a rule of their own. Elements
without a handler are passed over, unless something inside them has one: then the document is handed over.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from monitor.collect.entries import SPARE_DATES, Medium, RawEntry, person, pixels
from monitor.collect.feeds import elements
from monitor.collect.feeds.elements import HandOver, Names, Scope
from monitor.html import rebase

if TYPE_CHECKING:
    from lxml.etree import _Element


class Item:
    """One entry being read: the raw entry so far, and where each of its parts was found."""

    __slots__ = (
        "cover",
        "depths",
        "has_content",
        "has_plain_author",
        "is_atom",
        "language",
        "links_seen",
        "names",
        "raw",
        "scope",
        "tags",
        "title_depth",
    )

    def __init__(self, names: Names, scope: Scope, *, is_atom: bool) -> None:
        self.raw = RawEntry()
        self.names = names
        self.scope = scope
        self.is_atom = is_atom
        self.depths: dict[str, int] = {}
        self.tags: list[list[str]] = []
        self.cover = ""
        self.language = ""
        self.has_content = False
        self.has_plain_author = False
        self.links_seen = False
        self.title_depth = -1

    def wins(self, part: str, depth: int) -> bool:
        """Say whether a part found at this depth replaces what was found before, and note the depth if so."""
        known = self.depths.get(part)
        if known is not None and depth > known:
            return False
        self.depths[part] = depth
        return True

    def base_in(self, element: _Element) -> str:
        """Return the base in force inside an element directly below the entry."""
        return self.names.base(element, self.scope.base)

    def text_of(self, element: _Element, kind: str) -> str:
        """Return the markup of an element; where a base is in force, its links are made absolute while that is known."""
        value = elements.markup(element, kind, is_atom=self.is_atom)
        base = self.base_in(element)
        return rebase(value, base) if base else value


def read_item(element: _Element, names: Names, scopes: tuple[Scope, Scope], *, is_atom: bool) -> RawEntry:
    """Return what an entry holds; raises HandOver where feedparser would have to decide. `scopes` are the root's and the one it stands in."""
    if element.get("href") or element.get("lastmod"):
        raise HandOver("CDF item")
    item = Item(names, names.scope(element, scopes[1]), is_atom=is_atom)
    item.raw.id = element.get(elements.RDF_ABOUT) or ""
    _walk(item, element, 0)
    if item.cover:
        item.raw.thumbnails.append(item.cover)
    item.raw.categories = [term or label for term, label in item.tags]
    if not item.raw.language and item.language != scopes[0].language:
        item.raw.language = item.language  # what holds for the whole document, the channel says better
    return item.raw


def _walk(item: Item, parent: _Element, depth: int) -> None:
    of = item.names.of
    for child in parent:
        name = of(child)
        handler = _HANDLERS.get(name)
        if handler is not None:
            handler(item, child, depth, name)
        elif len(child) and name not in _IGNORED:
            _check_inside(item, child)


def _check_inside(item: Item, element: _Element) -> None:
    """Hand over if something in an unknown element would be understood if it stood in the entry."""
    for inner in element.iterdescendants():
        name = item.names.of(inner)
        if name in _HANDLERS or name in ("item", "entry"):
            raise HandOver("nested elements")


def _walk_inside(item: Item, element: _Element, depth: int, name: str) -> None:
    _walk(item, element, depth + 1)


def _title(item: Item, element: _Element, depth: int, name: str) -> None:
    """Take a title unless a filled one was found higher or at the same depth; `media:title` gives way to any other."""
    value = elements.markup(element, elements.content_type(element, "text/plain"), is_atom=item.is_atom)
    if not -1 < item.title_depth <= depth and item.wins("title", depth):
        item.raw.title = value
        item.language = item.names.language(element, item.scope.language)
    if value and name != "media_title":
        item.title_depth = depth


def _guid(item: Item, element: _Element, depth: int, name: str) -> None:
    attributes = elements.attributes(element)
    is_link = attributes.get("ispermalink", "true") == "true"
    value = elements.text(element)
    if is_link and value:
        value = elements.join(item.base_in(element), value)
    if item.wins("id", depth):
        item.raw.id = value
    if is_link and not item.links_seen:
        item.raw.link = value
        item.links_seen = True


def _link(item: Item, element: _Element, depth: int, name: str) -> None:
    attributes = elements.attributes(element)
    rel, kind = attributes.get("rel", "alternate"), attributes.get("type", "text/html")
    address = elements.href(attributes)
    if address is None:
        value = elements.text(element) or elements.link_after(element)
        item.raw.link = elements.link_text(elements.join(item.base_in(element), value)) if value else ""
        item.links_seen = True
        return
    address = elements.join(item.base_in(element), address)
    if rel == "alternate" and elements.content_type(element, kind) in elements.HTML_TYPES:
        item.raw.link = address
        item.links_seen = True
    elif rel == "enclosure" and address:
        item.raw.enclosures.append(_medium(attributes, address))
    elif rel.removeprefix(elements.IANA) == "alternate":
        item.raw.other_link = item.raw.other_link or address


def _medium(attributes: dict[str, str], address: str) -> Medium:
    return Medium(
        address, pixels(attributes.get("width", "")), attributes.get("type", ""), attributes.get("medium", "")
    )


def _enclosure(item: Item, element: _Element, depth: int, name: str) -> None:
    attributes = elements.attributes(element)
    if address := elements.href(attributes):
        item.raw.enclosures.append(_medium(attributes, address))


def _media_content(item: Item, element: _Element, depth: int, name: str) -> None:
    attributes = elements.attributes(element)
    if address := attributes.get("url") or attributes.get("href"):
        item.raw.media.append(_medium(attributes, address))
    _walk(item, element, depth + 1)


def _media_thumbnail(item: Item, element: _Element, depth: int, name: str) -> None:
    address = elements.attributes(element).get("url")
    if address is None:
        value = elements.text(element)
        address = elements.join(item.base_in(element), value) if value else ""
    if address:
        item.raw.thumbnails.append(address)


def _itunes_image(item: Item, element: _Element, depth: int, name: str) -> None:
    attributes = elements.attributes(element)
    if address := attributes.get("href") or attributes.get("url"):
        item.cover = address


def _image(item: Item, element: _Element, depth: int, name: str) -> None:
    if len(element):
        raise HandOver("image in an entry")
    item.title_depth = -1


def _published(item: Item, element: _Element, depth: int, name: str) -> None:
    if item.wins("published", depth):
        item.raw.published = elements.text(element)


def _updated(item: Item, element: _Element, depth: int, name: str) -> None:
    if item.wins("updated", depth):
        item.raw.updated = elements.text(element)


def _date(item: Item, element: _Element, depth: int, name: str) -> None:
    """Take a bare `<date>`, of no standard and understood by all, for `updated`."""
    if element.attrib:
        raise HandOver("date with attributes")
    if item.wins("date", depth):
        item.raw.updated = elements.text(element)


def _created(item: Item, element: _Element, depth: int, name: str) -> None:
    if item.wins("created", depth):
        item.raw.spare_dates["created"] = elements.text(element)


def _spare_date(item: Item, element: _Element, depth: int, name: str) -> None:
    if not element.attrib and item.wins(name, depth):
        item.raw.spare_dates[name] = elements.text(element)


def _language(item: Item, element: _Element, depth: int, name: str) -> None:
    if item.wins("language", depth):
        item.raw.language = elements.text(element)


def _author(item: Item, element: _Element, depth: int, name: str) -> None:
    """Read an Atom person (its name) or an RSS one (a name, or an address with a name in brackets)."""
    if not len(element):
        item.raw.authors.append(person(elements.text(element)))
        item.has_plain_author = True
        return
    if item.has_plain_author:
        raise HandOver("authors of two kinds")
    for child in element:
        part = item.names.of(child)
        if part in ("name", "itunes_name"):
            item.raw.authors.append(elements.text(child))
        elif part not in ("email", "uri", "url", "homepage", "itunes_email") and (
            len(child) or part in _HANDLERS
        ):
            raise HandOver("author with parts")


def _category(item: Item, element: _Element, depth: int, name: str) -> None:
    attributes = elements.attributes(element)
    term, label = attributes.get("term", ""), attributes.get("label", "")
    scheme = attributes.get("scheme", attributes.get("domain", "http" if name == "media_category" else ""))
    if term or label or scheme:
        item.tags.append([term, label])
    value = elements.text(element)
    if not value:
        return
    if item.tags and not item.tags[-1][0]:
        item.tags[-1][0] = value
    else:
        item.tags.append([value, ""])


def _keywords(item: Item, element: _Element, depth: int, name: str) -> None:
    if name != "tags" and element.attrib:
        return
    item.tags += ([word.strip(), ""] for word in elements.text(element).split(",") if word.strip())


def _source(item: Item, element: _Element, depth: int, name: str) -> None:
    """Read the publisher an aggregator names: the text of RSS's `<source>`, the title in Atom's."""
    item.title_depth = -1
    title = ""
    for child in element:
        if item.names.of(child) in ("title", "dc_title") and not title:
            title = elements.markup(child, elements.content_type(child, "text/plain"), is_atom=item.is_atom)
            item.title_depth = depth + 1 if title else item.title_depth
    own = elements.mend("".join((element.text or "", *(child.tail or "" for child in element))).strip())
    item.raw.source = own or title


def _summary(item: Item, element: _Element, depth: int, name: str) -> None:
    """Take a summary; a second one, while no content is known, is content (feedparser: `description` beside `itunes:summary`)."""
    default = "text/plain" if name in ("summary", "itunes_summary") else "text/html"
    if item.raw.summary is not None and not item.has_content:
        _content(item, element, depth, "content")
        return
    kind = elements.content_type(element, default)
    value = item.text_of(element, kind)
    if item.wins("summary", depth):
        item.raw.summary = (kind, value)


def _caption(item: Item, element: _Element, depth: int, name: str) -> None:
    if item.wins("caption", depth):
        item.raw.caption = elements.text(element)


def _content(item: Item, element: _Element, depth: int, name: str) -> None:
    item.has_content = True
    kind = elements.content_type(element, "text/plain" if name == "content" else "text/html")
    value = item.text_of(element, kind)
    item.raw.contents.append((kind, value))
    if item.raw.summary is None:
        item.raw.summary = ("", value)


def _hand_over(item: Item, element: _Element, depth: int, name: str) -> None:
    raise HandOver(f"<{name}>")


_Handler = Callable[[Item, "_Element", int, str], None]
_HANDLERS: dict[str, _Handler] = {
    **dict.fromkeys(("title", "dc_title", "media_title"), _title),
    **dict.fromkeys(("guid", "id"), _guid),
    "link": _link,
    "enclosure": _enclosure,
    "media_content": _media_content,
    "media_group": _walk_inside,
    "media_thumbnail": _media_thumbnail,
    **dict.fromkeys(("itunes_image", "itunes_link"), _itunes_image),
    **dict.fromkeys(("image", "textinput"), _image),
    **dict.fromkeys(("published", "issued", "pubdate", "dcterms_issued"), _published),
    **dict.fromkeys(("updated", "modified", "lastbuilddate", "dc_date", "dcterms_modified"), _updated),
    "date": _date,
    **dict.fromkeys(("created", "dcterms_created"), _created),
    **dict.fromkeys(SPARE_DATES[1:], _spare_date),
    **dict.fromkeys(("language", "dc_language"), _language),
    **dict.fromkeys(("author", "dc_author", "dc_creator", "managingeditor", "itunes_author"), _author),
    **dict.fromkeys(("category", "dc_subject", "media_category", "keywords"), _category),
    **dict.fromkeys(("media_keywords", "itunes_keywords", "tags"), _keywords),
    "source": _source,
    "media_description": _caption,
    **dict.fromkeys(("description", "dc_description", "summary", "itunes_summary"), _summary),
    **dict.fromkeys(("content", "content_encoded", "fullitem"), _content),
    **dict.fromkeys(
        ("abstract", "body", "xhtml_body", "itunes_category", "item", "entry", "channel", "feed", "rss"),
        _hand_over,
    ),
}
_IGNORED = frozenset(
    (
        "contributor",
        "rights",
        "copyright",
        "dc_rights",
        "subtitle",
        "tagline",
        "itunes_subtitle",
        "info",
        "feedburner_browserfriendly",
    )
)
"""Known to feedparser, with parts inside, but nothing that an entry is made of."""
