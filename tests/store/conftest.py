"""One behaviour suite over both engines: every test that asks for `store` or `url` runs on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.store import Store, schema
from monitor.store.database import Database
from tests.standins.postgres import Postgres, start


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """The run's PostgreSQL server."""
    yield from start()


@pytest.fixture(scope="session")
def postgres_database(postgres: Postgres) -> Iterator[str]:
    """The address of one database for all tests of this worker: making one takes a second, emptying it a few milliseconds."""
    with postgres.database() as address:
        Store.open(address).close()
        yield address


@pytest.fixture
def postgres_url(postgres_database: str) -> Iterator[str]:
    """The address of an empty PostgreSQL database with the schema in it."""
    yield postgres_database
    empty(postgres_database)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty database on each engine in turn."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/data/monitor.db"
        return
    yield request.getfixturevalue("postgres_url")


def empty(address: str) -> None:
    """Delete every row."""
    database = Database(address)
    with database.writing() as connection:
        for table in reversed(schema.metadata.sorted_tables):
            connection.execute(table.delete())
    database.close()


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    """An open store on each engine in turn."""
    with Store.open(url) as opened:
        yield opened


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The address of an SQLite file that is not there yet."""
    return f"sqlite:///{tmp_path}/monitor.db"
