"""Choosing among candidate bodies: the one the others agree with, JSON-LD's `articleBody` being a witness and never the source."""

from __future__ import annotations

from collections.abc import Sequence

from monitor.collect.extract.candidates import Candidate
from monitor.collect.extract.page import Page

# How far a proposal is to be trusted beyond what the others say of it; measured on development pages.
_TRUST = {"site rule": 2.0, "itemprop": 0.2, "class": 0.1, "density": 0.0, "votes": -0.1, "article": 0.0}
_SHORT = 60  # words: less is a caption or a teaser, if anything longer is proposed


def judge(page: Page, candidates: Sequence[Candidate], witness: str = "") -> Candidate | None:
    """Fill in each candidate's agreement and score; return the best, or None if there is none."""
    biggest = max((candidate.size for candidate in candidates), default=0)
    for candidate in candidates:
        others = [overlap(page, candidate, other) for other in candidates if other is not candidate]
        candidate.agreement = sum(others) / len(others) if others else 0.5
        candidate.score = candidate.agreement + _TRUST[candidate.name]
        if candidate.size < PART * biggest:
            candidate.score -= 0.5
    return max(candidates, key=lambda candidate: candidate.score, default=None)


def overlap(page: Page, one: Candidate, other: Candidate) -> float:
    """Return the F1 of two candidates' words, block by block."""
    shared = sum(page.blocks[number].size for number in one.kept & other.kept)
    return 2 * shared / (one.size + other.size) if one.size + other.size else 0.0


PART = 0.7
