"""A passkey in a real browser: added, the only thing shown at the door, and taken off again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from playwright.sync_api import expect

from tests.factories import make_reader
from tests.journeys.walking import come_in_by_code

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import CDPSession, Page
    from pytest_django import Settings

pytestmark = pytest.mark.django_db(transaction=True)
EMAIL, PASSWORD = "joost@example.org", "regenboog-in-mei"
# What a telephone has: keys that stay in it, opened by a finger.
TELEPHONE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture(autouse=True)
def _without_https(settings: Settings) -> None:
    """The test server speaks http, at localhost, where browsers allow it; so does the setting."""
    settings.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True


class Telephone:
    """The authenticator of this browser, as Chromium plays it."""

    def __init__(self, page: Page) -> None:
        self.session: CDPSession = page.context.new_cdp_session(page)
        self.session.send("WebAuthn.enable")
        made = self.session.send("WebAuthn.addVirtualAuthenticator", {"options": TELEPHONE})
        self.id = made["authenticatorId"]

    def keys(self) -> int:
        told = self.session.send("WebAuthn.getCredentials", {"authenticatorId": self.id})
        return len(told["credentials"])


def add(page: Page, axe: Callable[[Page], list[str]]) -> None:
    """From the account's page of passkeys: one more, with a name."""
    page.goto("/account/passkeys/")
    assert axe(page) == []
    page.locator("main a.btn[href='/account/passkeys/nieuw/']").click()
    expect(page.locator("#mfa_webauthn_add")).to_be_visible()
    assert axe(page) == []
    page.fill("main input[name=name]", "Telefoon van Joost")
    page.locator("#mfa_webauthn_add").click()
    page.wait_for_url("**/account/extra/codes/")
    assert axe(page) == []


def sign_out(page: Page) -> None:
    page.goto("/uitloggen/")
    page.locator("main form[action='/uitloggen/'] button").click()
    page.wait_for_function("location.pathname === '/'")


def use(page: Page) -> None:
    """At the door: the passkey, and nothing else."""
    page.goto("/inloggen/wachtwoord/")
    page.locator("#passkey_login").click()


def test_staff_come_in_with_a_passkey_alone_and_get_to_work(
    open_page: Callable[..., Page], axe: Callable[[Page], list[str]]
) -> None:
    person = make_reader(email=EMAIL, password=PASSWORD, is_staff=True, is_owner=True)
    EmailAddress.objects.create(user=person, email=EMAIL, verified=True, primary=True)
    page = open_page()
    telephone = Telephone(page)
    page.goto("/inloggen/wachtwoord/")
    assert axe(page) == []
    page.fill("main input[name=login]", EMAIL)
    page.fill("main input[name=password]", PASSWORD)
    page.locator("main form:has(input[name=password]) button").first.click()
    page.wait_for_url("**/account/tweede-slot/**")
    add(page, axe)
    assert telephone.keys() == 1
    sign_out(page)
    page.goto("/beheer/")
    expect(page.locator("body.desk")).to_have_count(0)
    use(page)
    page.wait_for_url("**/beheer/")
    expect(page.locator("body.desk")).to_be_visible()
    assert axe(page) == []
    page.goto("/beheer/sleutels/")
    expect(page.locator("body.desk h1")).to_be_visible()


@pytest.mark.slow
def test_a_reader_s_passkey_lets_in_until_it_is_taken_off(
    open_page: Callable[..., Page], axe: Callable[[Page], list[str]]
) -> None:
    page = open_page()
    telephone = Telephone(page)
    page.goto("/inloggen/")
    come_in_by_code(page, EMAIL)
    page.wait_for_url("**/mijn/**")
    add(page, axe)
    sign_out(page)
    use(page)
    page.wait_for_url("**/mijn/")
    page.goto("/account/passkeys/")
    expect(page.locator("main")).to_contain_text("Telefoon van Joost")
    page.locator("main a[href$='/weg/']").click()
    expect(page.locator("main form button")).to_be_visible()
    assert axe(page) == []
    page.locator("main form[method=post] button").click()
    page.wait_for_url("**/account/passkeys/")
    assert not Authenticator.objects.exists()
    sign_out(page)
    assert telephone.keys() == 1  # It still has its half.
    use(page)
    expect(page.locator(".messages .error")).to_be_visible()
    assert axe(page) == []
    page.goto("/account/instellingen/")
    page.wait_for_url("**/inloggen/**")


@pytest.mark.slow
def test_after_a_code_by_mail_and_asked_again_one_touch_will_do(
    open_page: Callable[..., Page], axe: Callable[[Page], list[str]]
) -> None:
    page = open_page()
    Telephone(page)
    page.goto("/inloggen/")
    come_in_by_code(page, EMAIL)
    page.wait_for_url("**/mijn/**")
    add(page, axe)
    sign_out(page)
    page.goto("/inloggen/")
    come_in_by_code(page, EMAIL)
    page.wait_for_url("**/inloggen/tweede-stap/")
    assert axe(page) == []
    page.locator("#mfa_webauthn_authenticate").click()
    page.wait_for_url("**/mijn/")
    page.goto("/account/bevestigen/passkey/?next=/account/e-mail/")
    assert axe(page) == []
    page.locator("#mfa_webauthn_reauthenticate").click()
    page.wait_for_url("**/account/e-mail/")
    expect(page.locator("main input[name=email]")).to_be_visible()
