"""The extra step: an app, spare codes, passkeys."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from http import HTTPStatus

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from courseapp.accounts.models import User
from courseapp.post.models import Letter
from tests.courseapp.accounts.coming_in import ask, enter, latest_code, sign_in
from tests.signing import let_in, spare_codes_of

pytestmark = pytest.mark.django_db
EMAIL = "anna@example.org"


def code_of(secret: str) -> str:
    """What the app shows now; not the one before, which goes stale between two lines of a test."""
    _past, now, *_next = yield_hotp_counters_from_time()
    return str(format_hotp_value(hotp_value(secret, now)))


def turn_on(client: Client) -> str:
    """Sign in and add an app; gives its secret."""
    sign_in(client, EMAIL)
    client.get(reverse("mfa_activate_totp"))
    secret: str = client.session["mfa.totp.secret"]
    response = client.post(reverse("mfa_activate_totp"), {"code": code_of(secret)})
    assert response.status_code == HTTPStatus.FOUND, response.content.decode()
    return secret


def confirm(client: Client) -> None:
    """Show once more who is there, with a spare code."""
    codes = spare_codes_of(User.objects.get())
    response = client.post(reverse("mfa_reauthenticate"), {"code": codes[0]})
    assert response.status_code == HTTPStatus.FOUND


def test_a_code_by_mail_alone_no_longer_lets_in(client: Client) -> None:
    secret = turn_on(client)
    other = Client()
    ask(other, EMAIL)
    entered = enter(other, latest_code(EMAIL))
    assert entered.headers["Location"] == reverse("mfa_authenticate")
    page = other.get(entered.headers["Location"]).content.decode()
    assert "<h1>" in page
    assert "_auth_user_id" not in other.session
    refused = other.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert "errorlist" in refused.content.decode()
    Authenticator.objects.filter(type="totp").update(last_used_at=None)
    cache.clear()  # The code of this half minute was used to turn the step on.
    accepted = other.post(reverse("mfa_authenticate"), {"code": code_of(secret)})
    assert accepted.status_code == HTTPStatus.FOUND
    assert "_auth_user_id" in other.session


def test_a_spare_code_lets_in_once(client: Client) -> None:
    turn_on(client)
    codes = spare_codes_of(User.objects.get())
    for browser, location in ((Client(), "/mijn/"), (Client(), None)):
        ask(browser, EMAIL)
        enter(browser, latest_code(EMAIL))
        response = browser.post(reverse("mfa_authenticate"), {"code": codes[0]})
        assert response.headers.get("Location") == location


@pytest.mark.django_db(transaction=True)
def test_turning_it_on_and_off_is_told_by_mail(client: Client) -> None:
    turn_on(client)
    assert Letter.objects.filter(stream="receipt").count() == 1
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=11)):
        asked = client.post(reverse("mfa_deactivate_totp"))
        assert asked.headers["Location"].startswith("/account/bevestigen/")
        confirm(client)
        client.post(reverse("mfa_deactivate_totp"))
    assert not Authenticator.objects.filter(type="totp").exists()
    assert Letter.objects.filter(stream="receipt").count() == 2


@pytest.mark.parametrize(
    "name",
    [
        "mfa_index",
        "mfa_deactivate_totp",
        "mfa_view_recovery_codes",
        "mfa_generate_recovery_codes",
        "mfa_download_recovery_codes",
        "mfa_reauthenticate",
    ],
)
def test_every_page_of_the_step_can_be_read(client: Client, name: str) -> None:
    turn_on(client)
    response = client.get(reverse(name))
    assert response.status_code == HTTPStatus.OK


def test_every_page_of_a_passkey_can_be_read(client: Client) -> None:
    sign_in(client, EMAIL)
    user = User.objects.get()
    passkey = Authenticator.objects.create(
        user=user, type="webauthn", data={"name": "Mijn telefoon", "credential": {}}
    )
    let_in(client, user)
    listed = client.get(reverse("mfa_list_webauthn"))
    assert "Mijn telefoon" in listed.content.decode()
    pages = [
        reverse(name, args=[passkey.pk]) for name in ("mfa_edit_webauthn", "mfa_remove_webauthn")
    ]
    for page in pages:
        assert client.get(page).status_code == HTTPStatus.OK
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=11)):
        for page in pages:
            again = reverse("mfa_reauthenticate_webauthn")
            assert client.get(page).headers["Location"].startswith(again)


def test_whoever_has_a_password_shows_it_before_the_address_changes(client: Client) -> None:
    sign_in(client, EMAIL)
    user = User.objects.get()
    user.set_password("regenboog-in-mei")
    user.save()
    other = Client()
    other.post(reverse("account_login"), {"login": EMAIL, "password": "regenboog-in-mei"})
    new = {"email": "nieuw@example.org", "action_add": "1"}
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=11)):
        moved = other.post(reverse("account_email"), new)
        assert moved.headers["Location"].startswith(reverse("account_reauthenticate"))
        assert other.get(moved.headers["Location"]).status_code == HTTPStatus.OK
        data = {"password": "regenboog-in-mei", "next": reverse("account_email")}
        asked = other.post(reverse("account_reauthenticate"), data)
        assert asked.headers["Location"] == reverse("account_email")
        assert not Letter.objects.filter(to="nieuw@example.org").exists()
        assert other.post(reverse("account_email"), new).status_code == HTTPStatus.FOUND
    assert Letter.objects.filter(to="nieuw@example.org").exists()
