"""Accounts of the people who run the practice: who is staff, and who of them is an owner.

Only owners change that, and there is always one left: each change holds all owners' rows until it
is done, so that of two owners who demote each other at once the second is no longer one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db import transaction
from django.db.models import Exists, Max, OuterRef
from django.utils.translation import gettext

from courseapp.accounts import addresses, audit, devices, entering, second_step
from courseapp.accounts.models import AuditEntry, MachineToken, User
from courseapp.errors import NotFound, Refused

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from django.db.models import QuerySet

APPOINTED = "staff.appointed"
# What belongs together in the list of who did what.
WITHIN = "people"


class AddressTaken(Refused):
    """There is an account with this address already."""

    code = "address_taken"
    status = 409


class NoAddress(Refused):
    code = "no_address"


class AccountClosed(Refused):
    code = "account_closed"
    status = 409


class AlreadyStaff(Refused):
    code = "already_staff"
    status = 409


class AlreadyOwner(Refused):
    code = "already_owner"
    status = 409


class NotAnOwner(Refused):
    code = "not_an_owner"
    status = 409


class NoLongerOwner(Refused):
    """Whoever asks for it was an owner when the page was made, and is none now."""

    code = "no_longer_owner"
    status = 403


class LastOwner(Refused):
    """Without an owner nobody could appoint people or change the practice's details any more."""

    code = "last_owner"
    status = 409


class PersonNotFound(NotFound):
    """There is no such account, or it is a reader's: the two are not told apart."""

    code = "person_not_found"


@dataclass(frozen=True)
class Colleague:
    """An account that works here.

    ``signed_in_at`` (UTC) only if that was after the appointment: what somebody did before, as a
    reader, is nobody's business.
    """

    uuid: UUID
    email: str
    is_owner: bool
    signed_in_at: datetime | None
    has_second_step: bool


def is_there() -> bool:
    """Whether anybody can run the site."""
    return User.objects.filter(is_staff=True, is_active=True).exists()


def hire(*, email: str, password: str, now: datetime) -> User:
    """Make a staff account for the owner, confirmed: whoever has the server's shell vouches."""
    email = addresses.tidy(email)
    with transaction.atomic():
        if User.objects.filter(email=email).exists():
            raise AddressTaken(gettext("There is an account with this address already."))
        user = User.objects.create_user(
            email, password, is_staff=True, is_owner=True, date_joined=now, confirmed_at=now
        )
        EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user


def colleagues() -> list[Colleague]:
    """Everybody who works here, owners first, in two queries."""
    second = Authenticator.objects.filter(user=OuterRef("pk"), type__in=second_step.KINDS)
    people = list(
        User.objects.filter(is_staff=True)
        .annotate(has_second_step=Exists(second))
        .order_by("-is_owner", "email")
    )
    appointed = _appointed([str(one.pk) for one in people])
    return [
        Colleague(
            uuid=one.uuid,
            email=one.email,
            is_owner=one.is_owner,
            signed_in_at=_since(one.last_login, appointed.get(str(one.pk))),
            has_second_step=one.has_second_step,
        )
        for one in people
    ]


def colleague(*, uuid: UUID) -> User:
    """The account of somebody who works here. Raises ``PersonNotFound``."""
    found = User.objects.filter(uuid=uuid, is_staff=True).first()
    if found is None:
        raise _nobody()
    return found


def is_last_owner(user: User) -> bool:
    """Whether there would be no owner without this person."""
    return user.is_owner and not _other_owners(user).exists()


def appoint(*, email: str, by: User, now: datetime) -> User:
    """Let whoever has this address work here: the account there is, or one made for it now.

    Who is new comes in by a code that goes to the address, as everybody does.
    Raises ``NoAddress``, ``AlreadyStaff``, ``AccountClosed`` and ``NoLongerOwner``.
    """
    if not addresses.is_one(email):
        raise NoAddress(gettext("This is not an e-mail address."))
    with transaction.atomic():
        _hold_owners(by)
        account = entering.account_for(email=email, language=by.language, now=now)
        person = User.objects.select_for_update(no_key=True).get(pk=account.pk)
        if person.is_staff:
            raise AlreadyStaff(gettext("This person works here already."))
        if not person.is_active:
            raise AccountClosed(gettext("This account is closed. Ask for another address."))
        person.is_staff = True
        person.save(update_fields=["is_staff"])
        _record(APPOINTED, person, by, now, before=None, after="staff")
    return person


