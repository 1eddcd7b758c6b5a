"""Is it still you? Asked of everybody, also of who has neither password nor extra step."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from http import HTTPStatus

import pytest
import time_machine
from django.contrib.messages import get_messages
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse

from courseapp.accounts import again
from courseapp.accounts.models import User
from courseapp.post.models import Letter
from tests.courseapp.accounts.coming_in import ask, latest_code, sign_in, wrong
from tests.courseapp.accounts.test_headless import ask as ask_by_app
from tests.courseapp.accounts.test_headless import call
from tests.factories import make_reader
from tests.signing import let_in, second_step_of

pytestmark = pytest.mark.django_db
EMAIL = "anna@example.org"
CODE = reverse("again_code")
LATER = timedelta(minutes=11)
GUARDED = [
    "account_email",
    "account_set_password",
    "mfa_activate_totp",
    "mfa_add_webauthn",
]


def later(by: timedelta = LATER) -> time_machine.travel:
    return time_machine.travel(datetime.now(UTC) + by)


def an_hour_in(client: Client, email: str = EMAIL) -> User:
    """Somebody who came in by a code an hour ago, and has nothing else."""
    with time_machine.travel(datetime.now(UTC) - timedelta(hours=1)):
        sign_in(client, email)
    return User.objects.get(email=email)


def send_code(client: Client) -> str:
    client.post(CODE, {"ask": "1"})
    return latest_code(EMAIL)


@pytest.mark.slow
@pytest.mark.parametrize("name", GUARDED)
def test_a_mailbox_is_asked_before_the_locks_change(client: Client, name: str) -> None:
    an_hour_in(client)
    asked = client.get(reverse(name))
    assert asked.headers["Location"] == f"{CODE}?next={reverse(name).replace('/', '%2F')}"
    page = client.get(asked.headers["Location"]).content.decode()
    assert EMAIL in page
    assert Letter.objects.count() == 1, "looking at the page sent a mail"
    sent = client.post(CODE, {"ask": "1", "next": reverse(name)})
    entered = client.post(CODE, {"code": latest_code(EMAIL), "next": reverse(name)})
    assert sent.headers["Location"] == asked.headers["Location"]
    assert entered.headers["Location"] == reverse(name)
    assert client.get(reverse(name)).status_code == HTTPStatus.OK


def test_what_was_sent_is_neither_kept_nor_sent_again(client: Client) -> None:
    an_hour_in(client)
    chosen = {"password1": "regenboog-in-mei", "password2": "regenboog-in-mei"}
    place = reverse("account_set_password")
    asked = client.post(place, chosen, headers={"Referer": f"http://testserver{place}"})
    assert asked.headers["Location"].startswith(CODE)
    assert "regenboog" not in json.dumps(dict(client.session.items()))
    assert [str(said) for said in get_messages(asked.wsgi_request)]
    code = send_code(client)
    back = client.post(CODE, {"code": code, "next": place}, follow=True)
    assert not User.objects.get().has_usable_password()
    assert 'name="password1"' in back.content.decode()
    client.post(place, chosen)
    assert User.objects.get().has_usable_password()


def test_the_way_back_never_leads_elsewhere(client: Client) -> None:
    an_hour_in(client)
    drop = client.post(
        reverse("account_drop_password"), headers={"Referer": "https://evil.example/x"}
    )
    assert drop.headers["Location"].endswith(reverse("account_change_password").replace("/", "%2F"))
    onward = client.post(
        reverse("account_email"), {"email": "b@example.org"}, headers={"Referer": "//evil.example"}
    )
    assert "evil" not in onward.headers["Location"]
    code = send_code(client)
    entered = client.post(CODE, {"code": code, "next": "https://evil.example/"})
    assert "evil" not in entered.headers["Location"]


def test_a_code_works_once(client: Client) -> None:
    an_hour_in(client)
    code = send_code(client)
    client.post(CODE, {"code": code})
    with later():
        again_entered = client.post(CODE, {"code": code})
        assert again_entered.headers["Location"] == CODE
        assert client.get(reverse("account_email")).headers["Location"].startswith(CODE)


def test_a_code_is_too_old_after_ten_minutes(client: Client) -> None:
    an_hour_in(client)
    code = send_code(client)
    with later():
        client.post(CODE, {"code": code})
        assert client.get(reverse("account_email")).status_code == HTTPStatus.FOUND


def test_three_guesses_end_a_code(client: Client) -> None:
    an_hour_in(client)
    code = send_code(client)
    for _ in range(3):
        assert "errorlist" in client.post(CODE, {"code": wrong(code)}).content.decode()
    assert client.post(CODE, {"code": code}).status_code == HTTPStatus.FOUND
    assert client.get(reverse("account_email")).status_code == HTTPStatus.FOUND


def test_a_code_of_another_account_or_session_or_to_sign_in_with_is_none(client: Client) -> None:
    an_hour_in(client)
    send_code(client)
    other, elsewhere, visitor = Client(), Client(), Client()
    an_hour_in(other, "bert@example.org")
    other.post(CODE, {"ask": "1"})
    an_hour_in(elsewhere)
    elsewhere.post(CODE, {"ask": "1"})
    ask(visitor, EMAIL)
    letters = Letter.objects.order_by("pk")
    theirs = latest_code("bert@example.org")
    to_sign_in = latest_code(EMAIL)
    of_elsewhere = letters.filter(to=EMAIL).reverse()[1].text.split("\n    ")[1].split("\n")[0]
    for code in (theirs, of_elsewhere, to_sign_in):
        assert "errorlist" in client.post(CODE, {"code": code}).content.decode()
    assert client.get(reverse("account_email")).status_code == HTTPStatus.FOUND
    entered = elsewhere.post(CODE, {"code": of_elsewhere})
    assert entered.status_code == HTTPStatus.FOUND
    assert elsewhere.get(reverse("account_email")).status_code == HTTPStatus.OK


def test_asking_for_codes_has_a_limit(client: Client) -> None:
    an_hour_in(client)
    statuses = [client.post(CODE, {"ask": "1"}).status_code for _ in range(8)]
    assert statuses[0] == HTTPStatus.FOUND
    assert statuses[-1] == HTTPStatus.TOO_MANY_REQUESTS
    assert Letter.objects.count() <= 5


def test_no_code_can_be_read_where_sessions_are_kept(client: Client) -> None:
    an_hour_in(client)
    code = send_code(client)
    assert code not in json.dumps(client.session[again.STATE])


def test_with_an_extra_step_a_mailbox_is_not_enough(client: Client) -> None:
    anna = an_hour_in(client)
    send_code(client)
    client.post(CODE, {"code": latest_code(EMAIL)})
    assert client.get(reverse("account_email")).status_code == HTTPStatus.OK
    second_step_of(anna)
    asked = client.get(reverse("account_email"))
    assert asked.headers["Location"].startswith(reverse("mfa_reauthenticate"))
    by_mail = client.get(CODE)
    assert by_mail.headers["Location"].startswith(reverse("mfa_reauthenticate"))
    anna.set_password("regenboog-in-mei")
    anna.save()
    client.force_login(anna, backend="courseapp.accounts.backend.Backend")
    by_password = client.post(reverse("account_reauthenticate"), {"password": "regenboog-in-mei"})
    assert by_password.headers["Location"].startswith(reverse("mfa_reauthenticate"))


def test_whoever_has_a_password_may_take_the_mailbox_as_well(client: Client) -> None:
    an_hour_in(client)
    anna = User.objects.get()
    anna.set_password("regenboog-in-mei")
    anna.save()
    client.force_login(anna, backend="courseapp.accounts.backend.Backend")
    asked = client.get(reverse("account_email"))
    assert asked.headers["Location"].startswith(reverse("account_reauthenticate"))
    assert CODE in client.get(asked.headers["Location"]).content.decode()
    client.post(CODE, {"code": send_code(client)})
    assert client.get(reverse("account_email")).status_code == HTTPStatus.OK


@pytest.mark.parametrize(
    "name", ["desk:tokens", "desk:person_promote", "desk:person_demote", "desk:person_dismiss"]
)
def test_owners_are_asked_before_accounts_and_keys(client: Client, name: str) -> None:
    owner = make_reader(is_staff=True, is_owner=True)
    let_in(client, owner)
    place = reverse(name, args=[] if name == "desk:tokens" else [owner.uuid])
    assert client.get(place).status_code == HTTPStatus.OK
    with later():
        for answer in (client.get(place), client.post(place, {"sure": "1"})):
            assert answer.headers["Location"].startswith(reverse("mfa_reauthenticate"))
        added = client.post(reverse("desk:person_add"), {"email": "b@example.org", "sure": "1"})
        assert added.headers["Location"].startswith(reverse("mfa_reauthenticate"))
    assert User.objects.filter(is_staff=True).count() == 1


def test_reading_on_is_not_asked_and_coming_back_is(client: Client) -> None:
    an_hour_in(client)
    request = RequestFactory().get("/mijn/dagboek/")
    request.session, request.user = client.session, User.objects.get()
    read = again.asked_again_after_idle(minutes=30)(page)
    assert read(request).status_code == HTTPStatus.FOUND
    client.post(CODE, {"code": send_code(client)})
    request.session = client.session
    for minutes in (0, 25, 50, 75):  # Read on for longer than the code counts.
        with later(timedelta(minutes=minutes)):
            assert read(request).status_code == HTTPStatus.OK
    with later(timedelta(minutes=106)):
        assert read(request).status_code == HTTPStatus.FOUND


def page(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("Lieve ik")


@pytest.mark.parametrize(
    ("method", "path", "data"),
    [
        ("post", "email", {"email": "nieuw@example.org"}),
        ("patch", "email", {"email": EMAIL, "primary": True}),
        ("delete", "email", {"email": EMAIL}),
        ("get", "email", None),
        ("post", "password/change", {"new_password": "regenboog-in-mei"}),
        ("get", "authenticators/totp", None),
        ("post", "authenticators/totp", {"code": "123456"}),
        ("get", "authenticators/recovery-codes", None),
        ("post", "authenticators/recovery-codes", None),
        ("get", "authenticators/webauthn", None),
        ("post", "authenticators/webauthn", {"name": "x", "credential": {}}),
    ],
)
def test_an_app_is_asked_likewise(
    client: Client, method: str, path: str, data: dict[str, object] | None
) -> None:
    with time_machine.travel(datetime.now(UTC) - timedelta(hours=1)):
        _asked, token = ask_by_app(client, EMAIL)
        entered = call(client, "code/confirm", {"code": latest_code(EMAIL)}, token=token)
    token = json.loads(entered.content)["meta"]["session_token"]
    answer = getattr(client, method)(
        f"/_allauth/app/v1/account/{path}",
        **({} if data is None else {"data": json.dumps(data)}),
        **({"content_type": "application/json"} if method != "get" else {}),
        headers={"X-Session-Token": token},
    )
    changed = User.objects.get()
    assert not changed.has_usable_password()
    assert Letter.objects.count() == 1
    assert answer.status_code == HTTPStatus.UNAUTHORIZED, answer.content
