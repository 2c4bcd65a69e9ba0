"""A database is created, migrated or refused; never guessed at."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import text

from monitor.errors import SchemaError, StoreError
from monitor.store import Store, migrate, schema
from monitor.store.database import Database
from tests.standins.postgres import Postgres

SQL = "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE tbl_name NOT LIKE 'alembic%'"


def structure(database: Database) -> set[tuple[str, ...]]:
    """Return an SQLite schema with the order of constraints and blanks left out."""

    def pieces(sql: str | None) -> str:
        return "|".join(
            sorted(re.sub(r"\s+", " ", piece).strip(" ()") for piece in re.split(r",(?![^(]*\))", sql or ""))
        )

    with database.reading() as connection:
        return {(kind, name, table, pieces(sql)) for kind, name, table, sql in connection.execute(text(SQL))}


def stamp(url: str, revision: str) -> None:
    """Pretend the database was made by the release of a revision."""
    database = Database(url)
    with database.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision})
    database.close()


def test_creating_and_migrating_end_in_the_same_schema() -> None:
    """A fresh database skips the migrations; this is what makes that safe."""
    created, migrated = Database("sqlite://"), Database("sqlite://")
    migrate.prepare(created)
    with migrated.writing() as connection:
        migrate.upgrade_with_alembic(connection)
    assert structure(created) == structure(migrated)
    assert migrate.revision(created) == migrate.revision(migrated) == schema.HEAD
    assert len(structure(created)) > 30


def test_the_migrations_are_the_released_revisions() -> None:
    """`schema.REVISIONS` is what tells an older database from a newer one."""
    from alembic.script import ScriptDirectory

    scripts = ScriptDirectory(str(migrate.MIGRATIONS))
    assert tuple(script.revision for script in scripts.walk_revisions())[::-1] == schema.REVISIONS
    assert scripts.get_heads() == [schema.HEAD]


@pytest.mark.parametrize("revision", [None, *schema.REVISIONS])
def test_every_released_schema_is_migrated(sqlite_url: str, revision: str | None) -> None:
    """An upgrade may skip releases."""
    database = Database(sqlite_url)
    if revision is not None:
        with database.writing() as connection:
            migrate.upgrade_with_alembic(connection, revision)
    migrate.prepare(database)
    assert migrate.revision(database) == schema.HEAD
    database.close()


def test_postgresql_has_the_same_schema_either_way(postgres: Postgres) -> None:
    """Alembic's own comparison finds nothing to change after a migration, and both ways are taken."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    for fresh in (True, False):
        with postgres.database() as url:
            database = Database(url)
            if not fresh:
                with database.writing() as connection:
                    migrate.upgrade_with_alembic(connection)
            migrate.prepare(database)
            with database.reading() as connection:
                assert compare_metadata(MigrationContext.configure(connection), schema.metadata) == []
                partial = (
                    "SELECT indexname FROM pg_indexes WHERE indexdef LIKE '% WHERE %' ORDER BY indexname"
                )
                assert connection.exec_driver_sql(partial.replace("%", "%%")).scalars().all() == [
                    "ix_articles_matched",
                    "ix_outbox_open",
                ]
            database.close()


def test_a_newer_schema_is_refused(url: str) -> None:
    """An older program must not write into what it does not understand; the message says what to do."""
    Store.open(url).close()
    stamp(url, "9999")
    with pytest.raises(SchemaError, match=r"newer release .*9999.*upgrade monitor"):
        Store.open(url)
    stamp(url, schema.HEAD)


def test_without_migrating_an_empty_database_is_refused(sqlite_url: str) -> None:
    """`monitor check` must not create anything."""
    with pytest.raises(SchemaError, match="monitor db upgrade"):
        Store.open(sqlite_url, migrate=False)


def test_another_programs_tables_are_left_alone(sqlite_url: str) -> None:
    """A wrong path must not mix two programs' data."""
    database = Database(sqlite_url)
    with database.writing() as connection:
        connection.execute(text("CREATE TABLE feeds (whatever TEXT)"))
    with pytest.raises(SchemaError, match=r"another program \(feeds\)"):
        migrate.prepare(database)
    database.close()


def test_a_file_that_is_no_database_is_refused_and_kept(tmp_path: Path) -> None:
    """A configuration that names the wrong file must not cost the file."""
    path = tmp_path / "notes.txt"
    path.write_bytes(b"these are notes, not a database " * 100)
    with pytest.raises(SchemaError, match="is not an SQLite database"):
        Store.open(f"sqlite:///{path}")
    assert path.read_bytes() == b"these are notes, not a database " * 100


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("mysql://u:secret@h/d", "monitor keeps its data in sqlite or postgresql"),
        ("no address", "is not an address like"),
        ("sqlite:////proc/nothing/here.db", "cannot make the folder"),
    ],
)
def test_an_address_that_cannot_be_is_refused_without_its_password(url: str, words: str) -> None:
    """The message names the setting and never the secret."""
    with pytest.raises(StoreError, match=words) as caught:
        Store.open(url)
    assert "secret" not in str(caught.value)


def test_opening_a_current_database_imports_no_alembic(sqlite_url: str) -> None:
    """It costs 0.7 s, which every command that looks into the database would pay."""
    code = (
        "import sys\nfrom monitor.store import Store\n"
        "for _ in range(2): Store.open(sys.argv[1]).close()\n"
        "sys.exit('alembic' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code, sqlite_url], check=True, cwd=Path(__file__).parents[2])
