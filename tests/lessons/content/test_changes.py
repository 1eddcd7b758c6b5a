"""What a publication would change, in words of lessons and blocks."""

from __future__ import annotations

import pytest

from lessons.content import changes
from tests.counting import counting
from tests.factories import NOW, lessons_of, make_block, make_course, make_lesson, publish_all

pytestmark = pytest.mark.django_db


def all_changes(course: object) -> changes.Changes:
    modules = {module.pk for module in course.modules.all()}  # type: ignore[attr-defined]
    return changes.of_modules(course, modules)  # type: ignore[arg-type]


def test_a_course_as_published_has_no_changes() -> None:
    assert not all_changes(make_course(modules=2, lessons=3))


def test_a_course_never_published_has_only_new_lessons() -> None:
    found = all_changes(make_course(modules=1, lessons=2, live=False))
    assert [one.changes for one in found.lessons] == [("added",), ("added",)]


def test_each_kind_of_change_is_named() -> None:
    course = make_course(modules=2, lessons=4)
    renamed, rewritten, retired, moved = lessons_of(course)[:4]
    renamed.title = "Een andere naam"
    renamed.save()
    rewritten.blocks = [*rewritten.blocks, make_block(body="Erbij.")]
    rewritten.minutes = 9
    rewritten.save()
    retired.retired_at = NOW
    retired.save()
    moved.module = lessons_of(course)[5].module
    moved.save()
    added = make_lesson(renamed.module)
    found = {one.uuid: one for one in all_changes(course).lessons}
    assert {uuid: one.changes for uuid, one in found.items()} == {
        renamed.uuid: ("renamed",),
        rewritten.uuid: ("changed",),
        retired.uuid: ("retired",),
        moved.uuid: ("moved",),
        added.uuid: ("added",),
    }
    assert found[rewritten.uuid].flags == ("minutes",)
    assert [(one.change, one.after) for one in found[rewritten.uuid].blocks] == [
        ("added", "Erbij.")
    ]


def test_a_block_that_was_rewritten_shows_both_texts() -> None:
    course = make_course(modules=1, lessons=1)
    lesson = lessons_of(course)[0]
    before = lesson.blocks[0]["body"]
    lesson.blocks[0]["body"] = "Nieuwe woorden."
    lesson.save()
    (block,) = all_changes(course).lessons[0].blocks
    assert (block.change, block.before, block.after) == ("changed", before, "Nieuwe woorden.")


def test_changing_places_is_told_and_nothing_else() -> None:
    course = make_course(modules=1, lessons=3)
    module = course.modules.get()
    module.lesson_order = list(reversed(module.lesson_order))
    module.save()
    words = {word for one in all_changes(course).lessons for word in one.changes}
    assert words == {"reordered"}


def test_a_module_by_another_name_and_modules_in_another_order_are_changes_too() -> None:
    course = make_course(modules=2, lessons=1)
    one, _two = course.modules.order_by("slug")
    one.description = "Waar het over gaat."
    one.save()
    assert all_changes(course).renamed == (one.pk,)
    publish_all(course)
    assert not all_changes(course)
    course.module_order = list(reversed(course.module_order))
    course.save()
    assert all_changes(course).reordered
    publish_all(course)
    assert not all_changes(course)


@pytest.mark.parametrize("lessons", [2, 20])
def test_the_number_of_queries_does_not_grow(lessons: int) -> None:
    course = make_course(modules=2, lessons=lessons)
    modules = {module.pk for module in course.modules.all()}
    with counting() as count:
        changes.of_modules(course, modules)
    assert int(count) <= 5, count
