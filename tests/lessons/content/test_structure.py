"""Modules and lessons find their places, lose nothing, and can be put back."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from courseapp.accounts.models import AuditEntry
from lessons.content import layout, structure
from lessons.content.structure import Placed
from tests.factories import NOW, lessons_of, make_course, make_reader

if TYPE_CHECKING:
    from uuid import UUID

    from lessons.content.models import Course

pytestmark = pytest.mark.django_db


def order_of(course: Course) -> list[list[UUID]]:
    course.refresh_from_db()
    return [list(placed.lessons) for placed in structure.placed_in(course)]


def flat(course: Course) -> list[UUID]:
    return [lesson for lessons in order_of(course) for lesson in lessons]


def last_act() -> AuditEntry:
    return AuditEntry.objects.order_by("-pk")[0]


def test_a_lesson_moves_up_and_down_and_across_the_edge_of_its_module() -> None:
    course = make_course(modules=2, lessons=2)
    a, b, c, d = (lesson.pk for lesson in lessons_of(course))
    structure.move_lesson(lesson=b, step=-1, by=None, now=NOW)
    assert order_of(course) == [[b, a], [c, d]]
    structure.move_lesson(lesson=a, step=1, by=None, now=NOW)
    assert order_of(course) == [[b], [a, c, d]]
    structure.move_lesson(lesson=a, step=-1, by=None, now=NOW)
    assert order_of(course) == [[b, a], [c, d]]
    structure.move_lesson(lesson=d, step=1, by=None, now=NOW)
    structure.move_lesson(lesson=b, step=-1, by=None, now=NOW)
    assert order_of(course) == [[b, a], [c, d]]


def test_a_module_moves_and_a_lesson_is_sent_to_the_end_of_another() -> None:
    course = make_course(modules=2, lessons=2)
    first, second = course.module_order
    a, b, c, d = (lesson.pk for lesson in lessons_of(course))
    structure.send_lesson(lesson=a, module=lessons_of(course)[2].module_id, by=None, now=NOW)
    assert order_of(course) == [[b], [c, d, a]]
    structure.move_module(module=lessons_of(course)[0].module_id, step=1, by=None, now=NOW)
    course.refresh_from_db()
    assert course.module_order == [second, first]
    with pytest.raises(structure.ModuleNotFound):
        structure.send_lesson(lesson=a, module=uuid4(), by=None, now=NOW)


def test_an_order_that_is_not_of_everything_is_refused_and_moves_nothing() -> None:
    course = make_course(modules=2, lessons=2)
    before = structure.placed_in(course)
    for wrong in (
        before[:1],
        [*before, Placed(uuid4(), ())],
        [Placed(before[0].module, before[0].lessons[:1]), before[1]],
        [Placed(before[0].module, (*before[0].lessons, before[0].lessons[0])), before[1]],
    ):
        with pytest.raises(structure.StructureChanged):
            structure.arrange(course=course.pk, order=wrong, by=None, now=NOW)
    assert structure.placed_in(course) == before


def test_a_lesson_goes_out_and_comes_back_where_it_was() -> None:
    course = make_course(modules=1, lessons=3)
    a, b, c = (lesson.pk for lesson in lessons_of(course))
    structure.retire_lesson(lesson=b, by=None, now=NOW)
    assert order_of(course) == [[a, c]]
    structure.bring_back_lesson(lesson=b, by=None, now=NOW)
    assert order_of(course) == [[a, b, c]]


def test_a_module_goes_out_only_when_it_is_empty_and_its_lesson_finds_another_home() -> None:
    course = make_course(modules=2, lessons=1)
    a, b = lessons_of(course)
    with pytest.raises(structure.ModuleHoldsLessons):
        structure.retire_module(module=a.module_id, by=None, now=NOW)
    structure.retire_lesson(lesson=a.pk, by=None, now=NOW)
    structure.retire_module(module=a.module_id, by=None, now=NOW)
    structure.bring_back_lesson(lesson=a.pk, by=None, now=NOW)
    assert order_of(course) == [[b.pk, a.pk]]
    structure.bring_back_module(module=a.module_id, by=None, now=NOW)
    assert order_of(course) == [[], [b.pk, a.pk]]


def test_new_things_get_titles_and_addresses_of_their_own() -> None:
    course = structure.add_course(title="  Wachten  ", language="nl", by=None, now=NOW)
    other = structure.add_course(title="Wachten", language="nl", by=None, now=NOW)
    assert (course.slug, other.slug) == ("wachten", "wachten-2")
    module = structure.add_module(course=course.pk, title="Deel", by=None, now=NOW)
    one = structure.add_lesson(module=module.pk, title="Begin", by=None, now=NOW)
    two = structure.add_lesson(module=module.pk, title="Begin", by=None, now=NOW)
    assert (one.slug, two.slug) == ("begin", "begin-2")
    assert order_of(course)[-1] == [one.pk, two.pk]
    with pytest.raises(structure.NoTitle):
        structure.add_lesson(module=module.pk, title=" \n ", by=None, now=NOW)


@pytest.mark.parametrize(
    "act",
    [
        lambda a, b: structure.move_lesson(lesson=a, step=1, by=None, now=NOW),
        lambda a, b: structure.retire_lesson(lesson=b, by=None, now=NOW),
    ],
)
def test_an_act_is_undone_and_the_undoing_too(act: object) -> None:
    course, staff = make_course(modules=2, lessons=2), make_reader(is_staff=True)
    lessons = [lesson.pk for lesson in lessons_of(course)]
    before = order_of(course)
    act(lessons[0], lessons[1])  # type: ignore[operator]
    done = order_of(course)
    layout.undo(entry=last_act().pk, by=staff, now=NOW)
    assert order_of(course) == before
    layout.undo(entry=last_act().pk, by=staff, now=NOW)
    assert order_of(course) == done


def test_undoing_an_addition_takes_it_out_and_keeps_it() -> None:
    course, staff = make_course(modules=1, lessons=1), make_reader(is_staff=True)
    added = structure.add_lesson(
        module=lessons_of(course)[0].module_id, title="Te veel", by=None, now=NOW
    )
    layout.undo(entry=last_act().pk, by=staff, now=NOW)
    added.refresh_from_db()
    assert added.retired_at == NOW
    assert len(order_of(course)[0]) == 1


def test_what_moved_since_or_is_too_old_or_is_no_move_is_not_undone() -> None:
    course, staff = make_course(modules=1, lessons=3), make_reader(is_staff=True)
    a, b, c = (lesson.pk for lesson in lessons_of(course))
    structure.move_lesson(lesson=a, step=1, by=None, now=NOW)
    first = last_act()
    structure.move_lesson(lesson=c, step=-1, by=None, now=NOW)
    with pytest.raises(layout.CannotUndo):
        layout.undo(entry=first.pk, by=staff, now=NOW)
    with pytest.raises(layout.CannotUndo):
        layout.undo(entry=last_act().pk, by=staff, now=NOW + timedelta(days=31))
    with pytest.raises(layout.CannotUndo):
        layout.undo(entry=10**9, by=staff, now=NOW)
    assert order_of(course) == [[b, c, a]]


@pytest.mark.slow
@settings(max_examples=25, suppress_health_check=[*HealthCheck], deadline=None)
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 3)), max_size=8))
def test_whatever_is_done_every_lesson_stays_in_exactly_one_place(
    acts: list[tuple[int, int]],
) -> None:
    course, staff = make_course(modules=3, lessons=2), make_reader(is_staff=True)
    lessons = [lesson.pk for lesson in lessons_of(course)]
    for number, what in acts:
        lesson = lessons[number]
        if what == 0:
            structure.retire_lesson(lesson=lesson, by=None, now=NOW)
        elif what == 1:
            structure.bring_back_lesson(lesson=lesson, by=None, now=NOW)
        elif what == 2 and lesson in flat(course):
            structure.move_lesson(lesson=lesson, step=1, by=None, now=NOW)
        elif what == 3 and AuditEntry.objects.exists():
            before = last_act()
            if layout.can_undo(before) and layout.layout_of(course) == before.after:
                layout.undo(entry=before.pk, by=staff, now=NOW)
    places = flat(course)
    out = list(course.lessons.exclude(retired_at=None).values_list("pk", flat=True))
    assert sorted([*places, *out]) == sorted(lessons)
    AuditEntry.objects.all().delete()
