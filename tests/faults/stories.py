"""Stories that together pass every point: what readers do, one after another."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils import timezone

from tests.faults.founding import person, press
from tests.faults.telling import NOOR, Step, Story

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lessons.content.models import Course, Lesson
    from lessons.reading.models import Enrolment
    from tests.faults.cases import World
    from tests.faults.telling import Told

WORDS = "Mijn zilvermeeuw blijft."


def free() -> Course:
    from lessons.content.models import Course

    return Course.objects.get(slug="leven")


def first_lesson() -> Lesson:
    from tests.factories import lessons_of

    return lessons_of(free())[0]


def enrolment(email: str = NOOR) -> Enrolment:
    from lessons.reading.models import Enrolment

    return Enrolment.objects.get(reader__email=email, course__slug="leven")


# --- Reading and writing --------------------------------------------------------------------------


def enrol(_told: Told) -> None:
    press(NOOR, "enrol", "leven", offers="on")


def look_for_mail(_told: Told) -> None:
    import lessons.tasks

    lessons.tasks.drip()


def send_mail(_told: Told) -> None:
    from courseapp.post import tasks

    tasks.send_letters()


def agree(_told: Told) -> None:
    from lessons.reading import keeping

    keeping.agree(reader=person(NOOR), wording="Ja.", place="test", now=timezone.now())


def write(_told: Told) -> Told:
    lesson = first_lesson()
    block = lesson.blocks[0]["id"]
    press(NOOR, "write", lesson.uuid, block, text=WORDS, tag="")
    return {"wrote": [[str(lesson.uuid), block, WORDS]]}


def tick(_told: Told) -> Told:
    lesson = first_lesson()
    block = lesson.blocks[1]["id"]
    press(NOOR, "tick", lesson.uuid, block, recognised=["1", "3"], occurrence="1", tag="")
    return {"ticked": [[str(lesson.uuid), block, 1, [1, 3]]]}


def finish(_told: Told) -> None:
    press(NOOR, "finish", first_lesson().uuid)


def finished_is_kept(world: World) -> Iterator[str]:
    from lessons.reading.models import Finished

    done = Finished.objects.filter(enrolment=enrolment(), lesson=first_lesson())
    if "finish" in world.acknowledged and not done.exists():
        yield "a finished lesson is not finished"


READING = Story(
    "reading",
    (
        Step("enrol", enrol),
        Step("look for mail", look_for_mail),
        Step("send mail", send_mail),
        Step("agree", agree),
        Step("write", write),
        Step("tick", tick),
        Step("finish", finish),
    ),
    finished_is_kept,
)
EVERY: tuple[Story, ...] = (READING,)
