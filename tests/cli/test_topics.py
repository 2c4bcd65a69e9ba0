"""`monitor topics`: rules tested, tried, compared and linted before they go live."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.standins.terminal import monitor


def test_examples_are_run_and_counted(config: Path) -> None:
    """All well is exit 0; a failing example is exit 1 with its place and the sentence that decided."""
    assert monitor("topics", "test", "--config", config).out == "2 examples of 1 topics: none fail\n"
    topic = config / "topics" / "irs.yaml"
    topic.write_text(topic.read_text("utf-8").replace("The iris said so.", "An IRS clerk."), "utf-8")
    said = monitor("topics", "test", "--config", config)
    assert said.code == 1
    assert f"{topic}:5:" in said.out
    document = monitor("topics", "test", "--json", "--config", config)
    assert (document.code, document.json["examples"], len(document.json["failures"])) == (1, 2, 1)


def test_a_rule_with_a_mistake_is_no_failing_example(config: Path) -> None:
    """What cannot be compiled is a wrong configuration: exit 2, placed."""
    config.joinpath("topics", "irs.yaml").write_text("name: IRS\nmatch: IRS OR ICE AND raid*\n", "utf-8")
    said = monitor("topics", "test", "--config", config)
    assert (said.code, said.out) == (2, "")
    assert "irs.yaml:2:19" in said.err


def test_a_rule_is_tried_on_the_archive(archive: Path) -> None:
    """How often it would have fired, and samples with their sentences; a mistake in it is refused with caret."""
    document = monitor("topics", "try", "IRS", "--last", "7d", "--json", "--config", archive).json
    assert (document["rule"], document["articles"]) == ("IRS", 31)
    assert document["matches"] == sum(document["by_day"].values()) > 5
    assert document["samples"][0]["sentences"]
    assert f"{document['matches']} of 31 articles" in monitor("topics", "try", "IRS", "--config", archive).out
    assert "^" in monitor("topics", "try", "(IRS", "--config", archive).err
    assert monitor("topics", "try", "(IRS", "--config", archive).code == 2


def test_what_may_be_unintended_in_a_tried_rule_is_told(config: Path) -> None:
    """A warning stands beside the result, with its place in the rule; lists that this rule does not use are none."""
    config.joinpath("topics", "lists.yaml").write_text("nobody: [xylophone]\n", "utf-8")
    said = monitor("topics", "try", 'IRS\nOR "IRS audit"', "--config", config)
    assert said.code == 0
    assert "of the last" in said.out
    assert 'rule:2:4  "IRS audit" is already covered by IRS\n    OR "IRS audit"\n       ^^^^' in said.err
    assert "xylophone" not in said.err
    assert "nobody" not in said.err
    (listed,) = monitor("topics", "try", "IRS OR 50%", "--json", "--config", config).json["warnings"]
    assert (listed["kind"], listed["line"], listed["column"]) == ("silent sign", 1, 8)


def test_two_sets_of_rules_are_compared(archive: Path, tmp_path: Path) -> None:
    """Per topic what the rules as they stand win and lose against those of another directory, or of a git revision."""
    other = tmp_path / "other"
    shutil.copytree(archive / "topics", other / "topics")
    other.joinpath("topics", "irs.yaml").write_text("name: IRS\nmatch: clinic\n", "utf-8")
    same = monitor("topics", "diff", "--against", archive, "--json", "--config", archive)
    assert (same.code, same.json["topics"]) == (0, {})
    document = monitor("topics", "diff", "--against", other, "--json", "--config", archive).json
    assert set(document["topics"]) == {"irs"}
    assert monitor("topics", "diff", "--against", tmp_path / "none", "--config", archive).code == 2


def test_rules_are_compared_with_a_revision(archive: Path, tmp_path: Path) -> None:
    """A journalist who keeps the rules in git sees what an edit changes before committing it."""
    folder = tmp_path / "config"
    shutil.copytree(archive, folder)
    shutil.copytree(archive.parent / "seeds", tmp_path / "seeds")
    git = ["git", "-C", str(tmp_path), "-c", "user.name=A", "-c", "user.email=a@example.org"]
    for words in (["init", "-q"], ["add", "config"], ["commit", "-q", "-m", "rules"]):
        subprocess.run([*git, *words], check=True, capture_output=True)
    assert monitor("topics", "diff", "--json", "--config", folder).json["topics"] == {}
    folder.joinpath("topics", "irs.yaml").write_text("name: IRS\nmatch: clinic\n", "utf-8")
    assert set(monitor("topics", "diff", "--json", "--config", folder).json["topics"]) == {"irs"}
    assert "HEAD~7" in monitor("topics", "diff", "--against", "HEAD~7", "--config", folder).refused()


def test_lint_finds_terms_that_never_fired(archive: Path, tmp_path: Path) -> None:
    """Each finding names its owner, its kind and its term; what only may be amiss is exit 0, what can be mended in the rule exit 1."""
    said = monitor("topics", "lint", "--json", "--config", archive)
    assert said.code == 0
    assert {"never fired", "wildcard"} <= {one["kind"] for one in said.json["findings"]}
    assert all(one["owner"] and one["detail"] for one in said.json["findings"])
    folder = tmp_path / "config"
    shutil.copytree(archive, folder)
    shutil.copytree(archive.parent / "seeds", tmp_path / "seeds")
    with folder.joinpath("topics", "lists.yaml").open("a", encoding="utf-8") as file:
        file.write("\nnobody: [xylophone]\n")
    mendable = monitor("topics", "lint", "--config", folder)
    assert mendable.code == 1
    assert "nobody" in mendable.out


@pytest.mark.parametrize("command", [("try", "IRS"), ("diff",), ("lint",)], ids=lambda words: words[0])
def test_an_empty_archive_is_no_error(config: Path, command: tuple[str, ...]) -> None:
    """Before anything was collected there is nothing to say, and that is said."""
    against = ("--against", str(config)) if command[0] == "diff" else ()
    said = monitor("topics", *command, *against, "--config", config)
    assert said.code in (0, 1)
    assert "internal error" not in said.err
