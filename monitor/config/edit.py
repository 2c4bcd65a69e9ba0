"""feeds.yaml changed by a command (`monitor feeds add|remove|import`) as a careful person would: everything else stays as it was.

The file is edited as text, at the places the parser names, and not written anew: comments, order, quotes and blank lines are the
user's. Before it replaces the old file the new text is read back; what would not load is never written.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields
from datetime import timedelta
from enum import Enum
from pathlib import Path
from typing import Any

from monitor.config.changes import duration_text
from monitor.config.document import Mapping as MappingNode
from monitor.config.document import Node, Scalar, parse
from monitor.config.document import Sequence as SequenceNode
from monitor.config.source import Source, decode
from monitor.config.values import nearest, site_name
from monitor.errors import CommandError, ConfigError
from monitor.models import Feed

_HEAD = "# Where news comes from. Added to by `monitor feeds add`; see config/README.md.\nfeeds:\n"
_PLAIN = re.compile(r"[A-Za-z](?:[\w ./+-]*[\w/])?|https?://[^\s#:,\[\]{}]+[^\s#:,\[\]{}]")
_RESERVED = frozenset({"null", "true", "false", "yes", "no", "on", "off"})


def add_feeds(directory: Path, feeds: Sequence[Feed]) -> None:
    """Add feeds at the end of feeds.yaml (made if it is not there).

    Raises CommandError if a name or address is there already or the list is written in a way that cannot be added to, ConfigError
    if the file cannot be read.
    """
    path = directory / "feeds.yaml"
    text = path.read_text(encoding="utf-8") if path.exists() else _HEAD
    source = decode(str(path), text.encode())
    if parse(source)[0] is None:
        source = decode(str(path), f"{text.rstrip()}\nfeeds:\n".lstrip().encode())
    listed = _listed(source)
    _refuse_doubles(listed, feeds)
    offset, indent = _end_of_list(source, listed)
    entries = "".join(_entry(feed, indent) for feed in feeds)
    before, after = source.text[:offset], source.text[offset:]
    _replace(path, before + ("" if before.endswith("\n") else "\n") + entries + after)


def remove_feed(directory: Path, name: str) -> None:
    """Remove a feed, with the comment lines right above it, from feeds.yaml.

    Raises CommandError if there is none of that name, ConfigError if the file cannot be read.
    """
    path = directory / "feeds.yaml"
    if not path.exists():
        raise CommandError(f"there is no feed called {name!r}: {path} does not exist")
    source = decode(str(path), path.read_bytes())
    listed = _listed(source)
    names = [_name(item) for item in listed.items]
    if name not in names:
        close = nearest(name, names)
        raise CommandError(
            f"there is no feed called {name!r}" + (f" (did you mean {close!r}?)" if close else "")
        )
    start, end = _lines_of(source, listed, names.index(name))
    _replace(path, source.text[:start] + source.text[end:])


def _listed(source: Source) -> SequenceNode:
    """Return the list of feeds, an empty one if the key has no value yet; it must be written a line each."""
    root, problems = parse(source)
    if problems:
        raise ConfigError(problems)
    node = root.values.get("feeds") if isinstance(root, MappingNode) else None
    if isinstance(node, SequenceNode) and (not node.items or source.text[node.start] == "-"):
        return node
    if node is None and root is not None:
        raise CommandError(f"{source.name} has no list `feeds:` to change")
    if node is None or (isinstance(node, Scalar) and node.value() is None):
        return SequenceNode(len(source.text), len(source.text))
    raise CommandError(
        f"{source.name} holds its feeds in brackets; write each on lines of its own that begin with `- `"
    )


def _name(item: Node) -> str:
    """Return a listed feed's name."""
    keys = item.values if isinstance(item, MappingNode) else {}
    name, url = keys.get("name"), keys.get("url")
    return name.text if isinstance(name, Scalar) else site_name(url.text) if isinstance(url, Scalar) else ""


def _refuse_doubles(listed: SequenceNode, feeds: Iterable[Feed]) -> None:
    """Raise CommandError if a feed is there already."""
    names = {_name(item).casefold() for item in listed.items}
    urls = {
        url.text
        for item in listed.items
        if isinstance(item, MappingNode) and isinstance(url := item.values.get("url"), Scalar)
    }
    for feed in feeds:
        if feed.url in urls:
            raise CommandError(f"{feed.url} is there already")
        if feed.name.casefold() in names:
            raise CommandError(f"there is already a feed called {feed.name!r}; give this one another name")
        names.add(feed.name.casefold())
        urls.add(feed.url)


