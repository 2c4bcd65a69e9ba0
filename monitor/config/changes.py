"""What is different between two configurations, in lines for a log, a terminal or the ops channel. Pure.

No line holds a secret: of a changed token only its key is told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import time, timedelta
from enum import Enum
from typing import Any

from monitor.config import Config
from monitor.models import DigestSpec, Feed, Target, TopicSpec

# Settings that are read once, when the process starts its parts; all others are obeyed from the next tick on.
_NEEDS_RESTART = frozenset(
    {
        "database",
        "workers",
        "tick",
        "web.listen",
        "log.level",
        "log.format",
        "slack.app_token",
        "slack.base_url",
    }
)
_MAX_NAMES = 5  # named in one line; the rest is counted
_SECRET = frozenset({"slack.token", "slack.app_token", "slack.webhook", "email.password", "database"})
_UNITS = (("d", 86_400_000_000), ("h", 3_600_000_000), ("m", 60_000_000), ("s", 1_000_000))  # microseconds


def describe(old: Config, new: Config) -> tuple[str, ...]:
    """Return one line for each thing that changed, nothing if all is the same."""
    return (
        *_settings(old, new),
        *_named(
            "feed", {feed.name: feed for feed in old.feeds}, {feed.name: feed for feed in new.feeds}, _feed
        ),
        *_named(
            "topic",
            {spec.id: spec for spec in old.topics.specs},
            {spec.id: spec for spec in new.topics.specs},
            _topic,
        ),
        *_named("list", old.topics.lists, new.topics.lists, _expressions),
        *_named(
            "digest",
            {spec.name: spec for spec in old.digests},
            {spec.name: spec for spec in new.digests},
            _digest,
        ),
    )


def duration_text(length: timedelta) -> str:
    """Write a duration as the configuration does: `90m` becomes `1h30m`."""
    rest, text = round(length / timedelta(microseconds=1)), ""
    for unit, microseconds in _UNITS:
        count, rest = divmod(rest, microseconds)
        text += f"{count}{unit}" if count else ""
    return (text + f"{rest / 1000:g}ms" if rest else text) or "0s"


def _settings(old: Config, new: Config) -> Iterator[str]:
    """Describe changed settings, one a line."""
    for key, before, after in _changed_settings(old, new):
        told = f"{key} changed" if key in _SECRET else f"{key}: {_shown(before)} → {_shown(after)}"
        yield told + (" (takes effect after a restart)" if key in _NEEDS_RESTART else "")


def _changed_settings(old: Config, new: Config) -> Iterator[tuple[str, Any, Any]]:
    """Yield (dotted key, old value, new value) of the settings that differ."""
    before, after = _flat(old.settings), _flat(new.settings)
    for key in after:
        if before.get(key) != after[key]:
            yield key, before.get(key), after[key]


def _flat(section: Any, prefix: str = "") -> dict[str, Any]:
    """Return nested settings as one mapping of dotted keys as they are written."""
    flat: dict[str, Any] = {}
    for name, field in type(section).model_fields.items():
        key, value = prefix + (field.alias or name), getattr(section, name)
        flat |= _flat(value, key + ".") if hasattr(type(value), "model_fields") else {key: value}
    return flat


def _named(
    kind: str, old: Mapping[str, Any], new: Mapping[str, Any], compare: Callable[[Any, Any], Sequence[str]]
) -> Iterator[str]:
    """Describe things that have names: added, removed, and what changed of those that stayed."""
    yield from _list(f"{kind} added", f"{kind}s added", [name for name in new if name not in old])
    yield from _list(f"{kind} removed", f"{kind}s removed", [name for name in old if name not in new])
    for name, after in new.items():
        if name in old and old[name] != after and (changes := compare(old[name], after)):
            yield f"{kind} {name}: {', '.join(changes)}"


def _list(one: str, many: str, names: Sequence[str]) -> Iterator[str]:
    """Describe a list of names in one line, if there are any."""
    if names:
        rest = f" and {len(names) - _MAX_NAMES} more" if len(names) > _MAX_NAMES else ""
        yield (
            f"{one}: {names[0]}"
            if len(names) == 1
            else f"{many} ({len(names)}): {', '.join(names[:_MAX_NAMES])}{rest}"
        )


def _different(old: Any, new: Any, leave_out: Sequence[str] = ()) -> list[str]:
    """Return the names of the fields in which two dataclasses differ."""
    names = [field.name for field in fields(new) if field.name not in leave_out]
    return [name for name in names if getattr(old, name) != getattr(new, name)]


def _feed(old: Feed, new: Feed) -> list[str]:
    """Describe a changed feed; headers may hold secrets and are only named."""
    return [
        f"{name} changed"
        if name in ("headers", "selectors")
        else f"{name} {_shown(getattr(old, name))} → {_shown(getattr(new, name))}"
        for name in _different(old, new)
    ]


def _topic(old: TopicSpec, new: TopicSpec) -> list[str]:
    """Describe a changed topic; what its new rule would have found is told beside it (`cli/backtest`)."""
    words = {
        "match": "rule changed",
        "veto": "veto (not:) changed",
        "sources": "sources changed",
        "examples": "examples changed",
    }
    return [
        words.get(name) or f"{name} {_shown(getattr(old, name))} → {_shown(getattr(new, name))}"
        for name in _different(old, new, leave_out=("file",))
    ]


def _expressions(old: Sequence[str], new: Sequence[str]) -> list[str]:
    """Describe a changed list of expressions by how many came and went."""
    came, went = (len(set(one) - set(other)) for one, other in ((new, old), (old, new)))
    return [f"+{came} −{went} expressions" if came or went else "order changed"]


def _digest(old: DigestSpec, new: DigestSpec) -> list[str]:
    """Describe a changed digest."""
    return [
        f"{name} {_shown(getattr(old, name))} → {_shown(getattr(new, name))}" for name in _different(old, new)
    ]


def _shown(value: Any) -> str:
    """Write a value for people."""
    if value in (None, ""):
        return "none"
    if isinstance(value, timedelta):
        return duration_text(value)
    if isinstance(value, time):
        return value.strftime("%H:%M")
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, Target):
        return (
            value.kind if value.kind in ("webhook", "apprise", "console") else f"{value.kind} {value.address}"
        )
    if isinstance(value, (tuple, frozenset)):
        items = sorted(value) if isinstance(value, frozenset) else value
        return "[" + ", ".join(map(_shown, items)) + "]"
    return str(value)
