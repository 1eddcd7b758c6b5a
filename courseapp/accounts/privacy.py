"""What an account holds about a person: handed over on request, and taken away on request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db import transaction

from courseapp.accounts import devices, staff
from courseapp.accounts.models import Consent, MachineToken, User

if TYPE_CHECKING:
    from datetime import datetime

# A domain that by RFC 2606 never receives mail.
NOBODY = "{uuid}@erased.invalid"


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
        "has_password": user.has_usable_password(),
        "second_steps": [
            {
                "type": item.type,
                "added_at": _iso(item.created_at),
                "used_at": _iso(item.last_used_at),
            }
            for item in Authenticator.objects.filter(user=user).order_by("pk")
        ],
        "devices": [
            {"since": _iso(item.created_at), "network": item.ip, "browser": item.user_agent}
            for item in UserSession.objects.filter(user=user).order_by("pk")
        ],
        "consents": [
            {
                "purpose": item.purpose,
                "act": item.act,
                "wording": item.wording,
                "place": item.place,
                "at": _iso(item.at),
            }
            for item in Consent.objects.filter(user=user).order_by("at", "pk")
        ],
    }


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
        MachineToken.objects.filter(made_by=user).delete()
        user.email = NOBODY.format(uuid=user.uuid)
        user.set_unusable_password()
        user.language, user.time_zone = "", "Europe/Amsterdam"
        user.is_active = user.is_staff = user.is_owner = False
        user.last_login, user.date_joined = None, now
        # Kept from being pruned as never confirmed: the row is what the facts hang on.
        user.confirmed_at = now
        user.save()


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
