"""Whatever stands in the files, loading gives a configuration or a report; nothing else ever comes out."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from monitor.config import load
from monitor.config.schema import MODELS
from monitor.errors import ConfigError

FILES = {
    "monitor": "monitor.yaml",
    "feeds": "feeds.yaml",
    "digests": "digests.yaml",
    "topic": "topics/irs.yaml",
    "lists": "topics/lists.yaml",
}

SHIPPED = Path(__file__).parents[2] / "config"
# fmt: off
_TEXTS = [
    "", "30m", "0s", "16MiB", "08:00", "22:00-07:00", "UTC", "https://example.org/", "${X}", "a${X}", "${Y:-z}", "#x", "auto", "daily", "US", "IRS",
    "IRS AND", "( OR )", '"', "$ice", "latest:3", "seeds/x.txt", "127.0.0.1:80", "console", "\x07", "é" * 300,
]
# fmt: on


def keys(schema: dict[str, Any]) -> list[str]:
    """Return every key that a schema knows, at any depth."""
    shapes = [schema, *schema.get("$defs", {}).values()]
    return sorted({key for shape in shapes for key in shape.get("properties", {})})


def values_for(model: type[BaseModel]) -> st.SearchStrategy[Any]:
    """Return data that looks like a file: known keys, values of every kind, some of them nearly right."""
    known = st.sampled_from([*keys(model.model_json_schema()), "unknown", "slack", "console"])
    text = st.sampled_from(_TEXTS)
    leaf = st.one_of(text, st.text(max_size=12), st.integers(), st.floats(), st.booleans(), st.none())
    return st.recursive(
        leaf,
        lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(known, inner, max_size=5)),
        max_leaves=25,
    )


def load_text(kind: str, text: str) -> None:
    """Load a configuration whose only file holds a text; pass if it loads or is reported."""
    with tempfile.TemporaryDirectory() as home:
        path = Path(home, FILES[kind])
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8", "surrogatepass")
        try:
            load(Path(home), {"Y": "y"})
        except ConfigError as error:
            for problem in error.problems:
                assert problem.message
                assert problem.line >= 1


@pytest.mark.parametrize("kind", MODELS)
def test_any_data_is_loaded_or_reported(kind: str) -> None:
    """Values of every kind under every key are valid or told; pydantic's errors never escape, nor any other."""

    @given(
        st.dictionaries(
            st.sampled_from(keys(MODELS[kind].model_json_schema()) or ["ice", "irs"]),
            values_for(MODELS[kind]),
            max_size=6,
        )
    )
    @settings(max_examples=25, deadline=None)
    def check(data: dict[str, Any]) -> None:
        load_text(kind, json.dumps(data, ensure_ascii=False))

    check()


@pytest.mark.parametrize("kind", MODELS)
def test_any_text_is_loaded_or_reported(kind: str) -> None:
    """So is any text."""

    @given(st.text(alphabet="ab:- \n\t[]{}#&*!|>'\"%@`,?~1é${}", max_size=60))
    @settings(max_examples=25, deadline=None)
    def check(text: str) -> None:
        load_text(kind, text)

    check()


@pytest.mark.parametrize("kind", MODELS)
def test_any_slip_of_the_hand_is_loaded_or_reported(kind: str) -> None:
    """A good file in which some characters were struck, doubled or mistyped is loaded or told."""
    good = SHIPPED.joinpath(FILES[kind]).read_text("utf-8")[:3000]
    slip = st.tuples(
        st.integers(0, len(good)),
        st.integers(0, 3),
        st.sampled_from(["", " ", "\t", ":", '"', "'", "[", "}", "#", "- ", "\n", "x", "&", "*"]),
    )

    @given(st.lists(slip, min_size=1, max_size=3))
    @settings(max_examples=25, deadline=None)
    def check(slips: list[tuple[int, int, str]]) -> None:
        text = good
        for at, struck, typed in slips:
            text = text[:at] + typed + text[at + struck :]
        load_text(kind, text)

    check()
