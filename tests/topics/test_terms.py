"""What a term means in words, and by which literals it is found."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.topics import parse
from monitor.topics.terms import _at_length, meaning
from monitor.topics.tree import Term


def term(text: str) -> Term:
    """Return the term of a text."""
    found = parse(text)
    assert isinstance(found, Term)
    return found


@given(
    st.one_of(
        st.from_regex("[a-z0-9]{1,9}|[A-Za-z0-9]{1,9}", fullmatch=True),
        st.from_regex("[A-Za-z]{3,9}[*]", fullmatch=True),
        st.from_regex("[A-Z]{2,12}", fullmatch=True),
        st.from_regex("=[A-Za-z]{1,9}", fullmatch=True),
        st.from_regex('"[A-Za-z]{1,5} [A-Za-z0-9]{1,5}( [a-z]{1,4})?"', fullmatch=True),
    ).filter(
        lambda text: (
            text.casefold() not in ("and", "or", "not", "outside", "near", "before", "atleast")
            and not re.fullmatch("(?i)(?:near|before|atleast)[0-9]+", text)
        )
    ),
    st.booleans(),
)
def test_the_short_way_is_the_long_way(text: str, folded: bool) -> None:
    """The commonest shapes of terms are understood quickly, and no otherwise than at length."""
    assert meaning(term(text), folded=folded) == _at_length(term(text), folded=folded)


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("tax", [" tax "]),
        ('"tax fraud"', [" tax fraud "]),
        ("deport*", [" deport"]),
        ("*migration", ["migration "]),
        ("wom?n", [" wom"]),
        ("e-verify", [" e verify ", " everify "]),
        ("IRS", [" IRS ", " IRSs ", " I.R.S ", " I.R.S.s "]),
        ('"IRS commissioner"', [" commissioner "]),
        ("COVID-19", [" COVID ", " COVIDs ", " C.O.V.I.D ", " C.O.V.I.D.s ", " covid19 "]),
        ('="Ice Age"', [" Ice Age "]),
        ("移民", [" 移 民 "]),
        ("이민", [" 이민"]),
    ],
)
def test_keys(text: str, keys: list[str]) -> None:
    """Each variant is looked for by its longest sure literal."""
    assert [key.text for variant in meaning(term(text)).variants for key in variant.keys] == keys


def test_many_hyphens_stay_few_variants() -> None:
    """Readings of hyphens never multiply beyond reason."""
    assert len(meaning(term('"a-b-c d-e-f g-h-i j-k-l"')).variants) <= 16
