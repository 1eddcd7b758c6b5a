"""What an account holds about a person: handed over on request, and taken away on request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db import transaction

from courseapp import logs
from courseapp.accounts import devices, handovers, staff
from courseapp.accounts.models import Consent, Handover, Leaving, MachineToken, User

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime
    from uuid import UUID

    from django.db.models import QuerySet

# A domain that by RFC 2606 never receives mail.
ERASED = "@erased.invalid"
NOBODY = "{uuid}" + ERASED


def export(user: User) -> dict[str, Any]:
    """Everything here about this person, as JSON-ready values with ISO 8601 times.

    Of passwords, keys and codes only that they are there: handing them over would help a thief.
    """
    return {
        "email": user.email,
        "addresses": list(
            EmailAddress.objects.filter(user=user).values("email", "verified", "primary")
        ),
        "language": user.language,
        "time_zone": user.time_zone,
        "joined_at": _iso(user.date_joined),
        "confirmed_at": _iso(user.confirmed_at),
        "last_signed_in_at": _iso(user.last_login),
        "idle_asked_at": _iso(user.idle_asked_at),
        "has_password": user.has_usable_password(),
        "open": user.is_active,
        "works_here": user.is_staff,
        "owner": user.is_owner,
        "second_steps": [
            {
                "type": item.type,
                "added_at": _iso(item.created_at),
                "used_at": _iso(item.last_used_at),
            }
            for item in Authenticator.objects.filter(user=user).order_by("pk")
        ],
        "devices": [
            {
                "since": _iso(item.created_at),
                "seen_at": _iso(item.last_seen_at),
                "network": item.ip,
                "browser": item.user_agent,
                "more": item.data,
            }
            for item in UserSession.objects.filter(user=user).order_by("pk")
        ],
        "handover": _handover(user),
        "leaving": _leaving(user),
        "consents": [
            {
                "purpose": item.purpose,
                "act": item.act,
                "wording": item.wording,
                "wording_sha256": item.wording_sha256,
                "place": item.place,
                "at": _iso(item.at),
            }
            for item in Consent.objects.filter(user=user).order_by("at", "pk")
        ],
    }


def _handover(user: User) -> dict[str, Any]:
    """What was asked for like this very export, and is being made or waits to be fetched."""
    row = Handover.objects.filter(person=user).first()
    if row is None:
        return {}
    moments = {"asked_at": row.asked_at, "made_at": row.made_at, "expires_at": row.expires_at}
    return {name: _iso(moment) for name, moment in moments.items()}


def _leaving(user: User) -> dict[str, Any]:
    row = Leaving.objects.filter(person=user).first()
    if row is None:
        return {}
    moments = {"asked_at": row.asked_at, "due_at": row.due_at, "came_back_at": row.came_back_at}
    return {name: _iso(moment) for name, moment in moments.items()}


def erase(user: User, now: datetime) -> None:
    """Close the account and take away whatever says whose it was.

    A row without a person stays, for what others must keep by law hangs on it (an invoice, a proof
    of consent); the address is free for a new account at once. Raises ``staff.LastOwner``.
    """
    with transaction.atomic():
        staff.hold_against_erasure(user)
        devices.end_all(user)
        Authenticator.objects.filter(user=user).delete()
        EmailAddress.objects.filter(user=user).delete()
        handovers.forget(user)
        Leaving.objects.filter(person=user).delete()
        MachineToken.objects.filter(made_by=user).delete()
        user.email = NOBODY.format(uuid=user.uuid)
        user.set_unusable_password()
        user.language, user.time_zone = "", "Europe/Amsterdam"
        user.is_active = user.is_staff = user.is_owner = False
        user.last_login, user.date_joined, user.idle_asked_at = None, now, None
        # Kept from being pruned as never confirmed: the row is what the facts hang on.
        user.confirmed_at = now
        user.save()
    logs.tell("erased", person=user)


def still_here(uuids: Collection[UUID]) -> QuerySet[User]:
    """Of these accounts those that are there and were not erased."""
    return User.objects.filter(uuid__in=uuids).exclude(email__endswith=ERASED).order_by("pk")


def erased_before(moment: datetime) -> QuerySet[User]:
    """Accounts without a person whose erasure was before this."""
    return User.objects.filter(email__endswith=ERASED, date_joined__lt=moment)


def not_erased(uuids: Collection[UUID]) -> set[UUID]:
    """The same, by their number."""
    return set(still_here(uuids).values_list("uuid", flat=True))


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
