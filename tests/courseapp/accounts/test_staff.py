from __future__ import annotations

import re
from io import StringIO
from typing import TYPE_CHECKING

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from courseapp.accounts.models import User
from tests.factories import make_reader

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db


def create(*arguments: str) -> str:
    out = StringIO()
    call_command("create_staff", *arguments, stdout=out)
    return out.getvalue()


def test_the_owner_comes_in_with_the_password_that_is_shown_once(client: Client) -> None:
    shown = re.search(r"password: (\S+)", create("Owner@localhost"))
    assert shown
    data = {"login": "owner@localhost", "password": shown.group(1)}
    assert client.post(reverse("account_login"), data).headers["Location"] == "/beheer/"
    user = User.objects.get()
    assert (user.is_staff, user.is_owner) == (True, True)


def test_if_none_does_nothing_when_somebody_is_there() -> None:
    create("owner@localhost", "--if-none")
    assert "password:" not in create("other@localhost", "--if-none")
    assert User.objects.count() == 1


def test_an_address_in_use_is_refused_with_a_sentence() -> None:
    reader = make_reader()
    with pytest.raises(CommandError, match="al een account"):
        create(reader.email)
    reader.refresh_from_db()
    assert not reader.is_staff


@pytest.mark.parametrize("email", ["", "owner", "a\nb@example.org", "x" * 300 + "@example.org"])
def test_what_is_no_address_is_refused(email: str) -> None:
    with pytest.raises(CommandError, match="not an e-mail address"):
        create(email)
