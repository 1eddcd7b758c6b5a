"""What tests of answers share: a course to write in, and a reader who may."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from lessons.reading import answers, keeping
from tests.factories import (
    NOW,
    make_block,
    make_course,
    make_enrolment,
    make_lesson,
    make_reader,
    publish_all,
)

if TYPE_CHECKING:
    from datetime import datetime

    from courseapp.accounts.models import User
    from lessons.content.models import Course, Lesson
    from lessons.reading.answers import Reply
    from lessons.reading.models import Enrolment

STATEMENTS = ["Ik kijk weg.", "Ik zoek mijn sleutels.", "Ik wacht.", "Ik tel tot tien."]
# In every text of these tests: nobody may find it but its owner.
SECRET = "zilvermeeuw"
TEXT = f"Soms wil ik weg, en dan weer niet. Mijn {SECRET} blijft."


@dataclass(frozen=True)
class Desk:
    """A reader in a course whose only lesson has a place of each kind to write at."""

    reader: User
    course: Course
    lesson: Lesson
    enrolment: Enrolment
    reflection: UUID
    exercise: UUID
    check: UUID
    in_mind: UUID
    text: UUID

    def write(
        self, text: str = TEXT, *, tag: str = "", block: UUID | None = None, now: datetime = NOW
    ) -> Reply | None:
        return answers.write(
            reader=self.reader, lesson=self.lesson.uuid, block=block or self.reflection,
            text=text, tag=tag, now=now,
        )  # fmt: skip

    def wrote(self, text: str = TEXT, *, tag: str = "", now: datetime = NOW) -> Reply:
        """What a save kept, of which there is something."""
        kept = self.write(text, tag=tag, now=now)
        assert kept is not None
        return kept

    def tick(
        self, *recognised: int, occurrence: int = 1, tag: str = "", now: datetime = NOW
    ) -> Reply:
        return answers.tick(
            reader=self.reader, lesson=self.lesson.uuid, block=self.check,
            recognised=recognised, occurrence=occurrence, tag=tag, now=now,
        )  # fmt: skip


def make_desk(*, agreed: bool = True, now: datetime = NOW, **course: Any) -> Desk:
    """A reader who has begun the course and, unless told otherwise, wants answers kept."""
    made = make_course(modules=1, lessons=0, live=False, **course)
    blocks = [
        make_block("reflection", prompt="Wat merk je vanavond?"),
        make_block("exercise", title="Eén zin", steps=["Pak pen en papier.", "Schrijf."]),
        make_block("selfcheck", title="Herken je dit?", statements=STATEMENTS),
        make_block("reflection", prompt="Is het hier veilig?", in_mind=True),
        make_block(),
    ]
    lesson = make_lesson(made.modules.get(), title="Muur of ruimte", blocks=blocks)
    publish_all(made, now=now)
    reader = make_reader()
    enrolment = make_enrolment(reader, made, now=now)
    if agreed:
        agree(reader, now=now)
    reflection, exercise, check, in_mind, text = (UUID(one["id"]) for one in blocks)
    return Desk(
        reader=reader, course=made, lesson=lesson, enrolment=enrolment, reflection=reflection,
        exercise=exercise, check=check, in_mind=in_mind, text=text,
    )  # fmt: skip


def agree(reader: User, *, now: datetime = NOW) -> None:
    keeping.agree(reader=reader, wording="Ja, bewaar het.", place="test", now=now)


def decline(reader: User, *, now: datetime = NOW) -> None:
    keeping.decline(reader=reader, wording="Bewaar niets.", place="test", now=now)
