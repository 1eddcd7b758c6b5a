"""Eight at once: one row and eight good answers. Each race shows that it can be lost."""

from __future__ import annotations

from datetime import timedelta
from threading import Event
from time import sleep
from typing import TYPE_CHECKING

import pytest
from django.db import connection, transaction

from lessons.content.models import Course
from lessons.reading import enrolling, progress
from lessons.reading.models import Completed, Enrolment, Finished
from lessons.staff import release
from tests.factories import NOW, lessons_of, live, make_course, make_enrolment, make_reader
from tests.racing import all_good, at_once

if TYPE_CHECKING:
    from lessons.reading.enrolling import Begun

pytestmark = pytest.mark.django_db(transaction=True)


def test_eight_first_enrolments_at_once_are_one_enrolment_with_one_consent() -> None:
    course, reader = make_course(), make_reader()

    def begin(_number: int) -> Begun:
        return enrolling.enrol(
            reader=reader, course=course.slug, wording="Ja", place="test", now=NOW
        )

    answers = all_good(at_once(begin))
    assert {answer.enrolment.pk for answer in answers} == {Enrolment.objects.get().pk}
    assert sum(answer.created for answer in answers) == 1
    assert reader.consents.count() == 1


def test_eight_first_finishes_at_once_are_one_fact() -> None:
    course, reader = make_course(modules=1, lessons=1), make_reader()
    make_enrolment(reader, course)
    lesson = lessons_of(course)[0].uuid
    answers = all_good(at_once(lambda _: progress.finish(reader=reader, lesson=lesson, now=NOW)))
    assert [answer.at for answer in answers] == [NOW] * 8
    assert (Finished.objects.count(), Completed.objects.count()) == (1, 1)


def test_the_control_without_the_unique_constraint_eight_at_once_are_several_facts() -> None:
    """The race is real: with the guard taken away, the same eight calls leave duplicates."""
    course, reader = make_course(modules=1, lessons=1), make_reader()
    enrolment = make_enrolment(reader, course)
    lesson = lessons_of(course)[0]
    (constraint,) = Finished._meta.constraints
    Finished._meta.constraints = []  # SQLite makes the table anew from what stands here.
    with connection.schema_editor() as editor:
        editor.remove_constraint(Finished, constraint)
    seen = Event()

    def finish_without_guard(_number: int) -> None:
        if not Finished.objects.filter(enrolment=enrolment, lesson=lesson).exists():
            seen.wait(0.05)
            Finished.objects.create(
                enrolment=enrolment, lesson=lesson, edition=live(course), at=NOW
            )

    try:
        at_once(finish_without_guard)
        assert Finished.objects.count() > 1
    finally:
        Finished.objects.all().delete()
        Finished._meta.constraints = [constraint]
        with connection.schema_editor() as editor:
            editor.add_constraint(Finished, constraint)


def test_the_last_two_lessons_finished_at_once_complete_the_course() -> None:
    for _ in range(5):
        course, reader = make_course(modules=1, lessons=2), make_reader()
        enrolment = make_enrolment(reader, course)
        lessons = [lesson.uuid for lesson in lessons_of(course)]
        answers = all_good(
            at_once(
                lambda number: progress.finish(reader=reader, lesson=lessons[number], now=NOW),  # noqa: B023
                times=2,
            )
        )
        assert sum(answer.completed_at is not None for answer in answers) == 1
        assert Completed.objects.filter(enrolment=enrolment).exists()


@pytest.mark.parametrize("guarded", [True, False])
def test_a_finish_under_way_while_the_last_other_lesson_retires_still_completes(
    guarded: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reader finishes lesson one while a publication retires lesson two. Without the lock on the
    enrolments (the control) neither sees the other and the course stays open for ever."""
    course, reader = make_course(modules=1, lessons=2), make_reader()
    make_enrolment(reader, course)
    one, two = lessons_of(course)
    two.retired_at = NOW
    two.save()
    decided, published = Event(), Event()
    if not guarded:
        monkeypatch.setattr(progress, "_lock_all", lambda _enrolments: None)

    def act(number: int) -> None:
        if number == 0:
            with transaction.atomic():
                progress.finish(reader=reader, lesson=one.uuid, now=NOW)
                decided.set()
                published.wait(0.5)
        else:
            decided.wait(5)
            release.publish(
                course=Course.objects.get(pk=course.pk),
                modules=[one.module_id],
                by=None,
                now=NOW + timedelta(minutes=1),
            )
            published.set()

    assert [error for error in at_once(act, times=2) if error] == []
    # SQLite has one writer at a time, so there the publication waits for the finish either way.
    assert Completed.objects.exists() is (guarded or connection.vendor == "sqlite")


def test_a_planned_publication_waits_for_one_under_way_and_neither_dies() -> None:
    """The first holds the course and refers to its modules, the second holds a module and wants
    the course. With the module's key locked too, PostgreSQL would have to end one of them."""
    course = make_course(modules=2, lessons=1)
    course.modules.update(title="Nieuw", publish_at=NOW)
    modules = list(course.modules.values_list("pk", flat=True))
    published = Event()

    def act(number: int) -> None:
        if number == 0:
            with transaction.atomic():
                release.publish(course=course, modules=modules, by=None, now=NOW)
                published.set()
                sleep(0.5)
        else:
            published.wait(5)
            release.publish_due(now=NOW)

    assert [error for error in at_once(act, times=2) if error] == []
    assert live(course).number == 2
