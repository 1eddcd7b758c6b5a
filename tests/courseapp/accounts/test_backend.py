"""The account that comes along with its session, and when it has to be asked for after all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from allauth.usersessions.models import UserSession
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from courseapp.accounts.backend import Backend
from tests import signing
from tests.factories import make_reader

if TYPE_CHECKING:
    from courseapp.accounts.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna() -> User:
    return make_reader()


@pytest.fixture
def browser(anna: User) -> Client:
    client = Client()
    signing.let_in(client, anna)
    return client


def list_device(client: Client, of: User) -> UserSession:
    """As allauth writes down who came in with which session."""
    key = client.session.session_key
    device: UserSession = UserSession.objects.create(user=of, session_key=key, ip="192.0.2.1")
    return device


def accounts_asked(client: Client) -> tuple[str, int]:
    """The address that the person's own page shows, and how often accounts were asked for it."""
    with CaptureQueriesContext(
        connection,
    ) as asked:
        page = client.get(reverse("account_settings"))
    assert page.status_code == 200
    statements = [one["sql"] for one in asked]
    return page.context["user"].email, sum("FROM accounts_user AS" in one for one in statements)


def address_of(person: User) -> str:
    found = Backend().get_user(person.pk)
    assert found
    return found.email


def test_a_session_brings_its_account_along(browser: Client, anna: User) -> None:
    list_device(browser, anna)

    assert accounts_asked(browser) == (anna.email, 0)


def test_without_a_device_in_the_list_the_account_is_asked_for(browser: Client, anna: User) -> None:
    assert accounts_asked(browser) == (anna.email, 1)


def test_the_session_says_whose_it_is_and_not_the_list(browser: Client, anna: User) -> None:
    list_device(browser, make_reader())

    assert accounts_asked(browser) == (anna.email, 1)


def test_an_account_that_may_not_come_in_does_not_come_along_either(
    browser: Client, anna: User
) -> None:
    list_device(browser, anna)
    anna.is_active = False
    anna.save()

    assert browser.get(reverse("account_settings")).status_code == 302


def test_what_came_along_answers_one_question(browser: Client, anna: User) -> None:
    list_device(browser, anna)
    browser.session.load()
    type(anna).objects.filter(pk=anna.pk).update(email="later@example.nl")

    assert address_of(anna) == anna.email
    assert address_of(anna) == "later@example.nl"


def test_a_session_that_is_gone_leaves_nobody_behind(browser: Client, anna: User) -> None:
    list_device(browser, anna)
    session = browser.session
    session.load()
    type(session)("nosuchsession").load()
    type(anna).objects.filter(pk=anna.pk).update(email="later@example.nl")

    assert address_of(anna) == "later@example.nl"
