"""The account's pages on a narrow telephone, by day and by night: axe-core finds nothing."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import generate_totp_secret
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from courseapp.accounts import leaving
from courseapp.accounts import urls as account
from courseapp.mydata import letting_go
from courseapp.mydata import urls as mydata
from tests.courseapp.accounts.coming_in import latest_code
from tests.databases import BOTH
from tests.factories import make_reader
from tests.journeys.walking import carry_session, come_in_by_code, looked_at
from tests.passkeys import Passkey
from tests.signing import app_of, second_step_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from playwright.sync_api import Page
    from pytest_django.live_server_helper import LiveServer

    from courseapp.accounts.models import User

    Axe = Callable[[Page], list[str]]

pytestmark = [pytest.mark.django_db(transaction=True, databases=BOTH), pytest.mark.slow]
NARROW = {"width": 360, "height": 800}
EMAIL, PASSWORD = "noor@example.org", "regenboog-in-mei"
VISITOR = ("account_request_login_code", "account_login", "account_inactive")
ANYBODY = (
    "account_settings", "account_email", "account_set_password", "again_code", "usersessions_list",
    "second_step_needed", "mfa_index", "mfa_activate_totp", "mfa_list_webauthn",
    "mfa_add_webauthn", "my_data", "my_data_leave", "account_logout",
)  # fmt: skip
WITH_PASSWORD = ("account_change_password", "account_reauthenticate")
WITH_STEPS = (
    "mfa_index", "mfa_deactivate_totp", "mfa_view_recovery_codes", "mfa_generate_recovery_codes",
    "mfa_reauthenticate", "mfa_list_webauthn", "mfa_edit_webauthn", "mfa_remove_webauthn",
    "mfa_reauthenticate_webauthn",
)  # fmt: skip
# Reached by a step before them, each in a test below.
ON_THE_WAY = (
    "account_confirm_login_code", "mfa_authenticate", "account_email_verification_sent",
    "my_data_stay",
)  # fmt: skip
# No pages: they lead on, change something, or are files.
NO_PAGE = (
    "account_signup", "account_reset_password", "set_language", "account_drop_password",
    "mfa_login_webauthn", "mfa_download_recovery_codes", "my_data_file", "my_data_fetch",
)  # fmt: skip


def looked_at_each(page: Page, axe: Axe, places: Iterable[str]) -> list[str]:
    found: list[str] = []
    for place in places:
        answer = page.goto(place)
        assert answer is not None
        assert answer.status == HTTPStatus.OK, place
        assert page.evaluate("location.pathname") == place
        found += [f"{place} {wrong}" for wrong in looked_at(page, axe)]
    return found


def make_person(**more: object) -> User:
    person = make_reader(email=EMAIL, **more)
    EmailAddress.objects.create(user=person, email=EMAIL, verified=True, primary=True)
    return person


def test_every_page_of_the_account_is_looked_at_here() -> None:
    known = [*VISITOR, *ANYBODY, *WITH_PASSWORD, *WITH_STEPS, *ON_THE_WAY, *NO_PAGE]
    here = {str(one.name) for one in (*account.urlpatterns, *mydata.urlpatterns)}
    assert set(known) == here


def test_pages_of_who_is_not_in(open_page: Callable[..., Page], axe: Axe) -> None:
    page = open_page(viewport=NARROW)
    assert looked_at_each(page, axe, [reverse(name) for name in VISITOR]) == []


def test_pages_of_everybody(
    open_page: Callable[..., Page], axe: Axe, live_server: LiveServer
) -> None:
    page = open_page(viewport=NARROW)
    carry_session(page, make_person(), live_server.url)
    assert looked_at_each(page, axe, [reverse(name) for name in ANYBODY]) == []


def test_pages_of_who_has_a_password(
    open_page: Callable[..., Page], axe: Axe, live_server: LiveServer
) -> None:
    page = open_page(viewport=NARROW)
    carry_session(page, make_person(password=PASSWORD), live_server.url)
    assert looked_at_each(page, axe, [reverse(name) for name in WITH_PASSWORD]) == []


def test_pages_of_who_has_second_steps(
    open_page: Callable[..., Page], axe: Axe, live_server: LiveServer
) -> None:
    person = make_person()
    second_step_of(person)
    passkey = Passkey(person).add()
    page = open_page(viewport=NARROW)
    carry_session(page, person, live_server.url)
    page.goto(reverse("mfa_generate_recovery_codes"))
    page.locator("main form[method=post] button").click()
    expect(page.locator("main .codes li").first).to_be_visible()
    one = {"mfa_edit_webauthn", "mfa_remove_webauthn"}
    places = [reverse(name, args=[passkey.pk] if name in one else []) for name in WITH_STEPS]
    assert looked_at_each(page, axe, places) == []


def test_pages_on_the_way_in(open_page: Callable[..., Page], axe: Axe) -> None:
    person = make_person()
    app_of(person, generate_totp_secret())
    page = open_page(viewport=NARROW)
    page.goto(reverse("account_request_login_code"))
    page.fill("main input[name=email]", EMAIL)
    page.locator("main form:has(input[name=email]) button").first.click()
    expect(page.locator("main input[name=code]")).to_be_visible()
    assert page.evaluate("location.pathname") == reverse("account_confirm_login_code")
    found = looked_at(page, axe)
    page.fill("main input[name=code]", "000000")
    page.locator("main form:has(input[name=code]) button").first.click()
    expect(page.locator("main .errorlist")).to_be_visible()
    found += looked_at(page, axe)
    page.fill("main input[name=code]", latest_code(EMAIL))
    page.locator("main form:has(input[name=code]) button").first.click()
    page.wait_for_url(f"**{reverse('mfa_authenticate')}")
    found += looked_at(page, axe)
    page.fill("main input[name=code]", "000000")
    page.locator("main form:has(input[name=code]) button").first.click()
    expect(page.locator("main .errorlist")).to_be_visible()
    assert found + looked_at(page, axe) == []


def test_pages_on_the_way_to_another_address(open_page: Callable[..., Page], axe: Axe) -> None:
    page = open_page(viewport=NARROW)
    page.goto("/inloggen/")
    come_in_by_code(page, EMAIL)
    page.wait_for_url("**/mijn/**")
    page.goto(reverse("account_email"))
    page.fill("main input[name=email]", "noor.nieuw@example.org")
    page.locator("main form:has(input[name=email]) button").first.click()
    page.wait_for_url(f"**{reverse('account_email_verification_sent')}")
    assert looked_at(page, axe) == []
    page.goto(reverse("again_code"))
    page.locator("main button[name=ask]").click()
    expect(page.locator("main input[name=code]")).to_be_visible()
    assert looked_at(page, axe) == []


def test_pages_on_the_way_out_and_back(open_page: Callable[..., Page], axe: Axe) -> None:
    person = make_person()
    row = letting_go.ask(person=person, days=7, now=timezone.now())
    page = open_page(viewport=NARROW)
    page.goto(reverse("my_data_stay", args=[leaving.word_of(row)]))
    expect(page.locator("main form button")).to_be_visible()
    found = looked_at(page, axe)
    page.locator("main form button").click()
    expect(page.locator("main form button")).to_have_count(0)
    assert found + looked_at(page, axe) == []
