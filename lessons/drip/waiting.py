"""What waits for a person: readers whose planning failed time and again, and mails in doubt."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Count, Max

from courseapp.accounts import audit
from lessons.drip.drafting import sequence_of
from lessons.drip.models import Mail, Place

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from django.db.models import QuerySet

    from courseapp.accounts.models import User

# A doubt of long ago asks nobody for anything any more.
DOUBT_SINCE = timedelta(days=14)


@dataclass(frozen=True)
class Waiting:
    """A sequence with something that waits; ``error`` is one of the reasons, for who can mend."""

    sequence: UUID
    title: str
    stuck: int
    in_doubt: int
    error: str


def of_all(*, now: datetime) -> list[Waiting]:
    """Every sequence in which something waits, by title; two statements."""
    stuck: dict[UUID, dict[str, Any]] = {
        row["sequence"]: {**row}
        for row in _stuck()
        .order_by()
        .values("sequence", "sequence__title")
        .annotate(count=Count("pk"), last=Max("error"))
    }
    doubtful = Mail.objects.filter(state=Mail.State.IN_DOUBT, decided_at__gt=now - DOUBT_SINCE)
    doubts: dict[UUID, dict[str, Any]] = {
        row["place__sequence"]: {**row}
        for row in doubtful.order_by()
        .values("place__sequence", "place__sequence__title")
        .annotate(count=Count("pk"))
    }
    found = []
    for pk in {*stuck, *doubts}:
        still, doubt = stuck.get(pk, {}), doubts.get(pk, {})
        found.append(
            Waiting(
                sequence=pk,
                title=still.get("sequence__title") or doubt.get("place__sequence__title", ""),
                stuck=still.get("count", 0),
                in_doubt=doubt.get("count", 0),
                error=still.get("last", ""),
            )
        )
    return sorted(found, key=lambda one: one.title)


def errors_of(*, sequence: UUID) -> list[tuple[str, int]]:
    """Why readers' mails stand still, each reason with how many readers."""
    rows = _stuck().filter(sequence=sequence).order_by().values("error")
    return [
        (row["error"], row["count"]) for row in rows.annotate(count=Count("pk")).order_by("-count")
    ]


def try_again(*, sequence: UUID, by: User | None, now: datetime) -> int:
    """Look at them again, once what was wrong is mended; how many. Raises ``SequenceNotFound``."""
    row = sequence_of(sequence)
    with transaction.atomic():
        count = _stuck().filter(sequence=row).update(next_at=now, attempt=0, error="")
        if count:
            audit.record(
                by=by, act="sequence.tried_again", on=row, name=row.title,
                within=row.course_id, now=now, after={"places": count},
            )  # fmt: skip
    return count


def _stuck() -> QuerySet[Place]:
    return Place.objects.filter(next_at=None, ended_at=None).exclude(error="")
