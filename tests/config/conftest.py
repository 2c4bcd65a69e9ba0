"""What the tests of the configuration share: a folder to write files into."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.standins.configs import Write


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Return a function that writes files into the folder `config` of an empty working directory."""
    monkeypatch.chdir(tmp_path)

    def write_files(**files: str) -> Path:
        directory = Path("config")
        directory.joinpath("topics").mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            directory.joinpath(name.replace("__", "/") + ".yaml").write_text(text, "utf-8")
        return directory

    return write_files
