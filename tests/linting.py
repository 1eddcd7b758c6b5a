"""``python -m tests.linting``: new migrations that the running release could not stand.

Between the migrations and the restart of the last process the old code works on the new schema
(docs/production.md, *Updating without closing*). What PostgreSQL would be asked to do is read by
django-migration-linter; nothing is done. Without a PostgreSQL that answers this is left out, except
in CI.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from django.db.backends.base.base import BaseDatabaseWrapper

# The last migration of each app that no installation ever ran apart from the others: these came
# with the first release, and what they do was done on empty tables.
FIRST_RELEASE = {
    "accounts": "0007_asked_when_idle",
    "post": "0004_delivery_events",
    "vault": "0002_erasures",
    "lessons": "0007_proofs",
    "payments": "0009_refunds_to_nobody",
}
# ``app.name`` to the reason why the release before it does not mind, or why the table is small: the
# second half of a change in two releases, say.
HARMLESS: dict[str, str] = {}
# Found by the library and told as warnings: on a large table they lock out whoever writes.
LOCKS = {"CREATE_INDEX", "CREATE_INDEX_EXCLUSIVE", "REINDEX"}
DATABASE = os.environ.get("TEST_DATABASE_URL", "postgres://postgres@127.0.0.1:5432/postgres")


def faults(
    connection: BaseDatabaseWrapper,
    *,
    after: Mapping[str, str],
    harmless: Iterable[str] = (),
) -> Iterator[str]:
    """A line for each thing that is wrong with migrations behind those named."""
    from django.db.migrations.loader import MigrationLoader
    from django_migration_linter.sql_analyser import analyse_sql_statements
    from django_migration_linter.sql_analyser.postgresql import PostgresqlAnalyser

    loader = MigrationLoader(connection, replace_migrations=False)
    for (app, name), migration in sorted(loader.graph.nodes.items()):
        if app not in after or name <= after[app] or f"{app}.{name}" in harmless:
            continue
        statements = loader.collect_sql([(migration, False)])
        errors, _ignored, warnings = analyse_sql_statements(PostgresqlAnalyser, statements, [])
        for one in [*errors, *(each for each in warnings if each.code in LOCKS)]:
            yield f"{app}.{name}: {one.message} ({one.code}{_where(one)})"


def _where(found: object) -> str:
    names = [getattr(found, name, None) for name in ("table", "column")]
    return "".join(f" {name}" for name in names if name)


def main() -> int:
    import django
    from django.db import OperationalError, connections

    django.setup()
    found: set[str] = set()
    try:
        for alias in ("default", "keys"):
            found |= {*faults(connections[alias], after=FIRST_RELEASE, harmless=HARMLESS)}
    except OperationalError as error:
        reason = str(error).partition("\n")[0]
        sys.stderr.write(f"Migrations are not read: PostgreSQL does not answer ({reason}).\n")
        return 1 if os.environ.get("CI") else 0
    sys.stderr.writelines(f"{line}\n" for line in sorted(found))
    if found:
        sys.stderr.write("docs/production.md says how to do it in two releases.\n")
    return 1 if found else 0


if __name__ == "__main__":
    # No database of ours plays a part: that of the server itself is there always.
    server = DATABASE.rpartition("/")[0]
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "courseapp.settings",
        "DATABASE_URL": f"{server}/postgres",
        "KEYS_DATABASE_URL": f"{server}/postgres",
    }
    sys.exit(main())
