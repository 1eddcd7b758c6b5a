"""Sequences as they stand in the database, with readers in them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from lessons.drip import catching_up, pump, steps
from lessons.drip.models import Mail, Place, Sequence, SequenceVersion
from tests.factories import make_course
from tests.lessons.drip.test_plan import make_step

if TYPE_CHECKING:
    from lessons.content.models import Course
    from lessons.drip.steps import Step

NOON = datetime(2026, 11, 2, 11, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def make_sequence(*made: Step, course: Course | None = None, **fields: Any) -> Sequence:
    """A sequence whose live version has these steps; one welcome unless said otherwise."""
    sequence = Sequence.objects.create(
        course=course or make_course(), slug=f"reeks-{Sequence.objects.count()}", title="Reeks",
        changed_at=NOON, **fields,
    )  # fmt: skip
    version = SequenceVersion.objects.create(
        sequence=sequence,
        number=1,
        steps=[one.as_json() for one in steps.published(made or (make_step(),), (), NOON - DAY)],
        published_at=NOON - DAY,
    )
    sequence.live = version
    sequence.save()
    return sequence


def tick(now: datetime) -> int:
    """What the worker does at a tick; returns how many mails it decided on."""
    catching_up.catch_up(now=now)
    queued = 0
    while (run := pump.look(now=now)).claimed:
        queued += run.queued
        if not run.queued:
            break
    return queued


def told(place: Place) -> list[str]:
    return list(Mail.objects.filter(place=place).order_by("pk").values_list("step_key", flat=True))
