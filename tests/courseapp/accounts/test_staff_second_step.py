"""No address of the staff's opens for a mailbox or a password alone, whichever way they came in."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import generate_totp_secret
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from courseapp.accounts import second_step, shown
from courseapp.api.view import StaffEndpoint
from tests.courseapp.accounts.coming_in import ask, enter, latest_code
from tests.courseapp.accounts.test_headless import ask as ask_by_app
from tests.courseapp.accounts.test_headless import call
from tests.courseapp.accounts.test_second_step import code_of
from tests.factories import make_reader
from tests.lessons.desk.test_door import address, patterns
from tests.signing import app_of, let_in, second_step_of, show_second_step

if TYPE_CHECKING:
    from collections.abc import Iterator

    from courseapp.accounts.models import User

pytestmark = pytest.mark.django_db
EMAIL, PASSWORD = "joost@example.org", "regenboog-in-mei"
NEEDED, AGAIN = reverse("second_step_needed"), reverse("mfa_reauthenticate")


@pytest.fixture
def owner() -> User:
    person = make_reader(email=EMAIL, password=PASSWORD, is_staff=True, is_owner=True)
    EmailAddress.objects.create(user=person, email=EMAIL, verified=True, primary=True)
    return person


def with_password(client: Client) -> None:
    client.post(reverse("account_login"), {"login": EMAIL, "password": PASSWORD})


def with_code(client: Client) -> None:
    ask(client, EMAIL)
    enter(client, latest_code(EMAIL))


def pages() -> list[str]:
    return [address(one) for one in patterns()]


def endpoints() -> Iterator[tuple[str, list[str]]]:
    """Every address of the staff's API, and its methods."""

    def walk(resolver: URLResolver, prefix: str) -> Iterator[tuple[str, Any]]:
        for one in resolver.url_patterns:
            here = prefix + str(one.pattern)
            if isinstance(one, URLResolver):
                yield from walk(one, here)
            elif issubclass(view := getattr(one.callback, "cls", object), StaffEndpoint):
                yield filled(one, here), view

    for place, view in walk(get_resolver(), ""):
        known = [m for m in view.http_method_names if m != "head" and hasattr(view, m)]
        yield place, known


def filled(pattern: URLPattern, path: str) -> str:
    for name, converter in pattern.pattern.converters.items():
        kind = type(converter).__name__.removesuffix("Converter").lower()
        value = {"uuid": UUID(int=7), "int": 7}.get(kind, "iets")
        start = path[: path.index(f"{name}>")].rindex("<")
        path = path[:start] + str(value) + path[path.index(f"{name}>") + len(name) + 1 :]
    return f"/{path}"


@pytest.mark.parametrize("come_in", [with_password, with_code])
@pytest.mark.parametrize("method", ["get", "post"])
def test_no_page_opens_without_it(client: Client, owner: User, come_in: Any, method: str) -> None:
    come_in(client)
    assert client.session["_auth_user_id"] == str(owner.pk)
    places = pages()
    assert len(places) > 60
    answers = {place: getattr(client, method)(place) for place in places}
    opened = {
        place: answer.status_code
        for place, answer in answers.items()
        if answer.status_code != HTTPStatus.METHOD_NOT_ALLOWED
        and not answer.headers.get("Location", "").startswith(NEEDED)
    }
    assert opened == {}


@pytest.mark.parametrize("come_in", [with_password, with_code])
def test_no_endpoint_opens_without_it(client: Client, owner: User, come_in: Any) -> None:
    come_in(client)
    asked = 0
    for place, methods in endpoints():
        for method in methods:
            answer = client.generic(method.upper(), place, "{}", "application/json")
            told = json.loads(answer.content)
            assert (answer.status_code, told["code"]) == (403, "second_step_missing"), place
            asked += 1
    assert asked > 40


def test_an_app_comes_no_further(client: Client, owner: User) -> None:
    by_password = call(client, "login", {"email": EMAIL, "password": PASSWORD})
    _asked, awaiting = ask_by_app(Client(), EMAIL)
    by_code = call(Client(), "code/confirm", {"code": latest_code(EMAIL)}, token=awaiting)
    for entered in (by_password, by_code):
        token = json.loads(entered.content)["meta"]["session_token"]
        told = client.get("/api/v1/staff/courses/", headers={"X-Session-Token": token})
        assert json.loads(told.content)["code"] == "second_step_missing"


