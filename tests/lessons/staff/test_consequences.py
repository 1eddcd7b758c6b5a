"""What a publication does to readers, told before: exactly, and in few statements."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from lessons.content import drafts
from lessons.content.models import Course, Lesson
from lessons.reading import outline, progress
from lessons.reading.models import Completed, Unlock
from lessons.staff import consequences, release
from tests.counting import counting
from tests.factories import (
    NOW,
    lessons_of,
    live,
    make_course,
    make_enrolment,
    make_lesson,
    make_reader,
    publish_all,
)

if TYPE_CHECKING:
    from courseapp.accounts.models import User

pytestmark = pytest.mark.django_db
PACE = {"every_days": 2, "at": "07:00"}


def told(course: Course) -> consequences.Consequences:
    course.refresh_from_db()
    modules = set(course.modules.values_list("pk", flat=True))
    return consequences.of(course=course, modules=modules, now=NOW)


def readers(course: Course, *done: int) -> list[User]:
    """For each number a reader who finished so many lessons, from the first on."""
    lessons = lessons_of(course)
    people = []
    for count in done:
        person = make_reader()
        make_enrolment(person, course)
        for lesson in lessons[:count]:
            progress.finish(reader=person, lesson=lesson.pk, now=NOW)
        people.append(person)
    return people


def retire(lesson: Lesson) -> Lesson:
    lesson.retired_at = NOW
    lesson.save()
    return lesson


def test_each_reader_is_counted_in_one_group() -> None:
    course = make_course(modules=2, lessons=2)
    readers(course, 0, 0, 1, 2, 3, 4)
    make_lesson(course.modules.all()[0])
    found = told(course).readers
    assert (found.total, found.waiting, found.midway, found.completed) == (6, 2, 3, 1)
    assert (found.percent_before, found.percent_after) == (50, 40)
    assert found.by_this == 0


def test_who_finished_all_that_is_left_is_completed_by_the_publication_itself() -> None:
    course = make_course(modules=1, lessons=3)
    readers(course, 0, 1, 2, 2)
    retire(lessons_of(course)[2])
    foreseen = told(course).readers.by_this
    publish_all(course)
    assert foreseen == Completed.objects.filter(enrolment__course=course).count() == 2


def test_a_lesson_that_becomes_optional_completes_too_and_one_more_lesson_nobody() -> None:
    course = make_course(modules=1, lessons=2)
    readers(course, 1)
    last = lessons_of(course)[1]
    last.required = False
    last.save()
    assert told(course).readers.by_this == 1
    make_lesson(course.modules.get())
    assert told(course).readers.by_this == 0


def test_with_nothing_left_to_finish_nobody_is_said_to_be_completed() -> None:
    course = make_course(modules=1, lessons=1)
    readers(course, 0)
    Lesson.objects.update(required=False)
    foreseen = told(course).readers.by_this
    publish_all(course)
    assert foreseen == Completed.objects.count() == 0


def test_of_a_lesson_that_goes_it_says_who_finished_it_and_who_stopped_there() -> None:
    course = make_course(modules=1, lessons=3)
    people = readers(course, 2, 1, 0)
    gone = lessons_of(course)[1]
    progress.keep_position(reader=people[1], lesson=gone.pk, block=None, now=NOW)
    retire(gone)
    found = told(course)
    assert [(one.lesson, one.title, one.finished, one.stopped) for one in found.gone] == [
        (gone.pk, gone.title, 1, 1)
    ]
    assert found.stopped == 1


def test_readers_of_other_courses_do_not_count() -> None:
    course, other = make_course(modules=1), make_course(modules=1)
    readers(other, 1, 2)
    make_lesson(course.modules.get())
    assert told(course).readers.total == 0


def test_a_new_lesson_opens_with_the_one_before_it_and_promised_dates_stay() -> None:
    course = make_course(modules=1, lessons=3, pace=PACE)
    early, late = make_reader(), make_reader()
    make_enrolment(early, course, now=NOW - timedelta(days=30))
    make_enrolment(late, course, now=NOW - timedelta(days=1))
    module = course.modules.get()
    new = make_lesson(module)
    module.lesson_order = [*module.lesson_order[:2], str(new.pk), module.lesson_order[2]]
    module.save()
    promised = list(Unlock.objects.order_by("pk").values_list("pk", "opens_at"))
    (found,) = told(course).new_dates
    publish_all(course)
    for reader in (early, late):
        make_outline = outline.of_course(reader=reader, slug=course.slug, now=NOW)
        line = next(one for one in make_outline.lines if one.uuid == new.pk)
        before = make_outline.lines[line.number - 2]
        assert (line.opens_at, line.state) == (before.opens_at, before.state)
        if reader == late:
            assert (found.later, found.earliest, found.latest) == (1, line.opens_at, line.opens_at)
    assert list(Unlock.objects.order_by("pk").values_list("pk", "opens_at")) == promised


def test_readers_who_began_before_a_lesson_existed_are_dated_by_what_they_were_promised() -> None:
    course = make_course(modules=1, lessons=1, pace=PACE)
    old = make_reader()
    make_enrolment(old, course)
    second = make_lesson(course.modules.get())
    publish_all(course)
    new = make_reader()
    make_enrolment(new, course)
    third = make_lesson(course.modules.get())
    (found,) = told(course).new_dates
    assert found.lesson == third.pk
    opens = Unlock.objects.get(enrolment__reader=new, lesson=second.pk).opens_at
    assert (found.later, found.earliest, found.latest) == (1, opens, opens)


def test_new_lessons_that_follow_each_other_open_together() -> None:
    course = make_course(modules=1, lessons=2, pace=PACE)
    make_enrolment(make_reader(), course)
    module = course.modules.get()
    one, two = make_lesson(module), make_lesson(module)
    found = told(course).new_dates
    assert [new.lesson for new in found] == [one.pk, two.pk]
    assert found[0].earliest == found[1].earliest == Unlock.objects.latest("opens_at").opens_at


def test_a_lesson_that_comes_back_opens_on_the_date_it_was_promised_for() -> None:
    course = make_course(modules=1, lessons=3, pace=PACE)
    make_enrolment(make_reader(), course)
    lesson = retire(lessons_of(course)[2])
    publish_all(course)
    lesson.retired_at = None
    lesson.save()
    (found,) = told(course).new_dates
    promised = Unlock.objects.get(lesson=lesson.pk).opens_at
    assert (found.later, found.earliest) == (1, promised)


def test_a_new_first_lesson_opens_at_once() -> None:
    course = make_course(modules=1, lessons=2, pace=PACE)
    make_enrolment(make_reader(), course)
    module = course.modules.get()
    new = make_lesson(module)
    module.lesson_order = [str(new.pk), *module.lesson_order[:-1]]
    module.save()
    assert told(course).new_dates == ()


def test_without_a_pace_a_new_lesson_has_no_dates() -> None:
    course = make_course(modules=1)
    readers(course, 0)
    make_lesson(course.modules.get())
    found = told(course)
    assert (len(found.added), found.new_dates, found.pace_changed) == (1, (), False)


def test_a_changed_pace_is_for_new_enrolments_only() -> None:
    course, early = make_course(modules=1, lessons=2, pace=PACE), make_reader()
    make_enrolment(early, course)
    before = list(Unlock.objects.values_list("pk", "opens_at"))
    course.pace = {"every_days": 7, "at": "20:00"}
    course.save()
    assert told(course).pace_changed
    publish_all(course)
    assert list(Unlock.objects.values_list("pk", "opens_at")) == before
    late = make_enrolment(make_reader(), course)
    assert late.unlocks.latest("opens_at").opens_at > max(at for _pk, at in before)


def test_no_mail_goes_out_by_a_publication() -> None:
    course = make_course()
    make_lesson(course.modules.all()[0])
    assert told(course).mails == 0


def test_a_first_publication_concerns_nobody() -> None:
    found = told(make_course(live=False))
    assert found.first
    assert found.readers.total == 0


def test_going_back_is_told_in_the_same_words() -> None:
    course = make_course(modules=1, lessons=2)
    first = live(course)
    new = make_lesson(course.modules.get())
    publish_all(course)
    (person,) = readers(course, 2)
    progress.keep_position(reader=person, lesson=new.pk, block=None, now=NOW)
    found = consequences.of_restoring(edition=first, both=drafts.both_of(course), now=NOW)
    assert [(one.lesson, one.stopped) for one in found.gone] == [(new.pk, 1)]
    assert found.readers.by_this == 1
    release.restore(edition=first, by=None, now=NOW)
    assert Completed.objects.count() == 1


@pytest.mark.parametrize("count", [1, 30])
def test_the_statements_do_not_grow_with_the_readers(count: int) -> None:
    course = make_course(modules=2, lessons=3, pace=PACE)
    for person in readers(course, *[0] * count):
        progress.finish(reader=person, lesson=lessons_of(course)[0].pk, now=NOW)
    retire(lessons_of(course)[1])
    make_lesson(course.modules.all()[0])
    course.refresh_from_db()
    modules = set(course.modules.values_list("pk", flat=True))
    with counting() as seen:
        found = consequences.of(course=course, modules=modules, now=NOW)
    assert found.readers.midway == count
    assert int(seen) == 6, seen
