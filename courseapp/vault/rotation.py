"""Both kinds of key are replaced while the site runs, in small steps that may be cut off anywhere.

A key-encryption key: put the new one first in ``VAULT_KEYS`` and keep the old one behind it;
`rewrap` goes through readers' keys, `reseal` through small secrets; when none is left, take the old
one out.

A reader's key: `begin` makes the next generation beside the old one, and from then on texts are
sealed with the new; `go_on` seals the older texts anew. The old key goes at the earliest an hour
after the new one came: until then somebody who fetched the old may be about to commit a text.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from courseapp.vault import holding, keyring, keys, sealing, texts
from courseapp.vault.models import DataKey
from courseapp.vault.router import ALIAS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime
    from uuid import UUID

    from courseapp.vault.holding import Holder, Row
    from courseapp.vault.keys import Bunch

BATCH = 200
# Much longer than any request or task takes.
SETTLED = timedelta(hours=1)


@dataclass(frozen=True)
class Rewrapped:
    """``refused``: what did not open, and so was left as it is."""

    done: int = 0
    refused: int = 0

    def __add__(self, other: Rewrapped) -> Rewrapped:
        return Rewrapped(self.done + other.done, self.refused + other.refused)


@dataclass(frozen=True)
class Renewed:
    """``resealed`` texts; ``changed`` meanwhile and so not touched; ``refused`` to open.

    ``retired``: old keys taken away. None is while a text is left that may need it.
    """

    resealed: int = 0
    changed: int = 0
    refused: int = 0
    retired: int = 0

    def __add__(self, other: Renewed) -> Renewed:
        return Renewed(
            self.resealed + other.resealed,
            self.changed + other.changed,
            self.refused + other.refused,
            self.retired + other.retired,
        )


@dataclass
class _Pass:
    """One way through an owner's texts."""

    bunch: Bunch
    newest: int
    found: Renewed = field(default_factory=Renewed)


def rewrap(*, batch: int = BATCH) -> Rewrapped:
    """Wrap each reader's key anew that another than the current key-encryption key wraps.

    Each batch is a transaction; what is done is not done again. Readers notice nothing.
    """
    ring, last, found = keys.ring(), 0, Rewrapped()
    while True:
        with keys.asking(), transaction.atomic(using=ALIAS):
            others = DataKey.objects.exclude(wrapped_by=ring.current).filter(pk__gt=last)
            rows = list(others.select_for_update().order_by("pk")[:batch])
            if not rows:
                return found
            last = rows[-1].pk
            good = [row for row in rows if _rewrapped(row, ring)]
            DataKey.objects.bulk_update(good, ["wrapped", "wrapped_by"])
        found = Rewrapped(found.done + len(good), found.refused + len(rows) - len(good))


def _rewrapped(row: DataKey, ring: keyring.Keyring) -> bool:
    """Change the row, not yet the table; whether it unwrapped."""
    try:
        row.wrapped = ring.rewrap(
            bytes(row.wrapped), name=row.wrapped_by, generation=row.generation, owner=row.owner
        )
    except (keyring.UnknownKey, sealing.Refuses):
        return False
    row.wrapped_by = ring.current
    return True


def reseal() -> Rewrapped:
    """Likewise for what is sealed by the key-encryption keys themselves."""
    return sum((sealer.reseal() for sealer in holding.sealers()), Rewrapped())


def begin(*, owner: UUID, now: datetime) -> None:
    """The next generation of this owner's key; nothing where there is none, or two already."""
    bunch = keys.of(owner)
    if bunch.newest is not None and not bunch.is_being_renewed:
        keys.make(owner=owner, generation=bunch.newest.generation + 1, now=now)


def begin_all(*, made_before: datetime, now: datetime) -> int:
    """``begin`` for all whose newest key is older than that; how many.

    Cut off and asked again with the same moment, it goes on with those who are left.
    """
    with keys.asking():
        old = DataKey.objects.newest().filter(made_at__lt=made_before)
        owners = list(old.values_list("owner", flat=True))
    for owner in owners:
        begin(owner=owner, now=now)
    return len(owners)


def go_on(*, owner: UUID, holders: Sequence[Holder], now: datetime, batch: int = BATCH) -> Renewed:
    """Seal this owner's older texts anew; take the old keys away once nothing can need them."""
    bunch = keys.of(owner)
    if bunch.newest is None or not bunch.is_being_renewed:
        return Renewed()
    work = _Pass(bunch, bunch.newest.generation)
    for holder in holders:
        for row in _older(holder, work, batch):
            work.found += _resealed(holder, row, work)
    found = work.found
    settled = bunch.newest.made_at <= now - SETTLED
    if settled and not found.changed and not found.refused:
        return replace(found, retired=_retire(owner, before=work.newest))
    return found


def go_on_all(*, now: datetime, holders: Sequence[Holder] | None = None) -> Renewed:
    """``go_on`` for everybody whose key is being renewed."""
    with keys.asking():
        older = DataKey.objects.older().order_by("owner")
        owners = list(older.values_list("owner", flat=True).distinct())
    held = holding.ours() if holders is None else holders
    found = Renewed()
    for owner in owners:
        found += go_on(owner=owner, holders=held, now=now)
    return found


def _older(holder: Holder, work: _Pass, batch: int) -> Iterator[Row]:
    """The rows that are not sealed with the newest key, read batch by batch."""
    after: UUID | None = None
    newest = sealing.head(work.newest)
    while rows := holder.rows(owner=work.bunch.owner, after=after, most=batch):
        after = rows[-1].id
        yield from (row for row in rows if not row.sealed.startswith(newest))


def _resealed(holder: Holder, row: Row, work: _Pass) -> Renewed:
    bunch, place = work.bunch, holding.place_of(holder, row)
    try:
        text = texts.unsealed(bunch, place=place, sealed=row.sealed)
    except keys.Unreadable:
        return Renewed(refused=1)
    key = bunch.key(work.newest)
    new = sealing.seal(text, key=key, generation=work.newest, place=place, owner=bunch.owner)
    is_done = holder.replace(row=row, sealed=new)
    return Renewed(resealed=1) if is_done else Renewed(changed=1)


def _retire(owner: UUID, *, before: int) -> int:
    with keys.asking():
        gone, _by_model = DataKey.objects.of(owner).filter(generation__lt=before).delete()
        keys.scrub()
    return gone
