"""Topic files that have nothing out of the ordinary, read in one pass: YAML events straight to the topic, without places, without pydantic.

A configuration of a thousand topics is read at every start, and nearly always it is sound. Whatever is not plainly sound here (an
unknown key, a value of another kind, an anchor, a text that runs on over lines) is None, and is then read with care: the slow way
(`validation` with the models of `topic_shapes`) has the last word on what is a mistake and tells where it stands. A property test
holds the two to the same result.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import PurePath
from typing import Any

from monitor.config import values
from monitor.config.document import fast_events, plain_value
from monitor.config.values import WrongValue
from monitor.models import AlertRule, Examples, SourceFilter, TopicSpec

MAX_EXAMPLES = 200  # of one kind; each is run whenever the files are read
_DEPTH = 4  # of a topic file: the texts under `examples: yes:`

Reader = Callable[[object], Any]


class DoubtError(Exception):
    """Something is out of the ordinary; never seen outside this module."""


def topic(text: str, topic_id: str, file: PurePath) -> TopicSpec | None:
    """Return the topic that a file's text describes, or None where the file is to be read with care."""
    try:
        return _spec(_section(_data(text), _KEYS, needed=("name", "match")), topic_id, file)
    except (DoubtError, WrongValue):
        return None


def lists(text: str) -> dict[str, tuple[str, ...]] | None:
    """Return the lists of expressions that a file's text describes, or None where the file is to be read with care."""
    try:
        found = _data(text)
        return {_same(name): _some_texts(items) for name, items in found.items()}
    except (DoubtError, WrongValue):
        return None


# ── From YAML to plain data ─────────────────────────────────────────────────────────────────────────────────────────────────────
def _data(text: str) -> dict[str, Any]:
    """Return the one mapping that a text is. Raises `DoubtError`."""
    from ruamel.yaml.error import MarkedYAMLError

    try:
        kinds = [(type(event).__name__, event) for event in fast_events(text)]
    except MarkedYAMLError:
        raise DoubtError from None
    if len(kinds) < 5:
        raise DoubtError  # an empty file
    events = iter(kinds[2:])  # behind the starts of stream and document
    data = _value(*next(events), events, _DEPTH)
    if [kind for kind, _ in events] != ["DocumentEndEvent", "StreamEndEvent"] or not isinstance(data, dict):
        raise DoubtError
    return data


def _value(kind: str, event: Any, events: Iterator[tuple[str, Any]], depth: int) -> Any:
    """Return the value that begins with an event."""
    if not depth or kind == "AliasEvent" or event.anchor is not None or event.tag is not None:
        raise DoubtError
    if kind == "ScalarEvent":
        if event.style:
            return event.value
        if event.start_mark.line != event.end_mark.line:
            raise DoubtError  # it may have swallowed what was meant as an item or key of its own
        return plain_value(event.value)
    if kind == "SequenceStartEvent":
        return list(_items(events, depth))
    return _mapping(events, depth)


def _items(events: Iterator[tuple[str, Any]], depth: int) -> Iterator[Any]:
    for kind, event in events:
        if kind == "SequenceEndEvent":
            return
        yield _value(kind, event, events, depth - 1)


def _mapping(events: Iterator[tuple[str, Any]], depth: int) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for kind, key in events:
        if kind == "MappingEndEvent":
            break
        if kind != "ScalarEvent" or key.anchor is not None or key.tag is not None or key.value in found:
            raise DoubtError
        found[key.value] = _value(*next(events), events, depth - 1)
    return found


# ── From plain data to the topic ────────────────────────────────────────────────────────────────────────────────────────────────
def _spec(data: dict[str, Any], topic_id: str, file: PurePath) -> TopicSpec:
    least = data.get("min_score")
    return TopicSpec(
        id=topic_id,
        name=values.name(data["name"]),
        match=_text(data["match"]),
        veto=_text(data["not"]) if "not" in data else None,
        min_score=None if least is None else _score(least),
        sources=SourceFilter(**_read(data, "sources", _SOURCES)),
        alert=_alert(data),
        examples=Examples(**_read(data, "examples", {"yes": _sentences, "no": _sentences})),
        file=file,
    )


def _section(data: Any, keys: Any, needed: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return a mapping that has none but these keys, and something under each. Raises `DoubtError`."""
    known = isinstance(data, dict) and data.keys() <= keys and data.keys() >= set(needed)
    if not known or any(value is None for value in data.values()):
        raise DoubtError
    return dict(data)


def _read(data: dict[str, Any], key: str, readers: dict[str, Reader]) -> dict[str, Any]:
    if key not in data:
        return {}
    return {name: readers[name](value) for name, value in _section(data[key], readers.keys()).items()}


def _alert(data: dict[str, Any]) -> AlertRule | None:
    found = _read(data, "alert", {"score": _score, "outlets": _outlets})
    if "alert" in data and not found:
        raise DoubtError
    return AlertRule(**found) if found else None


def _text(value: object) -> str:
    if type(value) is not str:
        raise DoubtError
    return value


def _texts(value: object) -> tuple[str, ...]:
    if type(value) is not list or len(value) > MAX_EXAMPLES:
        raise DoubtError
    return tuple(map(_text, value))


def _sentences(value: object) -> tuple[str, ...]:
    found = _texts(value)
    if not all(found):
        raise DoubtError
    return found


def _some_texts(value: object) -> tuple[str, ...]:
    if type(value) is not list or not value:
        raise DoubtError
    return tuple(map(_text, value))


def _each(reader: Reader) -> Reader:
    """Return a reader of lists of what a reader reads."""
    return lambda value: tuple(map(reader, _texts(value)))


def _same(name: str) -> str:
    """Return a name that needs no trimming."""
    if values.name(name) != name:
        raise DoubtError
    return name


def _score(value: object) -> float:
    if type(value) not in (int, float) or not 0 <= value <= 100:  # type: ignore[operator]  # a number by then
        raise DoubtError
    return float(value)  # type: ignore[arg-type]


def _outlets(value: object) -> int:
    if type(value) is not int or value < 2:
        raise DoubtError
    return value


_KEYS = {"name", "match", "not", "min_score", "sources", "alert", "examples"}
_SOURCES: dict[str, Reader] = {
    **dict.fromkeys(("include", "exclude"), _each(values.source)),
    **dict.fromkeys(("categories", "authors"), _each(values.name)),
    "countries": _each(values.country),
    "languages": _each(values.language),
}
