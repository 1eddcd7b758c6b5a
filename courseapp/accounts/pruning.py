"""Accounts that were asked for and never confirmed do not stay."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from courseapp.accounts.models import User

if TYPE_CHECKING:
    from datetime import datetime

KEPT = timedelta(days=7)


def prune_unconfirmed(*, now: datetime) -> int:
    """Delete accounts nobody confirmed within seven days of the last code; how many they were.

    The rows are locked first, so that somebody who confirms at this very moment is not deleted.
    """
    with transaction.atomic():
        old = User.objects.select_for_update().filter(
            confirmed_at=None, is_staff=False, date_joined__lt=now - KEPT
        )
        ids = list(old.values_list("pk", flat=True))
        User.objects.filter(pk__in=ids).delete()
    return len(ids)
