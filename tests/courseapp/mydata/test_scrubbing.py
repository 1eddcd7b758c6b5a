"""A night after an erasure no live file holds a word of who was erased."""

from __future__ import annotations

import logging
import threading
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from django.core.cache import cache
from django.db import connection, connections, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from courseapp import privacy, tasks
from courseapp.accounts import codes
from courseapp.accounts.models import User
from courseapp.mydata import handing_over, scrubbing
from courseapp.post import pump
from courseapp.post.models import Heartbeat, Letter
from courseapp.vault import ledger
from tests.courseapp.accounts.coming_in import ask, sign_in
from tests.courseapp.mydata import everything
from tests.courseapp.mydata.remains import found
from tests.databases import with_keys, with_keys_committed
from tests.factories import NOW, make_reader
from tests.test_inventory import kinds, written

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytest_django import Settings

# 03:15 in the Netherlands.
NIGHT = datetime.fromisoformat("2026-11-27T02:15:00+00:00")
END_OTHERS = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
DAY = datetime.fromisoformat("2026-11-27T11:15:00+00:00")
EMAIL = "kanarie-adres@example.org"
CANARIES = (
    EMAIL, "kanarie-onderwerp", "kanarie-tekst", "kanarie-toestel", "kanarie-naam.pdf",
)  # fmt: skip


@pytest.fixture
def keeps_mail(settings: Settings, tmp_path: Path) -> None:
    """As on a developer's machine: mails are files."""
    settings.EMAIL_BACKEND = "courseapp.post.mailbox.Backend"
    settings.MAIL_DIR = tmp_path / "mail"
    settings.HANDOVER_DIR = tmp_path / "handovers"


def make_trace() -> User:
    """A reader who never bought, and who left something everywhere."""
    browser = Client(HTTP_USER_AGENT="kanarie-toestel")
    sign_in(browser, EMAIL)
    ask(Client(), EMAIL)  # Somebody began to sign in and never did.
    reader = User.objects.get(email=EMAIL)
    everything.follow(reader)
    Letter.objects.create(
        uuid="00000000-0000-4000-8000-00000000000a", key="k", message_id="<kanarie>",
        stream="receipt", priority=1, to=EMAIL, subject="kanarie-onderwerp",
        text="kanarie-tekst " * 900, html="<p>kanarie-tekst</p>", created_at=timezone.now(),
        next_at=timezone.now(),
    ).attachments.create(kind="nothing", key="1", name="kanarie-naam.pdf")  # fmt: skip
    pump.send_due(now=timezone.now())
    handing_over.ask(person=reader, now=timezone.now())
    handing_over.make_due(now=timezone.now())
    browser.post(reverse("my_data_file"))
    return reader


def in_the_end(now: datetime) -> bool:
    """Tried again, as the clock does: PostgreSQL's own ANALYZE may be in the way for a while.

    So may a line to this database that a thread of an earlier test left open; it is closed.
    """
    for _time in range(6):
        if scrubbing.scrub(now=now):
            return True
        for alias in ("default", "keys"):
            if connections[alias].vendor == "postgresql":
                with connections[alias].cursor() as cursor:
                    cursor.execute(END_OTHERS)
    return False


@with_keys_committed
@pytest.mark.usefixtures("keeps_mail")
@pytest.mark.slow
def test_nothing_of_who_was_erased_is_left_in_any_byte(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    for number in range(30):
        make_reader(email=f"buur{number}@example.org")
    reader = make_trace()
    canaries = (*CANARIES, everything.WRITTEN)
    before = found(canaries)
    assert {EMAIL, "kanarie-onderwerp", "kanarie-tekst", "kanarie-toestel"} <= set(before)
    assert everything.WRITTEN not in before, "what she wrote is sealed while it lives, too"

    privacy.erase_person(reader, now=timezone.now())
    later = timezone.now() + timedelta(seconds=codes.AWAITING + 1)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_session WHERE expire_date < %s", [later])
    assert in_the_end(timezone.now())

    assert found(canaries) == {}
    assert not [one for one in caplog.messages if any(word in one for word in canaries)]
    assert User.objects.filter(email__startswith="buur").count() == 30
    assert found(["buur7@example.org"]), "and the search does find what is there"


@with_keys_committed
@pytest.mark.slow
def test_work_in_another_database_of_the_server_is_not_in_the_way(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(scrubbing, "PATIENCE", 1)
    reader = make_reader()
    with at_work_elsewhere():
        privacy.erase_person(reader, now=NOW)
        assert scrubbing.scrub(now=NIGHT)


@contextmanager
def at_work_elsewhere() -> Iterator[None]:
    """A long transaction that writes, in a database beside this one."""
    if connection.vendor == "sqlite":
        yield  # A file of its own: nothing is shared.
        return
    there = {**connection.get_connection_params(), "dbname": "postgres"}
    with psycopg.connect(**there) as other:
        other.execute("CREATE TEMPORARY TABLE written (it int)")
        yield
        other.rollback()


@with_keys
def test_every_table_with_something_of_people_is_written_anew() -> None:
    """Kept in step with the inventory; what never held a reader's data needs no night."""
    people = {
        name.rpartition(".")[0]
        for name, kind in written().items()
        if kinds()[kind]["class"] != "none" and kinds()[kind]["erased"] in {"deleted", "replaced"}
    }
    assert sorted(people - set(scrubbing.TABLES)) == []


@with_keys
def test_it_happens_at_night_once_and_only_after_an_erasure() -> None:
    assert not scrubbing.is_due(now=NIGHT)
    ledger.note(owner=make_reader().uuid, now=DAY - timedelta(hours=1))
    assert not scrubbing.is_due(now=DAY)
    assert scrubbing.is_due(now=NIGHT + timedelta(days=1))
    Heartbeat.objects.create(name=scrubbing.NAME, at=DAY)
    assert not scrubbing.is_due(now=NIGHT + timedelta(days=1))


@with_keys
def test_a_machine_that_sleeps_at_night_does_it_within_the_day_that_is_promised() -> None:
    ledger.note(owner=make_reader().uuid, now=DAY - timedelta(hours=23))
    assert scrubbing.is_due(now=DAY)


@with_keys_committed
@pytest.mark.slow
def test_somebody_in_the_way_is_waited_for_another_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    """A reader with a long transaction is not broken off; it is tried again, and done then."""
    monkeypatch.setattr(scrubbing, "PATIENCE", 1)
    ledger.note(owner=make_reader().uuid, now=NOW)
    reading, done = threading.Event(), threading.Event()
    thread = threading.Thread(target=_read_for_long, args=(reading, done))
    thread.start()
    try:
        assert reading.wait(10)
        assert not scrubbing.scrub(now=NIGHT)
        assert scrubbing.is_due(now=NIGHT)
    finally:
        done.set()
        thread.join()
    assert in_the_end(NIGHT)
    assert not scrubbing.is_due(now=NIGHT)


@with_keys_committed
def test_the_task_of_every_hour_runs_where_nobody_was_erased() -> None:
    cache.clear()
    tasks.scrub()
    assert not Heartbeat.objects.filter(name=scrubbing.NAME).exists()


def _read_for_long(reading: threading.Event, done: threading.Event) -> None:
    mine: Any = connections["default"]
    with transaction.atomic():
        assert User.objects.exists()
        if mine.vendor == "sqlite":
            User.objects.update(language="nl")
        reading.set()
        done.wait(60)
    mine.close()
