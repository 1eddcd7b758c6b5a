"""Coming in: the account that belongs to an address, made when there is none yet.

Signing in and signing up are one act for the person, and one path for the computer: for a known and
an unknown address the same statements run, so that neither the answer nor its timing tells which of
the two it was.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.db import transaction

from courseapp.accounts import addresses
from courseapp.accounts.models import User

if TYPE_CHECKING:
    from datetime import datetime


def account_for(*, email: str, language: str, now: datetime) -> User:
    """The account of this address; unconfirmed and without a password when it is made here.

    The unique address settles a race: of eight first requests at once, one inserts and all read it.
    ``language`` is kept for a new account only.
    """
    email = addresses.tidy(email)
    with transaction.atomic():
        new = User(email=email, language=language, date_joined=now, password=make_password(None))
        User.objects.bulk_create([new], ignore_conflicts=True)
        User.objects.filter(email=email, confirmed_at=None).update(date_joined=now)
        user = User.objects.get(email=email)
        address = EmailAddress(user=user, email=email, primary=True, verified=False)
        EmailAddress.objects.bulk_create([address], ignore_conflicts=True)
    return user


def confirm(*, user: User, now: datetime) -> None:
    """Record that the address is this person's; the first time counts."""
    User.objects.filter(pk=user.pk, confirmed_at=None).update(confirmed_at=now)
