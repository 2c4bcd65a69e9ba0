"""Digests as pages in a folder: one file each, written whole or not at all, and an index of the newest.

A page names its delivery, so that after a crash it can be told whether it was written.
"""

from __future__ import annotations

import asyncio
import contextlib
import html
import json
import os
import re
import tempfile
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

from monitor.deliver.page import MARKER, IndexEntry, index, page
from monitor.deliver.table import file_stem
from monitor.models import Delivery, Digest, Found, Part, SendResult, SendVerdict, Target

__all__ = ["HtmlNotifier", "page"]

INDEXED = 200
_HEAD = 4096  # the title and description stand in a page's first bytes, before its style sheet
_TITLE = re.compile(r"<title>(.*?)</title>", re.DOTALL)
_SUMMARY = re.compile(r'<meta name="description" content="(.*?)">', re.DOTALL)


class HtmlNotifier:
    """Writes pages to `directory` (or to the target's own address); `now` tells when a page was written."""

    def __init__(self, directory: Path, now: Callable[[], datetime]) -> None:
        self._directory = directory
        self._now = now

    def render(self, digest: Digest, target: Target) -> tuple[Part, ...]:
        """Return the page and its file name."""
        payload = {"file": f"digest-{file_stem(digest)}.html", "html": page(digest, self._now())}
        return (Part(json.dumps(payload, ensure_ascii=False)),)

    async def send(self, delivery: Delivery) -> SendResult:
        """Write the page and the index anew; a full or read-only disk is a reason to try again."""
        payload = json.loads(delivery.payload)
        path = self._path(delivery.target, payload["file"])
        text = payload["html"].replace(MARKER, _signature(delivery.nonce), 1)
        try:
            await asyncio.to_thread(_publish, path, text)
        except OSError as error:
            return SendResult(
                SendVerdict.RETRY, detail=f"the page cannot be written: {os.strerror(error.errno or 0)}"
            )
        return SendResult(SendVerdict.SENT, ts=str(path))

    async def find(self, delivery: Delivery) -> tuple[Found, str | None]:
        """Say whether the page on disk is this delivery's."""
        path = self._path(delivery.target, json.loads(delivery.payload)["file"])
        try:
            found = _signature(delivery.nonce) in _head(path)
        except FileNotFoundError:
            found = False
        except OSError:
            return Found.UNREADABLE, None
        return (Found.PRESENT, str(path)) if found else (Found.ABSENT, None)

    async def close(self) -> None:
        """Nothing is kept open."""

    def _path(self, target: Target, file: str) -> Path:
        return (Path(target.address) if target.address else self._directory) / file


def _signature(nonce: str) -> str:
    return f'<meta name="delivery" content="{html.escape(nonce)}">'


def _publish(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, text)
    write_whole(path.with_name("index.html"), index(tuple(newest(path.parent))))


def _head(path: Path) -> str:
    with path.open(encoding="utf-8", errors="replace") as file:
        return file.read(_HEAD)


def write_whole(path: Path, text: str) -> None:
    """Write a file so that a reader, or a crash, meets the old one or the new one, never half of it. Raises OSError."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", errors="replace", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, 0o644)
        os.replace(name, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise


def newest(directory: Path) -> Iterator[IndexEntry]:
    """Yield the folder's digests, newest first. Raises OSError."""
    files = sorted(
        directory.glob("digest-*.html"), key=lambda path: (path.stat().st_mtime_ns, path.name), reverse=True
    )
    for path in files[:INDEXED]:
        head = _head(path)
        yield IndexEntry(path.name, _caught(_TITLE, head) or path.stem, _caught(_SUMMARY, head))


def _caught(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    return html.unescape(found[1]).strip() if found else ""
