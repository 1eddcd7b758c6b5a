"""What is in each table, in two figures: how many rows, and a sum over all of them.

The sum is that of the rows' SHA-256, so it does not depend on the order in which a database gives
them. It tells a row that is missing, doubled or changed, whatever the tables look like: the models
of the code play no part, for a backup may be older than they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from psycopg import sql

from courseapp import closing

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    import psycopg
    from psycopg.abc import Buffer

    from courseapp.backup.telling import Telling

SIZE = 1 << 256
BLOCK = 1 << 20
# What a value looks like as text depends on these.
AS_TEXT = (
    "SET timezone = 'UTC'",
    "SET datestyle = 'ISO'",
    "SET intervalstyle = 'postgres'",
    "SET bytea_output = 'hex'",
    "SET extra_float_digits = 1",
)


@dataclass(frozen=True)
class Fingerprint:
    """Of one table; ``digest`` is 64 hexadecimal figures."""

    rows: int
    digest: str


def of_rows(rows: Iterable[Buffer]) -> Fingerprint:
    """Of rows that are bytes already, in any order."""
    number = total = 0
    for row in rows:
        number += 1
        total += int.from_bytes(sha256(row).digest())
    return Fingerprint(number, f"{total % SIZE:064x}")


def of_sqlite(raw: sqlite3.Connection, telling: Telling) -> dict[str, Fingerprint]:
    """Of every table; ``raw`` is a connection of its own, without converters of Django's."""
    raw.text_factory = bytes
    found: dict[str, Fingerprint] = {}
    for table in (names := sqlite_tables(raw)):
        telling.meanwhile(f"  counting, table {len(found) + 1} of {len(names)}: {table}")
        rows = raw.execute(f'SELECT * FROM "{table}"')  # noqa: S608 -- SQLite's own list of names.
        found[table] = of_rows(repr(row).encode() for row in rows)
    return found


def sqlite_tables(raw: sqlite3.Connection) -> list[str]:
    """Without SQLite's own, and without the mark of a closed database."""
    asked = raw.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
    names = {name.decode() if isinstance(name, bytes) else name for (name,) in asked}
    return sorted(name for name in names - {closing.TABLE} if not name.startswith("sqlite_"))


def of_postgres(raw: psycopg.Connection, telling: Telling) -> dict[str, Fingerprint]:
    """Of every table, as PostgreSQL writes its rows in a dump."""
    for setting in AS_TEXT:
        raw.execute(setting)
    found: dict[str, Fingerprint] = {}
    for table in (names := postgres_tables(raw)):
        telling.meanwhile(f"  counting, table {len(found) + 1} of {len(names)}: {table}")
        found[table] = of_rows(_copied(raw, table))
    return found


def _copied(raw: psycopg.Connection, table: str) -> Iterator[Buffer]:
    query = sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(table))
    with raw.cursor() as cursor, cursor.copy(query) as copy:
        yield from copy


def postgres_tables(raw: psycopg.Connection) -> list[str]:
    """Of the schema that tables are made in, without the mark of a closed database."""
    asked = "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"
    return sorted({name for (name,) in raw.execute(asked)} - {closing.TABLE})


def of_file(file: Path) -> str:
    """The SHA-256 of a file's bytes."""
    found = sha256()
    with file.open("rb") as opened:
        while block := opened.read(BLOCK):
            found.update(block)
    return found.hexdigest()


def differences(before: dict[str, Fingerprint], after: dict[str, Fingerprint]) -> list[str]:
    """A line for each table that is not the same."""
    lines = []
    for table in sorted(before.keys() | after.keys()):
        was, now = before.get(table), after.get(table)
        if was != now:
            rows = [str(one.rows) if one else "no table" for one in (was, now)]
            lines.append(f"{table}: {rows[0]} rows were expected, {rows[1]} found, or other values")
    return lines
