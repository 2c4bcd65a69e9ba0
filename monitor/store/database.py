"""One database behind one address: connections, transactions and their durability, on SQLite and PostgreSQL.

SQLite runs in WAL mode, so that readers never wait for the writer. Writes begin with BEGIN IMMEDIATE: a transaction that will write takes
the lock first and cannot fail half-way because another one wrote in between. Two levels of durability:

* `writing()`: synchronous=NORMAL. A killed process loses nothing. A power cut may lose the last transactions (never corrupt): polls
  are then repeated, and nothing wrong is posted.
* `writing(durable=True)`: synchronous=FULL, used by the outbox. A claim must be on the disk before its request leaves, or a power cut
  after the post would bring the message back as PENDING and post it twice. As the WAL is one file in order, this also makes durable
  all that was committed before it: the slot, its articles, the polls they came from.

PostgreSQL commits durably by default (`synchronous_commit = on`; leave it so).
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from sqlalchemy import Connection, Engine, Insert, Table, create_engine, event
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import StaticPool
from sqlalchemy.sql.dml import UpdateBase

from monitor.errors import StoreError
from monitor.store.faults import translated

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql

BUSY_SECONDS = 5.0
"""How long a write waits for another program's lock before StoreBusyError: shorter than any lease, longer than any transaction of ours."""

_CACHE_KIB = 1024
"""Pages SQLite keeps for each connection, of which there are as many as threads at work. The system keeps what is read often in any case:
with 8 MiB the same cycles took as long, and 19 MiB more. Taking the connection given back last leaves the others cold and small."""

Row = Mapping[Any, Any]
"""A row by the names of its columns (SQLAlchemy's RowMapping, or a dict like it)."""

_Insert: TypeAlias = "sqlite.Insert | postgresql.Insert"


class Database:
    """An engine with the project's rules for transactions; safe to use from several threads."""

    def __init__(self, url: str, busy_seconds: float = BUSY_SECONDS) -> None:
        """Prepare (not yet open) the database at an SQLAlchemy URL: `sqlite:///path`, `sqlite://` (in memory) or `postgresql://...`.

        Raises StoreError when the address cannot be read, or names another engine.
        """
        self.url = _parsed(url)
        self.postgres = self.url.get_backend_name() == "postgresql"
        self.path = None if self.postgres or _in_memory(self.url) else Path(str(self.url.database))
        self.place = f"database {self.path or self.url.render_as_string(hide_password=True)}"
        self.engine = _postgres_engine(self.url) if self.postgres else _sqlite_engine(self.url, busy_seconds)
        self._texts: dict[Any, tuple[str, Sequence[str] | None]] = {}
        shared = not self.postgres and self.path is None
        self._turn: AbstractContextManager[Any] = threading.RLock() if shared else nullcontext()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection inside one read transaction (a consistent view)."""
        with translated(self.place), self._turn, self.engine.begin() as connection:
            yield connection

    @contextmanager
    def writing(self, durable: bool = False) -> Iterator[Connection]:
        """Give a connection inside one write transaction; commit at the end, roll back on an exception."""
        with translated(self.place), self._turn, self.engine.connect() as connection:
            connection.execution_options(write=True, durable=durable)
            with connection.begin():
                yield connection

    def insert(self, table: Table) -> _Insert:
        """Return the engine's own INSERT, which knows ON CONFLICT; both engines spell it alike."""
        if self.postgres:
            # here: it is large, and most installations never need it
            from sqlalchemy.dialects import postgresql

            return postgresql.insert(table)
        return sqlite.insert(table)

    def many(self, connection: Connection, statement: UpdateBase, rows: Sequence[dict[str, Any]]) -> None:
        """Run a writing statement for many rows of equal keys, whose values are already the driver's own.

        SQLAlchemy compiles the statement, but its work on each row (a third of the cost of saving polls, measured) is left out.
        """
        if not rows:
            return
        sql, order = self._compiled(statement, rows[0])
        connection.exec_driver_sql(sql, list(rows) if order is None else list(map(itemgetter(*order), rows)))

    def _compiled(self, statement: UpdateBase, row: dict[str, Any]) -> tuple[str, Sequence[str] | None]:
        """Compile a statement once; give its text and, for a driver that counts its parameters, their order."""
        key = (statement, *row)
        if key not in self._texts:
            keys = list(row) if isinstance(statement, Insert) else None
            compiled = statement.compile(dialect=self.engine.dialect, column_keys=keys)
            self._texts[key] = (
                str(compiled),
                compiled.positiontup if self.engine.dialect.positional else None,
            )
        return self._texts[key]

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()


def _parsed(url: str) -> URL:
    """Read the address, and name the driver."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise StoreError(
            "`database` is not an address like sqlite:///data/monitor.db or postgresql://…"
        ) from None
    backend = parsed.get_backend_name()
    if backend in ("postgresql", "postgres"):
        return parsed.set(drivername="postgresql+psycopg")
    if backend != "sqlite":
        raise StoreError(f"`database` names {backend}; monitor keeps its data in sqlite or postgresql")
    return parsed.set(drivername="sqlite")


def _in_memory(url: URL) -> bool:
    return url.database in (None, "", ":memory:")


def _sqlite_engine(url: URL, busy_seconds: float) -> Engine:
    arguments: dict[str, Any] = {"check_same_thread": False, "timeout": busy_seconds}
    if _in_memory(url):
        engine = create_engine(url, connect_args=arguments, poolclass=StaticPool)
    else:
        engine = create_engine(url, connect_args=arguments, pool_timeout=busy_seconds, pool_use_lifo=True)
    event.listen(engine, "connect", _configure)
    event.listen(engine, "begin", _begin)
    return engine


def raw(connection: Connection) -> Any:
    """Return the driver's own connection, for what only SQLite knows."""
    return connection.connection.dbapi_connection


def _configure(connection: Any, record: object) -> None:
    """Set up a fresh SQLite connection; transactions are begun by `_begin`, not guessed by the driver."""
    del record
    connection.isolation_level = None
    for pragma in (
        "auto_vacuum = INCREMENTAL",  # heeded only while the file is still empty
        "journal_mode = WAL",
        "foreign_keys = ON",
        f"cache_size = -{_CACHE_KIB}",
        "temp_store = MEMORY",
        "journal_size_limit = 67108864",  # give a WAL grown by a long reader back to the disk
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    """Begin the kind of transaction that was asked for; `synchronous` can only be set before it begins."""
    options = connection.get_execution_options()
    if not options.get("write"):
        connection.exec_driver_sql("BEGIN")
        return
    connection.exec_driver_sql(f"PRAGMA synchronous = {'FULL' if options.get('durable') else 'NORMAL'}")
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _postgres_engine(url: URL) -> Engine:
    """Build PostgreSQL's engine; a connection that died with the server is noticed before it is used."""
    try:
        return create_engine(
            url, pool_pre_ping=True, pool_timeout=BUSY_SECONDS, connect_args={"connect_timeout": 10}
        )
    except ModuleNotFoundError:
        raise StoreError("PostgreSQL needs its driver: pip install 'monitor[postgres]'") from None
