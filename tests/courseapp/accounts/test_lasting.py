"""A sign-in ends by itself, and where its owner ends it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from courseapp.accounts import lasting
from courseapp.accounts.models import User
from tests.courseapp.accounts.coming_in import ask, enter, latest_code, sign_in
from tests.courseapp.accounts.test_again import an_hour_in
from tests.courseapp.accounts.test_headless import ask as ask_by_app
from tests.courseapp.accounts.test_headless import call
from tests.factories import make_reader
from tests.lessons.api.calling import Caller, token_of
from tests.signing import let_in

if TYPE_CHECKING:
    from pytest_django import Settings

pytestmark = pytest.mark.django_db
EMAIL = "anna@example.org"
START = datetime(2027, 3, 1, 12, 0, tzinfo=UTC)
OWN = "/account/instellingen/"
DEVICES = reverse("usersessions_list")


def is_in(client: Client, after: timedelta) -> bool:
    with time_machine.travel(START + after, tick=False):
        return client.get(OWN).status_code == HTTPStatus.OK


def came_in(person: User) -> Client:
    client = Client()
    with time_machine.travel(START, tick=False):
        let_in(client, person)
    return client


def test_a_reader_stays_for_thirty_days_without_reading() -> None:
    assert is_in(came_in(make_reader()), timedelta(days=29, hours=23))
    gone = came_in(make_reader())
    key = gone.session.session_key
    assert not is_in(gone, timedelta(days=30, minutes=1))
    assert not Session.objects.filter(pk=key).exists(), "what is over is taken away"


@pytest.mark.slow
def test_a_reader_who_reads_every_day_comes_in_again_after_ninety_days() -> None:
    client = came_in(make_reader())
    days = [day for day in range(100) if is_in(client, timedelta(days=day))]
    assert days == list(range(91))


@pytest.mark.slow
def test_staff_are_out_after_three_idle_hours_and_twelve_in_all() -> None:
    staff = make_reader(is_staff=True)
    assert is_in(came_in(staff), timedelta(hours=2, minutes=59))
    assert not is_in(came_in(staff), timedelta(hours=3, minutes=1))
    client = came_in(staff)
    hours = [hour for hour in range(20) if is_in(client, timedelta(hours=hour))]
    assert hours == list(range(13))


def test_a_reader_s_session_that_passes_the_door_lasts_as_staff_s_do() -> None:
    person = make_reader()
    client = came_in(person)
    User.objects.filter(pk=person.pk).update(is_staff=True)
    person.refresh_from_db()
    with time_machine.travel(START, tick=False):
        let_in(client, person)
        session = client.session
        session["staff"] = False
        session.save()
        assert client.get("/beheer/").status_code == HTTPStatus.OK
    assert not is_in(client, timedelta(hours=3, minutes=1))


def test_a_clock_set_back_lets_nobody_stay_for_ever() -> None:
    assert not is_in(came_in(make_reader()), timedelta(days=-31))


def test_an_app_s_token_lasts_as_long() -> None:
    reader = make_reader()
    caller = Caller()
    with time_machine.travel(START, tick=False):
        caller.headers = {"X-Session-Token": token_of(reader)}
    for days, status in ((20, 200), (40, 200), (75, 401)):
        with time_machine.travel(START + timedelta(days=days), tick=False):
            assert caller.get("enrolments/")[0] == status, days


def test_reading_on_is_no_write_in_every_request() -> None:
    client = came_in(make_reader())
    seen = []
    for minutes in (0, 1, 60, 600, 1300):
        assert is_in(client, timedelta(minutes=minutes))
        seen.append(Session.objects.get().get_decoded()["seen"])
    assert len(set(seen[:4])) == 1
    assert seen[4] > seen[3]


def test_limits_are_settings(settings: Settings) -> None:
    settings.READER_SESSION = (60, 120)
    assert not is_in(came_in(make_reader()), timedelta(seconds=61))


def test_the_key_of_a_session_changes_at_the_door(client: Client) -> None:
    ask(client, EMAIL)
    before = client.session.session_key
    enter(client, latest_code(EMAIL))
    assert client.session.session_key != before
    assert not Session.objects.filter(pk=before).exists()
    _asked, token = ask_by_app(Client(), EMAIL)
    call(Client(), "code/confirm", {"code": latest_code(EMAIL)}, token=token)
    assert not Session.objects.filter(pk=token).exists()


def test_one_device_is_ended_and_the_others_stay(client: Client) -> None:
    others = [Client(), Client()]
    for browser in (client, *others):
        sign_in(browser, EMAIL)
    first = UserSession.objects.get(session_key=others[0].session.session_key)
    page = client.get(DEVICES).content.decode()
    assert page.count('name="end"') == 2, "not oneself: that is signing out"
    client.post(DEVICES, {"end": str(first.pk)})
    assert others[0].get(OWN).status_code == HTTPStatus.FOUND
    assert others[1].get(OWN).status_code == HTTPStatus.OK
    client.post(DEVICES)
    assert others[1].get(OWN).status_code == HTTPStatus.FOUND
    assert client.get(OWN).status_code == HTTPStatus.OK


@pytest.mark.parametrize("number", ["0", "x", "", "99999999999999", "-1"])
def test_a_device_of_somebody_else_or_none_is_not_there(client: Client, number: str) -> None:
    other = Client()
    sign_in(other, "bert@example.org")
    sign_in(client, EMAIL)
    theirs = UserSession.objects.get(user__email="bert@example.org")
    for end in (number, str(theirs.pk)):
        assert client.post(DEVICES, {"end": end}).status_code == HTTPStatus.NOT_FOUND
    assert other.get(OWN).status_code == HTTPStatus.OK


def test_another_address_ends_all_other_sign_ins(client: Client) -> None:
    other = Client()
    sign_in(other, EMAIL)
    sign_in(client, EMAIL)
    client.post(reverse("account_email"), {"email": "nieuw@example.org", "action_add": "1"})
    code = latest_code("nieuw@example.org")
    client.post(reverse("account_email_verification_sent"), {"code": code})
    assert User.objects.get().email == "nieuw@example.org"
    assert other.get(OWN).status_code == HTTPStatus.FOUND
    assert client.get(OWN).status_code == HTTPStatus.OK


def test_a_dropped_password_leaves_this_device_on_the_list(client: Client) -> None:
    reader = make_reader(email=EMAIL, password="regenboog-in-mei")
    sign_in(client, EMAIL)
    client.post(reverse("account_drop_password"))
    assert "button" in client.get(DEVICES).content.decode()
    listed = UserSession.objects.filter(user=reader, session_key=client.session.session_key)
    assert listed.exists()


def test_coming_in_again_begins_anew(client: Client) -> None:
    an_hour_in(client)
    since = client.session[lasting.SINCE]
    client.post(reverse("account_logout"))
    sign_in(client, EMAIL)
    assert client.session[lasting.SINCE] > since
