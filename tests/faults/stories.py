"""Stories that together pass every point: what readers do, one after another."""

from __future__ import annotations

from datetime import time, timedelta
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


def look_for_mail(_told: object) -> None:
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


# --- Planning and choosing ------------------------------------------------------------------------


def enrolled(_world: World) -> None:
    """Before the story begins."""
    from tests.factories import make_enrolment

    make_enrolment(person(NOOR), free(), now=timezone.now())


def pause(_told: Told) -> None:
    from lessons.reading import rhythm

    day = timezone.localdate() + timedelta(days=9)
    rhythm.pause(enrolment=enrolment(), until_day=day, now=timezone.now())


def resume(_told: Told) -> None:
    from lessons.reading import rhythm

    rhythm.resume(enrolment=enrolment(), now=timezone.now())


def open_all(_told: Told) -> None:
    from lessons.reading import rhythm

    rhythm.open_all(enrolment=enrolment(), now=timezone.now())


def choose_hour(_told: Told) -> None:
    from lessons.reading import rhythm

    rhythm.choose(enrolment=enrolment(), hour=time(21), zone="Asia/Tokyo", now=timezone.now())


def choose_mail(_told: Told) -> None:
    from lessons.drip import choices
    from lessons.drip.models import Choice

    choices.choose(reader=person(NOOR), course=free().pk, about=Choice.About.LESSONS, wanted=False,
                   way="page", now=timezone.now())  # fmt: skip


def stop_all(_told: Told) -> None:
    from lessons.drip import choices

    choices.stop_all(reader=person(NOOR), way="page", now=timezone.now())


def ask_for_offers(_told: Told) -> None:
    from lessons.drip import offers

    offers.ask(reader=person(NOOR), place="page", now=timezone.now())


def withdraw_offers(_told: Told) -> None:
    from lessons.drip import offers

    offers.withdraw(reader=person(NOOR), place="page", now=timezone.now())


def finish_all(_told: Told) -> None:
    from lessons.reading import progress
    from tests.factories import lessons_of

    for lesson in lessons_of(free()):
        progress.finish(reader=person(NOOR), lesson=lesson.uuid, now=timezone.now())


def prove(_told: Told) -> None:
    from lessons.reading import proving

    proving.make(reader=person(NOOR), course=free().pk, name="Noor", names_course=True,
                 now=timezone.now())  # fmt: skip


def delete_answer(_told: Told) -> Told:
    from lessons.reading import answers
    from lessons.reading.models import Answer

    row = Answer.objects.filter(enrolment=enrolment(), kind="reflection").first()
    if row is not None:
        answers.delete(reader=person(NOOR), answer=row.pk)
    return {"wrote": []}


def delete_all(_told: Told) -> Told:
    from lessons.reading import answers

    answers.delete_all(reader=person(NOOR))
    return {"wrote": [], "ticked": []}


def decline(_told: Told) -> None:
    from lessons.reading import keeping

    keeping.decline(reader=person(NOOR), wording="Nee.", place="test", now=timezone.now())


def decline_and_delete(_told: Told) -> Told:
    from lessons.reading import keeping

    keeping.decline_and_delete(reader=person(NOOR), wording="Nee.", place="test",
                               now=timezone.now())  # fmt: skip
    return {"wrote": [], "ticked": []}


def visit(_told: Told) -> None:
    from lessons.reading import visits

    visits.count(course=free().pk, now=timezone.now())


# --- Coming in ------------------------------------------------------------------------------------


def ask_for_code(_told: Told) -> Told:
    from django.test import Client

    from tests.courseapp.accounts import coming_in

    visitor = Client(raise_request_exception=False)
    answer = coming_in.ask(visitor, "nieuw@example.org")
    assert answer.status_code < 400, f"asking for a code answered {answer.status_code}"
    return {"cookies": {name: one.value for name, one in visitor.cookies.items()}}


def code_arrives(world: World) -> Told:
    from tests.living import latest_code

    return {"code": latest_code(world.sink)}


def enter_code(told: Told) -> None:
    from django.test import Client

    from tests.courseapp.accounts import coming_in

    visitor = Client(raise_request_exception=False)
    for name, value in told["cookies"].items():
        visitor.cookies[name] = value
    answer = coming_in.enter(visitor, told["code"])
    assert answer.status_code < 400, f"entering a code answered {answer.status_code}"


def is_in(_told: Told) -> bool:
    from courseapp.accounts.models import User

    return User.objects.filter(email="nieuw@example.org", last_login__isnull=False).exists()


READERS: tuple[Story, ...] = (
    Story(
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
    ),
    Story(
        "deleting",
        (
            Step("enrolled", outside=enrolled),
            Step("agree", agree),
            Step("write", write),
            Step("delete answer", delete_answer),
            Step("tick", tick),
            Step("delete all", delete_all),
            Step("decline", decline),
            Step("agree again", agree),
            Step("decline and delete", decline_and_delete),
        ),
    ),
    Story(
        "planning",
        (
            Step("enrolled", outside=enrolled),
            Step("visit", visit, is_for_anybody=False),
            Step("pause", pause),
            Step("resume", resume),
            Step("choose hour", choose_hour),
            Step("open all", open_all),
            Step("ask for offers", ask_for_offers),
            Step("finish all", finish_all),
            Step("prove", prove),
            Step("send mail", send_mail),
        ),
    ),
    Story(
        "choosing mail",
        (
            Step("enrolled", outside=enrolled),
            # What was not looked for before a no is looked for no more: so without a fault.
            Step("look for mail", outside=look_for_mail),
            Step("choose mail", choose_mail),
            Step("stop all", stop_all),
            Step("ask for offers", ask_for_offers),
            Step("withdraw offers", withdraw_offers),
            Step("send mail", send_mail),
        ),
    ),
    Story(
        "coming in",
        (
            Step("ask for code", ask_for_code),
            Step("send mail", send_mail),
            Step("code arrives", outside=code_arrives),
            Step("enter code", enter_code, is_there=is_in, is_for_anybody=False),
        ),
    ),
)


def finish_and_forget(_told: Told) -> None:
    from django.db import transaction

    with transaction.atomic():
        finish({})
        transaction.set_rollback(True)


LYING = Story(
    "lying",
    (Step("enrolled", outside=enrolled), Step("finish", finish_and_forget)),
    finished_is_kept,
)
