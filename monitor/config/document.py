"""YAML text to a tree of nodes that know their place; owner of ruamel.yaml.

ruamel's libyaml scanner gives the events (5 MB/s; ruamel's own Python scanner gives 0.17 MB/s, which for a thousand feeds costs more
than polling them). libyaml knows YAML 1.1 only and stumbles over `[8:00]` and `{webhook: https://…}`; where it complains of brackets
ruamel's own parser decides. The tree is composed here, because three things are wanted that no loader offers together: places for keys
*and* values, all the mistakes of a file instead of the first, and limits that hold before anything is built.

Values are read by the YAML 1.2 core schema (yaml.org/spec/1.2.2, 10.3): `no`, `on` and `08:00` are text, only `true` and `false` are
truth values. Tags are refused, aliases may not build more than `MAX_ALIASED` nodes, nesting ends at `MAX_DEPTH`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from monitor.config.source import Source
from monitor.errors import ConfigError, Problem

MAX_DEPTH = 20  # spec/safety.md, "Config"
MAX_PROBLEMS = 100  # of one file; what has more is no configuration
MAX_ALIASED = 10_000  # nodes that aliases may stand for in one file; a "billion laughs" file asks for 10^9

_INT = re.compile(r"[-+]?[0-9]{1,18}|0o[0-7]{1,18}|0x[0-9a-fA-F]{1,15}")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_WORDS: dict[str, Any] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_BREAKS_ONCE = re.compile("[\x85\u2028\u2029]")  # no line breaks any more since YAML 1.2 (5.4)
_FLOW_DOUBT = re.compile(
    r"unexpected ':'|expected ',' or|expected node content"
)  # libyaml 0.1.7, parser.c and scanner.c
_PROPERTIES = re.compile(r"(?:[&!]\S*\s+)+(?=\S)")  # YAML 1.2, 6.9: anchor and tag
_SWALLOWED = re.compile(r"\n[ ]*- ")


def plain_value(text: str) -> str | int | float | bool | None:
    """Return what a text without quotes stands for, by the YAML 1.2 core schema."""
    if text in _WORDS:
        return _WORDS[text]  # type: ignore[no-any-return]  # a table of None, True and False
    if _INT.fullmatch(text):
        return int(text, 0 if text.startswith(("0o", "0x")) else 10)
    return float(text) if _FLOAT.fullmatch(text) else text


@dataclass(slots=True)
class Node:
    """A part of the document: its offsets in the source, how many nodes it stands for, and how deep it is."""

    start: int
    end: int
    size: int = field(default=1, kw_only=True)
    height: int = field(default=1, kw_only=True)


@dataclass(slots=True)
class Scalar(Node):
    """A single value, as written. `style` is `None` for plain text, else one of ``' " > |``."""

    text: str
    style: str | None

    def value(self) -> str | int | float | bool | None:
        """Return the value by the YAML 1.2 core schema."""
        return self.text if self.style is not None else plain_value(self.text)


@dataclass(slots=True)
class Sequence(Node):
    """A list."""

    items: list[Node] = field(default_factory=list)


@dataclass(slots=True)
class Mapping(Node):
    """Keys and values in the order written; a key that appears twice keeps its first value."""

    keys: dict[str, Scalar] = field(default_factory=dict)
    values: dict[str, Node] = field(default_factory=dict)


def parse(source: Source) -> tuple[Node | None, list[Problem]]:
    """Return the document's root (None if it is empty) and the mistakes that leave it readable.

    Raises ConfigError where it cannot be read on: broken syntax, aliases that explode or contain themselves, too much depth.
    """
    from ruamel.yaml.error import MarkedYAMLError

    from monitor.config.syntax import syntax_problem

    try:
        return _compose(source, fast_events(source.text))
    except MarkedYAMLError as error:
        if not _FLOW_DOUBT.search(str(error.problem)):
            raise ConfigError([syntax_problem(source, error)]) from None
        doubt = error
    try:
        return _compose(source, exact_events(source.text))
    except MarkedYAMLError as error:
        certain = error if "unexpected ':'" in str(doubt.problem) else doubt
        raise ConfigError([syntax_problem(source, certain)]) from None


def fast_events(text: str) -> Iterator[Any]:
    """Yield the events of libyaml's parser, which knows YAML 1.1: where that has more line breaks than 1.2, of ruamel's own."""
    from _ruamel_yaml import CParser

    if _BREAKS_ONCE.search(text):
        yield from exact_events(text)
        return
    parser = CParser(text)
    while parser.check_event():
        yield parser.get_event()


def exact_events(text: str) -> Iterator[Any]:
    """Yield the events of ruamel's own YAML 1.2 parser."""
    from ruamel.yaml import YAML

    yield from YAML(typ="safe", pure=True).parse(text)


def _compose(source: Source, events: Iterator[Any]) -> tuple[Node | None, list[Problem]]:
    """Compose a document from a parser's events."""
    composer = _Composer(source, events)
    return composer.document(), composer.problems


