"""A sequence to test with: what a step says does not matter, when it is due does."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any

from courseapp.post.models import Letter
from lessons.drip import catching_up, pump
from lessons.drip.models import Mail, Sequence, SequenceVersion
from lessons.drip.steps import Step
from tests.factories import NOW, lessons_of, make_course, make_enrolment, make_reader

if TYPE_CHECKING:
    from datetime import datetime

    from lessons.content.models import Course
    from lessons.drip.models import Place
    from lessons.reading.models import Enrolment

_numbers = count(1)
PACE = {"every_days": 2, "at": "19:30"}


def make_step(key: str = "een", **fields: Any) -> Step:
    given = {"kind": "lesson", "trigger": "enrolled", "subject": "Een bericht", "body": "Dag."}
    return Step(key=key, **{**given, **fields})


def each_lesson(key: str = "les") -> Step:
    """A mail for each lesson, when that opens."""
    return make_step(key, trigger="lesson", link="lesson", label="Lees verder")


def make_sequence(course: Course, *steps: Step, now: datetime = NOW, **fields: Any) -> Sequence:
    """A sequence of this course that is live."""
    number = next(_numbers)
    sequence = Sequence.objects.create(
        course=course, slug=f"reeks-{number}", title=f"Reeks {number}", changed_at=now, **fields
    )
    sequence.live = SequenceVersion.objects.create(
        sequence=sequence, number=1, steps=[step.as_json() for step in steps], published_at=now
    )
    sequence.save(update_fields=["live"])
    return sequence


def make_following(*steps: Step, now: datetime = NOW, **fields: Any) -> Enrolment:
    """A reader in a course of five lessons with this sequence, each lesson with a mail if none is
    said; their place is there."""
    course = make_course(modules=1, lessons=5, **{"pace": PACE, **fields})
    make_sequence(course, *(steps or (each_lesson(),)), now=now)
    enrolment = make_enrolment(make_reader(), course, now=now)
    catching_up.begin(enrolment=enrolment, now=now)
    return enrolment


def place_of(enrolment: Enrolment) -> Place:
    return enrolment.places.get()


def decided(enrolment: Enrolment, *, now: datetime) -> tuple[Mail, Letter]:
    """What the sender decides on now: one mail with its letter, still waiting in the outbox."""
    pump.look(now=now)
    mail = Mail.objects.filter(place__enrolment=enrolment).latest("pk")
    return mail, Letter.objects.get(key=f"drip:{mail.letter}")


def second_lesson(enrolment: Enrolment) -> Any:
    """The lesson that opens after two days."""
    return lessons_of(enrolment.course)[1]
