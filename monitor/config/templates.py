"""The configuration that is shipped: where it lies, and how `monitor init` makes a copy of it.

In an installed package it is `monitor/_templates/config` (put there by the build); in a checkout it is the folder `config/` beside
the package. Both are the same files.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from monitor.errors import CommandError


def locate() -> Traversable:
    """Return the folder of the shipped configuration; raises CommandError if the installation has lost it."""
    package = files("monitor")
    if (packed := package / "_templates" / "config").is_dir():
        return packed
    if isinstance(package, Path) and (package.parent / "config" / "monitor.yaml").is_file():
        return package.parent / "config"
    raise CommandError(
        "the configuration templates are missing from this installation; install the package anew"
    )


def init(directory: Path, contact: str | None = None) -> tuple[Path, ...]:
    """Write the shipped configuration to a directory and return the files written.

    `contact` (a page or mail address) is put into monitor.yaml, where publishers find it in every request.
    Raises CommandError, before anything is written, if one of the files is there already or the directory cannot be written.
    """
    plan = [(directory.joinpath(*parts), file) for parts, file in _tree(locate())]
    if there := [path for path, _ in plan if path.exists()]:
        raise CommandError(
            f"{there[0]} is there already; nothing was written (choose another directory, or move it away)"
        )
    try:
        for path, file in plan:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(
                _with_contact(file.read_bytes(), contact)
                if path.name == "monitor.yaml"
                else file.read_bytes()
            )
    except OSError as error:
        raise CommandError(f"{directory} cannot be written: {error.strerror}") from None
    return tuple(path for path, _ in plan)


def _tree(folder: Traversable, parts: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Traversable]]:
    """Yield every file below a folder with the parts of its path, in order of name."""
    for item in sorted(folder.iterdir(), key=lambda it: it.name):
        if item.is_dir():
            yield from _tree(item, (*parts, item.name))
        else:
            yield (*parts, item.name), item


def _with_contact(text: bytes, contact: str | None) -> bytes:
    """Fill in the contact line of monitor.yaml."""
    if contact is None:
        return text
    line = f"contact: {json.dumps(contact, ensure_ascii=False)}".encode()
    return re.sub(rb"(?m)^(  )contact: null", lambda match: match[1] + line, text, count=1)
