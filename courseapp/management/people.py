"""Finding the person a command is about."""

from __future__ import annotations

from django.core.management.base import CommandError

from courseapp.accounts.models import User


def person_called(email: str) -> User:
    """The account with this address; raises ``CommandError`` when there is none."""
    person = User.objects.filter(email=email.strip().lower()).first()
    if person is None:
        raise CommandError("There is no account with this address.")
    return person
