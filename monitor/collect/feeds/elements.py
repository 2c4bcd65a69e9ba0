"""How single elements are read by the fast reader: names, texts, inline markup, links against `xml:base`.

feedparser's semantics, element for element (its `mixin.py` and `namespaces/`), so that both readers give the same entries; what is
not worth imitating raises `HandOver`.
"""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urljoin
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from lxml.etree import _Element

XML = "{http://www.w3.org/XML/1998/namespace}"
RDF_ABOUT = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"
ATOM = "http://www.w3.org/2005/atom"

_NAMESPACES = {
    "": "",
    "http://blogs.law.harvard.edu/tech/rss": "",
    "http://purl.org/rss/1.0/": "",
    "http://my.netscape.com/rdf/simple/0.9/": "",
    "http://purl.org/echo/": "",
    "http://purl.org/pie/": "",
    "http://purl.org/atom/ns#": "",
    ATOM: "",
    "http://purl.org/rss/1.0/modules/rss091#": "",
    "http://purl.org/rss/1.0/modules/content/": "content",
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://purl.org/dc/terms/": "dcterms",
    "http://www.itunes.com/dtds/podcast-1.0.dtd": "itunes",
    "http://search.yahoo.com/mrss": "media",
    "http://search.yahoo.com/mrss/": "media",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#": "rdf",
    "http://purl.org/rss/1.0/modules/syndication/": "sy",
    "http://www.w3.org/1999/xhtml": "xhtml",
}
"""Lower-cased namespace -> the prefix its elements are known by; an unknown namespace keeps the prefix the document gives it."""

IANA = "http://www.iana.org/assignments/relation/"
"""What a registered relation of Atom may begin with (RFC 4287, 4.2.7.2)."""

_TYPES = {"text": "text/plain", "plain": "text/plain", "html": "text/html", "xhtml": "application/xhtml+xml"}
HTML_TYPES = ("text/html", "application/xhtml+xml")
_C1 = re.compile("[\x80-\x9f]")
_CP1252 = {code: bytes([code]).decode("cp1252", "replace") for code in range(0x80, 0xA0)}
_CP1252 = {code: char for code, char in _CP1252.items() if char != "\ufffd"}
_ENTITY_SEMICOLON = re.compile(r"&([A-Za-z0-9_]+);")
_EXTRA_SLASHES = re.compile(r"^([A-Za-z][A-Za-z0-9+-.]*://)(/*)(.*?)")


class HandOver(Exception):  # noqa: N818  # no error: the other reader's turn
    """The fast reader does not vouch for this document; the reason is one word or two for the statistics."""


class Scope(NamedTuple):
    """What is in force in a place of a document: the base of its links (empty: none) and the language of its texts (empty: unknown)."""

    base: str = ""
    language: str = ""


class Names:
    """The names elements are known by in one document, looked up once each: `title`, `dc_creator`, `media_content`.

    It knows the document's address too, and whether `xml:base` and `xml:lang` are used in it at all: most often they are not, and need
    not be looked for in every element.
    """

    __slots__ = ("_known", "address", "with_bases", "with_languages")

    def __init__(self, text: str, address: str) -> None:
        self._known: dict[str, str] = {}
        self.address = address
        self.with_bases = "base=" in text or "base =" in text
        below = text.find(">")  # the root's own language is the channel's business
        self.with_languages = text.find("xml:lang", below) >= 0 or text.find(" lang=", below) >= 0

    def scope(self, element: _Element, outer: Scope) -> Scope:
        """Return what is in force inside an element, given what is outside; raises HandOver for a base that is no web address."""
        if not (self.with_bases or self.with_languages):
            return outer
        return Scope(self.base(element, outer.base), self.language(element, outer.language))

    def base(self, element: _Element, outer: str) -> str:
        """Return the base in force inside an element; a relative one without any outside is joined to the document's address."""
        declared = (element.get(XML + "base") or element.get("base")) if self.with_bases else None
        if not declared:
            return outer
        joined = join(outer or self.address, declared)
        if not joined.startswith(("http://", "https://")):
            raise HandOver("relative xml:base")
        return joined

    def language(self, element: _Element, outer: str) -> str:
        """Return the language in force inside an element; an empty `xml:lang` ends the outer one."""
        declared = element.get(XML + "lang", element.get("lang")) if self.with_languages else None
        return outer if declared is None else declared

    def of(self, element: _Element) -> str:
        """Return the element's name in lower case, with its namespace's prefix and an underscore before it."""
        tag: Any = element.tag
        name = self._known.get(tag)
        if name is None:
            name = self._known[tag] = _name(tag, element.prefix)
        return name


