"""How commands speak: a table for a person, one JSON document for a script; control characters of strangers never reach a terminal."""

from __future__ import annotations

import dataclasses
import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import Enum
from pathlib import PurePath
from typing import Any

import click

json_option: Callable[[Any], Any] = click.option(
    "--json", "as_json", is_flag=True, help="One JSON document instead of a table."
)
config_option: Callable[[Any], Any] = click.option(
    "--config",
    "config_dir",
    metavar="DIR",
    envvar="MONITOR_CONFIG",
    default="config",
    show_default=True,
    help="The configuration directory; also $MONITOR_CONFIG.",
)


def plain(value: Any) -> Any:
    """Return a value as JSON has it: instants as ISO 8601 in UTC, durations in seconds, enums by value, dataclasses as objects."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, set | frozenset):
        return sorted(plain(item) for item in value)
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return str(value) if isinstance(value, PurePath) else value


def say_json(value: Any) -> None:
    """Print one JSON document, readable."""
    print(_json(value, indent=2))


def json_line(value: Any) -> str:
    """Return one compact JSON object."""
    return _json(value, separators=(",", ":"))


def _json(value: Any, **layout: Any) -> str:
    """Return JSON; where standard output cannot carry a letter (a lone surrogate, an old locale), all but ASCII is escaped."""
    text = json.dumps(plain(value), ensure_ascii=False, **layout)
    try:
        text.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        return json.dumps(plain(value), ensure_ascii=True, **layout)
    return text


def clean(text: object) -> str:
    """Return text that is safe on a terminal: control characters and bidi overrides are dropped, blanks of all kinds are spaces."""
    return "".join(_shown(char) for char in str(text))


def _shown(char: str) -> str:
    if char.isprintable() or char in "\n\t":
        return char
    return " " if char.isspace() else ""


def table(headings: Sequence[str], rows: Iterable[Sequence[object]], *, title: str = "") -> None:
    """Print a table: boxed by rich on a terminal, tab-separated in a pipe."""
    if not sys.stdout.isatty():
        for row in rows:
            print("\t".join(clean(cell).replace("\t", " ").replace("\n", " ") for cell in row))
        return
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    view = Table(
        *headings,
        box=SIMPLE_HEAD,
        title=title or None,
        title_justify="left",
        header_style="bold",
        pad_edge=False,
    )
    for row in rows:
        view.add_row(*(cell if isinstance(cell, Text) else Text(clean(cell)) for cell in row))
    Console().print(view)


def note(text: str) -> None:
    """Tell a person something beside the result, on standard error."""
    print(clean(text), file=sys.stderr)


def ago(instant: datetime | None, now: datetime) -> str:
    """Return an age in the largest fitting unit: `3 min`, `6 h`, `9 days`; `never` for None."""
    return "never" if instant is None else span(now - instant) + " ago"


def until(instant: datetime | None, now: datetime) -> str:
    """Return how far off an instant is: `in 12 min`, `now`, `never` for None."""
    if instant is None:
        return "never"
    return "now" if instant <= now else "in " + span(instant - now)


def span(duration: timedelta) -> str:
    """Return a duration in its largest fitting unit."""
    seconds = max(0, int(duration.total_seconds()))
    for size, unit in ((86400, "day"), (3600, "h"), (60, "min")):
        if seconds >= size:
            count = seconds // size
            return f"{count} {unit}{'s' if unit == 'day' and count != 1 else ''}"
    return f"{seconds} s"
