"""What stands before the root element, and which document this is: looked at with our own eyes before any parser sees it.

No parser behind this point ever meets a DOCTYPE: a chain of entities on one line after `<?xml?>` passes feedparser's own filter and
overflows expat's stack (the interpreter dies), and entity bombs and external entities need one to work. The few harmless uses
(`<!ENTITY copy "(C)">`, RSS 0.91's DTD) are honoured by substituting the text here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

MAX_ENTITIES = 200
MAX_ENTITY = 1_000
MAX_GROWTH = 2**20

_JUNK = re.compile(r"[^<{\[]{1,2000}+(?=<)")
_MARKUP = re.compile(r"\s*+<(\?|!--|!DOCTYPE|!doctype|!Doctype)")
_ROOT = re.compile(r"\s*+<([A-Za-z_][\w.-]*+(?::[\w.-]++)?)")
_ROOTS = frozenset({"rss", "feed", "rdf", "urlset", "sitemapindex", "opml", "channel", "entry"})
_LATER = re.compile(r"<\?xml\s[^<>]{0,300}\?>|<(?:rss|feed|rdf:RDF|urlset|sitemapindex|opml)(?=[\s>])")
_WITHIN = 20_000
"""A document begins within so many characters, however many warnings a script printed before it, or elements somebody put around it."""
_SUBSET = re.compile(r"[\"'<>\[\]]|<!--")
_ENTITY = re.compile(r"<!ENTITY\s+([\w.-]{1,64})\s+(?:\"([^\"<&%]*+)\"|'([^'<&%]*+)')\s*>")
_REFERENCE = re.compile(r"<!\[CDATA\[.*?(?:\]\]>|\Z)|&([\w.-]{1,64});", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Prolog:
    """A document parted: `root` is the first element's name as written (empty if there is none), `text` starts with it.

    `doctype` is the declaration that was removed (in lower case, first 300 characters): it tells HTML.
    """

    root: str
    text: str
    doctype: str = ""


def read_prolog(text: str) -> Prolog:
    """Skip blanks, junk, processing instructions, comments and the DOCTYPE; substitute the harmless entities it declares."""
    prolog = _prolog(text, _skip_junk(text, 0))
    if prolog.root.lower().rpartition(":")[2] in _ROOTS:
        return prolog
    later = _LATER.search(text, 1, _WITHIN)
    if later is None or (prolog.root.lower() == "html" and not later[0].startswith("<?")):
        return prolog
    inner = _prolog(text, later.start())
    return inner if inner.root.lower().rpartition(":")[2] in _ROOTS else prolog


def _prolog(text: str, position: int) -> Prolog:
    doctype = ""
    entities: dict[str, str] = {}
    while match := _MARKUP.match(text, position):
        end = _end_of(text, match)
        if match[1][:2] in ("!D", "!d"):
            declaration = text[match.start() : end]
            doctype = doctype or declaration[:300].strip().lower()
            entities |= _entities(declaration)
        position = end
    root = _ROOT.match(text, position)
    rest = text[position:].lstrip()
    return Prolog(root[1] if root else "", _substitute(rest, entities) if entities else rest, doctype)


def _skip_junk(text: str, position: int) -> int:
    """Pass over what a script printed before the document (PHP warnings, a stray word)."""
    start = len(text) - len(text.lstrip()) if text[:1].isspace() else position
    junk = _JUNK.match(text, start)
    return junk.end() if junk else start


def _end_of(text: str, match: re.Match[str]) -> int:
    """Return where a piece of prolog ends; an unclosed one swallows the document (nothing after it could be trusted)."""
    if match[1] in ("?", "!--"):
        closing = "?>" if match[1] == "?" else "-->"
        end = text.find(closing, match.end())
        return len(text) if end < 0 else end + len(closing)
    return _end_of_doctype(text, match.end())


def _end_of_doctype(text: str, position: int) -> int:
    """Find the `>` that closes a DOCTYPE, over quoted strings, comments and the internal subset."""
    depth = 0
    for _ in range(100_000):
        match = _SUBSET.search(text, position)
        if match is None:
            break
        position = match.end()
        if match[0] in "\"'" and (closing := text.find(match[0], position)) >= 0:
            position = closing + 1
        depth += {"[": 1, "<": 1, "]": -1, ">": -1}.get(match[0], 0)
        if depth < 0:
            return position
    return len(text)


def _entities(declaration: str) -> dict[str, str]:
    """Return the entities that are plain text; nested, parametric and external ones stay unknown, their references literal."""
    found: dict[str, str] = {}
    for match in _ENTITY.finditer(declaration):
        value = match[2] if match[2] is not None else match[3]
        if len(value) <= MAX_ENTITY and len(found) < MAX_ENTITIES:
            found.setdefault(match[1], value)
    return found


def _substitute(text: str, entities: dict[str, str]) -> str:
    """Put entities in place outside CDATA, as long as that does not inflate the document by more than `MAX_GROWTH`."""
    growth = sum(len(value) * text.count(f"&{name};") for name, value in entities.items())
    if growth > MAX_GROWTH:
        return text
    return _REFERENCE.sub(lambda match: entities.get(match[1], match[0]) if match[1] else match[0], text)
