"""From a rule's text to its tree."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.errors import RuleError
from monitor.topics import parse, read
from monitor.topics.tree import (
    And,
    AtLeast,
    Near,
    Node,
    Not,
    NotNear,
    Or,
    Outside,
    Regex,
    Term,
    Zone,
    children,
    operator,
)


def shape(node: Node) -> object:
    """Return a tree as nested tuples of operators and terms."""
    if isinstance(node, Term | Regex):
        return node.written
    return (operator(node), *map(shape, children(node))) if children(node) else operator(node)


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("tax", "tax"),
        ("tax AND fraud AND audit", ("AND", "tax", "fraud", "audit")),
        ("(tax AND fraud) OR audit", ("OR", ("AND", "tax", "fraud"), "audit")),
        ("NOT tax AND fraud", ("AND", ("NOT", "tax"), "fraud")),
        ("tax AND NOT fraud NEAR/3 audit", ("AND", "tax", ("NOT", ("NEAR/3", "fraud", "audit")))),
        ("a NEAR/3 b OUTSIDE c", ("OUTSIDE", ("NEAR/3", "a", "b"), "c")),
        ("a NOT NEAR/3 b", ("NOT NEAR/3", "a", "b")),
        ("a NOT  NEAR/3 b", ("NOT NEAR/3", "a", "b")),
        ("ATLEAST/3 (a OR b) NEAR/2 c", ("NEAR/2", ("ATLEAST/3", ("OR", "a", "b")), "c")),
        ("title:a NEAR/2 b", ("NEAR/2", ("title:", "a"), "b")),
        ("title: (a AND b)", ("title:", ("AND", "a", "b"))),
        ("sentence:title:a", ("sentence:", ("title:", "a"))),
        ("$list BEFORE/2 /x+/i", ("BEFORE/2", "$list", "/x+/i")),
        ('="Ice Age"~3', '="Ice Age"~3'),
        ("AT&T OR 9/11 OR 1,500 OR O'Brien", ("OR", "AT&T", "9/11", "1,500", "O'Brien")),
        ("“a b” OR ‘n’", None),
        ("(((tax)))", "tax"),
        ("tax\tOR\n fraud", ("OR", "tax", "fraud")),
    ],
)
def test_trees(text: str, tree: object) -> None:
    """NOT binds tighter than AND and OR, which do not mix; NEAR and its kin bind tighter still, from the left."""
    if tree is None:
        with pytest.raises(RuleError):
            parse(text)
    else:
        assert shape(parse(text)) == tree


def test_offsets_lead_to_the_text() -> None:
    """Every node knows its place, brackets of its parts included."""
    text = "(tax OR levy) NEAR/3 (fraud) AND audit"
    tree = parse(text)
    assert isinstance(tree, And)
    near = tree.parts[0]
    assert text[near.start : near.end] == "(tax OR levy) NEAR/3 (fraud)"
    assert text[children(near)[0].start : children(near)[0].end] == "tax OR levy"


def test_nodes_are_frozen() -> None:
    """A tree can be shared."""
    with pytest.raises(AttributeError):
        parse("tax").start = 3  # type: ignore[misc]


@pytest.mark.parametrize("kind", [And, Or, Not, Near, Outside, NotNear, AtLeast, Zone])
def test_every_operator_has_a_name(kind: type) -> None:
    """What is not a term is called as it is written."""
    examples = [
        "a AND b",
        "a OR b",
        "NOT a",
        "a NEAR/2 b",
        "a OUTSIDE b",
        "a NOT NEAR/2 b",
        "ATLEAST/2 a",
        "title:a",
    ]
    tree = next(tree for text in examples if isinstance(tree := parse(text), kind))
    assert operator(tree)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                *'()":~*?/$,|&= \n-',
                "AND",
                "OR",
                "NOT",
                "NEAR/3",
                "NEAR",
                "and",
                "tax",
                "$a",
                "title:",
                "ATLEAST/2",
                '"a b"',
                "/x/",
            ]
        ),
        max_size=20,
    )
)
def test_any_text_is_read(parts: list[str]) -> None:
    """Whatever is typed gives a tree or mistakes inside the text, and never an exception."""
    text = " ".join(parts)
    reading = read(text)
    assert reading.tree is not None or reading.errors
    for error in reading.errors:
        assert 0 <= error.start < error.end <= max(1, len(text))
        assert error.message
        assert error.hint
