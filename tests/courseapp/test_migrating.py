"""The schema is changed beside a site that runs: a table in use is waited for, and not for long."""

from __future__ import annotations

import threading
import time

import pytest
from django.core.management import CommandError
from django.db import OperationalError, connection, connections, transaction

from courseapp import migrating
from courseapp.accounts.models import User

# Seconds.
SHORT = 0.05
TABLE = User._meta.db_table
CHANGE = f"ALTER TABLE {TABLE} ADD COLUMN tried integer"


@pytest.fixture
def held() -> tuple[threading.Event, threading.Thread]:
    """Another line that uses the table until it is told to go; it has begun."""
    has_begun, may_go = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            User.objects.count()
            has_begun.set()
            may_go.wait(20)
        connections.close_all()

    thread = threading.Thread(target=hold)
    thread.start()
    assert has_begun.wait(20)
    return may_go, thread


def change() -> str:
    with connection.cursor() as cursor:
        cursor.execute(CHANGE)
        cursor.execute(f"ALTER TABLE {TABLE} DROP COLUMN tried")
    return "done"


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_a_table_in_use_is_tried_again_until_it_is_free(
    held: tuple[threading.Event, threading.Thread],
) -> None:
    may_go, thread = held
    tried = []

    def act() -> str:
        tried.append(time.monotonic())
        if len(tried) == 3:
            may_go.set()
            thread.join()
        return change()

    told = migrating.patiently(act, "default", holds_up=SHORT, steps_back=SHORT)
    assert told == "done"
    assert len(tried) == 3
    with connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        assert cursor.fetchone() == ("0",), "the site waits as before"


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_one_that_stays_in_use_is_given_up_in_words(
    held: tuple[threading.Event, threading.Thread],
) -> None:
    may_go, thread = held
    with pytest.raises(CommandError, match="stays in use"):
        migrating.patiently(change, "default", holds_up=SHORT, steps_back=0, tries=2)
    may_go.set()
    thread.join()


@pytest.mark.django_db
def test_what_is_wrong_otherwise_is_not_tried_again() -> None:
    tried = []

    def act() -> str:
        tried.append(1)
        raise OperationalError("no such column")

    with pytest.raises(OperationalError, match="no such column"):
        migrating.patiently(act, "default")
    assert tried == [1]
