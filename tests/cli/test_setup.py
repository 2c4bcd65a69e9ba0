"""Before anything runs: `init`, `check`, `config schema`."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import jsonschema
import pytest

from tests.standins.terminal import ROOT, monitor


def test_init_writes_what_check_accepts(tmp_path: Path) -> None:
    """A fresh configuration has no mistakes, and says what to do next."""
    said = monitor("init", tmp_path / "mine")
    assert said.code == 0
    assert "monitor run" in said.err
    assert (tmp_path / "mine" / "monitor.yaml").is_file()
    assert monitor("check", "--config", tmp_path / "mine").code == 0


def test_init_leaves_what_is_there_alone(tmp_path: Path) -> None:
    """Where there is a configuration already nothing is written, and the refusal says what is in the way."""
    mine = tmp_path / "mine"
    mine.mkdir()
    mine.joinpath("feeds.yaml").write_text("feeds: []  # mine\n", "utf-8")
    assert "feeds.yaml is there already" in monitor("init", mine).refused()
    assert [path.name for path in mine.rglob("*")] == ["feeds.yaml"]
    assert mine.joinpath("feeds.yaml").read_text("utf-8") == "feeds: []  # mine\n"


def test_check_counts_what_there_is(config: Path) -> None:
    """All well is one line and exit 0."""
    assert (
        monitor("check", "--config", config).out == f"{config}: 2 feeds, 1 topics, 1 digests: no mistakes\n"
    )
    assert monitor("check", "--config", config, "--json").json == {
        "ok": True, "problems": [], "warnings": [], "feeds": 2, "topics": 1, "digests": 1,
    }  # fmt: skip


def test_check_tells_what_may_be_unintended(config: Path) -> None:
    """A term that another covers, or whose sign is not searched for, is no mistake: it is told with its place, and all is well."""
    config.joinpath("topics", "money.yaml").write_text(
        "name: M\nmatch: tax OR 50% OR 'tax fraud'\n".replace("'", '"'), "utf-8"
    )
    said = monitor("check", "--config", config)
    assert said.code == 0
    assert said.out.endswith("no mistakes\n")
    assert "money.yaml:2:15  % is not searched for: 50% also finds 50" in said.err
    assert '"tax fraud" is already covered by tax' in said.err
    listed = monitor("check", "--config", config, "--json").json["warnings"]
    assert [(one["kind"], one["line"], one["column"]) for one in listed] == [
        ("covered", 2, 22),
        ("silent sign", 2, 15),
    ]
    assert all(one["file"].endswith("money.yaml") and one["message"] and one["hint"] for one in listed)


def spoil(config: Path) -> None:
    """Put a mistake into every file."""
    config.joinpath("monitor.yaml").write_text("tick: 5\n", "utf-8")
    config.joinpath("feeds.yaml").write_text(
        "feeds:\n  - {url: nope}\n  - {url: 'https://a.example/', nam: x}\n", "utf-8"
    )
    config.joinpath("digests.yaml").write_text(
        "digests:\n  - {name: m, topics: [isr], to: [console], at: ['25:00']}\n", "utf-8"
    )
    config.joinpath("topics", "irs.yaml").write_text("name: IRS\nmatch: IRS OR ICE AND raid*\n", "utf-8")
    config.joinpath("topics", "wrong.yaml").write_text(
        "name: W\nmatch: clerk\nexamples: {yes: [The iris.]}\n", "utf-8"
    )


def test_every_mistake_of_every_file_is_listed_at_once(config: Path) -> None:
    """Exit 2; each mistake begins a line with file:line:column; secrets and tracebacks are not among them."""
    spoil(config)
    said = monitor("check", "--config", config)
    assert (said.code, said.out) == (2, "")
    placed = [line for line in said.err.splitlines() if line.startswith(str(config))]
    for file, place in (
        ("monitor.yaml", "1:7"), ("feeds.yaml", "2:11"), ("feeds.yaml", "3:33"), ("digests.yaml", "2:24"),
        ("topics/irs.yaml", "2:19"),
    ):  # fmt: skip
        assert any(line.startswith(f"{config}/{file}:{place}") for line in placed), (file, place, said.err)
    assert "Traceback" not in said.err


def test_check_as_json_lists_the_same(config: Path) -> None:
    """The same list for a script: file, line, column, message, hint; exit 2."""
    spoil(config)
    said = monitor("check", "--config", config, "--json")
    assert (said.code, said.err) == (2, "")
    assert said.json["ok"] is False
    assert {"file", "line", "column", "message", "hint"} <= set(said.json["problems"][0])
    assert {Path(one["file"]).name for one in said.json["problems"]} >= {
        "monitor.yaml",
        "feeds.yaml",
        "digests.yaml",
        "irs.yaml",
    }


def test_a_failing_example_is_a_mistake(config: Path) -> None:
    """The examples run with the check; the sentence that failed is shown."""
    topic = config / "topics" / "irs.yaml"
    topic.write_text(topic.read_text("utf-8").replace("The iris said so.", "An IRS clerk."), "utf-8")
    said = monitor("check", "--config", config)
    assert said.code == 2
    assert "irs.yaml:5" in said.err


def test_the_schema_accepts_the_shipped_files(tmp_path: Path) -> None:
    """What editors are given fits what is shipped, and refuses an unknown key."""
    from ruamel.yaml import YAML

    schemas = monitor("config", "schema").json
    for name in ("monitor", "feeds", "digests"):
        data = YAML(typ="safe", pure=True).load(ROOT.joinpath("config", f"{name}.yaml").read_text("utf-8"))
        jsonschema.validate(data, schemas[name])
        assert monitor("config", "schema", name).json == schemas[name]
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"tik": "5s"}, schemas["monitor"])


def test_a_secret_on_a_faulty_line_is_masked(config: Path) -> None:
    """A mistake beside a token quotes the line without the token."""
    token = "-".join(("xoxb", "1234567890", "abcdefghijkl"))
    config.joinpath("monitor.yaml").write_text(
        f'slack: {{token: "{token}", base_ulr: "https://slack.com/api/"}}\n', "utf-8"
    )
    said = monitor("check", "--config", config)
    assert said.code == 2
    assert "base_ulr" in said.err
    assert token not in said.err
    assert token not in monitor("check", "--config", config, "--json").out


def test_the_shipped_configuration_is_without_mistakes(tmp_path: Path) -> None:
    """What a newcomer runs first is valid, topic examples and all."""
    shutil.copytree(ROOT / "config", tmp_path / "config")
    if ROOT.joinpath("seeds").is_dir():
        shutil.copytree(ROOT / "seeds", tmp_path / "seeds")
    assert json.loads(monitor("check", "--config", tmp_path / "config", "--json").out)["ok"] is True
