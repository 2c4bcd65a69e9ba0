"""A place inside a rule leads to its place in the file, however YAML wrote the rule."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.config.document import Mapping, Scalar, parse
from monitor.config.rules import positions, rule_problem
from monitor.config.source import Source, decode
from monitor.errors import RuleError

RULE = 'IRS OR "tax audit"~2 OR café*'

STYLES = {
    "plain": "match: IRS OR x OR (a AND\n    b)\n",
    "plain-lines": "match:\n  IRS OR\n\n  ICE\n",
    "single": "match: 'IRS OR ''it''s'' OR ICE'\n",
    "single-lines": "match: 'IRS OR\n   ICE'\n",
    "double": 'match: "IRS OR \\"tax audit\\" OR caf\\u00e9 \\x41\\U0001F600 \\/"\n',
    "double-lines": 'match: "IRS OR\\\n   \\ ICE \\n OR\n  x\\tz"\n',
    "folded": 'match: >  # why\n  IRS OR\n\n    "tax audit"\n  OR ICE\nnot: x\n',
    "folded-strip": "match: >-\n  IRS\n  OR ICE\n",
    "literal": "match: |\n  IRS OR\n  ICE  \n",
    "literal-indent": "match: |2\n    IRS OR\n  ICE\n",
}


def rule(text: str) -> tuple[Source, Scalar]:
    """Return the source and the scalar of the key `match`."""
    source = decode("t.yaml", text.encode())
    root, problems = parse(source)
    assert problems == []
    assert isinstance(root, Mapping)
    scalar = root.values["match"]
    assert isinstance(scalar, Scalar)
    return source, scalar


@pytest.mark.parametrize("text", STYLES.values(), ids=STYLES.keys())
def test_every_character_of_a_rule_has_its_place(text: str) -> None:
    """Each visible character of the rule is found at its offset in the file: itself, or the escape that stands for it."""
    source, scalar = rule(text)
    offsets = positions(source, scalar)
    assert len(offsets) == len(scalar.text)
    for char, offset in zip(scalar.text, offsets, strict=True):
        assert (offset == -1) == char.isspace()
        assert offset == -1 or source.text[offset] in (char, "\\", "'")


@given(st.text("ab \"'\\é*\n()", min_size=1, max_size=40), st.sampled_from([">", "|", ">-", "|+"]))
def test_block_rules_are_placed(value: str, style: str) -> None:
    """Whatever a rule holds, in a block every visible character is found where it stands."""
    lines = [line.strip(" ") for line in value.split("\n") if line.strip(" ")] or ["x"]
    source, scalar = rule(f"match: {style}\n" + "".join(f"  {line}\n" for line in lines))
    offsets = positions(source, scalar)
    assert [source.text[offset] for offset in offsets if offset >= 0] == [
        char for char in "".join(lines) if char != " "
    ]


def place(text: str, start: int, end: int) -> tuple[int, int, int]:
    """Return line, column and width of an error in the rule of a text."""
    source, scalar = rule(text)
    problem = rule_problem(source, scalar, RuleError("wrong", start, end))
    return problem.line, problem.column, problem.width


@pytest.mark.parametrize(
    ("text", "start", "end", "expected"),
    [
        ("match: IRS OR ICE AND raid*\n", 11, 14, (1, 19, 3)),
        ("match: >\n  IRS OR\n  ICE AND raid*\n", 11, 14, (3, 7, 3)),
        ("match: 'a ''b'' AND c'\n", 6, 9, (1, 17, 3)),
        ('match: "a \\u00e9 AND c"\n', 4, 7, (1, 18, 3)),
        ("match: |\n  IRS OR\n  ICE\n", 4, 12, (2, 7, 2)),  # over two lines: as far as the first goes
        ("match: >\n  IRS OR\n", 7, 8, (2, 9, 1)),  # behind the last character
        ("match: ''\n", 0, 1, (1, 8, 2)),  # nothing there: the quotes themselves
    ],
)
def test_an_error_is_underlined_in_the_file(
    text: str, start: int, end: int, expected: tuple[int, int, int]
) -> None:
    """Line, column and width are those of the words the error is about."""
    assert place(text, start, end) == expected


def test_quotes_that_yaml_took_away_are_explained() -> None:
    """`match: "two words"` reaches the rule language without its quotes; the hint says how to keep them."""
    source, scalar = rule('match: "tax audit"\n')
    problem = rule_problem(source, scalar, RuleError("two terms with nothing between", 4, 9))
    assert "YAML took these quotes away" in problem.hint
