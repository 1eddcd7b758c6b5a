"""Accounts of the people who run the practice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allauth.account.models import EmailAddress
from django.db import transaction
from django.utils.translation import gettext

from courseapp.accounts import addresses
from courseapp.accounts.models import User
from courseapp.errors import Refused

if TYPE_CHECKING:
    from datetime import datetime


class AddressTaken(Refused):
    """There is an account with this address already."""

    code = "address_taken"
    status = 409


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
