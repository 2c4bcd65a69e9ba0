"""Shared by the tests that read feeds from files: where they are, and a document as plain values that can stand in a JSON file."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime
from pathlib import Path
from typing import Any

from monitor.collect.feeds import _fast as read_fast
from monitor.collect.feeds import decode, prescan, thorough
from monitor.collect.feeds.prolog import read_prolog
from monitor.collect.feeds.repair import without_tail
from monitor.models import Entry, FeedDocument

FOLDER = Path(__file__).resolve().parents[1] / "collect" / "feeds"
SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"  # beside the checkout
ADDRESS = "https://feed.example/dir/feed.xml"


def feed_files() -> list[Path]:
    """The project's own feeds, one file a case."""
    return sorted(path for path in FOLDER.iterdir() if not path.name.endswith(".expected.json"))


def real_files() -> list[Path]:
    """Real feeds, where the folder with other people's texts is there; they are measured with, never shipped."""
    return [*sorted((SHARED / "feeds").glob("*.feed")), *sorted((SHARED / "polls").glob("*/*.xml"))]


def plain(value: object) -> Any:
    """A value as JSON would hold it."""
    if isinstance(value, datetime):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value


def entry_values(entry: Entry) -> dict[str, Any]:
    """What an entry holds, without its empty fields."""
    return {field.name: plain(value) for field in fields(entry) if (value := getattr(entry, field.name))}


def document_values(document: FeedDocument) -> dict[str, Any]:
    """What a document holds, without its empty fields."""
    names = (
        "title",
        "url",
        "language",
        "unreadable",
        "error",
        "reader",
        "handed_over",
        "discovered",
        "older",
    )
    values: dict[str, Any] = {"outcome": document.outcome.value}
    values |= {name: plain(value) for name in names if (value := getattr(document, name))}
    return values | {"entries": [entry_values(entry) for entry in document.entries]}


def both_readers(body: bytes) -> tuple[FeedDocument, FeedDocument] | None:
    """The fast reader's answer on a feed and feedparser's on the very same text; None if the fast one hands over, or it is no feed."""
    prolog = read_prolog(decode(body))
    if not prolog.root:
        return None
    attempt = read_fast(prescan.scan(without_tail(prolog.text))[0], ADDRESS)
    if attempt.document.handed_over:
        return None
    return attempt.document, thorough.read(prescan.tame(attempt.text), ADDRESS)
