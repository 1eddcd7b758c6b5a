"""What each database is told when remains are written over, and what it answers."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from django.db import connection, connections, transaction
from django.utils import timezone

from courseapp.accounts.models import User
from courseapp.mydata import scrubbing
from courseapp.post.models import Heartbeat
from courseapp.vault import ledger
from tests.courseapp.mydata.test_scrubbing import DAY, NIGHT, in_the_end
from tests.databases import with_keys, with_keys_committed
from tests.factories import make_reader

if TYPE_CHECKING:
    from collections.abc import Iterator

ALIASES = ("default", "keys")
HOUR = timedelta(hours=1)
USERS = User._meta.db_table


def waits(alias: str) -> str:
    """How long a connection waits for others, in the database's own words."""
    asked = "PRAGMA busy_timeout" if connections[alias].vendor == "sqlite" else "SHOW lock_timeout"
    with connections[alias].cursor() as cursor:
        cursor.execute(asked)
        return str(cursor.fetchone()[0])


@contextmanager
def somebody(*statements: str) -> Iterator[None]:
    """Another line to this database, in the middle of a transaction."""
    if connection.vendor == "sqlite":
        with in_a_thread(statements):
            yield
        return
    with psycopg.connect(**connection.get_connection_params()) as other:
        for statement in statements:
            other.execute(statement)
        yield
        other.rollback()


@contextmanager
def in_a_thread(statements: tuple[str, ...]) -> Iterator[None]:
    ready, done = threading.Event(), threading.Event()

    def hold() -> None:
        mine: Any = connections["default"]
        with transaction.atomic(), mine.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
            ready.set()
            done.wait(60)
        mine.close()

    thread = threading.Thread(target=hold)
    thread.start()
    try:
        assert ready.wait(20)
        yield
    finally:
        done.set()
        thread.join()


@with_keys
def test_each_table_is_looked_for_in_the_database_that_it_lies_in() -> None:
    here, keys = list(scrubbing._tables("default")), list(scrubbing._tables("keys"))

    assert sorted(keys) == ["vault_datakey", "vault_erasure"]
    assert len(here) + len(keys) == len(scrubbing.TABLES)
    for alias, tables in zip(ALIASES, (here, keys), strict=True):
        assert set(tables) <= set(connections[alias].introspection.table_names())


@with_keys
def test_it_is_due_from_two_to_six_and_after_twenty_two_hours_at_any_hour() -> None:
    ledger.note(owner=make_reader().uuid, now=NIGHT - 12 * HOUR)
    # 03:15 in the Netherlands, and so on.
    due = [hour for hour in range(24) if scrubbing.is_due(now=NIGHT + (hour - 3) * HOUR)]

    assert due == [2, 3, 4, 5, *range(13, 24)]
    assert scrubbing.is_due(now=NIGHT + 10 * HOUR)
    assert not scrubbing.is_due(now=NIGHT + 10 * HOUR - timedelta(seconds=1))


@with_keys
def test_the_night_is_the_sites_whatever_clock_a_page_before_was_read_by() -> None:
    ledger.note(owner=make_reader().uuid, now=NIGHT - HOUR)
    with timezone.override("Australia/Perth"):
        assert scrubbing.is_due(now=NIGHT)
        assert not scrubbing.is_due(now=NIGHT + 6 * HOUR)


@with_keys
def test_what_was_done_counts_for_erasures_before_it_only() -> None:
    Heartbeat.objects.create(name="another", at=DAY)
    ledger.note(owner=make_reader().uuid, now=NIGHT - HOUR)
    assert scrubbing.is_due(now=NIGHT)

    beat = Heartbeat.objects.create(name=scrubbing.NAME, at=NIGHT - 2 * HOUR)
    assert scrubbing.is_due(now=NIGHT)

    Heartbeat.objects.filter(pk=beat.pk).update(at=NIGHT - HOUR)
    assert not scrubbing.is_due(now=NIGHT)


