"""Alembic's environment, without an ini file: `monitor.store.migrate` hands it an open transaction and keeps it."""

from alembic import context

from monitor.store import schema

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=schema.metadata,
    render_as_batch=True,  # SQLite alters a table by copying it
)
context.run_migrations()
