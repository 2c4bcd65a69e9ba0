"""Configurations for tests: written in a line, loaded, or read for their mistakes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from monitor.config import Config, load
from monitor.errors import ConfigError

Write = Callable[..., Path]
"""write(**files) -> the configuration's folder; `__` in a name is a `/`, and `.yaml` is added."""


def messages(directory: Path, env: Mapping[str, str] | None = None) -> list[str]:
    """Return the messages of the mistakes in a folder."""
    with pytest.raises(ConfigError) as caught:
        load(directory, env or {})
    return [problem.message for problem in caught.value.problems]


def loaded(directory: Path, env: Mapping[str, str] | None = None) -> Config:
    """Load a folder that has no mistakes."""
    return load(directory, env or {})
