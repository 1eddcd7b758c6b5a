"""Making rows by the million: what SQLite and PostgreSQL each call the same thing."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from django.db import ProgrammingError, connection

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import Model

MOMENT = {
    "sqlite": "strftime('%Y-%m-%d %H:%M:%S', {since}, ({minutes}) || ' minutes')",
    "postgresql": "CAST({since} AS timestamptz) + ({minutes}) * interval '1 minute'",
}
KEY = {"sqlite": "{}", "postgresql": "CAST({} AS uuid)"}
NEW_KEY = {"sqlite": "lower(hex(randomblob(16)))", "postgresql": "gen_random_uuid()"}
TRUST = {
    "sqlite": ("PRAGMA foreign_keys = OFF", "PRAGMA foreign_keys = ON"),
    "postgresql": ("SET session_replication_role = replica", "RESET session_replication_role"),
}
NUMBERS = {
    "sqlite": "WITH RECURSIVE one (n) AS"
    " (SELECT {first} UNION ALL SELECT n + 1 FROM one WHERE n < {last})",
    "postgresql": "WITH one (n) AS (SELECT generate_series({first}, {last}))",
}
ROWS = "{numbers} INSERT INTO {table} ({columns}) SELECT {values} FROM one"  # Ordered as counted.


@contextmanager
def trusted() -> Iterator[None]:
    """Spare the database what takes most of its time: looking up all that these rows refer to."""
    believe, check = TRUST[connection.vendor]
    with suppress(ProgrammingError):  # For a role that may not say so, PostgreSQL looks them up.
        run(believe)
    try:
        yield
    finally:
        with suppress(ProgrammingError):
            run(check)


def moment(since: str, minutes: str) -> str:
    """So many minutes after another moment; both are SQL."""
    return MOMENT[connection.vendor].format(since=since, minutes=minutes)


def table(model: type[Model]) -> str:
    return connection.ops.quote_name(model._meta.db_table)


def insert(model: type[Model], row: dict[str, str], *, first: int, last: int) -> None:
    """A row for each number in between, both included; its values are SQL and may say ``n``."""
    run(
        ROWS.format(
            numbers=NUMBERS[connection.vendor].format(first=first, last=last),
            table=table(model),
            columns=", ".join(connection.ops.quote_name(name) for name in row),
            values=", ".join(row.values()),
        )
    )


def run(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)
