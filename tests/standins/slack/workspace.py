"""What a workspace holds: channels, messages in order, files; and the journal that survives the process under test."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

ALL_SCOPES = frozenset(
    [
        "chat:write",
        "chat:write.public",
        "commands",
        "channels:read",
        "channels:join",
        "channels:history",
        "groups:read",
        "groups:history",
        "files:write",
    ]
)


@dataclass
class Message:
    """A stored message. `nonce` is read out of its metadata, or of its file's name."""

    channel: str
    ts: str
    text: str
    blocks: list[dict[str, Any]] = field(default_factory=list)
    thread_ts: str | None = None
    metadata: dict[str, Any] | None = None
    files: list[dict[str, Any]] = field(default_factory=list)

    @property
    def nonce(self) -> str:
        """The delivery's nonce, or nothing."""
        payload = (self.metadata or {}).get("event_payload", {})
        if self.files:
            return str(self.files[0]["name"]).removesuffix(".csv")
        return str(payload.get("nonce", ""))


@dataclass
class Channel:
    """A channel; `member` says whether the bot is in it."""

    id: str
    name: str
    member: bool = True
    private: bool = False
    archived: bool = False
    messages: list[Message] = field(default_factory=list)


class Workspace:
    """Channels by name and id. `now` gives seconds since 1970, which timestamps are made from."""

    def __init__(self, journal: Path | None = None, now: Callable[[], float] = time.time) -> None:
        self.token = "xoxb-stand-in"
        self.app_token = "xapp-stand-in"
        self.scopes = set(ALL_SCOPES)
        self.channels: dict[str, Channel] = {}
        self.files: dict[str, dict[str, Any]] = {}
        self.unreachable: set[str] = set()
        self._journal = journal
        self._now = now
        self._last = 0.0

    def add(self, name: str, **state: Any) -> Channel:
        """Make a channel."""
        channel = Channel(f"C{len(self.channels):08d}", name, **state)
        self.channels[name] = channel
        return channel

    def find(self, address: str) -> Channel | None:
        """Find a channel by id or by name, with or without `#`."""
        by_id = next((channel for channel in self.channels.values() if channel.id == address), None)
        return by_id or self.channels.get(address.removeprefix("#"))

    def reachable(self, url: str) -> bool:
        """Say whether Slack could fetch an image."""
        return not any(part in url for part in self.unreachable)

    def timestamp(self) -> str:
        """Return a message's name: seconds with six decimals, never the same twice."""
        self._last = max(self._now(), self._last + 0.000001)
        return f"{self._last:.6f}"

    def store(self, channel: Channel, **parts: Any) -> Message:
        """Store a message and write it to the journal, which is on disk before anything is answered."""
        message = Message(channel.id, self.timestamp(), **parts)
        channel.messages.append(message)
        self.note("stored", **asdict(message), nonce=message.nonce, name=channel.name)
        return message

    def note(self, event: str, **facts: Any) -> None:
        """Append a line to the journal."""
        if self._journal is None:
            return
        with self._journal.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"event": event, **facts}, ensure_ascii=True) + "\n")
            file.flush()
            os.fsync(file.fileno())

    def thread(self, channel: Channel, ts: str) -> Iterator[Message]:
        """Yield a thread: its parent first, then the replies in order."""
        for message in channel.messages:
            if message.ts == ts or message.thread_ts == ts:
                yield message
