"""A digest as a table: CSV for those who read in a spreadsheet, and the name its files go by. Pure."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator

from monitor.deliver.display import line
from monitor.deliver.wording import when
from monitor.models import Digest

LONGEST = 4000  # characters of a cell; a spreadsheet's own limit is 32,767
COLUMNS = ("topic", "headline", "url", "source", "outlets", "published", "score", "completeness")


def as_csv(digest: Digest) -> str:
    """Return every story of the digest, one a row, in order, as RFC 4180 CSV with a header row; times are ISO 8601 in UTC."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    writer.writerows(_rows(digest))
    return out.getvalue()


def _rows(digest: Digest) -> Iterator[list[str]]:
    for section in digest.sections:
        for story in (*section.stories, *section.rest):
            cells = (
                section.name,
                story.headline,
                story.url,
                ", ".join(story.outlets[:1]),
                ", ".join(story.outlets),
            )
            yield [
                *(_cell(cell) for cell in cells),
                when(story).isoformat(timespec="seconds"),
                f"{story.score:.1f}",
                story.completeness,
            ]


def _cell(text: str) -> str:
    """Return one clean cell. A leading ``= + - @`` would make a spreadsheet run it as a formula (OWASP, "CSV injection")."""
    text = line(text[:LONGEST])
    return f"'{text}" if text.startswith(("=", "+", "-", "@")) else text


def file_stem(digest: Digest) -> str:
    """Return `morning-2026-11-24T0800`: the digest and its slot, in characters every file system takes."""
    return (
        re.sub(r"[^\w.-]+", "-", f"{digest.name}-{digest.slot.label.replace(':', '')}").strip("-.")[:120]
        or "digest"
    )
