"""Small facts: the heartbeat, and whatever else is one value under one name."""

from __future__ import annotations

from sqlalchemy import delete, select

from monitor.errors import StoreError
from monitor.store import codec, schema
from monitor.store.database import Database

_meta = schema.meta


class Meta:
    """Named texts."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, key: str) -> str | None:
        """Return the value under a key, or None."""
        with self._database.reading() as connection:
            found = connection.execute(select(_meta.c.value).where(_meta.c.key == key)).scalar()
        return None if found is None else str(found)

    def set(self, key: str, value: str | None) -> None:
        """Store a value under a key; None removes it."""
        with self._database.writing() as connection:
            if value is None:
                connection.execute(delete(_meta).where(_meta.c.key == key))
                return
            insert = self._database.insert(_meta)
            merge = insert.on_conflict_do_update(
                index_elements=["key"], set_={"value": insert.excluded.value}
            )
            connection.execute(merge, {"key": key, "value": codec.text(value)})

    def probe(self) -> bool:
        """Write and commit a value; False if the database cannot take it now."""
        try:
            self.set("probe", None)
            self.set("probe", "1")
        except StoreError:
            return False
        return True
