"""The sample articles: in the format, and exactly what their pages come out as."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor import normalize, seed
from monitor.cli.world import with_times

SEEDS = Path(__file__).resolve().parent.parent / "seeds"
SAMPLES = sorted(SEEDS.glob("[0-9]*.txt"))
NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def page_of(url: str) -> str:
    """Return the sample page behind an address."""
    plan = json.loads(SEEDS.joinpath("world", "world.json").read_text("utf-8"))
    for outlet in plan["outlets"]:
        path = url.removeprefix(f"https://{outlet['host']}")
        if path in outlet["pages"]:
            return with_times(
                SEEDS.joinpath("world", outlet["folder"], outlet["pages"][path]).read_text("utf-8"), NOW
            )
    raise AssertionError(f"no sample page at {url}")


def test_there_are_samples() -> None:
    """At least a dozen page shapes are sampled."""
    assert len(SAMPLES) >= 12


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.stem)
def test_a_sample_is_in_the_format(sample: Path) -> None:
    """Each sample is a valid document and is named after its canonical URL."""
    text = sample.read_bytes().decode("utf-8")
    assert seed.dumps(seed.loads(text)) == text
    assert sample.stem.split("_")[1] == json.loads(sample.with_suffix(".json").read_text("utf-8"))["id"]


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.stem)
def test_a_page_becomes_its_sample(sample: Path) -> None:
    """Normalizing the page gives the sample byte for byte, with its title, authors, date and image."""
    metadata = json.loads(sample.with_suffix(".json").read_text("utf-8"))
    article = normalize(page_of(metadata["url"]), metadata["url"])
    assert article.text == sample.read_bytes().decode("utf-8")
    assert article.title == metadata["title"]
    assert list(article.authors) == metadata["authors"]
    assert article.language == metadata["language"]
    assert article.image == metadata["image"]
    assert article.published is not None
    if article.date_source != "first-seen":
        assert article.published.date() == datetime.fromisoformat(metadata["published"]).date()
