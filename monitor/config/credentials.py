"""Secrets that are kept out of the environment: in a file of their own (`token_file:`) or in a systemd credential.

A credential is named after its key, `slack.token` say (`LoadCredential=slack.token:/etc/monitor/slack-token` in the unit; systemd
then sets CREDENTIALS_DIRECTORY, systemd.exec(5)). Order: the value itself, then the file, then the credential.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from monitor.config.document import Mapping as MappingNode
from monitor.config.document import Node
from monitor.config.settings import Settings
from monitor.config.source import Report
from monitor.config.validation import Document
from monitor.errors import Problem

# (section, key of the secret); the file's key is the same with _file
SECRETS = (("slack", "token"), ("slack", "app_token"), ("slack", "webhook"), ("email", "password"))
MAX_SECRET = 16 * 1024  # bytes; a token has about 60


def with_secrets(
    settings: Settings, document: Document[Settings] | None, env: Mapping[str, str], report: Report
) -> Settings:
    """Return the settings with every secret that lies in a file or credential filled in; files that cannot be read are reported."""
    found: dict[str, dict[str, Any]] = {}
    for section, key in SECRETS:
        part = getattr(settings, section)
        file = getattr(part, f"{key}_file")
        node = _node(document, section, f"{key}_file")
        if getattr(part, key) is not None:
            if file is not None and document and node:
                report.add(document.problem(node, f"both {key} and {key}_file are set", "keep one of them"))
            continue
        try:
            secret = _read(Path(file)) if file is not None else _credential(env, f"{section}.{key}")
        except (OSError, ValueError) as error:
            message = f"the secret cannot be read: {_why(error)}"
            report.add(
                document.problem(node, message)
                if document and node
                else Problem(f"credential {section}.{key}", 1, 1, message)
            )
            continue
        if secret:
            found.setdefault(section, {})[key] = SecretStr(secret)
    return settings.model_copy(
        update={name: getattr(settings, name).model_copy(update=keys) for name, keys in found.items()}
    )


def _why(error: OSError | ValueError) -> str:
    """Say why a file cannot be read, without anything of its content."""
    return (error.strerror or "error") if isinstance(error, OSError) else "it is not a short text"


def _read(path: Path) -> str:
    """Return the one line of text in a file; raises OSError or ValueError."""
    with path.open("rb") as file:
        text = file.read(MAX_SECRET + 1).decode("utf-8").strip()
    if not text or len(text) >= MAX_SECRET or not text.isprintable():
        raise ValueError(path)
    return text


def _credential(env: Mapping[str, str], name: str) -> str | None:
    """Return a systemd credential, None if there is none of that name."""
    directory = env.get("CREDENTIALS_DIRECTORY")
    path = Path(directory, name) if directory else None
    return _read(path) if path and path.is_file() else None


def _node(document: Document[Settings] | None, *keys: str) -> Node | None:
    """Return the node of a nested key, None if it is not written."""
    node: Node | None = document.root if document else None
    for key in keys:
        node = node.values.get(key) if isinstance(node, MappingNode) else None
    return node
