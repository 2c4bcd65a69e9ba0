"""A terminal for tests: runs `monitor` in this process (fast) or as a process of its own (real), and keeps what was said.

In process everything is as in the real program but for the process itself: `monitor.cli.main` reads the arguments, standard input
and output are byte streams, and the exit code is what the shell would see.
"""

from __future__ import annotations

import contextlib
import io
import json
import logging
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import structlog

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 120  # seconds a real process may take on a busy machine


@dataclass(frozen=True, slots=True)
class Said:
    """What a command said and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output as one JSON document."""
        return json.loads(self.out)

    @property
    def rows(self) -> list[Any]:
        """Standard output as JSON lines."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def lines(self) -> list[str]:
        """Standard output, line by line."""
        return self.out.splitlines()

    def refused(self) -> str:
        """Return the one line of a refused command, having checked that it is one line, on stderr, with exit code 2."""
        assert (self.code, self.out) == (2, ""), self
        assert "Traceback" not in self.err
        (line,) = [line for line in self.err.splitlines() if not line.startswith(("Usage:", "Try "))][-1:]
        return line


def monitor(*arguments: str | Path, stdin: bytes | str = b"", **environment: str) -> Said:
    """Run a command in this process."""
    from monitor.cli import main

    data = stdin.encode() if isinstance(stdin, str) else stdin
    out, err = io.BytesIO(), io.BytesIO()
    with _streams(data, out, err), mock.patch.dict(os.environ, environment):
        try:
            main([str(argument) for argument in arguments])
            code = 0
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
        sys.stdout.flush()
        sys.stderr.flush()
    return Said(code, out.getvalue().decode("utf-8"), err.getvalue().decode("utf-8"))


@contextlib.contextmanager
def _streams(data: bytes, out: io.BytesIO, err: io.BytesIO) -> Iterator[None]:
    """Put byte streams in the place of the process's own; what the command set up for logs is undone afterwards."""
    handlers, level = logging.root.handlers[:], logging.root.level
    fakes = {
        "stdin": io.TextIOWrapper(io.BytesIO(data), "utf-8"),
        "stdout": io.TextIOWrapper(_Kept(out), "utf-8", write_through=True),
        "stderr": io.TextIOWrapper(_Kept(err), "utf-8", write_through=True),
    }
    with contextlib.ExitStack() as stack:
        for name, fake in fakes.items():
            stack.enter_context(mock.patch.object(sys, name, fake))
        try:
            yield
        finally:
            logging.root.handlers[:] = handlers
            logging.root.setLevel(level)
            structlog.reset_defaults()


class _Kept(io.BytesIO):
    """Hands what is written on to another stream, which outlives this one."""

    def __init__(self, target: io.BytesIO) -> None:
        super().__init__()
        self._target = target

    def write(self, data: Any) -> int:
        return self._target.write(data)


def process(*arguments: str | Path, stdin: bytes = b"", cwd: Path | None = None, **environment: str) -> Said:
    """Run a command as a process of its own."""
    done = subprocess.run(
        command(*arguments),
        input=stdin,
        capture_output=True,
        cwd=cwd,
        env=surroundings(**environment),
        timeout=PATIENCE,
        check=False,
    )
    return Said(done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8", "backslashreplace"))


def command(*arguments: str | Path) -> list[str]:
    """Return the command line of a real process."""
    return [sys.executable, "-m", "monitor", *map(str, arguments)]


def surroundings(**environment: str) -> Mapping[str, str]:
    """Return the environment of a real process: this one's, without what configures monitor, and what is given."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("MONITOR_", "SLACK_"))}
    return {**kept, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", **environment}
