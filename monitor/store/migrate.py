"""Bring a database to this program's schema: create it, migrate it, or refuse it.

Alembic takes 0.7 s to import, so it is imported only when there is something to migrate: the revision is one row that plain SQL reads, and a
fresh database is created whole and stamped. A test proves that creating and migrating end in the same schema.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from monitor.errors import SchemaError, StoreError
from monitor.store import schema
from monitor.store.database import Database

MIGRATIONS = Path(__file__).parent / "migrations"

_LOCK = 0x6D6F6E69746F72  # "monitor": the advisory lock that lets one of several starting daemons migrate


def prepare(database: Database, migrate: bool = True) -> None:
    """Create or migrate the schema, or (`migrate` False) only check it.

    Raises SchemaError for a database made by a newer release or by another program, and, when not migrating, for an older or empty one.
    """
    if database.path is not None and migrate:
        _make_folder(database.path)
    with database.reading() as connection:
        revision = _revision(connection)
    _refuse_unknown(database, revision)
    if revision == schema.HEAD:
        return
    if not migrate:
        raise SchemaError(f"{database.place} is of an older release: run `monitor db upgrade`")
    with database.writing(durable=True) as connection:
        _bring_up(database, connection)


def revision(database: Database) -> str | None:
    """Return the database's revision, or None if it is empty."""
    with database.reading() as connection:
        return _revision(connection)


def _make_folder(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(
            f"cannot make the folder {path.parent} for the database: {error.strerror}"
        ) from error


def _revision(connection: Connection) -> str | None:
    """Read Alembic's one row without Alembic; a database without it must be empty of our names."""
    tables = set(inspect(connection).get_table_names())
    if "alembic_version" in tables:
        found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
        return None if found is None else str(found)
    strangers = tables & set(schema.metadata.tables)
    if strangers:
        raise SchemaError(
            f"the database holds tables of another program ({', '.join(sorted(strangers))}): give monitor one of its own"
        )
    return None


def _refuse_unknown(database: Database, revision: str | None) -> None:
    if revision is not None and revision not in schema.REVISIONS:
        raise SchemaError(
            f"{database.place} was made by a newer release (schema {revision}, this one knows up to {schema.HEAD}): "
            "upgrade monitor, or put back a backup"
        )


def _bring_up(database: Database, connection: Connection) -> None:
    """Look again under the write lock (another daemon may have been first), then create or migrate."""
    if database.postgres:
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    revision = _revision(connection)
    _refuse_unknown(database, revision)
    if revision is None:
        _create(connection)
    elif revision != schema.HEAD:
        upgrade_with_alembic(connection)


def _create(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        schema.narrow_for_postgresql()
    schema.metadata.create_all(connection)
    connection.execute(
        text(
            "CREATE TABLE alembic_version "
            "(version_num VARCHAR(32) NOT NULL, CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))"
        )
    )
    connection.execute(text("INSERT INTO alembic_version VALUES (:head)"), {"head": schema.HEAD})


def upgrade_with_alembic(connection: Connection, target: str = "head") -> None:
    """Run the migrations up to `target` on an open transaction."""
    from alembic import command
    from alembic.config import Config

    settings = Config()
    settings.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    settings.attributes["connection"] = connection
    command.upgrade(settings, target)
