"""How commands speak: what a terminal and a script are given."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.cli import output

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


class Kind(Enum):
    NEW = "new"


@dataclass(frozen=True)
class Thing:
    at: datetime
    kind: Kind
    span: timedelta
    names: tuple[str, ...]


def test_values_become_json() -> None:
    """Instants are ISO 8601 in UTC, durations seconds, enums their values, dataclasses objects, sets sorted lists, paths texts."""
    thing = Thing(NOON, Kind.NEW, timedelta(minutes=1), ("b", "a"))
    assert output.plain({"thing": thing, "set": frozenset("ba"), "path": PurePosixPath("/x")}) == {
        "thing": {"at": "2026-11-24T12:00:00Z", "kind": "new", "span": 60.0, "names": ["b", "a"]},
        "set": ["a", "b"],
        "path": "/x",
    }


@given(st.text())
def test_a_line_of_json_is_one_line_of_unicode(text: str) -> None:
    """Whatever a text holds, lone surrogates too, its object is one line that UTF-8 can carry and that reads back the same."""
    line = output.json_line({"text": text})
    assert "\n" not in line
    assert json.loads(line.encode("utf-8")) == {"text": text}


@given(st.text(alphabet=st.characters(codec=None)))
def test_nothing_that_drives_a_terminal_passes(text: str) -> None:
    """After cleaning only printable letters, spaces, tabs and line ends are left."""
    assert all(char.isprintable() or char in "\n\t" for char in output.clean(text))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred\x1b[0m", "[31mred[0m"),
        ("5\xa0million", "5 million"),
        ("a\u202eb", "ab"),
        ("\x1b]8;;http://x\x07link", "]8;;http://xlink"),
        ("“quoted” – é 漢", "“quoted” – é 漢"),
        ("a\rb", "a b"),
    ],
)
def test_cleaning_keeps_what_can_be_read(text: str, shown: str) -> None:
    """Escapes lose what makes them escapes, blanks of all kinds become spaces, letters of all scripts stay."""
    assert output.clean(text) == shown


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"),
        (59, "59 s"),
        (60, "1 min"),
        (7199, "1 h"),
        (86400, "1 day"),
        (9 * 86400, "9 days"),
        (-5, "0 s"),
    ],
)
def test_a_span_is_told_in_its_largest_unit(seconds: int, words: str) -> None:
    """One number and one unit; days have a plural."""
    assert output.span(timedelta(seconds=seconds)) == words


def test_ages_and_delays_are_told_in_words() -> None:
    """What never was is `never`, what is due is `now`."""
    assert output.ago(None, NOON) == "never"
    assert output.ago(NOON - timedelta(hours=3), NOON) == "3 h ago"
    assert output.until(NOON, NOON) == "now"
    assert output.until(NOON + timedelta(minutes=12), NOON) == "in 12 min"
    assert output.until(None, NOON) == "never"


def test_a_table_in_a_pipe_is_tab_separated(capsys: pytest.CaptureFixture[str]) -> None:
    """One row a line and one tab between cells, whatever the cells hold."""
    output.table(("a", "b"), [("x\ty", "1\n2"), ("\x1bz", 3)])
    assert capsys.readouterr().out == "x y\t1 2\nz\t3\n"
