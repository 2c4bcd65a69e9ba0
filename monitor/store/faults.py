"""What a database's errors mean, in the package's own exceptions and in words that say what to do next.

Three kinds matter to a caller: *busy* (locked, full, restarting: ask again at the next tick and it may heal without hands), *damaged or
foreign* (`SchemaError`), and everything else that a person must mend (`StoreError`). The driver's text is quoted because it names
the table or the host; it never holds the password, and statements and their values are left out.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from monitor.errors import SchemaError, StoreBusyError, StoreError

_PRIMARY = (
    0xFF  # SQLite's extended result codes keep the primary one in the low byte (sqlite.org/rescode.html)
)

_SQLITE: dict[int, tuple[type[StoreError], str]] = {
    sqlite3.SQLITE_BUSY: (StoreBusyError, "is locked by another program; tried again at the next tick"),
    sqlite3.SQLITE_LOCKED: (StoreBusyError, "is locked by another connection; tried again at the next tick"),
    sqlite3.SQLITE_FULL: (StoreBusyError, "cannot grow: the disk is full; free some space"),
    sqlite3.SQLITE_IOERR: (
        StoreBusyError,
        "cannot be read or written: look at the disk, its quota and the file-size limit",
    ),
    sqlite3.SQLITE_NOMEM: (StoreBusyError, "ran out of memory"),
    sqlite3.SQLITE_READONLY: (
        StoreError,
        "is read-only: give this user write access to the file and its folder",
    ),
    sqlite3.SQLITE_PERM: (StoreError, "may not be opened: give this user access to the file and its folder"),
    sqlite3.SQLITE_CANTOPEN: (StoreError, "cannot be opened: check the path and the rights of its folder"),
    sqlite3.SQLITE_CORRUPT: (
        SchemaError,
        "is damaged: stop the daemon and put back a file made by `monitor db backup`",
    ),
    sqlite3.SQLITE_NOTADB: (SchemaError, "is not an SQLite database: check the path"),
}

_POSTGRES_BUSY = frozenset({
    "40001",  # serialization_failure
    "40P01",  # deadlock_detected
    "55P03",  # lock_not_available
    "57014",  # query_canceled (statement_timeout)
})  # fmt: skip
_POSTGRES_BUSY_CLASSES = frozenset({
    "08",  # connection exception
    "53",  # insufficient resources: disk full, out of memory, too many connections
    "57",  # operator intervention: shutdown, crash, starting up
})  # fmt: skip
_POSTGRES: dict[str, tuple[type[StoreError], str]] = {
    "25006": (StoreError, "is read-only: connect to the primary"),
    "28P01": (StoreError, "refused the password: check `database` in monitor.yaml"),
    "28000": (StoreError, "refused the user: check `database` in monitor.yaml"),
    "3D000": (StoreError, "does not exist: create it with `createdb`"),
    "42501": (StoreError, "lacks rights for this user: GRANT them"),
    "42P01": (SchemaError, "misses a table: it is damaged, or not monitor's"),
    "XX001": (SchemaError, "is damaged: restore it from a backup"),
    "XX002": (SchemaError, "has a damaged index: REINDEX it"),
}


@contextmanager
def translated(place: str) -> Iterator[None]:
    """Turn the database's exceptions into StoreBusyError, SchemaError or StoreError about `place` (a name without secrets)."""
    try:
        yield
    except PoolTimeoutError as error:
        raise StoreBusyError(f"{place}: every connection is in use; tried again at the next tick") from error
    except (DBAPIError, sqlite3.Error) as error:
        raise _meaning(place, error) from error
    except SQLAlchemyError as error:
        raise StoreError(f"{place}: {error}") from error


def _meaning(place: str, error: DBAPIError | sqlite3.Error) -> StoreError:
    """Choose the exception that tells what happened and what to do."""
    cause: BaseException = error if isinstance(error, sqlite3.Error) else error.orig or error
    words = " ".join(str(cause).split())
    if isinstance(cause, sqlite3.Error):
        kind, advice = _sqlite(cause)
    else:
        kind, advice = _postgres(cause, error)
    return kind(f"{place} {advice} ({words})")


def _sqlite(cause: sqlite3.Error) -> tuple[type[StoreError], str]:
    code = getattr(cause, "sqlite_errorcode", 0) & _PRIMARY
    return _SQLITE.get(code, (StoreError, "refused what was asked"))


def _postgres(cause: BaseException, error: BaseException) -> tuple[type[StoreError], str]:
    state: str | None = getattr(cause, "sqlstate", None)
    if state in _POSTGRES:
        return _POSTGRES[state]
    if state in _POSTGRES_BUSY or (state or "")[:2] in _POSTGRES_BUSY_CLASSES:
        return StoreBusyError, "is busy or restarting; tried again at the next tick"
    if state is None and isinstance(error, (OperationalError, InterfaceError)):
        return StoreBusyError, "cannot be reached; tried again at the next tick"
    return StoreError, "refused what was asked"
