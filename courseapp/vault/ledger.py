"""Who was erased: a number and a moment, kept where no backup of the site's database reaches.

A backup that was made before an erasure brings the person back when it is restored. So after a
restore everybody in this ledger is erased again (`manage.py replay_erasures`). It lies beside the
readers' keys, whose backups are made apart; `manage.py erasures` writes it out, to be kept
elsewhere too.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from courseapp.vault import keys
from courseapp.vault.models import Erasure

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

# Longer than any backup is kept.
KEPT = timedelta(days=400)


class NotALedger(Exception):
    """These lines were not written by ``lines``."""


def note(*, owner: UUID, now: datetime) -> None:
    """Write down that this person is erased; the last time counts. Raises ``KeysUnavailable``."""
    with keys.asking():
        Erasure.objects.bulk_create(
            [Erasure(owner=owner, at=now)],
            update_conflicts=True,
            unique_fields=["owner"],
            update_fields=["at"],
        )


def strike(*, owner: UUID) -> None:
    """It was not done after all: nothing was taken away."""
    with keys.asking():
        Erasure.objects.filter(owner=owner).delete()


def owners() -> list[UUID]:
    """Everybody who was erased. Raises ``KeysUnavailable``."""
    with keys.asking():
        return list(Erasure.objects.order_by("at", "owner").values_list("owner", flat=True))


def first_since(moment: datetime | None) -> datetime | None:
    """When the first erasure after this moment was; None when there was none."""
    with keys.asking():
        found = Erasure.objects.filter(at__gt=moment) if moment else Erasure.objects.all()
        return found.order_by("at").values_list("at", flat=True).first()


def lines() -> Iterator[str]:
    """The ledger for a file: a moment and a number a line."""
    with keys.asking():
        for row in Erasure.objects.order_by("at", "owner"):
            yield f"{row.at.isoformat()} {row.owner}"


def read(text: Iterable[str]) -> list[UUID]:
    """Whom such a file names. Raises ``NotALedger``."""
    try:
        return [UUID(line.split()[1]) for line in text if line.strip()]
    except (IndexError, ValueError) as error:
        raise NotALedger(str(error)) from error


def forget_old(*, now: datetime) -> int:
    """Let go of what no backup can bring back any more; how many."""
    with keys.asking():
        number, _by_model = Erasure.objects.filter(at__lt=now - KEPT).delete()
    return number
