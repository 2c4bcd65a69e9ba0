"""An Atom feed of each topic's matches, so that others can subscribe to what is found: one file a topic, newest first (RFC 4287).

A feed is merged, never appended: writing the same digest twice leaves the same file, and a story that returns replaces itself.
"""

from __future__ import annotations

import asyncio
import json
import re
import uuid
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from monitor.deliver import wording
from monitor.deliver.display import line, web_address
from monitor.deliver.html import write_whole
from monitor.models import (
    Delivery,
    Digest,
    DigestStory,
    Found,
    Part,
    SendResult,
    SendVerdict,
    Target,
    TopicSection,
)

ATOM = "http://www.w3.org/2005/Atom"
KEPT = 200
_NOT_XML = re.compile("[\ufffe\uffff]")  # XML 1.0, 2.2: not characters; controls are gone already
_SPACE = uuid.UUID(
    "6f0d4f0e-6a53-4c5b-9a34-2a53a6c6b7d1"
)  # names this program's topics and stories apart from all others

ElementTree.register_namespace("", ATOM)


class AtomNotifier:
    """Keeps `TOPIC.atom` in the folder the target names, or in `directory`; `now` tells when a feed was last brought up to date."""

    def __init__(self, now: Callable[[], datetime], directory: Path | None = None) -> None:
        self._now = now
        self._directory = directory

    def render(self, digest: Digest, target: Target) -> tuple[Part, ...]:
        """Return each topic's new entries."""
        updated = self._now().isoformat(timespec="seconds")
        feeds = {section.topic: _feed(digest, section, updated) for section in digest.sections}
        return (Part(json.dumps(feeds, ensure_ascii=False)),) if feeds else ()

    async def send(self, delivery: Delivery) -> SendResult:
        """Merge the entries into the topics' files; a full or read-only disk is a reason to try again."""
        if not (delivery.target.address or self._directory):
            return SendResult(SendVerdict.PLACE_BROKEN, detail="the target names no folder for its feeds")
        try:
            await asyncio.to_thread(self._merge, delivery)
        except OSError as error:
            return SendResult(SendVerdict.RETRY, detail=f"the feed cannot be written: {type(error).__name__}")
        return SendResult(SendVerdict.SENT)

    async def find(self, delivery: Delivery) -> tuple[Found, str | None]:
        """Say whether every entry stands in its feed."""
        try:
            present = await asyncio.to_thread(self._holds, delivery)
        except OSError:
            return Found.UNREADABLE, None
        return (Found.PRESENT if present else Found.ABSENT), None

    async def close(self) -> None:
        """Nothing is kept open."""

    def _files(self, delivery: Delivery) -> Iterable[tuple[Path, dict[str, Any]]]:
        folder = Path(delivery.target.address) if delivery.target.address else self._directory or Path()
        for topic, feed in json.loads(delivery.payload).items():
            stem = re.sub(r"[^\w.-]+", "-", topic).strip("-.") or "topic"
            yield folder / f"{stem}.atom", feed

    def _merge(self, delivery: Delivery) -> None:
        for path, feed in self._files(delivery):
            path.parent.mkdir(parents=True, exist_ok=True)
            new = [element(entry) for entry in feed["entries"]]
            ids = {entry["id"] for entry in feed["entries"]}
            kept = [one for one in _entries(path) if one.findtext(f"{{{ATOM}}}id") not in ids]
            write_whole(path, document(feed, [*new, *kept][:KEPT]))

    def _holds(self, delivery: Delivery) -> bool:
        return all(
            {entry["id"] for entry in feed["entries"]}
            <= {one.findtext(f"{{{ATOM}}}id") for one in _entries(path)}
            for path, feed in self._files(delivery)
        )


def _feed(digest: Digest, section: TopicSection, updated: str) -> dict[str, Any]:
    return {
        "id": _urn("topic", section.topic),
        "title": _text(section.name) or section.topic,
        "updated": updated,
        "entries": [_entry(digest, story) for story in (*section.stories, *section.rest)][:KEPT],
    }


def _entry(digest: Digest, story: DigestStory) -> dict[str, Any]:
    return {
        "id": _urn("story", story.story or story.url),
        "title": _text(story.headline) or "untitled",
        "url": web_address(story.url) or "",
        "published": wording.when(story).isoformat(timespec="seconds"),
        "updated": digest.slot.at.isoformat(timespec="seconds"),
        "author": _text(wording.outlet(story)) or "unknown",
        "summary": _text(" ".join(filter(None, (story.change, story.lead)))),
        "note": _text(" · ".join(filter(None, (wording.also(story), wording.mark(story))))),
    }


def _urn(kind: str, name: str) -> str:
    return uuid.uuid5(_SPACE, f"{kind}:{line(name)}").urn


def _text(text: str) -> str:
    return _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", line(text))


def document(feed: dict[str, Any], entries: list[ElementTree.Element]) -> str:
    """Return a whole Atom document: the feed's own elements, then its entries."""
    root = ElementTree.Element(f"{{{ATOM}}}feed")
    for name in ("id", "title", "updated"):
        _child(root, name, feed[name])
    _child(root, "generator", "monitor")
    root.extend(entries)
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def element(entry: dict[str, Any]) -> ElementTree.Element:
    """Return one entry as an element."""
    made = ElementTree.Element(f"{{{ATOM}}}entry")
    for name in ("id", "title", "published", "updated"):
        _child(made, name, entry[name])
    if entry["url"]:
        ElementTree.SubElement(made, f"{{{ATOM}}}link", rel="alternate", href=entry["url"])
    _child(ElementTree.SubElement(made, f"{{{ATOM}}}author"), "name", entry["author"])
    _child(made, "summary", " — ".join(filter(None, (entry["summary"], entry["note"]))))
    return made


def _child(parent: ElementTree.Element, name: str, text: str) -> None:
    ElementTree.SubElement(parent, f"{{{ATOM}}}{name}").text = text


def _entries(path: Path) -> list[ElementTree.Element]:
    """Read a feed's entries; one that is missing or damaged starts anew. Raises OSError if it cannot be read."""
    try:
        root = ElementTree.fromstring(path.read_text(encoding="utf-8"))  # noqa: S314  # the file is this program's own
    except (FileNotFoundError, UnicodeDecodeError, ElementTree.ParseError):
        return []
    return root.findall(f"{{{ATOM}}}entry")