def test_with_a_second_step_everything_opens(client: Client, owner: User) -> None:
    let_in(client, owner)
    led = {place: client.get(place).headers.get("Location", "") for place in pages()}
    assert [place for place, to in led.items() if to.startswith((NEEDED, AGAIN))] == []
    assert client.get("/beheer/").status_code == HTTPStatus.OK
    assert client.get("/api/v1/staff/courses/").status_code == HTTPStatus.OK


def test_staff_with_one_are_asked_for_it_where_they_did_not_show_it(
    client: Client, owner: User
) -> None:
    with_password(client)
    second_step_of(owner)
    led = client.get("/beheer/cursussen/?x=1")
    assert led.headers["Location"] == f"{AGAIN}?next=%2Fbeheer%2Fcursussen%2F%3Fx%3D1"


def test_setting_it_up_takes_a_minute_and_leads_to_work(client: Client, owner: User) -> None:
    with_password(client)
    led = client.get("/beheer/", follow=True)
    page = led.content.decode()
    assert reverse("mfa_activate_totp") in page
    assert reverse("mfa_add_webauthn") in page
    client.get(reverse("mfa_activate_totp"))
    secret = client.session["mfa.totp.secret"]
    added = client.post(reverse("mfa_activate_totp"), {"code": code_of(secret)}, follow=True)
    assert "/beheer/" in added.content.decode()
    assert client.get("/beheer/").status_code == HTTPStatus.OK
    assert client.get(reverse("desk:tokens")).status_code == HTTPStatus.OK


def test_a_used_code_of_an_app_opens_no_second_door(client: Client, owner: User) -> None:
    secret = generate_totp_secret()
    app_of(owner, secret)
    begun = (int(time.time()) // 30 + 1) * 30
    with time_machine.travel(datetime.fromtimestamp(begun, UTC), tick=False):
        code = code_of(secret)
        with_password(client)
        first = client.post(reverse("mfa_authenticate"), {"code": code})
        assert first.headers["Location"] == "/beheer/"
    for seconds in (1, 29, 31, 59):
        thief = Client()
        with time_machine.travel(datetime.fromtimestamp(begun + seconds, UTC), tick=False):
            with_password(thief)
            replayed = thief.post(reverse("mfa_authenticate"), {"code": code})
        assert "errorlist" in replayed.content.decode(), seconds
        assert "_auth_user_id" not in thief.session


def test_a_forged_passkey_is_refused(client: Client, owner: User) -> None:
    second_step_of(owner)
    with_password(client)
    forged = json.dumps({"id": "x", "rawId": "eA", "type": "public-key", "response": {}})
    for place in (reverse("mfa_authenticate"), reverse("mfa_login_webauthn")):
        answer = client.post(place, {"credential": forged})
        assert answer.status_code < HTTPStatus.INTERNAL_SERVER_ERROR
        assert "_auth_user_id" not in client.session


def test_taking_the_last_one_off_shuts_the_door_everywhere(client: Client, owner: User) -> None:
    elsewhere = Client()
    with_password(elsewhere)
    show_second_step(elsewhere, owner)
    let_in(client, owner)
    assert elsewhere.get("/beheer/").status_code == HTTPStatus.OK
    held = second_step_of(owner)
    assert client.post(reverse("mfa_deactivate_totp")).status_code == HTTPStatus.FOUND
    assert not Authenticator.objects.filter(pk=held.pk).exists()
    assert client.get("/beheer/").headers["Location"].startswith(NEEDED)
    assert elsewhere.get("/beheer/").headers["Location"].startswith("/inloggen/")


def test_whoever_lost_everything_starts_again(client: Client, owner: User) -> None:
    let_in(client, owner)
    with pytest.raises(CommandError):
        call_command("reset_second_step", EMAIL)
    assert second_step.has(owner)
    call_command("reset_second_step", EMAIL, "--yes")
    assert not second_step.has(owner)


def test_what_was_shown_by_somebody_else_does_not_count(client: Client, owner: User) -> None:
    let_in(client, owner)
    other = make_reader(is_staff=True)
    session = client.session
    assert second_step.is_shown(session, owner)
    assert not second_step.is_shown(session, other)
    session[shown.WHOSE] = str(other.pk)
    assert not second_step.is_shown(session, owner)


def test_the_mailbox_of_a_developer_shows_what_an_app_would(
    client: Client, owner: User, settings: Any
) -> None:
    secret = generate_totp_secret()
    app_of(owner, secret)
    from courseapp.accounts import app_codes  # noqa: PLC0415 -- what the page asks.

    with time_machine.travel(datetime.now(UTC) + timedelta(hours=1), tick=False):
        assert app_codes.of_staff(client.session) == [(EMAIL, app_codes._now(secret))]
