"""What `explain` gives back: the candidates and their scores, and every line that was dropped with the reason, as plain data."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.models import Article


@dataclass(frozen=True, slots=True)
class Contender:
    """One candidate body. `path` is a short CSS-like path fit to be turned into a `body:` selector; `words` is what it keeps;
    `agreement` (0-1) its mean overlap with the other candidates and with the page's own data; the highest `score` wins."""

    name: str
    path: str
    words: int
    agreement: float
    score: float
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Dropped:
    """One line that stands in the chosen body and is not in the document; `path` is fit to be turned into a `strip:` selector."""

    text: str
    path: str
    reason: str
    words: int


@dataclass(frozen=True, slots=True)
class Extraction:
    """An extraction with its reasons. `notes` tell of caps and fall-backs."""

    article: Article
    candidates: tuple[Contender, ...] = ()
    dropped: tuple[Dropped, ...] = ()
    notes: tuple[str, ...] = ()