def _end_of_list(source: Source, listed: SequenceNode) -> tuple[int, str]:
    """Return where the next entry goes (the start of a line) and how it is indented."""
    if not listed.items:
        match = re.search(r"(?m)^feeds:[ ]*(\[[ ]*\])?", source.text)
        if match is None:
            return len(source.text), "  "
        if match[1]:
            raise CommandError(f"{source.name} says `feeds: []`; remove the brackets first")
        return _line_end(source.text, match.end()), "  "
    _, column = source.place(listed.start)
    return _end_of_entry(source, listed, -1), " " * (column - 1)


def _end_of_entry(source: Source, listed: SequenceNode, index: int) -> int:
    """Return the start of the line after an entry and the comments that are indented as a part of it."""
    _, column = source.place(listed.start)
    end = _line_end(source.text, max(_last(listed.items[index]) - 1, 0))
    while comment := re.compile(rf"[ ]{{{column},}}#.*\n?").match(source.text, end):
        end = comment.end()
    return end


def _last(node: Node) -> int:
    """Return the end of the last single value below a node (a block's own end lies behind the blank lines that follow it)."""
    if isinstance(node, MappingNode) and node.values:
        return max(_last(value) for value in node.values.values())
    if isinstance(node, SequenceNode) and node.items and isinstance(node.items[-1], Scalar):
        return max(node.items[-1].end, node.start)
    return node.end


def _line_end(text: str, offset: int) -> int:
    """Return the start of the line after an offset."""
    end = text.find("\n", offset)
    return len(text) if end < 0 else end + 1


def _lines_of(source: Source, listed: SequenceNode, index: int) -> tuple[int, int]:
    """Return the range of whole lines of an entry, with the comment lines right above it."""
    first, _ = source.place(listed.items[index].start)
    indent = " " * (source.place(listed.start)[1] - 1)
    while first > 1 and source.line(first - 1).startswith(indent + "#"):
        first -= 1
    return source.starts[first - 1], _end_of_entry(source, listed, index)


def _entry(feed: Feed, indent: str) -> str:
    """Write a feed as YAML: the keys that differ from the defaults, the address first."""
    lines = [f"{key}: {value}" for key, value in _written(feed)]
    return f"{indent}- " + f"\n{indent}  ".join(lines) + "\n"


def _written(feed: Feed) -> Iterator[tuple[str, str]]:
    """Yield the keys and values of a feed to write down."""
    defaults = Feed(name="", url="")
    yield "url", _scalar(feed.url)
    yield "name", _scalar(feed.name)
    for name in (field.name for field in fields(feed)):
        value = getattr(feed, name)
        if name not in ("name", "url") and value != getattr(defaults, name):
            yield name, _flow(name, value)


def _flow(name: str, value: Any) -> str:
    """Write a value of any kind on one line."""
    if name == "headers":
        return json.dumps(dict(value), ensure_ascii=False)
    if name == "selectors":
        return json.dumps(
            {key.name: text for key in fields(value) if (text := getattr(value, key.name))},
            ensure_ascii=False,
        )
    if isinstance(value, tuple):
        return "[" + ", ".join(_scalar(item) for item in value) + "]"
    return _scalar(
        duration_text(value)
        if isinstance(value, timedelta)
        else value.value
        if isinstance(value, Enum)
        else value
    )


def _scalar(value: Any) -> str:
    """Write a single value, in quotes unless it surely reads as the same text without."""
    if not isinstance(value, str) or (_PLAIN.fullmatch(value) and value.casefold() not in _RESERVED):
        return str(value)
    return json.dumps(value, ensure_ascii=False)


def _replace(path: Path, text: str) -> None:
    """Write a file whole or not at all; raises ConfigError if the new text would not be read as intended."""
    _, problems = parse(decode(str(path), text.encode()))
    if problems:
        raise ConfigError(problems)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with open(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, path.stat().st_mode & 0o777 if path.exists() else 0o644)
        os.replace(name, path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(name)
        raise