@with_keys_committed
def test_once_done_it_is_written_down_and_everybody_waits_as_long_as_before() -> None:
    before = [waits(alias) for alias in ALIASES]
    assert in_the_end(NIGHT)
    assert in_the_end(NIGHT + HOUR)

    assert Heartbeat.objects.get(name=scrubbing.NAME).at == NIGHT + HOUR
    assert [waits(alias) for alias in ALIASES] == before
    assert before[0] not in {"5000", "5s"}


@with_keys_committed
def test_it_is_done_by_the_clock_when_it_is_due_and_not_otherwise() -> None:
    ledger.note(owner=make_reader().uuid, now=DAY)
    assert not scrubbing.scrub_if_due(now=DAY)
    assert not Heartbeat.objects.filter(name=scrubbing.NAME).exists()

    late = NIGHT + timedelta(days=1)
    assert any(scrubbing.scrub_if_due(now=late) for _time in range(6))
    assert Heartbeat.objects.get(name=scrubbing.NAME).at == late
    assert not scrubbing.scrub_if_due(now=late)


@pytest.mark.once  # SQLite's own pages.
@with_keys_committed
def test_no_page_is_left_that_nothing_lies_in_and_the_logs_are_empty() -> None:
    for _ in range(40):
        make_reader(email=f"{'weg' * 40}{_}@example.org")
    User.objects.all().delete()
    assert scrubbing.scrub(now=NIGHT)

    for alias in ALIASES:
        with connections[alias].cursor() as cursor:
            cursor.execute("PRAGMA freelist_count")
            assert cursor.fetchone() == (0,)
            cursor.execute("PRAGMA wal_checkpoint(PASSIVE)")
            assert cursor.fetchone() == (0, 0, 0)


@with_keys_committed
def test_with_somebody_in_the_way_it_is_given_up_soon_and_told(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(scrubbing, "PATIENCE", 1)
    make_reader()
    before = waits("default")
    with somebody("UPDATE accounts_user SET language = 'nl'"):
        assert not scrubbing.scrub(now=NIGHT)

    assert caplog.messages == [
        "Somebody is in the way (OperationalError).",
        "Remains of an erasure could not be written over now; it is tried again.",
    ]
    assert not Heartbeat.objects.filter(name=scrubbing.NAME).exists()
    assert waits("default") == before
    assert in_the_end(NIGHT)


@pytest.mark.postgresql
@with_keys_committed
def test_a_table_whose_dead_rows_somebody_may_still_see_is_not_done(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(scrubbing, "PATIENCE", 2)
    make_reader()
    with somebody("BEGIN ISOLATION LEVEL REPEATABLE READ", "SELECT count(*) FROM lessons_course"):
        User.objects.update(language="en")
        assert scrubbing._kept_dead(connection, USERS)
        assert not scrubbing._rewritten(connection, USERS)
        assert not scrubbing._written_anew(connection)
    assert not scrubbing._kept_dead(connection, USERS)
    assert scrubbing._rewritten(connection, USERS)
    assert scrubbing._kept_dead(connection, USERS) is False


@pytest.mark.postgresql
@with_keys_committed
def test_a_table_is_asked_about_until_its_dead_rows_are_gone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(scrubbing, "PATIENCE", 6)
    make_reader()
    done = threading.Event()

    def look_on() -> None:
        with somebody(
            "BEGIN ISOLATION LEVEL REPEATABLE READ", "SELECT count(*) FROM lessons_course"
        ):
            User.objects.update(language="en")
            done.set()
            threading.Event().wait(1.5)
        connections["default"].close()

    thread = threading.Thread(target=look_on)
    thread.start()
    assert done.wait(10)
    assert scrubbing._rewritten(connection, USERS)
    thread.join()


@pytest.mark.postgresql
@with_keys_committed
def test_what_a_vacuum_says_is_listened_to_while_it_runs_and_no_longer() -> None:
    make_reader()
    User.objects.all().delete()
    assert not scrubbing._kept_dead(connection, USERS)

    raw: Any = connection.connection
    assert list(raw._notice_handlers) == []
