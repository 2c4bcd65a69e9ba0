"""Topic files read in one pass are what the careful way makes of them, or are left to it."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from monitor.config import ordinary
from monitor.config.source import Report, Source
from monitor.config.topic_shapes import ListsFile, TopicFile
from monitor.config.validation import validated
from monitor.models import TopicSpec

FILE = Path("topics/irs.yaml")
_SHIPPED = Path(__file__).parents[2] / "config" / "topics"
_MISTAKES = sorted((Path(__file__).parent / "mistakes").glob("*/topics/*.yaml"))


def carefully(text: str) -> TopicSpec | None:
    """Return what the models make of a file; None if it has mistakes."""
    report = Report()
    document = validated(Source(str(FILE), text), TopicFile, None, report)
    return document.model.spec("irs", FILE) if document and document.model and not report.problems else None


def lists_carefully(text: str) -> dict[str, tuple[str, ...]] | None:
    """Return what the model makes of a file of lists; None if it has mistakes."""
    report = Report()
    document = validated(Source("lists.yaml", text), ListsFile, None, report)
    return dict(document.data) if document and document.model and not report.problems else None


@pytest.mark.parametrize("path", sorted(_SHIPPED.glob("*.yaml")), ids=lambda path: path.stem)
def test_shipped_files_are_ordinary(path: Path) -> None:
    """What we ship, and what people will write after it, takes the short way."""
    text = path.read_text("utf-8")
    found = ordinary.lists(text) if path.stem == "lists" else ordinary.topic(text, "irs", FILE)
    assert found is not None


@pytest.mark.parametrize("path", _MISTAKES, ids=lambda path: f"{path.parts[-3]}-{path.stem}")
def test_no_mistake_is_taken_for_ordinary(path: Path) -> None:
    """A file with a mistake of its own is never read the short way."""
    text = path.read_bytes().decode("utf-8", "replace")
    if path.name == "lists.yaml":
        assert lists_carefully(text) is not None or ordinary.lists(text) is None
    else:
        assert ordinary.topic(text, "irs", FILE) in (None, carefully(text))


_WORDS = st.sampled_from(
    [
        "tax",
        "",
        " tax ",
        "IRS OR ICE",
        "a: b",
        "25",
        "~",
        "US",
        "us",
        "en",
        "en-US",
        "x\ny",
        "# no",
        "é",
        "- a",
    ]
)
_VALUES: Any = st.one_of(
    _WORDS, st.integers(-5, 120), st.floats(-1, 101), st.booleans(), st.none(), st.just([]), st.just({})
)
_TEXTS = st.one_of(st.lists(_WORDS, max_size=3), st.lists(_VALUES, max_size=2), _VALUES)


def some(**parts: Any) -> Any:
    """Return mappings with any of these keys, now and then one more, or no mapping at all."""
    mapping = st.fixed_dictionaries({}, optional={**parts, "nmae": _VALUES})
    return st.one_of(mapping, mapping, mapping, _VALUES)


_TOPIC = st.fixed_dictionaries(
    {"name": st.one_of(_WORDS, _WORDS, _VALUES), "match": st.one_of(_WORDS, _WORDS, _VALUES)},
    optional={
        "not": _VALUES,
        "min_score": _VALUES,
        "sources": some(
            include=_TEXTS,
            exclude=_TEXTS,
            countries=_TEXTS,
            languages=_TEXTS,
            categories=_TEXTS,
            authors=_TEXTS,
        ),
        "alert": some(score=_VALUES, outlets=_VALUES),
        "examples": some(yes=_TEXTS, no=_TEXTS),
        "nmae": _VALUES,
    },
)


def written(data: object, *, flow: bool) -> str:
    """Return data as YAML."""
    yaml, stream = YAML(typ="safe", pure=True), io.StringIO()
    yaml.default_flow_style, yaml.width = flow, 100_000
    yaml.dump(data, stream)
    return stream.getvalue()


@given(_TOPIC, st.booleans())
def test_short_way_is_the_careful_way(data: dict[str, Any], flow: bool) -> None:
    """Whatever stands in a topic file, the one pass makes the same topic of it or leaves it alone."""
    text = written(data, flow=flow)
    assert ordinary.topic(text, "irs", FILE) in (None, carefully(text))


@given(st.dictionaries(_WORDS, _TEXTS, max_size=3), st.booleans())
def test_lists_the_short_way(data: dict[str, Any], flow: bool) -> None:
    """The same holds for lists."""
    text = written(data, flow=flow)
    found = ordinary.lists(text)
    assert found is None or found == {
        name: tuple(items) for name, items in (lists_carefully(text) or {}).items()
    }


@pytest.mark.parametrize(
    "text",
    [
        "",
        "name: a\nname: b\nmatch: tax\n",
        "name: a\nmatch: tax\n---\nname: b\n",
        "name: &a a\nmatch: *a\n",
        "name: !!str a\nmatch: tax\n",
        "name: a\nmatch: tax\n  or levy\n",
        "name: a\nmatch: tax\nexamples: {yes: [[[[a]]]]}\n",
        "name: a\nmatch: [tax\n",
        "name: a\nmatch:\n",
        "[name, match]\n",
    ],
)
def test_doubt_is_left_to_the_careful_way(text: str) -> None:
    """Doubled keys, anchors, tags, second documents, texts over several lines, empty values: none of it is judged here."""
    assert ordinary.topic(text, "irs", FILE) is None
