"""A digest as plain JSON and back: the payload of every target that lays out at the moment of sending, and what webhooks receive.

Instants are ISO 8601 in UTC. `loads(dumps(digest)) == digest`. Unknown keys are ignored, so that a queue written by a newer
release can still be sent.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from typing import Any

from monitor.models import Coverage, Digest, DigestStory, Link, Slot, SlotKind, TopicSection, TopicTag


def dumps(digest: Digest) -> str:
    """Return the digest as one line of JSON with stable key order."""
    return json.dumps(as_data(digest), ensure_ascii=False, separators=(",", ":"))


def as_data(digest: Digest) -> dict[str, Any]:
    """Return the digest as dicts, lists, strings, numbers and booleans only."""
    data: dict[str, Any] = json.loads(json.dumps(asdict(digest), default=_plain))
    return data


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"a digest holds no {type(value).__name__}")


def loads(text: str) -> Digest:
    """Read a digest back. Raises ValueError, KeyError or TypeError for anything `dumps` did not write."""
    return from_data(json.loads(text))


def from_data(data: dict[str, Any]) -> Digest:
    """Build the digest from what `as_data` returned."""
    return Digest(
        name=data["name"],
        title=data["title"],
        slot=_slot(data["slot"]),
        sections=tuple(_section(one) for one in data["sections"]),
        coverage=_coverage(data["coverage"]),
        timezone=data["timezone"],
        late=data["late"],
        muted=tuple(data.get("muted", ())),
    )


def _known(data: dict[str, Any], cls: type) -> dict[str, Any]:
    return {key: data[key] for key in cls.__dataclass_fields__ if key in data}  # type: ignore[attr-defined]


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _slot(data: dict[str, Any]) -> Slot:
    at, since = datetime.fromisoformat(data["at"]), _instant(data["since"])
    return Slot(**{**_known(data, Slot), "at": at, "since": since, "kind": SlotKind(data["kind"])})


def _coverage(data: dict[str, Any]) -> Coverage:
    return Coverage(
        **{**_known(data, Coverage), "failing": tuple(data["failing"]), "since": _instant(data["since"])}
    )


def _section(data: dict[str, Any]) -> TopicSection:
    return TopicSection(
        topic=data["topic"],
        name=data["name"],
        stories=tuple(_story(one) for one in data["stories"]),
        rest=tuple(_story(one) for one in data["rest"]),
    )


def _story(data: dict[str, Any]) -> DigestStory:
    return DigestStory(
        **{
            **_known(data, DigestStory),
            "outlets": tuple(data["outlets"]),
            "newcomers": tuple(data.get("newcomers", ())),
            "terms": tuple(data["terms"]),
            "first_seen": datetime.fromisoformat(data["first_seen"]),
            "published": _instant(data["published"]),
            "headline_bold": _ranges(data["headline_bold"]),
            "lead_bold": _ranges(data["lead_bold"]),
            "tags": tuple(TopicTag(**_known(tag, TopicTag)) for tag in data["tags"]),
            "members": tuple(Link(**_known(link, Link)) for link in data["members"]),
        }
    )


def _ranges(pairs: list[list[int]]) -> tuple[tuple[int, int], ...]:
    return tuple((start, end) for start, end in pairs)
