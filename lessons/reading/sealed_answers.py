"""The answers as their keys are renewed: rows of sealed bytes (``courseapp.vault.holding``)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from courseapp.vault.holding import Row
from courseapp.vault.sealing import Place
from lessons.reading.models import Answer

if TYPE_CHECKING:
    from uuid import UUID

MODEL, FIELD = "lessons.Answer", "sealed"


def place_of(answer: UUID) -> Place:
    """What the seal of this answer is bound to."""
    return Place(model=MODEL, field=FIELD, row=answer)


def rows(*, owner: UUID, after: UUID | None, most: int) -> list[Row]:
    found = Answer.objects.filter(enrolment__reader__uuid=owner).order_by("pk")
    if after is not None:
        found = found.filter(pk__gt=after)
    return [
        Row(id=pk, sealed=bytes(sealed)) for pk, sealed in found.values_list("pk", "sealed")[:most]
    ]


def replace(*, row: Row, sealed: bytes) -> bool:
    return bool(Answer.objects.filter(pk=row.id, sealed=row.sealed).update(sealed=sealed))
