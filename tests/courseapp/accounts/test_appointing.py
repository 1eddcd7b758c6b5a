"""Who works here: appointed and let go by owners, of whom there is always one left."""

from __future__ import annotations

from datetime import timedelta
from threading import Event

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client

from courseapp.accounts import pruning, staff
from courseapp.accounts.models import AuditEntry, MachineToken, User
from tests.counting import counting
from tests.courseapp.accounts.coming_in import sign_in
from tests.factories import NOW, make_reader
from tests.racing import all_good, at_once

pytestmark = pytest.mark.django_db


def make_owner() -> User:
    return make_reader(is_staff=True, is_owner=True)


def make_token(by: User) -> MachineToken:
    return MachineToken.objects.create(
        name="Sleutel", digest=f"{by.pk}" * 8, hint="abc", made_by=by, made_at=NOW
    )


def test_a_reader_who_is_appointed_keeps_account_and_password() -> None:
    owner, reader = make_owner(), make_reader(password="drie losse woorden")
    found = staff.appoint(email=reader.email.upper(), by=owner, now=NOW)
    assert (found.pk, found.is_staff, found.is_owner) == (reader.pk, True, False)
    assert found.check_password("drie losse woorden")
    entry = AuditEntry.objects.get()
    assert (entry.act, entry.by, entry.target) == ("staff.appointed", owner, str(reader.pk))
    assert reader.email not in f"{entry.name} {entry.before} {entry.after}"


def test_who_is_new_gets_an_account_without_a_password_that_is_not_pruned() -> None:
    found = staff.appoint(email="nieuw@example.org", by=make_owner(), now=NOW)
    assert not found.has_usable_password()
    assert pruning.prune_unconfirmed(now=NOW + timedelta(days=30)) == 0


@pytest.mark.parametrize("email", ["", "x", "a@b\x00c.nl", "a" * 300 + "@example.org"])
def test_what_is_no_address_is_refused(email: str) -> None:
    with pytest.raises(staff.NoAddress):
        staff.appoint(email=email, by=make_owner(), now=NOW)


def test_a_closed_account_and_a_colleague_are_not_appointed() -> None:
    owner = make_owner()
    with pytest.raises(staff.AccountClosed):
        staff.appoint(email=make_reader(is_active=False).email, by=owner, now=NOW)
    with pytest.raises(staff.AlreadyStaff):
        staff.appoint(email=owner.email, by=owner, now=NOW)


def test_only_who_is_an_owner_now_changes_anything() -> None:
    once, other = make_owner(), make_owner()
    User.objects.filter(pk=once.pk).update(is_owner=False)
    with pytest.raises(staff.NoLongerOwner):
        staff.appoint(email="nieuw@example.org", by=once, now=NOW)
    for act in (staff.promote, staff.demote, staff.dismiss):
        with pytest.raises(staff.NoLongerOwner):
            act(person=other.uuid, by=once, now=NOW)
    assert not User.objects.filter(email="nieuw@example.org").exists()


def test_who_leaves_is_signed_out_everywhere_and_their_keys_open_nothing() -> None:
    owner, leaving, staying = make_owner(), make_owner(), make_owner()
    for person in (leaving, staying):
        for _ in range(2):
            sign_in(Client(), person.email)
    mine, theirs = make_token(staying), make_token(leaving)
    staff.dismiss(person=leaving.uuid, by=owner, now=NOW)
    leaving.refresh_from_db()
    assert (leaving.is_staff, leaving.is_owner, leaving.is_active) == (False, False, True)
    theirs.refresh_from_db()
    mine.refresh_from_db()
    assert (theirs.revoked_at, mine.revoked_at) == (NOW, None)
    assert set(UserSession.objects.values_list("user", flat=True)) == {staying.pk}
    assert Session.objects.count() == 2


def test_a_key_revoked_before_keeps_its_moment() -> None:
    owner, leaving = make_owner(), make_reader(is_staff=True)
    token = make_token(leaving)
    MachineToken.objects.update(revoked_at=NOW - timedelta(days=3))
    staff.dismiss(person=leaving.uuid, by=owner, now=NOW)
    token.refresh_from_db()
    assert token.revoked_at == NOW - timedelta(days=3)


def test_the_last_owner_cannot_be_taken_away_and_a_closed_account_is_none() -> None:
    owner = make_owner()
    make_reader(is_staff=True, is_owner=True, is_active=False)
    for act in (staff.demote, staff.dismiss):
        with pytest.raises(staff.LastOwner):
            act(person=owner.uuid, by=owner, now=NOW)
    assert not AuditEntry.objects.exists()


def test_the_list_tells_nothing_of_what_somebody_did_as_a_reader() -> None:
    owner = make_owner()
    reader = make_reader(last_login=NOW - timedelta(days=1))
    staff.appoint(email=reader.email, by=owner, now=NOW)
    seen = {one.email: one.signed_in_at for one in staff.colleagues()}
    assert seen == {owner.email: None, reader.email: None}
    User.objects.filter(pk=reader.pk).update(last_login=NOW + timedelta(days=1))
    with counting() as asked:
        seen = {one.email: one.signed_in_at for one in staff.colleagues()}
    assert int(asked) == 2, asked
    assert seen[reader.email] == NOW + timedelta(days=1)


def test_the_list_says_who_has_a_second_lock() -> None:
    owner, other = make_owner(), make_reader(is_staff=True)
    Authenticator.objects.create(user=owner, type=Authenticator.Type.TOTP, data={})
    Authenticator.objects.create(user=other, type=Authenticator.Type.RECOVERY_CODES, data={})
    locks = {one.email: one.has_second_step for one in staff.colleagues()}
    assert locks == {owner.email: True, other.email: False}


@pytest.fixture
def slow_decisions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let each wait a moment between looking who is left and acting on it."""
    decide = staff._refuse_last_owner

    def slowly(person: User) -> None:
        decide(person)
        Event().wait(0.2)

    monkeypatch.setattr(staff, "_refuse_last_owner", slowly)


def demote_each_other(act: str) -> list[User | Exception]:
    pair = [make_owner(), make_owner()]
    return at_once(
        lambda number: getattr(staff, act)(person=pair[1 - number].uuid, by=pair[number], now=NOW),
        times=2,
    )


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("slow_decisions")
@pytest.mark.parametrize("act", ["demote", "dismiss"])
def test_of_two_owners_who_take_it_from_each_other_at_once_one_stays(act: str) -> None:
    answers = demote_each_other(act)
    refused = [one for one in answers if isinstance(one, Exception)]
    assert [type(one) for one in refused] == [staff.NoLongerOwner]
    assert User.objects.filter(is_owner=True).count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("slow_decisions")
def test_the_control_without_the_lock_nobody_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """The race is real. SQLite's transactions are a lock themselves: there the second still finds
    that the first is the last one, but no longer that it is not an owner itself."""
    everybody = User.objects.values_list("pk", flat=True)
    monkeypatch.setattr(staff, "_lock_owners", lambda: set(everybody.all()))
    answers = demote_each_other("demote")
    if connection.vendor == "sqlite":
        assert [type(one) for one in answers if isinstance(one, Exception)] == [staff.LastOwner]
        return
    all_good(answers)
    assert not User.objects.filter(is_owner=True).exists()
