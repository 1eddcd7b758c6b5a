"""Emptying tables between tests, also those whose rows the database lets nobody delete.

PostgreSQL truncates, which no trigger of a row sees; on SQLite the triggers step aside meanwhile.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.db.backends.sqlite3.base import DatabaseWrapper

if TYPE_CHECKING:
    from collections.abc import Iterator

Operations = DatabaseWrapper.ops_class
TRIGGERS = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"


@pytest.fixture(autouse=True, scope="session")
def flush_without_triggers() -> Iterator[None]:
    """Around what Django does to empty a SQLite database: triggers off, and on again."""
    flush = Operations.sql_flush

    def around(self: Any, *args: Any, **options: Any) -> list[str]:
        with self.connection.cursor() as cursor:
            triggers = cursor.execute(TRIGGERS).fetchall()
        names, made = [name for name, _sql in triggers], [sql for _name, sql in triggers]
        return [f"DROP TRIGGER {name}" for name in names] + flush(self, *args, **options) + made

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Operations, "sql_flush", around)
        yield
