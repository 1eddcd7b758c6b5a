"""Keys for programs, as an owner makes and revokes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from courseapp.accounts import tokens
from courseapp.accounts.models import AuditEntry, MachineToken
from tests.counting import counting
from tests.factories import make_reader
from tests.lessons.pages.opening import address, browser_of, nobody, the, tree

if TYPE_CHECKING:
    from django.test import Client

    from courseapp.accounts.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner() -> User:
    return make_reader(is_staff=True, is_owner=True, email="anna@example.org")


@pytest.fixture
def browser(owner: User) -> Client:
    return browser_of(owner)


def make_key(owner: User, name: str = "Weekbericht") -> tuple[MachineToken, str]:
    return tokens.make(name=name, scopes=["read"], by=owner, now=timezone.now())


def test_a_new_key_is_shown_once_and_works(browser: Client, owner: User) -> None:
    sent = {"name": "Weekbericht", "scopes": ["read", "edit"]}
    page = browser.post(address("desk:tokens"), sent)
    secret = the(tree(page), "input.secret").attributes["value"] or ""
    assert page.headers["Cache-Control"] == "private, no-store"
    found = tokens.find(secret=secret, now=timezone.now())
    assert found is not None
    assert (found.name, found.scopes, found.made_by) == ("Weekbericht", ["read", "edit"], owner)
    listed = browser.get(address("desk:tokens")).content.decode()
    assert secret not in listed
    assert found.hint in listed
    assert "anna@example.org" in listed
    assert "lezen, wijzigen" in listed


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"name": "", "scopes": ["read"]},
        {"name": "Bericht"},
        {"name": "Bericht", "scopes": ["alles"]},
        {"name": "x" * 81, "scopes": ["read"]},
        {"name": "a\x00b", "scopes": ["read"]},
        {"name": "a\u202eb", "scopes": ["read"]},
    ],
)
def test_what_is_no_key_is_told_beside_the_form(
    browser: Client, sent: dict[str, list[str]]
) -> None:
    page = browser.post(address("desk:tokens"), sent)
    assert page.status_code == 400
    assert the(tree(page), ".errorlist").text().strip()
    assert not MachineToken.objects.exists()


def test_revoking_is_asked_first_and_then_final(browser: Client, owner: User) -> None:
    token, secret = make_key(owner)
    asked = browser.get(address("desk:token_revoke", token.pk))
    assert "niet ongedaan" in asked.content.decode()
    assert tokens.find(secret=secret, now=timezone.now())
    for _ in range(2):
        done = browser.post(address("desk:token_revoke", token.pk), follow=True)
        assert "ingetrokken" in the(tree(done), ".messages").text()
    assert tokens.find(secret=secret, now=timezone.now()) is None
    assert AuditEntry.objects.filter(act="token.revoked").count() == 1
    assert "ingetrokken op" in browser.get(address("desk:tokens")).content.decode()


def test_a_key_that_is_none_is_not_found(browser: Client) -> None:
    for call in (browser.get, browser.post):
        assert call(address("desk:token_revoke", nobody())).status_code == 404


def test_the_key_of_somebody_who_left_says_so(browser: Client) -> None:
    other = make_reader(is_staff=True, is_owner=True)
    make_key(other)
    other.is_staff = other.is_owner = False
    other.save()
    assert the(tree(browser.get(address("desk:tokens"))), ".idle").text().strip()


def test_only_owners_make_keys() -> None:
    staff = browser_of(make_reader(is_staff=True))
    assert staff.get(address("desk:tokens")).status_code == 403
    sent = {"name": "Weekbericht", "scopes": ["read"]}
    assert staff.post(address("desk:tokens"), sent).status_code == 403
    assert not MachineToken.objects.exists()


def test_the_list_takes_the_same_statements_however_many_keys(browser: Client, owner: User) -> None:
    counts = set()
    for number in (1, 6):
        for _ in range(number):
            make_key(owner)
        with counting() as count:
            assert browser.get(address("desk:tokens")).status_code == 200
        counts.add(int(count))
    assert len(counts) == 1
