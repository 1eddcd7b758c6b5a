"""Finishing, completing, and what publications do to readers midway."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from courseapp.accounts.models import User
from lessons.content import publishing
from lessons.reading import access, enrolling, outline, progress
from lessons.reading.models import Completed, Enrolment, Finished, Opened
from lessons.staff import release
from tests.factories import (
    NOW,
    lessons_of,
    live,
    make_course,
    make_enrolment,
    make_lesson,
    make_module,
    make_reader,
    publish_all,
)

if TYPE_CHECKING:
    from lessons.content.models import Course

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=1)


def view_of(reader: User, course: Course) -> outline.Outline:
    return outline.of_course(reader=reader, slug=course.slug, now=LATER)


def finish_all(reader: User, course: Course) -> None:
    for lesson in lessons_of(course):
        progress.finish(reader=reader, lesson=lesson.uuid, now=NOW)


def test_finishing_twice_is_one_fact_with_the_first_moment() -> None:
    course, reader = make_course(), make_reader()
    make_enrolment(reader, course)
    lesson = lessons_of(course)[0]
    first = progress.finish(reader=reader, lesson=lesson.uuid, now=NOW)
    again = progress.finish(reader=reader, lesson=lesson.uuid, now=LATER)
    assert (first.first, again.first, again.at) == (True, False, NOW)
    assert Finished.objects.count() == 1


def test_the_last_required_lesson_completes_the_course() -> None:
    course, reader = make_course(modules=1, lessons=2), make_reader()
    extra = make_lesson(course.modules.get(), required=False)
    publish_all(course)
    make_enrolment(reader, course)
    finish_all_but = [one for one in lessons_of(course) if one.pk != extra.pk]
    ends = [progress.finish(reader=reader, lesson=one.uuid, now=NOW) for one in finish_all_but]
    assert [end.completed_at for end in ends] == [None, NOW]
    assert view_of(reader, course).percent == 100


def test_a_lesson_added_later_reopens_nobody_and_shows_as_new() -> None:
    course, reader = make_course(modules=1, lessons=2), make_reader()
    make_enrolment(reader, course)
    finish_all(reader, course)
    added = make_lesson(course.modules.get())
    publish_all(course, now=LATER)
    view = view_of(reader, course)
    assert (view.completed_at, view.percent) == (NOW, 100)
    assert [line.uuid for line in view.lines if line.is_new] == [added.uuid]


def test_retiring_the_last_open_lesson_completes_its_readers_and_nobody_else() -> None:
    course = make_course(modules=1, lessons=3)
    one, two, three = lessons_of(course)
    ready, midway, fresh = make_reader(), make_reader(), make_reader()
    for reader in (ready, midway, fresh):
        make_enrolment(reader, course)
    for lesson in (one, two):
        progress.finish(reader=ready, lesson=lesson.uuid, now=NOW)
    progress.finish(reader=midway, lesson=one.uuid, now=NOW)
    three.retired_at = LATER
    three.save()
    publish_all(course, now=LATER)
    completed = Completed.objects.values_list("enrolment__reader", "at", "edition")
    assert list(completed) == [(ready.pk, LATER, course.live_edition_id)]


def test_making_the_last_open_lesson_optional_completes_too() -> None:
    course, reader = make_course(modules=1, lessons=2), make_reader()
    one, two = lessons_of(course)
    make_enrolment(reader, course)
    progress.finish(reader=reader, lesson=one.uuid, now=NOW)
    two.required = False
    two.save()
    publish_all(course, now=LATER)
    assert Completed.objects.get().at == LATER


@pytest.mark.slow
@pytest.mark.parametrize("change", ["added", "moved", "renamed", "retired"])
def test_with_a_thousand_readers_midway_no_change_loses_a_fact_or_reopens_anybody(
    change: str,
) -> None:
    course = make_course(modules=2, lessons=3)
    lessons = lessons_of(course)
    enrolments = [make_enrolment(make_reader(), course) for _ in range(10)]
    enrolments += thousand_enrolments(course, 990)
    Finished.objects.bulk_create(
        Finished(enrolment=one, lesson=lesson, edition=live(course), at=NOW)
        for place, one in enumerate(enrolments)
        for lesson in lessons[: place % 6 + 1]
    )
    done = [one for place, one in enumerate(enrolments) if place % 6 == 5]
    Completed.objects.bulk_create(
        Completed(enrolment=one, edition=live(course), at=NOW) for one in done
    )
    before = set(Finished.objects.values_list("enrolment", "lesson", "at"))
    first, second = course.modules.order_by("slug")
    victim = lessons[1]
    if change == "added":
        make_lesson(first)
    elif change == "moved":
        victim.module = second
        victim.save()
    elif change == "renamed":
        victim.title, victim.slug = "Anders", "anders"
        victim.save()
    else:
        victim.retired_at = LATER
        victim.save()
    publish_all(course, now=LATER)
    assert set(Finished.objects.values_list("enrolment", "lesson", "at")) == before
    assert Completed.objects.filter(enrolment__in=done, at=NOW).count() == len(done)
    assert Completed.objects.count() == len(done)


def thousand_enrolments(course: Course, number: int) -> list[Enrolment]:
    readers = User.objects.bulk_create(
        User(email=f"one-of-many-{place}@example.org", confirmed_at=NOW) for place in range(number)
    )
    return Enrolment.objects.bulk_create(
        Enrolment(
            reader=reader,
            course=course,
            edition=live(course),
            enrolled_at=NOW,
            time_zone="Europe/Amsterdam",
        )
        for reader in readers
    )


def test_a_retired_lesson_cannot_be_finished_and_points_onward() -> None:
    course, reader = make_course(modules=1, lessons=2), make_reader()
    one, two = lessons_of(course)
    make_enrolment(reader, course)
    one.retired_at = NOW
    one.save()
    publish_all(course)
    with pytest.raises(access.Retired) as gone:
        progress.finish(reader=reader, lesson=one.uuid, now=NOW)
    assert gone.value.onward == two.uuid


def test_resuming_goes_to_the_block_and_on_from_a_finished_lesson() -> None:
    course, reader = make_course(modules=1, lessons=2), make_reader()
    one, two = lessons_of(course)
    make_enrolment(reader, course)
    block = outline.of_lesson(reader=reader, lesson=one.uuid, now=NOW).blocks[0].id
    progress.keep_position(reader=reader, lesson=one.uuid, block=block, now=NOW)
    resume = view_of(reader, course).resume
    assert resume is not None
    assert (resume.lesson.uuid, resume.block) == (one.uuid, block)
    progress.finish(reader=reader, lesson=one.uuid, now=NOW)
    resume = view_of(reader, course).resume
    assert resume is not None
    assert (resume.lesson.uuid, resume.block) == (two.uuid, None)


def test_looking_back_at_a_finished_lesson_keeps_the_place_in_the_one_under_way() -> None:
    course, reader = make_course(modules=1, lessons=2), make_reader()
    one, two = lessons_of(course)
    make_enrolment(reader, course)
    progress.finish(reader=reader, lesson=one.uuid, now=NOW)
    places = {
        lesson.uuid: outline.of_lesson(reader=reader, lesson=lesson.uuid, now=NOW).blocks[0].id
        for lesson in (two, one)
    }
    for lesson, block in places.items():
        progress.keep_position(reader=reader, lesson=lesson, block=block, now=NOW)
    resume = view_of(reader, course).resume
    assert resume is not None
    assert (resume.lesson.uuid, resume.block) == (two.uuid, places[two.uuid])


def test_opening_a_lesson_is_recorded_once_and_only_for_the_enrolled() -> None:
    course, reader, visitor = make_course(modules=1), make_reader(), make_reader()
    lesson = lessons_of(course)[0]
    make_enrolment(reader, course)
    for _ in range(2):
        outline.of_lesson(reader=reader, lesson=lesson.uuid, now=NOW)
    with pytest.raises(access.NotEnrolled):
        outline.of_lesson(reader=visitor, lesson=lesson.uuid, now=NOW)
    assert Opened.objects.count() == 1


def test_enrolling_twice_gives_the_same_enrolment_and_one_consent() -> None:
    course, reader = make_course(), make_reader()
    begun = [
        enrolling.enrol(reader=reader, course=course.slug, wording="Ja", place="test", now=NOW)
        for _ in range(2)
    ]
    assert begun[0].enrolment == begun[1].enrolment
    assert [one.created for one in begun] == [True, False]
    assert reader.consents.count() == 1


def test_a_planned_publication_happens_once_and_keeps_why_it_did_not() -> None:
    course = make_course(modules=1)
    module = course.modules.get()
    make_lesson(module)
    course.modules.update(publish_at=NOW)
    assert release.publish_due(now=NOW - timedelta(minutes=1)) == 0
    assert [release.publish_due(now=NOW), release.publish_due(now=NOW)] == [1, 0]
    course.modules.update(publish_at=NOW)
    assert release.publish_due(now=NOW) == 0
    module.refresh_from_db()
    assert module.publish_error


def test_an_empty_module_does_not_stand_in_the_way_of_the_others() -> None:
    course = make_course(modules=1)
    full, empty = course.modules.get(), make_module(course, lessons=0)
    make_lesson(full)
    edition = release.publish(course=course, modules=[full.pk], by=None, now=NOW)
    assert [place.snapshot.module_id for place in edition.places.all()] == [full.pk]
    with pytest.raises(publishing.EmptyModule):
        release.publish(course=course, modules=[empty.pk], by=None, now=NOW)
