"""What of accounts does not stay: never confirmed, signed out, proved long enough."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Exists, OuterRef

from courseapp.accounts import privacy
from courseapp.accounts.models import Consent, User

if TYPE_CHECKING:
    from datetime import datetime

KEPT = timedelta(days=7)
SETTLED = timedelta(hours=1)
# After the processing that a consent allowed (art. 3:310 BW).
PROOF = timedelta(days=5 * 365 + 2)


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


def prune_devices(*, now: datetime) -> int:
    """Delete what is known of devices whose session is over; how many.

    Not of one that comes in at this moment, whose session is written last.
    """
    there = Session.objects.filter(session_key=OuterRef("session_key"))
    over = UserSession.objects.filter(~Exists(there), created_at__lt=now - SETTLED)
    return int(over.delete()[0])


def prune_consents(*, now: datetime) -> int:
    """Delete proofs of consent five years after what they allowed has ended; how many.

    That ends with the account, or where its owner took the consent back and gave it no more.
    """
    before = now - PROOF
    number, _by_model = Consent.objects.filter(user__in=privacy.erased_before(before)).delete()
    withdrawn = Consent.objects.filter(act=Consent.Act.WITHDRAWN, at__lt=before)
    for row in withdrawn.order_by("at", "pk"):
        until = Consent.objects.filter(user=row.user_id, purpose=row.purpose, at__lte=row.at)
        number += until.delete()[0]
    return number
