"""From YAML files to validated settings, every mistake in one report with file:line:column.

::

    source       a file's text; where in it something is wrong, and how that line is quoted
    document     YAML -> tree with places (ruamel); syntax: the parser's complaints in plain words
    variables    ${NAME};  credentials: secrets in files and systemd credentials
    values       durations, sizes, times, zones, addresses;  fields: the same as pydantic types
    settings     monitor.yaml;  shapes: feeds.yaml, digests.yaml, topics/*.yaml
    validation   tree against model: pydantic's complaints, placed
    rules        a place inside a rule -> a place in the file
    topics       topic files -> compiled topics, examples run;  loading: all of it -> Config
    changes      what is different between two configurations
    schema       JSON Schema for editors;  edit: feeds.yaml changed with its comments kept;  templates: what `monitor init` writes

Importing this package costs nothing; pydantic and ruamel are imported when a configuration is loaded.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from monitor.config.settings import Settings
    from monitor.errors import Doubt
    from monitor.models import DigestSpec, Feed
    from monitor.topics import Topics

__all__ = ["Config", "load"]


@dataclass(frozen=True, slots=True)
class Config:
    """A whole configuration that has no mistakes.

    Each digest's `to` is what will really be sent to: Slack targets stand for the console while Slack is not set up, and the page
    that is kept of every digest (`html.directory`) is a target like the others. `fingerprint` changes whenever a file does.
    `warnings` hold what is no mistake but may be unintended (a list that no rule uses), with its place.
    """

    settings: Settings
    feeds: tuple[Feed, ...]
    digests: tuple[DigestSpec, ...]
    topics: Topics
    directory: Path
    fingerprint: str
    warnings: tuple[Doubt, ...] = ()


def load(directory: Path, env: Mapping[str, str]) -> Config:
    """Read the configuration in a directory; `env` fills in `${NAME}`.

    Raises ConfigError with every mistake of every file. Files that are not there mean the defaults; the directory must be there.
    """
    from monitor.config.loading import load_config

    return load_config(Path(directory), env)
