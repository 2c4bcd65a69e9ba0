"""YAML to a tree with places: what is read, what is refused, and that nothing else can happen."""

from __future__ import annotations

import io
import time
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from monitor.config.document import Mapping, Node, Scalar, Sequence, exact_events, fast_events, parse
from monitor.config.source import MAX_BYTES, decode
from monitor.errors import ConfigError, Problem


def read(text: str) -> Node | None:
    """Parse a text that has no mistakes."""
    node, problems = parse(decode("f.yaml", text.encode()))
    assert problems == []
    return node


def mistakes(data: bytes) -> list[Problem]:
    """Return the problems of any bytes."""
    try:
        return parse(decode("f.yaml", data))[1]
    except ConfigError as error:
        return list(error.problems)


def plain(node: Node | None) -> Any:
    """Return a tree as plain values."""
    if isinstance(node, Scalar):
        return node.value()
    if isinstance(node, Sequence):
        return [plain(item) for item in node.items]
    return {key: plain(value) for key, value in node.values.items()} if isinstance(node, Mapping) else None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"),
        ("on", "on"),
        ("Yes", "Yes"),
        ("08:00", "08:00"),
        ("190:20:30", "190:20:30"),
        ("010", 10),
        ("0o10", 8),
        ("0x1F", 31),
        ("1_000", "1_000"),
        ("2026-11-24", "2026-11-24"),
        ("true", True),
        ("False", False),
        ("~", None),
        ("", None),
        ("null", None),
        ("1.5", 1.5),
        ("-3", -3),
        (".5", 0.5),
        ("1e3", 1000.0),
        ('"7"', "7"),
        ("'true'", "true"),
        ("9" * 5000, float("inf")),
    ],
)
def test_values_are_those_of_yaml_1_2(text: str, value: object) -> None:
    """`no`, `on`, times and dates are text; only true, false, null and numbers are anything else."""
    assert plain(read(f"key: {text}")) == {"key": value}


@pytest.mark.parametrize(
    "text", ["at: [8:00, 17:00]", "to: {webhook: https://example.org/x}", "a: [x?, ?y, ::1]"]
)
def test_what_libyaml_stumbles_over_is_read_by_the_other_parser(text: str) -> None:
    """Brackets may hold colons and question marks, as YAML 1.2 has it."""
    assert plain(read(text)) == YAML(typ="safe", pure=True).load(text)


def test_every_node_knows_its_place() -> None:
    """Offsets of keys and values lead to their text, whatever stands before them."""
    text = "é: 'ü'\r\nlist:\n  - one\n  - {a: \"b\"}\n"
    source = decode("f.yaml", ("\ufeff" + text).encode())
    root, _ = parse(source)
    assert isinstance(root, Mapping)
    assert source.text[root.values["é"].start : root.values["é"].end] == "'ü'"
    listed = root.values["list"]
    assert isinstance(listed, Sequence)
    inner = listed.items[1]
    assert isinstance(inner, Mapping)
    assert source.place(inner.keys["a"].start) == (4, 6)
    assert source.text[inner.values["a"].start : inner.values["a"].end] == '"b"'


def test_an_alias_stands_for_its_anchor() -> None:
    """Headers shared by many feeds may be written once."""
    assert plain(read("a: &x {k: v}\nb: *x\n")) == {"a": {"k": "v"}, "b": {"k": "v"}}


@pytest.mark.parametrize(
    "text",
    [
        "feeds: " + "[" * 500_000,
        "- " * 500_000,
        "{a: " * 200_000,
        "? " * 300_000,
        "a: &a " * 100_000,
        "a: &a [x]\n" + "".join(f"b{i}: &b{i} [*{'a' if i == 0 else f'b{i - 1}'}]\n" for i in range(5_000)),
        "&a " * 300_000,
        "x" * (MAX_BYTES + 1),
        "a: " + '"' * 1_000_000,
        "k: v\n" * 200_000,
    ],
    ids=lambda text: text[:12],
)
def test_a_megabyte_of_malice_is_refused_in_well_under_a_second(text: str) -> None:
    """Depth, length, aliases and doubled keys are bounded before anything is built of them."""
    began = time.process_time()
    assert mistakes(text.encode())
    assert time.process_time() - began < 1.0


# Pieces that mean something to YAML, so that random texts get beyond the first character.
# fmt: off
_PIECES = st.sampled_from([
    "a", "b", "key", ": ", ":", "- ", "\n", "\n  ", "\n    ", "[", "]", "{", "}", ", ", '"', "'", "#", " #", "&a ", "*a", "!t ", "!!str ",
    "|", "|\n", ">", ">-\n  ", "? ", "%YAML 1.1", "---", "...", "\t", "é", "\\", "${X}", "~", "1", "true", "\x00", "\u2028", "@", "`", "<<: ",
])
# fmt: on
_TEXTS = st.lists(_PIECES, max_size=40).map("".join)


@given(_TEXTS)
@example("- - - [")
@example("a: !")
def test_random_yaml_raises_nothing_but_config_errors(text: str) -> None:
    """Whatever is in a file, the answer is a tree, or problems with places inside the file."""
    for problem in mistakes(text.encode()):
        assert 1 <= problem.line <= text.count("\n") + 1
        assert problem.column >= 1
        assert str(problem).startswith(f"f.yaml:{problem.line}:{problem.column}  ")


@given(st.binary(max_size=200))
def test_random_bytes_raise_nothing_but_config_errors(data: bytes) -> None:
    """Bytes that are no text are told with the place of the first wrong one."""
    for problem in mistakes(data):
        assert problem.line >= 1
        assert problem.column >= 1


# Texts that begin with a colon or question mark are left out: in brackets ruamel writes them as neither parser reads them back.
_SCALARS = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Zl", "Zp"]), max_size=20).filter(
    lambda text: not text.startswith((":", "?"))
)
_DATA = st.recursive(
    st.one_of(_SCALARS, st.integers(-(10**17), 10**17), st.booleans(), st.none()),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(_SCALARS, inner, max_size=4)),
    max_leaves=20,
)


@given(_DATA, st.booleans(), st.integers(2, 8))
def test_what_is_written_is_read_back(data: Any, flow: bool, indent: int) -> None:
    """Any data that YAML can hold comes through, in block and in bracket style."""
    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style = flow
    yaml.indent = indent
    yaml.width = 100_000  # else ruamel breaks long keys over lines, which neither parser reads back
    stream = io.StringIO()
    yaml.dump({"root": data}, stream)
    assert plain(read(stream.getvalue())) == {"root": data}


def _events(events: Any) -> list[tuple[object, ...]]:
    """Return events as comparable values."""
    return [
        (
            type(event).__name__,
            getattr(event, "value", None),
            getattr(event, "style", None) or None,
            getattr(event, "anchor", None),
        )
        for event in events
    ]


@given(_TEXTS)
def test_both_parsers_read_the_same(text: str) -> None:
    """Where libyaml and ruamel's own parser both accept a text, they give the same events."""
    from ruamel.yaml.error import YAMLError

    try:
        fast, exact = _events(fast_events(text)), _events(exact_events(text))
    except (YAMLError, ValueError):
        return
    assert fast == exact
