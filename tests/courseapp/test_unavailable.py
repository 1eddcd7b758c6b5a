"""What the site stands on does not answer: 503 and calm, soon, and well again afterwards."""

from __future__ import annotations

import errno
import json
import time
from typing import TYPE_CHECKING, NoReturn

import psycopg
import pytest
from django.db import InterfaceError, OperationalError, connection
from django.db.backends.postgresql import base
from django.http import HttpResponse
from django.test import RequestFactory
from redis.exceptions import ConnectionError as RedisIsAway

from courseapp import patience, unavailable

if TYPE_CHECKING:
    from django.http import HttpRequest

AWAY = [
    OperationalError("database or disk is full"),
    InterfaceError("connection already closed"),
    RedisIsAway("refused"),
    OSError(errno.ENOSPC, "no space"),
]


def answer_to(error: Exception, path: str = "/mijn/") -> HttpResponse:
    try:
        raise error
    except type(error):
        return unavailable.handler500(RequestFactory().get(path))


@pytest.mark.once
@pytest.mark.parametrize("error", AWAY, ids=repr)
def test_a_page_says_calmly_that_something_is_away(error: Exception) -> None:
    answer = answer_to(error)

    assert (answer.status_code, answer["Cache-Control"]) == (503, "no-store")
    assert answer["Retry-After"] == "30"
    page = answer.content.decode()
    assert "Het lukt even niet" in page
    assert str(error) not in page


@pytest.mark.once
def test_the_api_says_it_in_its_own_way() -> None:
    answer = answer_to(AWAY[0], "/api/v1/courses/")

    assert (answer.status_code, json.loads(answer.content)["code"]) == (503, "unavailable")


@pytest.mark.once
@pytest.mark.parametrize("error", [ValueError("ours"), OSError(errno.ENOENT, "no file")], ids=repr)
def test_what_is_our_own_mistake_stays_a_500(error: Exception) -> None:
    assert answer_to(error).status_code == 500


@pytest.mark.once
def test_staff_wait_as_long_as_it_takes_and_readers_do_not() -> None:
    seen: list[float | None] = []

    def page(_request: HttpRequest) -> HttpResponse:
        seen.append(patience.left())
        return HttpResponse()

    for path in ("/mijn/", "/beheer/", "/api/v1/staff/courses/"):
        patience.Patience(page)(RequestFactory().get(path))

    assert seen == [patience.ANSWER, None, None]
    assert patience.left() is None


SLEEP = "SELECT pg_sleep(30)"
WAKE = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = %s"


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_a_silent_database_is_given_up_and_asked_anew_afterwards() -> None:
    def sleep() -> None:
        with connection.cursor() as cursor:
            cursor.execute(SLEEP)

    began = time.monotonic()
    with patience.until(0.3), pytest.raises(OperationalError, match="does not answer"):
        sleep()
    assert time.monotonic() - began < 15

    connection.close_if_unusable_or_obsolete()
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        assert cursor.fetchone() == (1,)
        # It sleeps on, though nobody listens, and holds on to what other tests remove.
        cursor.execute(WAKE, [SLEEP])
        assert cursor.fetchone() == (True,)


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_a_request_that_could_not_connect_does_not_try_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One look that takes its two seconds is enough for a page, whatever else it would ask."""
    tried: list[object] = []

    def refuse(*_args: object) -> NoReturn:
        tried.append(1)
        raise psycopg.OperationalError("refused")

    def page(_request: HttpRequest) -> HttpResponse:
        for _time in range(3):
            with pytest.raises(OperationalError):
                connection.ensure_connection()
        return HttpResponse()

    connection.close()
    with monkeypatch.context() as closed:
        closed.setattr(base.DatabaseWrapper, "get_new_connection", refuse)
        patience.Patience(page)(RequestFactory().get("/"))
    assert len(tried) == 1
    connection.ensure_connection()