def promote(*, person: UUID, by: User, now: datetime) -> User:
    """Make somebody who works here an owner too.

    Raises ``PersonNotFound``, ``AlreadyOwner`` and ``NoLongerOwner``.
    """
    with transaction.atomic():
        _hold_owners(by)
        found = _held(person)
        if found.is_owner:
            raise AlreadyOwner(gettext("This person is an owner already."))
        found.is_owner = True
        found.save(update_fields=["is_owner"])
        _record("staff.promoted", found, by, now, before="staff", after="owner")
    return found


def demote(*, person: UUID, by: User, now: datetime) -> User:
    """Take ownership away; the person goes on working here.

    The keys they made for programs open nothing any more: only owners have keys.
    Raises ``PersonNotFound``, ``NotAnOwner``, ``LastOwner`` and ``NoLongerOwner``.
    """
    with transaction.atomic():
        _hold_owners(by)
        found = _held(person)
        if not found.is_owner:
            raise NotAnOwner(gettext("This person is not an owner."))
        _refuse_last_owner(found)
        found.is_owner = False
        found.save(update_fields=["is_owner"])
        _revoke_keys(found, now)
        _record("staff.demoted", found, by, now, before="owner", after="staff")
    return found


def dismiss(*, person: UUID, by: User, now: datetime) -> User:
    """Let somebody no longer work here: what is theirs as a reader stays, all else ends at once.

    They are signed out everywhere, and the keys they made for programs open nothing any more.
    Raises ``PersonNotFound``, ``LastOwner`` and ``NoLongerOwner``.
    """
    with transaction.atomic():
        _hold_owners(by)
        found = _held(person)
        _refuse_last_owner(found)
        before = "owner" if found.is_owner else "staff"
        found.is_staff = found.is_owner = False
        found.save(update_fields=["is_staff", "is_owner"])
        _revoke_keys(found, now)
        devices.end_all(found)
        _record("staff.dismissed", found, by, now, before=before, after=None)
    return found


def hold_against_erasure(person: User) -> None:
    """Hold every owner's row, and refuse when this person is the last. Raises ``LastOwner``."""
    _lock_owners()
    _refuse_last_owner(User.objects.get(pk=person.pk))


def _revoke_keys(person: User, now: datetime) -> None:
    MachineToken.objects.filter(made_by=person, revoked_at=None).update(revoked_at=now)


def _hold_owners(by: User) -> None:
    """Hold every owner's row until the end of the transaction; ``by`` has to be one of them."""
    if by.pk not in _lock_owners():
        raise NoLongerOwner(gettext("Only an owner can do this, and you are one no longer."))


def _lock_owners() -> set[int]:
    """In a fixed order, so that two who come at once wait for each other rather than for ever."""
    owners = User.objects.filter(is_owner=True, is_active=True).order_by("pk")
    return set(owners.select_for_update(no_key=True).values_list("pk", flat=True))


def _held(person: UUID) -> User:
    found = User.objects.select_for_update(no_key=True).filter(uuid=person, is_staff=True).first()
    if found is None:
        raise _nobody()
    return found


def _nobody() -> PersonNotFound:
    return PersonNotFound(gettext("This person does not work here, or no longer."))


def _other_owners(user: User) -> QuerySet[User]:
    return User.objects.filter(is_owner=True, is_active=True).exclude(pk=user.pk)


def _refuse_last_owner(person: User) -> None:
    if is_last_owner(person):
        raise LastOwner(gettext("There has to be an owner. Make somebody else one first."))


def _record(
    act: str, person: User, by: User, now: datetime, *, before: str | None, after: str | None
) -> None:
    audit.record(by=by, act=act, on=person, now=now, within=WITHIN, before=before, after=after)


def _appointed(people: list[str]) -> dict[str, datetime]:
    """When each was appointed last, by the key that the audit keeps."""
    rows = AuditEntry.objects.filter(act=APPOINTED, kind="user", target__in=people)
    return dict(rows.values_list("target").annotate(last=Max("at")))


def _since(signed_in: datetime | None, appointed: datetime | None) -> datetime | None:
    if signed_in is None or (appointed is not None and signed_in < appointed):
        return None
    return signed_in
