"""Emptying tables between tests, also those whose rows the database lets nobody delete.

Triggers step aside meanwhile. On PostgreSQL only what holds a row is emptied: to truncate every
table, as Django does, takes half a second of disk, and some hundred tests commit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.db.backends.postgresql.base import DatabaseWrapper as PostgreSQL
from django.db.backends.sqlite3.base import DatabaseWrapper as SQLite

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

TRIGGERS = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
# Nothing is asked of rows and nothing told, for this transaction; only a superuser may.
ASIDE = "SET LOCAL session_replication_role = replica"
MAY = "SELECT usesuper FROM pg_user WHERE usename = current_user"


@pytest.fixture(autouse=True, scope="session")
def flush_without_triggers() -> Iterator[None]:
    """Around what Django does to empty a database: triggers off, and on again. A database goes
    at the end also while a thread of a test is still on its way out."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SQLite.ops_class, "sql_flush", _on_sqlite(SQLite.ops_class.sql_flush))
        patch.setattr(
            PostgreSQL.ops_class, "sql_flush", _on_postgresql(PostgreSQL.ops_class.sql_flush)
        )
        patch.setattr(PostgreSQL.creation_class, "_destroy_test_db", _drop)
        yield


def _drop(self: Any, name: str, _verbosity: int) -> None:
    with self._nodb_cursor() as cursor:
        cursor.execute(f"DROP DATABASE {self.connection.ops.quote_name(name)} WITH (FORCE)")


def _on_sqlite(flush: Any) -> Any:
    def around(self: Any, *args: Any, **options: Any) -> list[str]:
        with self.connection.cursor() as cursor:
            triggers = cursor.execute(TRIGGERS).fetchall()
        names, made = [name for name, _sql in triggers], [sql for _name, sql in triggers]
        return [*(f"DROP TRIGGER {name}" for name in names), *flush(self, *args, **options), *made]

    return around


def _on_postgresql(flush: Any) -> Any:
    def instead(self: Any, style: Any, tables: Sequence[str], **options: Any) -> list[str]:
        with self.connection.cursor() as cursor:
            cursor.execute(MAY)
            if options.get("reset_sequences") or not cursor.fetchone()[0]:
                sql: list[str] = flush(self, style, tables, **options)
                return sql
            quoted = [self.quote_name(table) for table in tables]
            asked = (f"(SELECT '{name}' FROM {name} LIMIT 1)" for name in quoted)  # noqa: S608 -- our tables.
            cursor.execute(" UNION ALL ".join(asked))
            filled = [name for (name,) in cursor.fetchall()]
            return [ASIDE, *(f"DELETE FROM {name}" for name in filled)]  # noqa: S608 -- likewise.

    return instead
