"""Addresses that must not get mail: because nobody is there, or because somebody said so."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import Q
from django.utils.crypto import salted_hmac

from courseapp.post.models import Letter, Suppression

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime
    from uuid import UUID

    from django.db.models import QuerySet

# Whoever asks to sign in may know better than a bounce of last year.
A_CODE_EACH = timedelta(hours=1)
STOPS = {
    Suppression.Scope.ALL: set(Letter.Stream),
    Suppression.Scope.COURSE: {Letter.Stream.LESSON, Letter.Stream.OFFER},
    Suppression.Scope.OFFERS: {Letter.Stream.OFFER},
}


def suppress(
    *,
    address: str,
    scope: Suppression.Scope,
    reason: Suppression.Reason,
    now: datetime,
    until: datetime | None = None,
) -> None:
    """Send this address no more of these, or not before ``until``; told twice is told once."""
    hashed = hash_of(address)
    if until and Suppression.objects.filter(address_hash=hashed, lifted_at__gt=now).exists():
        return
    row = Suppression(address_hash=hashed, scope=scope, reason=reason, at=now, lifted_at=until)
    Suppression.objects.bulk_create([row], ignore_conflicts=True)


def lift(*, address: str, now: datetime) -> int:
    """Write to this address again; returns how much was in the way."""
    return active([address], now=now).update(lifted_at=now)


def active(addresses: Iterable[str], *, now: datetime) -> QuerySet[Suppression]:
    """What holds now for any of these addresses."""
    hashes = {hashed for address in addresses for hashed in hashes_of(address)}
    in_force = Q(lifted_at=None) | Q(lifted_at__gt=now)
    return Suppression.objects.filter(in_force, address_hash__in=hashes)


def of(address: str) -> QuerySet[Suppression]:
    """What holds or held for this address."""
    return Suppression.objects.filter(address_hash__in=hashes_of(address))


def ask(letters: Sequence[Letter], *, now: datetime) -> dict[UUID, str]:
    """Which of these letters must not go, and why. A code that may be tried is noted as tried."""
    rows = list(active((letter.to for letter in letters), now=now).order_by("pk"))
    if not rows:
        return {}
    refused: dict[UUID, str] = {}
    for letter in letters:
        hashes = hashes_of(letter.to)
        against = [row for row in rows if row.address_hash in hashes and _stops(row, letter)]
        if letter.stream == Letter.Stream.CODE:
            against = [row for row in against if not _may_try(row, now)]
        if against:
            refused[letter.uuid] = f"suppressed: {against[0].reason}"
    return refused


def hash_of(address: str) -> str:
    """An address without the address: nobody without the site's secret can look for one."""
    return _hash(address, settings.SECRET_KEY)


def hashes_of(address: str) -> list[str]:
    """Also as it was hashed before the secret was changed."""
    return [_hash(address, key) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]


def _hash(address: str, secret: str | bytes) -> str:
    plain = address.strip().lower()
    return salted_hmac("post.suppression", plain, secret, algorithm="sha256").hexdigest()


def _stops(row: Suppression, letter: Letter) -> bool:
    return letter.stream in STOPS[Suppression.Scope(row.scope)]


def _may_try(row: Suppression, now: datetime) -> bool:
    """Whether a code may be tried in spite of this row; the first that asks within an hour."""
    last = Q(tried_at=None) | Q(tried_at__lte=now - A_CODE_EACH)
    return bool(Suppression.objects.filter(last, pk=row.pk).update(tried_at=now))
