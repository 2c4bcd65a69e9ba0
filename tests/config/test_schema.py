"""JSON Schema: kept beside the shipped files, accepting what the loader accepts, refusing common mistakes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jsonschema
import pytest
from ruamel.yaml import YAML

from monitor.config.schema import MODELS, schema, schemas, written

SHIPPED = Path(__file__).parents[2] / "config"
KINDS = {
    "monitor.yaml": "monitor",
    "feeds.yaml": "feeds",
    "digests.yaml": "digests",
    "topics/lists.yaml": "lists",
    **{
        f"topics/{path.name}": "topic"
        for path in SHIPPED.joinpath("topics").glob("*.yaml")
        if path.stem != "lists"
    },
}


def errors(kind: str, data: Any) -> list[str]:
    """Return what the schema of a kind of file objects to."""
    return [error.message for error in jsonschema.Draft202012Validator(schema(kind)).iter_errors(data)]


@pytest.mark.parametrize("kind", MODELS)
def test_the_kept_schema_is_the_one_of_the_models(kind: str) -> None:
    """`config/.schema/` is up to date: `monitor config schema KIND > config/.schema/KIND.json` makes it so."""
    assert SHIPPED.joinpath(".schema", f"{kind}.json").read_text("utf-8") == written(kind)


@pytest.mark.parametrize("kind", MODELS)
def test_every_schema_is_valid(kind: str) -> None:
    """Each is JSON Schema 2020-12, and closed to unknown keys."""
    document = schemas()[kind]
    jsonschema.Draft202012Validator.check_schema(document)
    assert document.get("additionalProperties") is not True


@pytest.mark.parametrize(("file", "kind"), KINDS.items())
def test_shipped_files_satisfy_their_schema(file: str, kind: str) -> None:
    """An editor shows no mistake in what we ship."""
    assert errors(kind, YAML(typ="safe", pure=True).load(SHIPPED / file)) == []


@pytest.mark.parametrize(("file", "kind"), KINDS.items())
def test_shipped_files_name_their_schema(file: str, kind: str) -> None:
    """The first line leads an editor to the schema, from wherever the folder is copied to."""
    path = SHIPPED / file
    first = path.read_text("utf-8").splitlines()[0]
    prefix = "# yaml-language-server: $schema="
    assert first.startswith(prefix)
    assert (path.parent / first.removeprefix(prefix)).resolve() == SHIPPED / ".schema" / f"{kind}.json"


@pytest.mark.parametrize("kind", ["monitor", "feeds", "digests", "topic"])
def test_every_key_is_described(kind: str) -> None:
    """Completion in an editor explains each key."""
    document = schema(kind)
    for shape in (document, *document.get("$defs", {}).values()):
        for name, field in shape["properties"].items():
            described = field.get("description") or any(
                "$ref" in option for option in field.get("anyOf", [field])
            )
            assert described, f"{shape['title']}.{name}"


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("monitor", {"tiemzone": "UTC"}),
        ("monitor", {"tick": "5 s"}),
        ("monitor", {"fetch": {"max_wire": "16"}}),
        ("monitor", {"log": {"level": "warn"}}),
        ("feeds", {"feeds": [{"name": "A"}]}),
        ("feeds", {"feeds": [{"url": "ftp://example.org"}]}),
        ("digests", {"digests": [{"name": "m", "topics": []}]}),
        ("digests", {"digests": [{"name": "m", "topics": ["a"], "at": ["8"]}]}),
        ("digests", {"digests": [{"name": "m", "topics": ["a"], "to": [{"slak": "#x"}]}]}),
        ("topic", {"name": "A"}),
        ("topic", {"name": "A", "match": "a", "min_score": 200}),
        ("lists", {"ice": "ICE"}),
    ],
)
def test_common_mistakes_are_shown_in_the_editor(kind: str, data: Any) -> None:
    """What the loader refuses for its form, the schema refuses, too."""
    assert errors(kind, data)


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("monitor", {}),
        ("monitor", {"slack": None, "fetch": {"interval": None}, "workers": "auto", "web": {"listen": None}}),
        ("monitor", {"email": {"from": "a@example.org"}, "workers": 3}),
        ("feeds", {"feeds": None}),
        ("feeds", {"feeds": [{"url": "https://example.org", "interval": "1h30m", "headers": {"A": "b"}}]}),
        (
            "digests",
            {
                "digests": [
                    {
                        "name": "m",
                        "topics": ["a"],
                        "every": "4h",
                        "days": ["mon"],
                        "to": ["console", {"slack": "#x"}],
                    }
                ]
            },
        ),
        (
            "digests",
            {
                "digests": [
                    {"name": "m", "topics": ["a"], "at": ["08:00"], "quiet_hours": {"hours": "22:00-07:00"}}
                ]
            },
        ),
        (
            "topic",
            {"name": "A", "match": "a", "not": "b", "alert": {"score": 80}, "examples": {"yes": ["x"]}},
        ),
        ("lists", {"ice": ["ICE"]}),
    ],
)
def test_good_files_are_accepted_by_the_schema(kind: str, data: Any) -> None:
    """An editor never marks what the loader accepts."""
    assert errors(kind, data) == []
