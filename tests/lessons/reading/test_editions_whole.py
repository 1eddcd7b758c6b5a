"""A reader sees the whole old edition or the whole new one, never a mix."""

from __future__ import annotations

from threading import Event

import pytest

from lessons.content.models import Course, Lesson, Module
from lessons.reading import outline
from tests.factories import NOW, lessons_of, make_course, make_enrolment, make_reader, publish_all
from tests.racing import at_once

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 15


def publish_round(course: Course, wanderer: Lesson, homes: list[Module], number: int) -> None:
    """Every title says the round; one lesson moves to the other module each time."""
    wanderer.module = homes[number % 2]
    wanderer.save(update_fields=["module"])
    Lesson.objects.filter(course=course).update(title=f"Ronde {number}")
    publish_all(course)


@pytest.mark.slow
def test_while_a_lesson_moves_to_and_fro_every_outline_is_of_one_edition() -> None:
    course, reader = make_course(modules=2, lessons=3), make_reader()
    make_enrolment(reader, course)
    homes = list(course.modules.order_by("slug"))
    wanderer = lessons_of(course)[0]
    publish_round(course, wanderer, homes, 0)
    over, seen = Event(), set()

    def act(number: int) -> None:
        if number == 0:
            for turn in range(1, ROUNDS):
                publish_round(course, wanderer, homes, turn)
            over.set()
            return
        while not over.is_set():
            view = outline.of_course(reader=reader, slug=course.slug, now=NOW)
            titles = {line.title for line in view.lines}
            assert len(titles) == 1, titles
            turn = int(titles.pop().split()[1])
            home = next(m.uuid for m in view.modules if wanderer.pk in {x.uuid for x in m.lessons})
            assert home == homes[turn % 2].pk
            assert len({line.uuid for line in view.lines}) == len(view.lines) == 6
            seen.add(turn)

    assert [error for error in at_once(act, times=4) if error] == []
    assert len(seen) > 1
    final = outline.of_course(reader=reader, slug=course.slug, now=NOW)
    assert {line.title for line in final.lines} == {f"Ronde {ROUNDS - 1}"}
