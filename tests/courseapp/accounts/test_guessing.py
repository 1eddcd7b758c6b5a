"""Ten guesses in five minutes, over all ways together; and an owner's own browser is let in."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from itertools import cycle, islice
from typing import TYPE_CHECKING, Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import generate_totp_secret
from django.contrib.auth.hashers import MD5PasswordHasher
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from courseapp.accounts import devices, guessing
from tests.courseapp.accounts.coming_in import ask, enter, latest_code, sign_in, wrong
from tests.courseapp.accounts.test_headless import ask as ask_by_app
from tests.courseapp.accounts.test_headless import call
from tests.factories import make_reader
from tests.signing import app_of, let_in

if TYPE_CHECKING:
    from pytest_django import Settings

    from courseapp.accounts.models import User

pytestmark = pytest.mark.django_db
EMAIL, PASSWORD, UNKNOWN = "anna@example.org", "regenboog-in-mei", "niemand@example.org"
LOGIN, AGAIN = reverse("account_login"), reverse("again_code")


@pytest.fixture
def anna() -> User:
    person = make_reader(email=EMAIL, password=PASSWORD)
    EmailAddress.objects.create(user=person, email=EMAIL, verified=True, primary=True)
    return person


class Guesser:
    """Somebody at a browser of their own, in a network of their own, guessing at one account."""

    def __init__(self) -> None:
        self.number = 0

    def browser(self) -> Client:
        self.number += 1
        return Client(REMOTE_ADDR=f"198.51.100.{self.number}")

    def by_password(self) -> None:
        self.browser().post(LOGIN, {"login": EMAIL, "password": "fout"})

    def by_app_password(self) -> None:
        call(self.browser(), "login", {"email": EMAIL, "password": "fout"})

    def by_code(self) -> None:
        browser = self.browser()
        if ask(browser, EMAIL).status_code == HTTPStatus.FOUND:
            enter(browser, wrong(latest_code(EMAIL)))

    def by_app_code(self) -> None:
        browser = self.browser()
        asked = call(browser, "code/request", {"email": EMAIL})
        if asked.status_code == HTTPStatus.UNAUTHORIZED:
            token = asked.json()["meta"]["session_token"]
            call(browser, "code/confirm", {"code": wrong(latest_code(EMAIL))}, token=token)


def count_guesses(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """What became of each guess; it goes on being counted as it is."""
    seen: list[bool] = []
    real: Callable[..., bool] = guessing.may

    def counted(request: Any, email: str) -> bool:
        seen.append(real(request, email))
        return seen[-1]

    monkeypatch.setattr(guessing, "may", counted)
    return seen


@pytest.mark.slow
def test_all_ways_together_have_ten_guesses(anna: User, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = count_guesses(monkeypatch)
    guesser = Guesser()
    ways = (guesser.by_code, guesser.by_password, guesser.by_app_code, guesser.by_app_password)
    for way in islice(cycle(ways), 40):
        way()
    assert seen.count(True) == 10
    assert seen.count(False) > 0
    stranger = guesser.browser()
    stranger.post(LOGIN, {"login": EMAIL, "password": PASSWORD})
    assert "_auth_user_id" not in stranger.session, "the right one comes too late as well"


@pytest.mark.slow
def test_the_owner_s_own_browser_is_let_in_meanwhile(anna: User) -> None:
    own = Client()
    sign_in(own, EMAIL)
    own.post(reverse("account_logout"))
    guesser = Guesser()
    for way in islice(cycle((guesser.by_code, guesser.by_password)), 40):
        way()
    assert own.post(LOGIN, {"login": EMAIL, "password": PASSWORD}).status_code == HTTPStatus.FOUND
    own.post(reverse("account_logout"))
    sign_in(own, EMAIL)
    assert "_auth_user_id" in own.session


def test_a_known_browser_has_ten_guesses_too(anna: User) -> None:
    own = Client()
    sign_in(own, EMAIL)
    own.post(reverse("account_logout"))
    for _ in range(12):
        own.post(LOGIN, {"login": EMAIL, "password": "fout"})
    own.post(LOGIN, {"login": EMAIL, "password": PASSWORD})
    assert "_auth_user_id" not in own.session


@pytest.mark.parametrize("forged", ["", "x", "x:y:z", "WyJhIiwiYiJd:1abc:def", "\x00", "é" * 50])
def test_a_browser_is_known_by_our_signature_alone(client: Client, forged: str) -> None:
    sign_in(client, "bert@example.org")
    theirs = client.cookies["device"].value
    request = client.get("/").wsgi_request
    assert devices.known(request, "bert@example.org")
    assert not devices.known(request, EMAIL)
    request.COOKIES["device"] = forged
    assert not devices.known(request, "bert@example.org")
    request.COOKIES["device"] = theirs[:-2] + ("aa" if theirs[-2:] != "aa" else "bb")
    assert not devices.known(request, "bert@example.org")


def test_a_second_step_counts_along(anna: User, monkeypatch: pytest.MonkeyPatch) -> None:
    app_of(anna, generate_totp_secret())
    seen = count_guesses(monkeypatch)
    thief = Client()
    thief.post(LOGIN, {"login": EMAIL, "password": PASSWORD})
    for _ in range(15):
        thief.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert seen.count(True) == 10
    assert "_auth_user_id" not in thief.session


@pytest.mark.slow
def test_asking_again_counts_along(anna: User, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = count_guesses(monkeypatch)
    client = Client()
    let_in(client, anna)
    for _ in range(5):
        client.post(AGAIN, {"ask": "1"})
        for _wrong in range(3):
            client.post(AGAIN, {"code": "x"})
        client.post(reverse("account_reauthenticate"), {"password": "fout"})
        client.post(reverse("account_change_password"), {"oldpassword": "fout"})
    assert seen.count(True) == 10
    assert len(seen) > 10


@pytest.mark.parametrize(
    ("count", "header", "same"),
    [
        (0, "203.0.113.{n}", True),  # Nobody's word is taken for it.
        (1, "203.0.113.{n}, 198.51.100.7", True),  # Only what our own proxy added.
        (1, "1.1.1.1, 203.0.113.{n}", False),
        (2, "203.0.113.{n}, 198.51.100.7, 10.0.0.1", True),
        (2, "203.0.113.{n}", True),  # Went around a proxy of ours: what was written is nothing.
        (1, "2001:db8:1:1::{n}", True),  # One /64 is one network.
        (1, "2001:db8:1:{n}::1", False),
    ],
)
def test_a_forged_forwarding_header_gains_nothing(
    settings: Settings, count: int, header: str, *, same: bool
) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = count
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "request_login_code": "5/m/ip"}
    statuses = []
    for number in range(1, 9):
        client = Client(HTTP_X_FORWARDED_FOR=header.format(n=number))
        statuses.append(ask(client, f"iemand{number}@example.org").status_code)
    assert (HTTPStatus.TOO_MANY_REQUESTS in statuses) is same
    assert set(statuses) <= {HTTPStatus.FOUND, HTTPStatus.TOO_MANY_REQUESTS}


Act = Callable[[Client, dict[str, str]], Any]
ACTS: dict[str, Act] = {
    "page": lambda client, data: client.post(reverse("account_request_login_code"), data),
    "password": lambda client, data: client.post(LOGIN, {**data, "password": "fout"}),
    "app": lambda client, data: call(client, "code/request", dict(data)),
    "app password": lambda client, data: call(client, "login", {**data, "password": "fout"}),
}


class CountingHasher(MD5PasswordHasher):
    """Hashes, and counts how often it had to."""

    times = 0

    def encode(self, *args: Any, **kwargs: Any) -> str:
        CountingHasher.times += 1
        return str(super().encode(*args, **kwargs))


def work(act: Act, client: Client, data: dict[str, str]) -> tuple[int, int, int, str]:
    """Status, statements, hashes and body of an act."""
    CountingHasher.times = 0
    with CaptureQueriesContext(connection) as queries:
        answer = act(client, data)
    return answer.status_code, len(queries), CountingHasher.times, answer.content.decode()


def test_a_known_and_an_unknown_address_are_the_same_work(anna: User, settings: Settings) -> None:
    settings.PASSWORD_HASHERS = ["tests.courseapp.accounts.test_guessing.CountingHasher"]
    anna.set_password(PASSWORD)
    anna.save()
    make_reader(email="zonder@example.org")
    told: dict[str, list[Any]] = {}
    for way, act in ACTS.items():
        for email in (EMAIL, "zonder@example.org", UNKNOWN):
            client = Client()
            data = {"login" if way == "password" else "email": email}
            status, statements, hashes, body = work(act, client, data)
            cleaned = [part for part in body.split('"') if "@" not in part and len(part) < 30]
            told.setdefault(way, []).append((status, statements, hashes, cleaned))
    for way, answers in told.items():
        assert answers[0] == answers[1] == answers[2], way
    assert told["password"][0][2] == 1, "a hash was computed for who is not there, too"


def test_too_many_writes_are_refused_with_a_time_to_wait(anna: User, settings: Settings) -> None:
    settings.WRITES_PER_MINUTE = (3, 0)
    client = Client()
    let_in(client, anna)
    answers = [client.post("/taal/", {"language": "nl"}) for _ in range(9)]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert refused
    assert 0 < int(refused[0]["Retry-After"]) <= 60
    assert client.get("/account/instellingen/").status_code == HTTPStatus.OK
    other = Client()
    let_in(other, make_reader())
    assert other.post("/taal/", {"language": "nl"}).status_code == HTTPStatus.FOUND


def test_a_network_has_a_limit_of_its_own_and_hooks_have_none(settings: Settings) -> None:
    settings.WRITES_PER_MINUTE = (0, 3)
    statuses = [Client().post("/taal/", {"language": "nl"}).status_code for _ in range(9)]
    assert 429 in statuses
    elsewhere = Client(REMOTE_ADDR="203.0.113.9").post("/taal/", {"language": "nl"})
    assert elsewhere.status_code == HTTPStatus.FOUND
    api = Client().post("/api/v1/enrolments/", "{}", content_type="application/json")
    assert (api.status_code, api.json()["code"]) == (429, "too_many_requests")
    assert Client().post("/hooks/stripe/", "{}", content_type="application/json").status_code != 429


def test_whose_network_cannot_be_told_is_counted_too_and_not_shut_out(settings: Settings) -> None:
    settings.WRITES_PER_MINUTE = (0, 3)
    nowhere = Client(REMOTE_ADDR="")
    statuses = [nowhere.post("/taal/", {"language": "nl"}).status_code for _ in range(9)]
    assert statuses[0] == HTTPStatus.FOUND
    assert 429 in statuses
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 2
    around = Client(REMOTE_ADDR="", HTTP_X_FORWARDED_FOR="203.0.113.9")
    assert around.post("/taal/", {"language": "nl"}).status_code == 429


def test_who_goes_around_our_proxies_is_counted_by_their_own_address(settings: Settings) -> None:
    settings.WRITES_PER_MINUTE = (0, 3)
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 2
    around = [Client(HTTP_X_FORWARDED_FOR=f"203.0.113.{n}", REMOTE_ADDR="10.0.0.7") for n in "1234"]
    statuses = [one.post("/taal/", {"language": "nl"}).status_code for one in around * 2]
    assert set(statuses) == {HTTPStatus.FOUND, 429}


def test_an_app_signs_in_without_any_cookie() -> None:
    _asked, token = ask_by_app(Client(), EMAIL)
    entered = call(Client(), "code/confirm", {"code": latest_code(EMAIL)}, token=token)
    assert entered.status_code == HTTPStatus.OK
    assert "device" not in entered.cookies