class _Composer:
    """Builds the tree from a parser's events."""

    def __init__(self, source: Source, events: Iterator[Any]) -> None:
        self.source = source
        self.problems: list[Problem] = []
        self._events = events
        self._next = next(events)
        self._anchors: dict[str, Node | None] = {}  # None: still being built
        self._aliased = 0

    def take(self) -> Any:
        """Return the next event and move on."""
        event, self._next = self._next, next(self._events, None)
        return event

    def document(self) -> Node | None:
        """Compose the only document of the file."""
        self.take()  # stream start
        if _is(self._next, "StreamEnd"):
            return None
        self.take()  # document start
        root = self.node(1)
        self.take()  # document end
        if not _is(following := self._next, "StreamEnd"):
            self.problems.append(
                self.problem(
                    following,
                    "a second document begins here",
                    hint="remove the line ---; one file holds one document",
                )
            )
        return root

    def problem(self, event: Any, message: str, hint: str = "") -> Problem:
        """Describe a mistake at an event."""
        return self.source.problem(self.at(event.start_mark), message, end=self.at(event.end_mark), hint=hint)

    def at(self, mark: Any) -> int:
        """Return the offset of a parser's mark."""
        return self.source.offset(mark.line, mark.column)

    def node(self, depth: int) -> Node:
        """Compose the node that begins with the next event."""
        event = self.take()
        if len(self.problems) >= MAX_PROBLEMS:
            raise ConfigError([*self.problems, self.problem(event, "too many mistakes; not read further")])
        if depth > MAX_DEPTH:
            raise ConfigError([self.problem(event, f"nested more than {MAX_DEPTH} deep")])
        if _is(event, "Alias"):
            return self.alias(event, depth)
        if event.tag is not None:
            self.problems.append(
                self.problem(
                    event,
                    f"tags like {_short(event.tag)} are not allowed",
                    hint="write the value plainly, in quotes if it begins with !",
                )
            )
        if event.anchor is not None:
            self._anchors[event.anchor] = None
        node = self.build(event, depth)
        if event.anchor is not None:
            self._anchors[event.anchor] = node
        return node

    def build(self, event: Any, depth: int) -> Node:
        """Compose a value of its own (not an alias)."""
        start, end = self.at(event.start_mark), self.at(event.end_mark)
        if _is(event, "Scalar"):
            self.look_for_swallowed_item(event, start, end)
            if event.anchor is not None or event.tag is not None:  # libyaml counts them to the value
                properties = _PROPERTIES.match(self.source.text, start, end)
                start = properties.end() if properties else start
            return Scalar(start, end, event.value, event.style or None)
        if _is(event, "SequenceStart"):
            return self.sequence(Sequence(start, end), depth)
        return self.mapping(Mapping(start, end), depth)

    def look_for_swallowed_item(self, event: Any, start: int, end: int) -> None:
        """Report a `- ` indented too far: YAML silently reads it as more text of the line above."""
        if not event.style and (item := _SWALLOWED.search(self.source.text, start, end)):
            problem = self.source.problem(
                item.end() - 2,
                "this '- ' is read as more text of the line above",
                hint="line it up with the items above",
            )
            self.problems.append(problem)

    def alias(self, event: Any, depth: int) -> Node:
        """Return the node an alias stands for, if it may."""
        if event.anchor not in self._anchors:
            raise ConfigError(
                [
                    self.problem(
                        event,
                        f"no anchor &{event.anchor} before this alias",
                        hint="put text that begins with * in quotes",
                    )
                ]
            )
        node = self._anchors[event.anchor]
        if node is None:
            raise ConfigError([self.problem(event, f"the alias *{event.anchor} contains itself")])
        self._aliased += node.size
        if self._aliased > MAX_ALIASED or depth + node.height - 1 > MAX_DEPTH:
            raise ConfigError(
                [
                    self.problem(
                        event,
                        "aliases stand for too much",
                        hint=f"at most {MAX_ALIASED} values and {MAX_DEPTH} levels",
                    )
                ]
            )
        return node

    def children(self, depth: int, last: str, parent: Node) -> Iterator[Node]:
        """Yield the nodes up to the event that ends the parent, and grow the parent by them."""
        while not _is(self._next, last):
            child = self.node(depth + 1)
            parent.size += child.size
            parent.height = max(parent.height, child.height + 1)
            yield child
        parent.end = self.at(self.take().end_mark)

    def sequence(self, node: Sequence, depth: int) -> Sequence:
        """Compose a list."""
        node.items.extend(self.children(depth, "SequenceEnd", node))
        return node

    def mapping(self, node: Mapping, depth: int) -> Mapping:
        """Compose a mapping; a doubled key and a key that is no plain word are mistakes."""
        children = self.children(depth, "MappingEnd", node)
        for key in children:
            value = next(children)
            if not isinstance(key, Scalar):
                self.problems.append(
                    self.source.problem(
                        key.start,
                        "a key must be a single word",
                        hint="put text that begins with { or [ in quotes",
                    )
                )
            elif key.text in node.keys:
                self.problems.append(self.doubled(key, node.keys[key.text]))
            else:
                node.keys[key.text], node.values[key.text] = key, value
        return node

    def doubled(self, key: Scalar, first: Scalar) -> Problem:
        """Describe a key that stands twice in one mapping."""
        line, _ = self.source.place(first.start)
        return self.source.problem(
            key.start, f"key {key.text[:60]!r} appears twice (first on line {line})", end=key.end
        )


def _is(event: Any, kind: str) -> bool:
    """Tell whether an event is of a kind, by its class's name (`ScalarEvent` -> `Scalar`)."""
    return bool(type(event).__name__ == kind + "Event")


def _short(tag: Any) -> str:
    """Return a tag as a person writes it (`!!python/object`), cut."""
    return str(tag).replace("tag:yaml.org,2002:", "!!")[:40]
