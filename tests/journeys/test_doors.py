"""Being asked again, setting up a second step, and signing another device out, in a browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from playwright.sync_api import expect

from tests.courseapp.accounts.coming_in import latest_code, sign_in
from tests.courseapp.accounts.test_second_step import code_of
from tests.factories import make_reader
from tests.journeys.walking import come_in_by_code

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

pytestmark = pytest.mark.django_db(transaction=True)
EMAIL, PASSWORD = "joost@example.org", "regenboog-in-mei"


def test_staff_set_up_a_second_step_and_get_to_work(
    open_page: Callable[..., Page], axe: Callable[[Page], list[str]]
) -> None:
    person = make_reader(email=EMAIL, password=PASSWORD, is_staff=True, is_owner=True)
    EmailAddress.objects.create(user=person, email=EMAIL, verified=True, primary=True)
    page = open_page()
    page.goto("/inloggen/wachtwoord/")
    page.fill("main input[name=login]", EMAIL)
    page.fill("main input[name=password]", PASSWORD)
    page.locator("main form:has(input[name=password]) button").first.click()
    page.wait_for_url("**/account/tweede-slot/**")
    assert axe(page) == []
    page.locator("main a[href='/account/extra/app/aan/']").click()
    secret = page.locator("code.key").inner_text()
    page.fill("main input[name=code]", code_of(secret))
    page.locator("main form:has(input[name=code]) button").click()
    page.locator("main a.btn[href='/beheer/']").click()
    expect(page.locator("body.desk")).to_be_visible()


def test_a_reader_is_asked_again_by_mail_and_goes_on(
    open_page: Callable[..., Page], axe: Callable[[Page], list[str]]
) -> None:
    page = open_page()
    page.goto("/inloggen/")
    come_in_by_code(page, EMAIL)
    page.wait_for_url("**/mijn/**")
    page.goto("/account/bevestigen/mail/?next=/account/e-mail/")
    assert axe(page) == []
    page.locator("main button[name=ask]").click()
    expect(page.locator("main input[name=code]")).to_be_visible()
    assert axe(page) == []
    page.fill("main input[name=code]", latest_code(EMAIL))
    page.locator("main form:has(input[name=code]) button").first.click()
    page.wait_for_url("**/account/e-mail/")


def test_a_device_left_behind_is_signed_out(
    open_page: Callable[..., Page], axe: Callable[[Page], list[str]]
) -> None:
    elsewhere = Client(HTTP_USER_AGENT="Mozilla/5.0 (Windows NT 10.0) Firefox/140.0")
    sign_in(elsewhere, EMAIL)
    page = open_page()
    page.goto("/inloggen/")
    come_in_by_code(page, EMAIL)
    page.wait_for_url("**/mijn/**")
    page.goto("/account/apparaten/")
    assert axe(page) == []
    page.locator("main li button[name=end]").click()
    expect(page.locator("main li button[name=end]")).to_have_count(0)
    assert elsewhere.get("/account/instellingen/").status_code == 302
