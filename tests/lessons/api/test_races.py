"""The same call eight times at one moment: one row, eight good answers."""

from __future__ import annotations

from typing import Any

import pytest

from lessons.reading.models import Enrolment, Finished, Opened, Position
from tests.factories import lessons_of, make_course, make_enrolment, make_reader
from tests.lessons.api.calling import Caller, begin, token_of
from tests.racing import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def callers(token: str) -> list[Caller]:
    made = [Caller() for _ in range(8)]
    for caller in made:
        caller.headers = {"X-Session-Token": token}
    return made


def test_eight_enrolments_are_one_with_one_201() -> None:
    course, reader = make_course(), make_reader()
    made = callers(token_of(reader))
    answers: Any = at_once(lambda number: made[number].post("enrolments/", begin(course.slug)))
    assert sorted(answer[0] for answer in answers) == [200] * 7 + [201]
    assert Enrolment.objects.count() == 1


@pytest.mark.parametrize(("said", "fact"), [("finished", Finished), ("opened", Opened)])
def test_eight_times_said_is_one_fact(said: str, fact: type[Finished | Opened]) -> None:
    course, reader = make_course(), make_reader()
    make_enrolment(reader, course)
    made = callers(token_of(reader))
    path = f"lessons/{lessons_of(course)[0].pk}/{said}/"
    answers: Any = at_once(lambda number: made[number].post(path))
    assert [answer[0] for answer in answers] == [200] * 8
    assert fact.objects.count() == 1


def test_eight_positions_are_one() -> None:
    course, reader = make_course(), make_reader()
    make_enrolment(reader, course)
    lesson = lessons_of(course)[0]
    made = callers(token_of(reader))
    body = {"block": lesson.blocks[0]["id"]}
    answers: Any = at_once(lambda number: made[number].put(f"lessons/{lesson.pk}/position/", body))
    assert [answer[0] for answer in answers] == [200] * 8
    assert Position.objects.count() == 1