def _name(tag: str, given: str | None) -> str:
    namespace, _, local = tag[1:].rpartition("}") if tag.startswith("{") else ("", "", tag)
    namespace = namespace.lower()
    prefix = "" if "backend.userland.com/rss" in namespace else _NAMESPACES.get(namespace, given or "")
    return f"{prefix.lower()}_{local.lower()}" if prefix else local.lower()


def content_type(element: _Element, default: str) -> str:
    """Return the MIME type an element declares for its text."""
    return mime(element.get("type") or default)


def mime(declared: str) -> str:
    """Return the MIME type a declared one stands for: Atom's `text`, `html` and `xhtml` are short for theirs."""
    declared = declared.lower()
    return _TYPES.get(declared, declared)


def text(element: _Element) -> str:
    """Return the text of an element without children, stripped and mended; raises HandOver if it has children."""
    if len(element):
        raise HandOver("markup in a plain element")
    return mend((element.text or "").strip())


def mend(value: str) -> str:
    """Undo the two usual accidents: UTF-8 that was read as Latin-1 and encoded again, and Windows-1252 among the C1 controls."""
    if value.isascii():
        return value
    with suppress(UnicodeError):
        value = value.encode("iso-8859-1").decode("utf-8")
    return value.translate(_CP1252) if _C1.search(value) else value


def markup(element: _Element, kind: str, *, is_atom: bool) -> str:
    """Return the text of an element that may hold inline XHTML; raises HandOver for any other markup in it."""
    if kind == "application/xhtml+xml":
        return mend(_xhtml(element, is_atom=is_atom).strip())
    if kind not in ("text/html", "text/plain") or element.get("mode") == "base64":
        raise HandOver("content type")
    return text(element)


def _xhtml(element: _Element, *, is_atom: bool) -> str:
    """Write out inline XHTML as feedparser does; Atom 1.0's wrapping `div` (RFC 4287, 3.1.1.3) is not part of the text."""
    children = list(element)
    wrapper = children[0] if is_atom and len(children) == 1 else None
    if (
        wrapper is not None
        and not (element.text or "").strip()
        and not (wrapper.tail or "").strip()
        and _local(wrapper) == "div"
    ):
        return _inside(wrapper)
    return _inside(element)


def _inside(element: _Element) -> str:
    pieces = [escape(element.text or "")]
    for child in element:
        name = _local(child)
        if name in ("svg", "math"):
            raise HandOver("inline svg or math")
        attributes = "".join(f' {key}="{_attribute(key, value)}"' for key, value in _attributes(child))
        pieces += (f"<{name}{attributes}>", _inside(child), f"</{name}>", escape(child.tail or ""))
    return "".join(pieces)


def _local(element: _Element) -> str:
    return str(element.tag).rpartition("}")[2].lower()


def _attributes(element: _Element) -> list[tuple[str, str]]:
    found = []
    for raw, value in element.items():
        key = str(raw)
        if key.startswith(XML):
            key = "xml:" + key[len(XML) :]
        elif key.startswith("{"):
            raise HandOver("namespaced attribute")
        found.append((key.lower(), str(value)))
    return found


def _attribute(key: str, value: str) -> str:
    return escape(value.lower() if key in ("rel", "type") else value, {'"': "&quot;"})


def attributes(element: _Element) -> dict[str, str]:
    """Return the attributes without a namespace, keys in lower case, `rel` and `type` in lower case too."""
    found = {}
    for raw, value in element.items():
        key = str(raw).lower()
        found[key] = str(value).lower() if key in ("rel", "type") else str(value)
    return found


def link_after(element: _Element) -> str:
    """Return the address that stands behind an empty `<link/>`: what is left of a link that went through an HTML serialiser."""
    behind = (element.tail or "").strip()
    return behind if behind.startswith(("http://", "https://")) and not behind[:2_000].count(" ") else ""


def href(attributes: dict[str, str]) -> str | None:
    """Return the address an element carries in `url`, `uri` or `href`; None if it has none of them."""
    return attributes.get("url", attributes.get("uri", attributes.get("href")))


def link_text(value: str) -> str:
    """Return the text of a `<link>` with the ampersands of its query restored."""
    value = value.replace("&amp;", "&")
    return _ENTITY_SEMICOLON.sub(r"&\g<1>", value) if "&" in value else value


def join(base: str, link: str) -> str:
    """Join a link to the `xml:base` in force (empty: none); an address that cannot be read gives the empty string."""
    if not base and "[" not in link and ":///" not in link:
        return link
    try:
        return urljoin(base, _EXTRA_SLASHES.sub(r"\1\3", link))
    except ValueError:
        return ""
