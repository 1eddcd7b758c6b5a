"""A database that nobody may use yet: half put back, or with people in it who were erased since.

The mark is a table of the database itself, so it holds for every process on every machine, web
server and worker alike, and whoever copies a backup's file back by hand brings it along. It is
looked for once with each new connection, so no page asks for it. Commands that bring the database
in order pass; whatever else connects is refused, and the site answers 503 (``unavailable``).
"""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal

from django.db import DEFAULT_DB_ALIAS, OperationalError, connection

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.backends.base.base import BaseDatabaseWrapper

# "unfinished": rows are missing. "erasures": whoever was erased since may be here again.
Stage = Literal["unfinished", "erasures"]
TABLE = "site_is_closed"
MARKS: dict[Stage, str] = {
    "unfinished": "INSERT INTO site_is_closed VALUES ('unfinished')",
    "erasures": "INSERT INTO site_is_closed VALUES ('erasures')",
}
TOLD = {
    "unfinished": "A restore or a transfer into this database was cut off. Run it again.",
    "erasures": "This database comes from a backup, and whoever was erased since may be in it."
    " Run manage.py prepare (or manage.py replay_erasures), which erases them again and opens it.",
}


class Closed(OperationalError):
    """This database may not be used yet; the sentence says what is to be done."""

    def __init__(self, stage: Stage) -> None:
        super().__init__(TOLD[stage])
        self.stage = stage


class _Door:
    """What this process may pass: it is a command that brings the database in order."""

    passes: tuple[Stage, ...] = ()


def stage(raw: Any) -> Stage | None:
    """What the mark says; None where there is none. ``raw`` is of sqlite3 or psycopg."""
    there = (
        "SELECT name FROM sqlite_master WHERE name = 'site_is_closed'"
        if isinstance(raw, sqlite3.Connection)
        else "SELECT to_regclass('site_is_closed')"
    )
    row = raw.execute(there).fetchone()
    if row is None or row[0] is None:
        return None
    found = raw.execute("SELECT until FROM site_is_closed").fetchone()
    return "unfinished" if found is None or found[0] != "erasures" else "erasures"


def close(raw: Any, until: Stage) -> None:
    """Set the mark, or what it says; to be committed by the caller."""
    raw.execute("CREATE TABLE IF NOT EXISTS site_is_closed (until varchar(20) NOT NULL)")
    raw.execute("DELETE FROM site_is_closed")
    raw.execute(MARKS[until])


def reopen(raw: Any) -> None:
    """Take the mark away."""
    raw.execute("DROP TABLE IF EXISTS site_is_closed")


@contextmanager
def passing(*stages: Stage) -> Iterator[None]:
    """For a command that brings a database in order which is closed so; for the whole process."""
    before, _Door.passes = _Door.passes, stages
    try:
        yield
    finally:
        _Door.passes = before


def look(*, connection: BaseDatabaseWrapper, **_: object) -> None:
    """With each new connection of Django's to the site's database; raises ``Closed``."""
    if connection.alias != DEFAULT_DB_ALIAS:
        return
    found = stage(connection.connection)
    if found is not None and found not in _Door.passes:
        connection.close()  # Or the next query would find it open, and not look.
        raise Closed(found)


def open_after_erasures() -> None:
    """Whoever was erased is erased again: from now on the site's database may be used."""
    connection.ensure_connection()
    if stage(connection.connection) == "erasures":
        reopen(connection.connection)
