"""From one kind of database to PostgreSQL: every row of both, compared on either side.

All or nothing. A target is closed from the first step to the last (``courseapp.closing``), and what
was cut off is emptied and begun anew by the next run. The source is only read, and held so that
nobody writes to it meanwhile.
"""

from __future__ import annotations

import json
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import connections, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import JSONField
from psycopg import sql
from psycopg.types.json import Jsonb

from courseapp import closing, env
from courseapp.backup import databases, fingerprints
from courseapp.backup.failing import Failed, told
from courseapp.backup.in_postgres import PostgreSQL
from courseapp.backup.making import ALIASES
from courseapp.vault.router import LABEL

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import Field, Model

    from courseapp.backup.fingerprints import Fingerprint
    from courseapp.backup.manifest import Part
    from courseapp.backup.telling import Telling

BATCH = 2_000
MIGRATIONS = MigrationRecorder.Migration._meta.db_table


def transfer(*, to: str, keys_to: str, telling: Telling) -> int:
    """How many rows; both addresses as ``DATABASE_URL`` has them. Raises ``Failed``."""
    targets: dict[Part, str] = {"site": to, "keys": keys_to}
    with told(), ExitStack() as held:
        servers = {part: _empty(url) for part, url in targets.items()}
        for part, url in targets.items():
            _require_known_tables(part)
            _make_tables(part, url)
        for part in targets:
            held.enter_context(transaction.atomic(using=ALIASES[part]))
        with ExitStack() as both:
            # Neither is committed before both were compared.
            number = sum(
                both.enter_context(_copied(part, url, telling)) for part, url in targets.items()
            )
        for part in reversed(targets):
            servers[part].reopen()
    return number


def _empty(url: str) -> PostgreSQL:
    """The target, closed. Raises ``Failed`` where there is something in it."""
    target = databases.at(url, settings.BASE_DIR)
    if not isinstance(target, PostgreSQL):
        raise Failed("A transfer goes to PostgreSQL: --to postgres://user:password@host:5432/name")
    target.require_empty()
    target.close()
    return target


def _models(part: Part) -> list[type[Model]]:
    """Whose tables lie in this database."""
    every = apps.get_models(include_auto_created=True)
    own = [one for one in every if one._meta.managed and not one._meta.proxy]
    return [one for one in own if (one._meta.app_label == LABEL) == (part == "keys")]


def _require_known_tables(part: Part) -> None:
    """Nothing is left behind unseen."""
    there = set(databases.of(ALIASES[part]).names())
    known = {one._meta.db_table for one in _models(part)} | {MIGRATIONS}
    if strange := sorted(there - known):
        raise Failed(f"The table {strange[0]} is of nothing that the site knows.")
    if missing := sorted(known - there):
        raise Failed(f"The table {missing[0]} is not there yet. Run manage.py prepare first.")


def _make_tables(part: Part, url: str) -> None:
    """Empty ones, of the same migrations as the source has."""
    alias = ALIASES[part]
    before = set(MigrationRecorder(connections[alias]).applied_migrations())
    with databases.instead(alias, url, settings.BASE_DIR), closing.passing("unfinished"):
        only = [LABEL] if part == "keys" else []
        call_command("migrate", *only, database=alias, interactive=False, verbosity=0)
        connection = connections[alias]
        if set(MigrationRecorder(connection).applied_migrations()) != before:
            raise Failed("The database is not up to date. Run manage.py prepare first.")
        names = [sql.Identifier(one._meta.db_table) for one in _models(part)]
        with connection.cursor() as cursor:
            # What migrations put there is in the source as well.
            cursor.execute(sql.SQL("TRUNCATE {} CASCADE").format(sql.SQL(", ").join(names)))


@contextmanager
def _copied(part: Part, url: str, telling: Telling) -> Iterator[int]:
    """All rows of one database, written and compared; committed at the end."""
    name = f"transfer_{part}"
    given = {"default": env.database(url, settings.BASE_DIR, keep_plans=False)}
    connections.settings[name] = connections.configure_settings(given)["default"]
    try:
        with transaction.atomic(using=name):
            rows = sum(_table(model, part, name, telling) for model in _models(part))
            with connections[name].cursor() as cursor:
                for statement in connections[name].ops.sequence_reset_sql(
                    no_style(), _models(part)
                ):
                    cursor.execute(statement)
            yield rows
    finally:
        connections[name].close()
        del connections[name]
        del connections.settings[name]


def _table(model: type[Model], part: Part, name: str, telling: Telling) -> int:
    """Of one table: how many rows went over, after they were read again and compared."""
    table = model._meta.db_table
    before = _write(model, ALIASES[part], name, telling)
    after = fingerprints.of_rows(canonical(row) for row in _rows(model, name))
    if wrong := fingerprints.differences({table: before}, {table: after}):
        raise Failed(f"What arrived is not what was sent. {wrong[0]}.")
    telling.meanwhile(f"{part}: {table}, {before.rows} rows")
    return before.rows


def _rows(model: type[Model], alias: str) -> Iterator[tuple[Any, ...]]:
    names = [field.attname for field in model._meta.concrete_fields]
    query = model._base_manager.using(alias).order_by().values_list(*names)
    return query.iterator(chunk_size=BATCH)


def _write(model: type[Model], source: str, name: str, telling: Telling) -> Fingerprint:
    fields = model._meta.concrete_fields
    columns = sql.SQL(", ").join(sql.Identifier(str(field.column)) for field in fields)
    table = sql.Identifier(model._meta.db_table)
    copying = sql.SQL("COPY {} ({}) FROM STDIN").format(table, columns)
    target = connections[name]
    target.ensure_connection()

    def passing(rows: Iterator[tuple[Any, ...]]) -> Iterator[bytes]:
        for number, row in enumerate(rows, start=1):
            telling.meanwhile(f"  {model._meta.db_table}: {number} rows")
            values = zip(fields, row, strict=True)
            copy.write_row([prepared(field, value, target) for field, value in values])
            yield canonical(row)

    with target.connection.cursor().copy(copying) as copy:
        return fingerprints.of_rows(passing(_rows(model, source)))


def prepared(field: Field[Any, Any], value: Any, target: Any) -> Any:
    """As PostgreSQL takes it; a JSON null where the column itself may not be null."""
    if value is None:
        return Jsonb(None) if isinstance(field, JSONField) and not field.null else None
    return field.get_db_prep_save(value, connection=target)


def canonical(row: tuple[Any, ...]) -> bytes:
    """The same bytes for the same values, whichever database they were read from."""
    return repr([_plain(value) for value in row]).encode()


def _plain(value: Any) -> Any:
    if isinstance(value, datetime) and value.tzinfo:
        return value.astimezone(UTC).isoformat()
    if isinstance(value, memoryview | bytearray):
        return bytes(value)
    if isinstance(value, dict | list):
        return json.dumps(_even(value), sort_keys=True)
    return value


def _even(value: Any) -> Any:
    """PostgreSQL writes 1e2 as 100 within JSON."""
    if isinstance(value, dict):
        return {name: _even(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_even(each) for each in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value
