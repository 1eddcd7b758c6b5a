from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.core.management import CommandError, call_command
from django.urls import reverse

from courseapp import privacy as everywhere
from courseapp.accounts import consents, privacy, staff
from courseapp.accounts.models import Consent, User
from tests.courseapp.accounts.coming_in import sign_in
from tests.databases import with_keys
from tests.factories import NOW, make_reader

if TYPE_CHECKING:
    from django.test import Client

pytestmark = with_keys
EMAIL = "anna@example.org"


@pytest.fixture
def reader(client: Client) -> User:
    """Somebody with one of everything."""
    sign_in(client, EMAIL)
    user = User.objects.get(email=EMAIL)
    consents.give(user=user, purpose="progress", wording="Ja", place="cursus", now=NOW)
    Authenticator.objects.create(user=user, type="totp", data={"secret": "GEHEIM"})
    return user


def test_an_export_holds_what_there_is_and_no_secret(reader: User) -> None:
    told = privacy.export(reader)
    text = json.dumps(told)
    assert told["email"] == EMAIL
    assert told["consents"][0]["wording"] == "Ja"
    assert told["devices"][0]["network"] == "127.0.0.1"
    assert told["second_steps"][0]["type"] == "totp"
    assert "GEHEIM" not in text
    assert reader.password not in text


def test_an_erased_person_is_nowhere_and_signed_out_everywhere(
    client: Client, reader: User
) -> None:
    consents_before = Consent.objects.count()
    privacy.erase(reader, NOW)
    assert client.get(reverse("account_settings")).status_code == 302
    assert not EmailAddress.objects.exists()
    assert not Authenticator.objects.exists()
    assert not UserSession.objects.exists()
    reader.refresh_from_db()
    assert EMAIL not in json.dumps(privacy.export(reader))
    assert (reader.is_active, reader.has_usable_password()) == (False, False)
    assert Consent.objects.count() == consents_before


def test_the_address_of_an_erased_person_can_begin_anew(client: Client, reader: User) -> None:
    privacy.erase(reader, NOW)
    sign_in(client, EMAIL)
    assert User.objects.get(email=EMAIL).pk != reader.pk


def test_erasing_one_leaves_the_others(reader: User) -> None:
    other = make_reader()
    privacy.erase(reader, NOW)
    other.refresh_from_db()
    assert other.is_active


def test_the_last_owner_is_not_erased_and_loses_nothing() -> None:
    owner = make_reader(is_staff=True, is_owner=True)
    with pytest.raises(staff.LastOwner):
        privacy.erase(owner, NOW)
    with pytest.raises(staff.LastOwner):
        everywhere.erase_person(owner, now=NOW)
    with pytest.raises(CommandError, match="eigenaar"):
        call_command("erase_person", owner.email, "--yes")
    before = owner.email
    owner.refresh_from_db()
    assert (owner.email, owner.is_active, owner.is_owner) == (before, True, True)
    make_reader(is_staff=True, is_owner=True)
    everywhere.erase_person(owner, now=NOW)
    owner.refresh_from_db()
    assert not owner.is_active
