"""Where a file is used, and that a used one cannot be removed."""

from __future__ import annotations

import uuid

import pytest

from lessons.content import editing, media
from lessons.content.models import Lesson, MediaFile, PageText, UnsavedText
from tests.counting import counting
from tests.factories import NOW, make_block, make_course, make_lesson, make_reader, publish_all
from tests.lessons.content.pictures import MP3, block_of, make_media, photo

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media_root")]


def make_lesson_with(file: MediaFile) -> Lesson:
    course = make_course(modules=1, lessons=1, live=False)
    shown = block_of(f"/media/{file.path}", file.kind)
    return make_lesson(course.modules.get(), blocks=[make_block(), shown])


def places(file: MediaFile) -> list[str]:
    return [use.place for use in media.ever_of(file.pk)]


def without_media(lesson: Lesson) -> Lesson:
    lesson.refresh_from_db()
    state = editing.state_of(lesson)
    fewer = editing.State(**{**vars(state), "blocks": state.blocks[:1]})
    return editing.save(
        lesson=lesson.pk, version=lesson.version, state=fewer, by=None, now=NOW
    )  # fmt: skip


def refused(file: MediaFile) -> list[str]:
    with pytest.raises(media.StillUsed) as error:
        media.remove(media=file.pk, by=None, now=NOW)
    assert media.where(file.path).is_file()
    return [use.place for use in error.value.uses]


def test_a_file_of_a_working_copy_cannot_be_removed_and_is_free_when_it_is_out() -> None:
    file = make_media()
    lesson = make_lesson_with(file)
    assert refused(file) == ["working"]
    use = media.now_of([file.pk])[file.pk][0]
    assert (use.title, use.course, use.lesson) == (lesson.title, lesson.course.title, lesson.pk)
    without_media(lesson)
    assert refused(file) == ["version"]
    editing.forget_old(now=NOW.replace(year=2030))
    media.remove(media=file.pk, by=None, now=NOW)


def test_what_readers_see_and_what_can_be_restored_keeps_its_files() -> None:
    file = make_media(MP3)
    lesson = make_lesson_with(file)
    publish_all(lesson.course)
    assert refused(file) == ["working", "live", "edition"]
    without_media(lesson)
    editing.forget_old(now=NOW.replace(year=2030))
    assert refused(file) == ["live", "edition"]
    publish_all(lesson.course)
    assert media.now_of([file.pk]) == {file.pk: []}
    assert refused(file) == ["edition"]


def test_a_text_that_was_set_aside_and_a_page_count_too() -> None:
    file = make_media()
    lesson = make_lesson_with(file)
    state = editing.as_json(editing.state_of(lesson))
    Lesson.objects.filter(pk=lesson.pk).update(blocks=[])
    UnsavedText.objects.create(
        lesson=lesson, by=make_reader(), reason="changed", based_on=1, state=state, at=NOW
    )
    PageText.objects.create(name="home", language="nl", draft={"text": f"(/media/{file.path})"})
    assert refused(file) == ["unsaved", "page"]


def test_other_files_in_the_same_lesson_are_told_apart() -> None:
    one, other = make_media(), make_media(photo(40, 40))
    make_lesson_with(one)
    assert [len(uses) for uses in media.now_of([one.pk, other.pk]).values()] == [1, 0]
    assert places(other) == []


def test_where_many_files_are_used_takes_two_statements() -> None:
    files = [make_media(photo(40 + number, 40)) for number in range(6)]
    for file in files[:4]:
        publish_all(make_lesson_with(file).course)
    with counting() as count:
        found = media.now_of([file.pk for file in files])
    assert [len(uses) for uses in found.values()] == [2, 2, 2, 2, 0, 0]
    assert int(count) == 2, count


def test_a_file_nobody_knows_is_not_found() -> None:
    with pytest.raises(media.MediaNotFound):
        media.remove(media=uuid.uuid4(), by=None, now=NOW)
    with pytest.raises(media.MediaNotFound):
        media.called(uuid.uuid4())
