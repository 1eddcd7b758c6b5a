"""Today: rows from every room, what is broken first."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from django.test import Client

from courseapp.post import heartbeat
from courseapp.post.models import Letter
from lessons.desk import attention, today
from lessons.desk.attention import Row
from tests.factories import NOW, make_course, make_reader
from tests.signing import let_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django.fixtures import Settings

    from courseapp.accounts.models import User

pytestmark = pytest.mark.django_db


def planned_first(person: User, now: datetime) -> Iterator[Row]:
    """A source as a room writes one."""
    yield Row("Gepland", "/a/", "planned", when=now)
    yield Row("Kapot", "/b/", "broken")
    yield Row("Wacht", "/c/", "waiting")


def test_rows_of_all_rooms_come_together_what_is_broken_first(settings: Settings) -> None:
    settings.ATTENTION = [f"{__name__}.planned_first"]
    rows = attention.rows(person=make_reader(is_staff=True), now=NOW)
    assert [row.title for row in rows] == ["Kapot", "Wacht", "Gepland"]


def test_every_source_that_is_named_can_be_asked() -> None:
    rows = attention.rows(person=make_reader(is_staff=True, is_owner=True), now=NOW)
    assert all(isinstance(row, Row) for row in rows)


def test_the_page_shows_them_and_the_ways_to_the_work(settings: Settings) -> None:
    settings.ATTENTION = [f"{__name__}.planned_first"]
    course, client = make_course(), Client()
    let_in(client, make_reader(is_staff=True))
    page = client.get("/beheer/").content.decode()
    assert all(word in page for word in ("Kapot", "Wacht", "Gepland", course.title))


def test_a_clock_that_stands_still_and_mail_that_is_lost_are_told() -> None:
    person = make_reader(is_staff=True)
    assert list(today.jobs(person, NOW)) == []
    heartbeat.note(now=NOW - timedelta(minutes=6))
    Letter.objects.create(
        uuid=uuid4(), key="k", message_id="m", stream="lesson", priority=1, to="a@example.org",
        subject="s", text="t", html="h", created_at=NOW - timedelta(days=1), next_at=None,
        error="550",
    )  # fmt: skip
    assert [row.weight for row in today.jobs(person, NOW)] == ["broken", "broken"]
    heartbeat.note(now=NOW)
    assert len(list(today.jobs(person, NOW + timedelta(days=7)))) == 1
