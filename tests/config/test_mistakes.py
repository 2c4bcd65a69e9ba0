"""Every way of being wrong has a folder in mistakes/: the files as a person wrote them, and the report they must get.

A folder is a test: add one, and it is run. `env` holds the environment as NAME=VALUE lines; `report.txt` what `monitor check` says.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from monitor.config import load
from monitor.errors import ConfigError

CASES = sorted(path for path in Path(__file__).parent.joinpath("mistakes").iterdir() if path.is_dir())


def report_on(case: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Load a case as the folder `config` of an empty home and return the report."""
    shutil.copytree(case, home / "config", ignore=shutil.ignore_patterns("env", "report.txt"))
    monkeypatch.chdir(home)
    env = case / "env"
    variables = (
        dict(line.split("=", 1) for line in env.read_text("utf-8").splitlines()) if env.exists() else {}
    )
    with pytest.raises(ConfigError) as caught:
        load(Path("config"), variables)
    return str(caught.value)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_mistake_is_reported_at_its_place_with_what_to_do(
    case: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each mistake is told with file, line, column, the line itself, a caret and a hint, and all of them at once."""
    expected = case.joinpath("report.txt").read_text("utf-8").rstrip("\n")
    assert report_on(case, tmp_path, monkeypatch) == expected


def test_there_are_enough_ways_of_being_wrong() -> None:
    """The collection is not lost by a move of the folder: a parametrized test over nothing passes."""
    assert len(CASES) >= 80


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_no_report_holds_a_secret(case: Path) -> None:
    """A token, a password or a variable's value is never quoted."""
    report = case.joinpath("report.txt").read_text("utf-8")
    assert "hunter2" not in report
    assert "xoxb-" not in report
    assert "xapp-" not in report
