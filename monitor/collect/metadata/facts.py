"""What is known about a page beside its text."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Facts:
    """The metadata of a page. `witness` is JSON-LD's own `articleBody` (often cut at a paywall), `paywalled` what the page says of its
    access, `canonical` its own idea of its address. `date_source` is `json-ld`, `meta`, `time`, `feed`, `text`, `url` or `script`."""

    title: str = ""
    authors: tuple[str, ...] = ()
    published: datetime | None = None
    modified: datetime | None = None
    date_source: str = ""
    image: str | None = None
    language: str | None = None
    site: str | None = None
    description: str = ""
    canonical: str = ""
    categories: tuple[str, ...] = ()
    paywalled: bool = False
    witness: str = ""
