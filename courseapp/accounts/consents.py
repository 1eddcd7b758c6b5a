"""What a person agreed to: rows are added, never changed; the last one counts."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from courseapp.accounts.models import Consent

if TYPE_CHECKING:
    from datetime import datetime

    from courseapp.accounts.models import User


def give(*, user: User, purpose: str, wording: str, place: str, now: datetime) -> Consent:
    """Record that this person agreed, in exactly these words (GDPR art. 7(1): it can be shown)."""
    return _add(user, purpose, Consent.Act.GIVEN, wording, place, now)


def withdraw(*, user: User, purpose: str, wording: str, place: str, now: datetime) -> Consent:
    """Record that this person took it back; as easy as giving it (GDPR art. 7(3))."""
    return _add(user, purpose, Consent.Act.WITHDRAWN, wording, place, now)


def holds(user: User, purpose: str) -> bool:
    """Whether the last thing this person said about ``purpose`` was yes."""
    acts = Consent.objects.filter(user=user, purpose=purpose).order_by("-at", "-pk")
    return acts.values_list("act", flat=True).first() == Consent.Act.GIVEN


def _add(user: User, purpose: str, act: str, wording: str, place: str, now: datetime) -> Consent:
    return Consent.objects.create(
        user=user,
        purpose=Consent.Purpose(purpose),
        act=act,
        wording=wording,
        wording_sha256=hashlib.sha256(wording.encode()).hexdigest(),
        place=place,
        at=now,
    )
