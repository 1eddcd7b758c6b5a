"""A person's data over all apps: everything on request, and nothing after an erasure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

import courseapp.accounts.privacy
import courseapp.accounts.staff
import courseapp.post.privacy
import lessons.privacy

if TYPE_CHECKING:
    from datetime import datetime

    from courseapp.accounts.models import User


def export_person(user: User) -> dict[str, Any]:
    """All that is kept about this person, by app, as JSON-ready values."""
    return {
        "account": courseapp.accounts.privacy.export(user),
        "mail": courseapp.post.privacy.export(user),
        "lessons": lessons.privacy.export(user),
    }


def erase_person(user: User, *, now: datetime) -> None:
    """Take away all that need not be kept by law; what hangs on the account goes before it.

    Raises ``accounts.staff.LastOwner``: nothing is taken away then.
    """
    with transaction.atomic():
        courseapp.accounts.staff.hold_against_erasure(user)
        lessons.privacy.erase(user)
        courseapp.post.privacy.erase(user, now=now)
        courseapp.accounts.privacy.erase(user, now=now)
