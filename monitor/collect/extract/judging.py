"""Choosing among candidate bodies: the one the others agree with; disagreement is the article's confidence, stored and shown.

Each candidate is compared after its own clean-up, so that a body in a wider element agrees with the same body in a tighter one.
"""

from __future__ import annotations

from collections.abc import Sequence

from monitor.collect.extract import units
from monitor.collect.extract.candidates import Candidate, is_named_body
from monitor.collect.extract.page import Page

# How far a proposal is to be trusted beyond what the others say of it; measured on development pages.
_TRUST = {
    "site rule": 9.0,
    "itemprop": 0.2,
    "class": 0.1,
    "density": 0.0,
    "votes": -0.1,
    "article": 0.0,
    "page": -0.3,
}
# After clean-up the wider of two bodies is mostly the whole of a split one: a candidate with less than this share of it pays for that.
_PART, _PENALTY = 0.7, 0.5
# The page's only `itemprop="articleBody"` is the whole body by the page's own word, down to this share of what a wider element has
# (a live feed or other stories stand beside it in one template's container); below, it is a lead or a stub.
_NAMED_PART = 0.25
_ALONE = 0.5  # the confidence in a body nothing else speaks for or against


def judge(page: Page, candidates: Sequence[Candidate]) -> Candidate | None:
    """Fill in each candidate's agreement and score; return the best, or None if there is none."""
    whole = [candidate for candidate in candidates if not units.is_inside(page, candidate.node)] or candidates
    biggest = max((candidate.size for candidate in whole), default=0)
    for candidate in candidates:
        others = [overlap(page, candidate, other) for other in candidates if other is not candidate]
        candidate.agreement = sum(others) / len(others) if others else _ALONE
        candidate.score = candidate.agreement + _TRUST[candidate.name]
        if (
            candidate not in whole
            or candidate.size < (_NAMED_PART if _is_named_whole(page, candidate) else _PART) * biggest
        ):
            candidate.score -= _PENALTY
    # Two candidates agree with each other equally: the wider one has what the tighter one's sibling holds of the body.
    return max(candidates, key=lambda candidate: (round(candidate.score, 6), candidate.size), default=None)


def _is_named_whole(page: Page, candidate: Candidate) -> bool:
    """Tell whether a candidate is the one element the page itself names as the article's body."""
    return candidate.name == "itemprop" and sum(map(is_named_body, page.nodes)) == 1


def overlap(page: Page, one: Candidate, other: Candidate) -> float:
    """Return the F1 of two candidates' words, block by block."""
    if not one.size + other.size:
        return 0.0
    shared = (
        one.size
        if one.kept == other.kept
        else sum(page.blocks[number].size for number in one.kept & other.kept)
    )
    return 2 * shared / (one.size + other.size)
