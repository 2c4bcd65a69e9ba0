"""`monitor init`: a copy of the shipped configuration that loads, and never over one that is there."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.config import load, templates
from monitor.errors import CommandError


def test_the_shipped_configuration_is_found() -> None:
    """In a checkout it is the folder `config`; in an installed package a copy of it."""
    assert templates.locate().joinpath("monitor.yaml").is_file()


def test_a_fresh_configuration_loads(tmp_path: Path) -> None:
    """What init writes has no mistake, needs no variable, and prints digests to the console."""
    written = templates.init(tmp_path / "config")
    config = load(tmp_path / "config", {})
    assert len(config.feeds) >= 30
    assert {target.kind for spec in config.digests for target in spec.to} == {"console", "html"}
    assert all(path.is_file() for path in written)
    assert {path.name for path in written} >= {
        "monitor.yaml",
        "feeds.yaml",
        "digests.yaml",
        "lists.yaml",
        "irs.yaml",
        "topic.json",
    }


def test_the_contact_is_put_in_its_place(tmp_path: Path) -> None:
    """Publishers learn whom to ask; quotes and backslashes do no harm."""
    contact = 'https://example.org/bot?"x\\1"'
    templates.init(tmp_path / "config", contact)
    assert load(tmp_path / "config", {}).settings.fetch.contact == contact


def test_a_configuration_that_is_there_is_never_overwritten(tmp_path: Path) -> None:
    """One file of ours in the directory stops everything before the first write."""
    tmp_path.joinpath("digests.yaml").write_text("# mine\n")
    with pytest.raises(CommandError, match=r"digests\.yaml is there already"):
        templates.init(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["digests.yaml"]


def test_other_files_in_the_directory_do_not_matter(tmp_path: Path) -> None:
    """A folder with somebody else's files can hold a configuration."""
    tmp_path.joinpath("notes.txt").write_text("mine")
    assert templates.init(tmp_path)


def test_a_directory_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """The system's reason is passed on in one line."""
    tmp_path.joinpath("file").write_text("")
    with pytest.raises(CommandError, match="cannot be written"):
        templates.init(tmp_path / "file" / "config")
