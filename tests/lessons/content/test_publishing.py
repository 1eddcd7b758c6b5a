"""Editions: made in one step, whole or not at all."""

from __future__ import annotations

import pytest

from courseapp.errors import NotFound
from lessons.content import editions, publishing
from lessons.content.models import Course, Edition, EditionModule, Module, Snapshot
from lessons.reading import access, outline
from lessons.reading.standing import LessonNotFound
from lessons.staff import release
from tests.counting import counting
from tests.factories import (
    NOW,
    lessons_of,
    live,
    make_block,
    make_course,
    make_enrolment,
    make_lesson,
    make_module,
    make_reader,
    publish_all,
)

pytestmark = pytest.mark.django_db


def forty_lessons() -> tuple[Course, Module]:
    course = make_course(modules=0, live=False)
    module = make_module(course, lessons=0)
    for _ in range(40):
        make_lesson(module, blocks=[make_block() for _ in range(10)])
    return course, module


@pytest.mark.parametrize("readers", [0, 30])
def test_a_first_publication_of_forty_lessons_takes_at_most_twelve_statements(
    readers: int,
) -> None:
    course, module = forty_lessons()
    other = make_course()
    for _ in range(readers):
        make_enrolment(make_reader(), other)
    with counting() as count:
        release.publish(course=course, modules=[module.pk], by=None, now=NOW)
    assert int(count) <= 12, count
    assert "accounts_auditentry" in count.statements[-1]


def test_publishing_ten_edits_takes_no_more_statements_than_publishing_all() -> None:
    course, module = forty_lessons()
    with counting() as first:
        release.publish(course=course, modules=[module.pk], by=None, now=NOW)
    for lesson in lessons_of(course)[:10]:
        lesson.blocks = [make_block(), *lesson.blocks[1:]]
        lesson.save()
    with counting() as edits:
        release.publish(course=course, modules=[module.pk], by=None, now=NOW)
    assert int(edits) == int(first) <= 12, edits


@pytest.mark.parametrize("readers", [1, 30])
def test_taking_a_lesson_out_takes_the_same_statements_for_one_reader_and_for_many(
    readers: int,
) -> None:
    course = make_course(modules=2, lessons=3)
    for _ in range(readers):
        make_enrolment(make_reader(), course)
    lesson = lessons_of(course)[0]
    lesson.retired_at = NOW
    lesson.save()
    editions.load(live(course).pk)
    with counting() as count:
        publish_all(course)
    assert int(count) <= 17, count  # Two of them are the helper's own, on either side.


def test_a_lesson_that_moved_takes_both_its_modules_along() -> None:
    course = make_course(modules=3, lessons=2)
    _first, second, third = publishing.working_copy(course).modules
    wanderer, stranger = lessons_of(course)[0], lessons_of(course)[5]
    wanderer.module = second
    wanderer.save()
    stranger.title = "Nog niet af"
    stranger.save()
    old = course.live_edition
    edition = release.publish(course=course, modules=[second.pk], by=None, now=NOW)
    published = editions.load(edition.pk)
    assert [len(module.lessons) for module in published.modules] == [1, 3, 2]
    assert len({lesson.uuid for lesson in published.lessons}) == 6
    assert all(lesson.title != "Nog niet af" for lesson in published.lessons)
    kept = {place.snapshot_id for place in EditionModule.objects.filter(edition=old)}
    assert edition.places.get(position=3).snapshot_id in kept
    assert {third.pk} == {place.snapshot.module_id for place in edition.places.filter(position=3)}


def test_publishing_nothing_new_is_refused_and_writes_nothing() -> None:
    course = make_course()
    with pytest.raises(publishing.NothingToPublish):
        publish_all(course)
    assert (Edition.objects.count(), Snapshot.objects.count()) == (1, 2)


def test_a_module_of_another_course_is_not_found() -> None:
    course, other = make_course(), make_course()
    with pytest.raises(NotFound):
        release.publish(course=course, modules=[other.modules.all()[0].pk], by=None, now=NOW)


def test_two_lessons_never_share_an_address_in_an_edition() -> None:
    course = make_course(modules=2, lessons=1)
    one, two = lessons_of(course)
    one.slug, two.slug = "tijdelijk", one.slug
    one.save()
    two.save()
    with pytest.raises(publishing.SlugTakenLive):
        release.publish(course=course, modules=[two.module_id], by=None, now=NOW)
    publish_all(course)


def test_restoring_brings_an_old_text_back_as_a_new_edition() -> None:
    course = make_course(modules=1, lessons=2)
    first = live(course)
    gone = lessons_of(course)[0]
    gone.retired_at = NOW
    gone.save()
    publish_all(course)
    edition = release.restore(edition=first, by=None, now=NOW)
    assert edition.number == 3
    assert gone.uuid in editions.load(edition.pk).by_uuid
    with pytest.raises(publishing.NothingToPublish):
        release.restore(edition=edition, by=None, now=NOW)


def test_a_retired_module_leaves_with_its_publication() -> None:
    course = make_course(modules=2, lessons=1)
    module = publishing.working_copy(course).modules[0]
    module.retired_at = NOW
    module.save()
    edition = release.publish(course=course, modules=[module.pk], by=None, now=NOW)
    assert len(editions.load(edition.pk).modules) == 1


def test_readers_see_the_working_copy_only_after_its_publication() -> None:
    course, reader = make_course(modules=1, lessons=1), make_reader()
    make_enrolment(reader, course)
    lesson = lessons_of(course)[0]
    lesson.title = "Nieuw"
    lesson.save()
    extra = make_lesson(course.modules.get())
    assert outline.of_lesson(reader=reader, lesson=lesson.uuid, now=NOW).line.title != "Nieuw"
    with pytest.raises(LessonNotFound):
        access.may_read(reader=reader, lesson=extra.uuid, now=NOW)
    publish_all(course)
    assert outline.of_lesson(reader=reader, lesson=lesson.uuid, now=NOW).line.title == "Nieuw"
    assert access.may_read(reader=reader, lesson=extra.uuid, now=NOW).state == "open"


def test_an_error_on_the_way_leaves_the_old_edition_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    course = make_course(modules=1, lessons=1)
    make_lesson(course.modules.get())
    before = (course.live_edition_id, Edition.objects.count(), Snapshot.objects.count())

    def broken(*_args: object, **_kwargs: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("django.db.models.Model.save", broken)
    with pytest.raises(RuntimeError):
        publish_all(course)
    monkeypatch.undo()
    course.refresh_from_db()
    assert before == (course.live_edition_id, Edition.objects.count(), Snapshot.objects.count())


def test_a_lesson_of_an_earlier_edition_is_retired_and_no_draft() -> None:
    course, reader = make_course(modules=1, lessons=1), make_reader()
    first = live(course)
    extra = make_lesson(course.modules.get())
    publish_all(course)
    release.restore(edition=first, by=None, now=NOW)
    assert access.may_read(reader=reader, lesson=extra.uuid, now=NOW).state == "retired"


def test_a_course_is_not_published_without_any_lesson() -> None:
    with pytest.raises(publishing.EmptyCourse):
        release.publish(course=make_course(modules=0, live=False), modules=[], by=None, now=NOW)
    course = make_course(modules=1, lessons=1)
    module, before = course.modules.get(), course.live_edition
    module.retired_at = NOW
    module.save()
    with pytest.raises(publishing.EmptyCourse):
        release.publish(course=course, modules=[module.pk], by=None, now=NOW)
    assert live(course) == before
