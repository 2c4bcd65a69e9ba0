"""The digest as a table."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given, settings

from monitor.deliver.table import COLUMNS, as_csv, file_stem
from monitor.models import Digest, Slot, TopicSection
from tests.standins.digests import AT, digest, section, story
from tests.standins.hostile import digests


@settings(deadline=None, max_examples=15)
@given(digests(most=40))
def test_every_story_is_a_row_in_order(one: Digest) -> None:
    """One row a story, as many cells as columns, none that a spreadsheet would run."""
    header, *rows = csv.reader(io.StringIO(as_csv(one)))
    assert tuple(header) == COLUMNS
    assert len(rows) == len(one.stories)
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)


def test_a_formula_is_only_text() -> None:
    """A headline that begins like a formula is kept from running."""
    topic = TopicSection("irs", "IRS", (story(headline='=HYPERLINK("https://evil.example")'),))
    assert "'=HYPERLINK" in as_csv(digest(topic))


@pytest.mark.parametrize(
    ("name", "label", "stem"),
    [
        ("morning", "2026-11-24T08:00", "morning-2026-11-24T0800"),
        ("../etc/passwd", "x/y", "etc-passwd-x-y"),
        ("..", "..", "digest"),
        ("späti", "alert-1", "späti-alert-1"),
    ],
)
def test_a_file_name_stays_in_its_folder(name: str, label: str, stem: str) -> None:
    """The digest and its slot, without anything that leads elsewhere."""
    assert file_stem(digest(section(), name=name, slot=Slot(name, label, AT))) == stem
