"""The bytes that an erasure leaves behind in live files: rewritten the next night.

A deleted row is not gone from a disk. SQLite writes zeros over what it deletes (``secure_delete``)
and keeps the rest in its write-ahead log; PostgreSQL keeps dead rows until their table is written
anew. Only in a night after an erasure, and only the tables that hold something of people.
"""

from __future__ import annotations

import logging
import re
import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import OperationalError, connections
from django.utils import timezone

from courseapp.post.models import Heartbeat
from courseapp.vault import ledger
from courseapp.vault.router import ALIAS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from django.db.backends.base.base import BaseDatabaseWrapper

log = logging.getLogger(__name__)
NAME = "scrub"
# On the site's clock: nobody minds a page that waits a second then.
NIGHT = range(2, 6)
# Whatever the hour: what is promised is a day.
AT_LATEST = timedelta(hours=22)
# Seconds that a table may be waited for while somebody works with it; then another hour is tried.
PATIENCE = 5
FIGURE = re.compile(r"\d+")
# Every table with something of people in it (docs/data-inventory.yml), by its model; a test looks.
TABLES = (
    *("accounts.User", "accounts.Consent", "accounts.MachineToken", "accounts.AuditEntry"),
    *("accounts.Handover", "accounts.Leaving", "account.EmailAddress", "account.EmailConfirmation"),
    *("mfa.Authenticator", "usersessions.UserSession", "sessions.Session"),
    *("post.Letter", "post.Attachment", "post.Suppression", "post.DeliveryEvent"),
    *("lessons.Enrolment", "lessons.Opened", "lessons.Finished", "lessons.Completed"),
    *(
        "lessons.Unlock",
        "lessons.Proof",
        "lessons.Position",
        "lessons.Rhythm",
        "lessons.Pause",
        "lessons.Answer",
    ),
    *("lessons.Access", "lessons.Place", "lessons.Mail", "lessons.Choice", "lessons.UnsavedText"),
    *("payments.Order", "payments.Declaration", "payments.Attempt", "payments.AskedOnce"),
    *("payments.Withdrawal", "payments.Gift", "payments.StaffGrant"),
    *("vault.DataKey", "vault.Erasure"),
)


def is_due(*, now: datetime) -> bool:
    """Whether somebody was erased since the last time, and this is an hour for it."""
    at = Heartbeat.objects.filter(name=NAME).values_list("at", flat=True).first()
    first = ledger.first_since(at)
    if first is None:
        return False
    here = timezone.localtime(now, timezone.get_default_timezone())  # No reader's own zone.
    return here.hour in NIGHT or first <= now - AT_LATEST


def scrub(*, now: datetime) -> bool:
    """Write anew what holds the remains; whether it was done, or somebody was in the way."""
    done = [_scrubbed(connections[alias]) for alias in ("default", ALIAS)]
    if not all(done):
        log.warning("Remains of an erasure could not be written over now; it is tried again.")
        return False
    Heartbeat.objects.update_or_create(name=NAME, defaults={"at": now})
    for alias in ("default", ALIAS):
        _empty_log(connections[alias])
    return True


def scrub_if_due(*, now: datetime) -> bool:
    """For the clock: once an hour."""
    return is_due(now=now) and scrub(now=now)


def _scrubbed(connection: BaseDatabaseWrapper) -> bool:
    try:
        return _packed(connection) if connection.vendor == "sqlite" else _written_anew(connection)
    except OperationalError as error:
        log.warning("Somebody is in the way (%s).", type(error).__name__)
        return False


def _packed(connection: BaseDatabaseWrapper) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA busy_timeout = {PATIENCE * 1000}")
        try:
            cursor.execute("VACUUM")
            return _empty_log(connection)
        finally:
            cursor.execute(f"PRAGMA busy_timeout = {_usual(connection) * 1000}")


def _usual(connection: BaseDatabaseWrapper) -> int:
    """Seconds that this connection waits for others otherwise."""
    return int(connection.settings_dict["OPTIONS"].get("timeout", 5))


def _empty_log(connection: BaseDatabaseWrapper) -> bool:
    """Whether SQLite's write-ahead log is empty now: nobody reads from it."""
    if connection.vendor != "sqlite":
        return True
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (is_busy, _pages, _done) = cursor.fetchone()
    return not is_busy


def _written_anew(connection: BaseDatabaseWrapper) -> bool:
    """Each table for itself, a moment for tables of this size; whether no dead row was kept."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET lock_timeout = '{PATIENCE}s'")
        try:
            return all(_rewritten(connection, table) for table in _tables(connection.alias))
        finally:
            cursor.execute("RESET lock_timeout")


def _rewritten(connection: BaseDatabaseWrapper, table: str) -> bool:
    """PostgreSQL keeps dead rows that an older transaction may still see, be it its own ANALYZE."""
    for _time in range(PATIENCE):
        if not _kept_dead(connection, table):
            return True
        time.sleep(1)
    return False


def _kept_dead(connection: BaseDatabaseWrapper, table: str) -> bool:
    """Write the table anew; whether it says that it had to keep dead rows.

    A rewriting vacuum alone keeps them for as long as any transaction runs in any database of the
    server; a plain one looks at those of this database only, so it goes first. What was kept is
    said in the first figure of a detail, whatever the language of the server.
    """
    said: list[str] = []
    raw: Any = connection.connection

    def listen(diagnostic: Any) -> None:
        said.append(diagnostic.message_detail or "")

    try:
        with connection.cursor() as cursor:
            cursor.execute(f"VACUUM {connection.ops.quote_name(table)}")
            raw.add_notice_handler(listen)
            cursor.execute(f"VACUUM (FULL, VERBOSE) {connection.ops.quote_name(table)}")
    finally:
        raw.remove_notice_handler(listen)
    figures = [FIGURE.search(detail) for detail in said]
    return any(figure and int(figure[0]) for figure in figures)


def _tables(alias: str) -> Iterator[str]:
    for name in TABLES:
        model = apps.get_model(name)
        if (model._meta.app_label == "vault") == (alias == ALIAS):
            yield model._meta.db_table
